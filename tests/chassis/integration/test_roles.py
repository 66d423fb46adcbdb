"""The roles as commands: one clear line and exit code 2 when something is not as it must be."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"DUBAN_BACH": "5"}, "DUBAN_BACH is unknown, did you mean DUBAN_BATCH?"),
        ({"DUBAN_BATCH": "many"}, "DUBAN_BATCH must be a whole number"),
        ({"AMQP_URL": "amqp://guest:guest@127.0.0.1:1//"}, "broker 127.0.0.1:1, vhost /: "),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "database desk: "),
        ({"DUBAN_POLICY": "/does/not/exist.toml"}, "DUBAN_POLICY must be a file"),
        ({"DUBAN_CLOCK": "file:/does/not/exist"}, "DUBAN_CLOCK"),
        ({"DUBAN_HEALTH": "192.0.2.1:1"}, "DUBAN_HEALTH 192.0.2.1:1"),
    ],
)
def test_a_bad_start_is_one_line_and_exit_code_2(city: Any, settings: dict[str, str], said: str) -> None:
    ended = city.run("consume", **settings)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_all_wrong_settings_are_named_at_once(city: Any) -> None:
    ended = city.run("check", DUBAN_BATCH="0", DUBAN_TICK="never", DUBAN_COLOUR="red")
    assert all(key in ended.stderr for key in ("DUBAN_BATCH", "DUBAN_TICK", "DUBAN_COLOUR"))


def test_a_password_is_never_shown(city: Any) -> None:
    for key in ("DATABASE_URL", "AMQP_URL"):
        ended = city.run("check", **{key: "http://user:secret@host/x"})
        assert ended.returncode == 2
        assert "secret" not in ended.stderr


@pytest.mark.parametrize("role", ["consume", "tick", "relay", "api", "check"])
def test_a_newer_schema_is_refused(city: Any, role: str) -> None:
    city.sql("UPDATE alembic_version SET version_num = '9999'")
    ended = city.run(role)
    assert ended.returncode == 2
    said = [line for line in ended.stderr.splitlines() if "were not looked at" not in line]  # `check` asks for the management
    assert len(said) == 1
    assert "newer" in said[0]


def test_a_schema_that_was_not_migrated_is_named_with_the_remedy(city: Any) -> None:
    city.sql("DROP SCHEMA desk CASCADE")
    ended = city.run("consume")
    assert ended.returncode == 2
    assert "run `python -m desk migrate`" in ended.stderr
    assert city.run("migrate").stdout == "desk: schema 0001, queues declared\n"
    assert city.run("migrate").returncode == 0, "twice is harmless"


def test_a_queue_with_other_arguments_is_named(city: Any) -> None:
    city._channel.queue_delete("desk.inbound")
    city._channel.queue_declare("desk.inbound", durable=True, auto_delete=False)
    ended = city.run("migrate")
    assert ended.returncode == 2
    assert "queue desk.inbound exists with other arguments" in ended.stderr


@pytest.mark.parametrize("role", ["consume", "relay", "check"])
def test_a_queue_or_an_exchange_that_is_not_there_asks_for_migrate(city: Any, role: str) -> None:
    city._channel.queue_delete("desk.events")
    assert "queue desk.events is not on the broker; run `python -m desk migrate`" in city.run(role).stderr
    city._channel.exchange_delete("duban.rejected")
    assert "exchange duban.rejected is not on the broker; run `migrate`" in city.run(role).stderr


def test_check_says_what_it_found_and_changes_nothing(city: Any) -> None:
    ended = city.run("check")
    assert ended.returncode == 0
    assert "schema 0001" in ended.stdout
    assert "0 rows wait in the outbox" in ended.stdout
    city._channel.queue_delete("desk.inbound")
    ended = city.run("check")
    assert ended.returncode == 2
    assert "queue desk.inbound is not on the broker" in ended.stderr


def test_the_api_shows_lists_and_health(city: Any) -> None:
    refs = city.publish("plain")
    city.start("consume").wait_until_ready()
    city.until(city.notes, "it is handled")
    key = city.run("keys", "create", "--unit", "OFFICE").stdout.strip()
    api = city.start("api", DUBAN_API="127.0.0.1:0").wait_until_up()
    city.until(lambda: refs[0] in api.page("/v1/report", key), "the list")
    assert refs[0] in api.page("/v1/report/notes", key)
    assert api.page("/v1/report/nothing", key) == ""
    assert api.page("/v1/report") == "", "nobody without a key"
    assert '"ready": true' in api.page("/readyz")
    assert {"duban_outbox_pending_rows", "duban_parked_oldest_seconds"} <= set(api.page("/metrics").split())
    assert api.end() == 0


def test_a_parked_message_can_be_listed_shown_put_back_and_discarded(city: Any) -> None:
    city.publish("fail", "fail", body=None)
    consumer = city.start("consume").wait_until_ready()
    city.until(lambda: len(city.sql("SELECT 1 FROM parked")) == 2, "both are parked")
    consumer.end()
    listed = city.run("redrive", "list").stdout.splitlines()
    assert len(listed) == 2
    first, second = (line.split()[0] for line in listed)
    assert "this message cannot be handled" in city.run("redrive", "show", first).stdout
    again = city.run("redrive", "put-back", first, "--why", "看看 try")
    assert (again.returncode, again.stdout.strip()) == (1, f"{first} failed again and stays parked")
    cured = city.run("redrive", "put-back", first, "--by", "王芳", "--why", "已修复", DESK_IS_CURED="1")
    assert (cured.returncode, cured.stdout.strip()) == (0, f"{first} replayed")
    discarded = city.run("redrive", "discard", second, "--by", "王芳", "--why", "已重报")
    assert (discarded.returncode, discarded.stdout.strip()) == (0, f"{second} rejected")
    assert city.run("redrive", "list").stdout == ""
    assert len(city.notes()) == 1
    assert city.sql("SELECT resolution, resolved_by FROM parked ORDER BY resolution") == [
        ("rejected", "王芳"),
        ("replayed", "王芳"),
    ]
    assert "already" in city.run("redrive", "discard", second, "--why", "再试").stdout
    kept = [json.loads(line) for line in city.run("redrive", "log").stdout.splitlines()]
    assert [(act["verb"], act["by"], act["why"], act["after"]["resolution"]) for act in kept[1:]] == [
        ("put-back", "王芳", "已修复", "replayed"),
        ("discard", "王芳", "已重报", "rejected"),
    ]
    assert (kept[0]["parked_id"], kept[0]["after"]["failed"], kept[0]["before"]["resolution"]) == (first, "again", None)


def test_catching_up_beside_a_consumer_is_refused(city: Any) -> None:
    city.start("consume").wait_until_ready()
    refused = city.run("catch-up", "--without-inbox")
    assert refused.returncode == 2
    assert "desk.inbound and desk.events are read; stop relay, consume and tick of desk" in refused.stderr
