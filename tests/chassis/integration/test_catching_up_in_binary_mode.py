"""Messages in binary mode are kept with their attributes, so that a restored service reads them again as they came."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ground_rules.policy import load_policy
from intake.service import Intake
from service_chassis.catching_up import catch_up
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, process_batch
from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import erasing, migrations, restored
from service_chassis.persistence.database import Database
from sqlalchemy import text

START = datetime(2027, 3, 2, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
Open = Callable[[str], Runtime]


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """`opened(name)`: intake on an empty database of this name."""
    databases = []

    def make(name: str) -> Runtime:
        url = f"sqlite:///{tmp_path / name}" if request.param == "sqlite" else request.getfixturevalue("database_url")
        if request.param == "postgresql":
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("DROP SCHEMA IF EXISTS intake CASCADE")
        databases.append(Database(url, "intake"))
        migrations.migrate(databases[-1], Intake.MIGRATIONS)
        return Runtime(Intake(load_policy()), databases[-1], VirtualClock(START))

    yield make
    for database in databases:
        database.close()


def binary() -> Delivery:
    """The catalogue's matter, as a CloudEvents library writes it in binary mode."""
    found = files("event_contracts") / "catalogue" / "inbound" / "matter.submitted.v1.json"
    event: dict[str, Any] = json.loads(found.read_text("utf-8")) | {"source": "/office"}
    headers = {f"ce-{name}": value for name, value in event.items() if name != "data"} | {"x-department": "四楼"}
    body = json.dumps(event["data"]).encode()
    return Delivery(body, f"OFFICE.{event['type']}", "duban.inbound", 1, "application/json", "office", headers=headers)


def kept(runtime: Runtime) -> list[Any]:
    with runtime.database.begin() as session:
        return restored.kept_bodies(session, LONG_AGO)


def count(runtime: Runtime, table: str) -> int:
    with runtime.database.begin() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_message_in_binary_mode_is_handled_again_and_its_repetition_is_known(opened: Open) -> None:
    lost = opened("lost")
    process_batch(lost, "intake.inbound", [binary()])
    (row,) = rows = kept(lost)
    assert row.attributes["ce-type"] == "matter.submitted.v1" and "x-department" not in row.attributes
    runtime = opened("restored")
    result = catch_up(runtime, [], rows)
    assert (result.messages, result.unread) == (1, 0)
    assert (count(runtime, "matter"), count(runtime, "refusal")) == (1, 0)
    process_batch(runtime, "intake.inbound", [binary()])
    assert (count(runtime, "inbox"), count(runtime, "refusal")) == (1, 0), "the same message once more is neither new nor another"


def test_without_its_attributes_it_is_named_and_nothing_is_handled_until_told_to_leave_it_out(opened: Open) -> None:
    lost = opened("lost")
    process_batch(lost, "intake.inbound", [binary()])
    with lost.database.begin() as session:
        session.execute(text("UPDATE inbox SET attributes = NULL"))
    rows = kept(lost)
    runtime = opened("restored")
    with pytest.raises(ConfigError, match=rf"1 kept bodies .* are gone: /office {rows[0].id}\. Nothing was handled.*--leave-out"):
        catch_up(runtime, [], rows)
    assert count(runtime, "inbox") == 0
    assert catch_up(runtime, [], rows, leave_out=True).unread == 1


def test_attributes_are_erased_with_their_body(opened: Open) -> None:
    runtime = opened("lost")
    process_batch(runtime, "intake.inbound", [binary()])
    with runtime.database.begin() as session:
        assert erasing.erase_inbound(session, datetime(2028, 1, 1, tzinfo=UTC), 10) == 1
    with runtime.database.begin() as session:
        left = session.execute(text("SELECT count(*) FROM inbox WHERE body IS NULL AND attributes IS NULL")).scalar_one()
    assert left == 1


@pytest.mark.parametrize("body", [b"no event", b"[]", b'{"type": "notify.notice.served.v1"}'])
def test_what_is_no_event_in_the_archive_is_parked_as_it_was_then(opened: Open, body: bytes) -> None:
    runtime = opened("restored")
    result = catch_up(runtime, [("notify.notice.served.v1", body)], [])
    assert (result.messages, result.missing) == (1, 0)
    with runtime.database.begin() as session:
        assert [bytes(row.body) for row in session.execute(text("SELECT body FROM parked"))] == [body]
