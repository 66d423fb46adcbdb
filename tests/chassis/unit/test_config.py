"""Settings: everything wrong is named at once, nothing secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_chassis.config import Settings, keys, load
from service_chassis.errors import ConfigError

GOOD = {"DATABASE_URL": "postgresql://u:secret@h/d", "AMQP_URL": "amqp://u:secret@h//"}


def wrong(**environment: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(GOOD | environment, Settings)
    return str(error.value)


def test_defaults_need_only_the_two_addresses() -> None:
    settings = load(GOOD, Settings)
    assert (settings.batch, settings.clock, settings.policy) == (500, "system", None)


def test_missing_wrong_and_unknown_keys_are_named_together() -> None:
    with pytest.raises(ConfigError) as error:
        load({"DUBAN_BATCH": "0", "DUBAN_CLOK": "system"}, Settings)
    for part in ("DATABASE_URL is missing", "AMQP_URL is missing", "DUBAN_BATCH must be", "did you mean DUBAN_CLOCK?"):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DUBAN_BATCH", "5.5"),
        ("DUBAN_BATCH", "-1"),
        ("DUBAN_TICK", "nan"),
        ("DUBAN_TICK", "soon"),
        ("DUBAN_HEALTH", "8080"),
        ("DUBAN_HEALTH", "host:99999"),
        ("DUBAN_CLOCK", "file:"),
        ("DUBAN_LOG", "loud"),
        ("DUBAN_POLICY", "/no/such/file"),
        ("AMQP_URL", "http://broker"),
        ("DATABASE_URL", "mysql://x/y"),
    ],
)
def test_a_bad_value_is_refused_with_its_key(key: str, value: str) -> None:
    assert f"{key} must be " in wrong(**{key: value})


def test_a_password_is_not_repeated() -> None:
    assert "secret" not in wrong(AMQP_URL="http://u:secret@h")


def test_keys_of_the_tests_and_of_other_programs_are_left_alone() -> None:
    assert load(GOOD | {"DUBAN_TEST_AMQP_URL": "x", "PATH": "/bin"}, Settings).batch == 500


def test_good_values_are_read(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("")
    settings = load(GOOD | {"DUBAN_HEALTH": "[::1]:9", "DUBAN_POLICY": str(policy), "DUBAN_TICK": "0.5"}, Settings)
    assert (settings.health, settings.policy, settings.tick_seconds) == (("::1", 9), policy, 0.5)


def test_every_setting_has_a_key_and_a_text() -> None:
    assert len(keys(Settings)) == len(set(keys(Settings)))
    assert all(key.startswith("DUBAN_") or key in ("DATABASE_URL", "AMQP_URL") for key in keys(Settings))
