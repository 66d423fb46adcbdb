"""Settings: everything wrong is named at once, nothing secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_chassis.config import Settings, keys, load
from service_chassis.errors import ConfigError

GOOD = {"DATABASE_URL": "postgresql://u:secret@localhost/d", "AMQP_URL": "amqp://u:secret@localhost//"}


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
    assert all(key.startswith(("DUBAN_", "DATABASE_URL", "AMQP_URL")) for key in keys(Settings))


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    place = tmp_path / "amqp_url"
    place.write_text("amqp://u:other@localhost//\n")
    place.chmod(0o400)
    environment = {"DATABASE_URL": GOOD["DATABASE_URL"], "AMQP_URL_FILE": str(place)}
    assert load(environment, Settings).amqp_url == "amqp://u:other@localhost//"


def test_a_secret_that_everybody_can_read_is_refused_and_not_shown(tmp_path: Path) -> None:
    place = tmp_path / "amqp_url"
    place.write_text("amqp://u:other@localhost//\n")
    place.chmod(0o644)
    with pytest.raises(ConfigError, match=r"AMQP_URL_FILE must be a file that not everybody can read \(chmod o= ") as error:
        load({"DATABASE_URL": GOOD["DATABASE_URL"], "AMQP_URL_FILE": str(place)}, Settings)
    assert "other" not in str(error.value)
    key = tmp_path / "key.pem"
    key.write_text("")
    key.chmod(0o644)
    assert "DUBAN_AMQP_KEY must be a file that not everybody can read" in wrong(DUBAN_AMQP_KEY=str(key))


@pytest.mark.parametrize(("content", "what"), [("", "it is empty"), (None, "a file that exists")])
def test_a_secret_whose_file_is_empty_or_absent_is_named(tmp_path: Path, content: str | None, what: str) -> None:
    place = tmp_path / "url"
    if content is not None:
        place.touch(mode=0o400)
    with pytest.raises(ConfigError, match=f"DATABASE_URL_FILE must be .*{what}"):
        load({"AMQP_URL": GOOD["AMQP_URL"], "DATABASE_URL_FILE": str(place)}, Settings)


def test_a_secret_that_is_set_twice_is_refused(tmp_path: Path) -> None:
    assert "AMQP_URL and AMQP_URL_FILE are both set" in wrong(AMQP_URL_FILE=str(tmp_path / "x"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AMQP_URL": "amqp://intake:x@mq.city/duban"}, "AMQP_URL goes to mq.city without TLS"),
        ({"AMQP_URL": "amqps://guest:guest@mq.city/duban"}, "account guest on mq.city"),
        ({"AMQP_URL": "amqps://mq.city/duban"}, "account guest on mq.city"),
        ({"DATABASE_URL": "postgresql://u:x@db.city/d"}, "DATABASE_URL goes to db.city without TLS"),
        ({"DATABASE_URL": "postgresql://u:x@db.city/d?sslmode=require"}, "without TLS and a checked name"),
        ({"DATABASE_URL": "postgresql://u:x@/d?host=localhost:1&host=db.city:2"}, "goes to db.city without"),
        ({"DATABASE_URL": "postgresql://u:x@localhost/d?sslmode=prefer", "DUBAN_DATABASE_CA": __file__}, "leave sslmode out"),
        ({"DUBAN_AMQP_CA": __file__}, "need an AMQP_URL that begins with amqps://"),
        (
            {"AMQP_URL": "amqps://u:x@mq.city/duban", "DUBAN_AMQP_CERT": __file__},
            "DUBAN_AMQP_CERT and DUBAN_AMQP_KEY go together",
        ),
    ],
)
def test_a_way_that_others_can_listen_on_is_refused(settings: dict[str, str], said: str) -> None:
    assert said in wrong(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"AMQP_URL": "amqp://u:x@127.0.0.1/duban"},
        {"AMQP_URL": "amqp://u:x@[::1]:5672/duban", "DATABASE_URL": "postgresql:///d?host=/run/postgresql"},
        {"AMQP_URL": "amqps://u:x@mq.city/duban", "DATABASE_URL": "postgresql://u:x@db.city/d?sslmode=verify-full"},
        {"DATABASE_URL": "postgresql://u:x@db.city/d", "DUBAN_DATABASE_CA": __file__},
        {"AMQP_URL": "amqp://mq.city", "DATABASE_URL": "postgresql://u:x@db.city/d", "DUBAN_PLAINTEXT": "allow"},
        {"DATABASE_URL": "sqlite:///x"},
    ],
)
def test_the_same_machine_a_checked_way_and_an_explicit_permission_are_let_in(settings: dict[str, str]) -> None:
    assert load(GOOD | settings, Settings)


@pytest.mark.parametrize("address", ["amqp://[::1", "amqp://u:x@[half"])
def test_an_address_that_cannot_be_taken_apart_is_a_wrong_setting(address: str) -> None:
    assert "AMQP_URL must be a URL whose host can be read" in wrong(AMQP_URL=address)
