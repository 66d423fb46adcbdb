"""A message that may end the process is counted before it is begun, and parked unread when it never finished."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from service_chassis import isolation
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, Tally
from service_chassis.errors import Retry
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import attempts, tables
from service_chassis.persistence.database import Database
from service_chassis.testing.toys import START, Desk
from sqlalchemy import select

QUEUE = "intake.inbound"
SUSPECT = Delivery(b"{}", "OFFICE.matter.submitted.v1", "duban.inbound", 1, headers={"x-delivery-count": 2})


@pytest.fixture
def runtime(sqlite_database: Callable[[str], str]) -> Any:
    database = Database(sqlite_database("intake"), "intake")
    with database.begin() as session:
        tables.CHASSIS.create_all(session)
    yield Runtime(Desk(), database, VirtualClock(START))
    database.close()


def rows(runtime: Runtime, table: Any) -> list[Any]:
    with runtime.database.begin() as session:
        return list(session.execute(select(table)))


def dies(*_: Any) -> None:
    raise SystemExit("as if the process had ended")


def test_the_process_may_end_three_times_then_the_message_is_parked(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "process_batch", dies)
    tallies: list[Tally] = []
    runtime.on_batch = lambda _queue, tally: tallies.append(tally)
    for _ in range(isolation.MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            isolation.process_suspect(runtime, QUEUE, SUSPECT)
    assert rows(runtime, tables.parked) == []
    isolation.process_suspect(runtime, QUEUE, SUSPECT)
    assert [row.code for row in rows(runtime, tables.parked)] == ["UNPROCESSED"]
    assert rows(runtime, tables.attempt) == []
    assert tallies == [Tally(consumed=1, parked=1)]


def test_a_message_that_is_finished_is_forgotten(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[Any] = []
    monkeypatch.setattr(isolation, "process_batch", lambda *found: handled.append(found[2]))
    isolation.process_suspect(runtime, QUEUE, SUSPECT)
    assert handled == [[SUSPECT]]
    assert rows(runtime, tables.attempt) == []


def test_a_passing_fault_is_not_the_messages_fault(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise Retry("database gone for a moment")

    monkeypatch.setattr(isolation, "process_batch", fails)
    for _ in range(isolation.MOST_ATTEMPTS + 1):
        with pytest.raises(Retry):
            isolation.process_suspect(runtime, QUEUE, SUSPECT)
    assert rows(runtime, tables.parked) == []


def test_two_messages_are_counted_apart(runtime: Runtime) -> None:
    other = Delivery(b"{ }", SUSPECT.routing_key, SUSPECT.exchange)
    assert attempts.begin(runtime.database, QUEUE, attempts.key_of(SUSPECT)) == 0
    assert attempts.begin(runtime.database, QUEUE, attempts.key_of(other)) == 0
    assert attempts.begin(runtime.database, QUEUE, attempts.key_of(SUSPECT)) == 1
