"""What tidying goes by and leaves behind: the policy in force, published ones included, and a row for each whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from escalation.service import Escalation
from event_contracts import inbound
from event_contracts.escalation import PolicyPublished
from event_contracts.event import Message
from event_contracts.wire import inbound_to_wire, to_wire
from ground_rules.policy import load_policy
from intake.service import Intake
from notify.service import Notify
from scoring.service import Scoring
from service_chassis import tidying
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, process_batch
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import backlog, erasing, migrations, tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import insert_rows
from sqlalchemy import text

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
BY_THE_OFFICE = {"version": "2026-2", "effective_from": date(2026, 4, 1), "parameters": {"retention.inbound": 2}}

JSON = "application/cloudevents+json"
Open = Callable[[type], Runtime]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """`opened(service)`: on SQLite, with one inbound message kept."""
    databases = []

    def make(kind: type) -> Runtime:
        database = Database(f"sqlite:///{tmp_path / 'service.sqlite'}", kind.name)
        databases.append(database)
        migrations.migrate(database, kind.MIGRATIONS)
        with database.begin() as session:
            kept = {"id": "m", "source": "/office", "sha256": b"", "body": b"{}", "received_at": START}
            insert_rows(session, tables.inbox, [kept])
        return Runtime(kind(load_policy()), database, VirtualClock(START))

    yield make
    for database in databases:
        database.close()


def publish(runtime: Runtime) -> None:
    """A policy by which raw bodies are kept for two months from April on, as this service hears of it."""
    runtime.clock.move_to(START)
    if isinstance(runtime.service, Escalation):
        request = inbound.PolicyPublished(**BY_THE_OFFICE, by=None)
        message = Message(id="p", source="/office", type=request.TYPE, subject="RULES", time=START, data=request)
        key = f"OFFICE.{request.TYPE}"
        delivery = Delivery(inbound_to_wire(message), key, "duban.inbound", 1, JSON, "office")
        process_batch(runtime, "escalation.inbound", [delivery])
        return
    fact = PolicyPublished(**BY_THE_OFFICE, by=None)
    told = Message(id="p", source="/duban/escalation", type=fact.TYPE, subject="RULES", time=START, data=fact, sequence=1)
    process_batch(runtime, f"{runtime.service.name}.events", [Delivery(to_wire(told), fact.TYPE, "duban.events", 1, JSON)])


def at(runtime: Runtime, days: int) -> dict[str, int]:
    """What is put away so many days after the start."""
    runtime.clock.move_to(START + timedelta(days=days))
    return dict(tidying.tidy(runtime, tidying.in_force(runtime, load_policy()), "陈立"))


@pytest.mark.parametrize("kind", [Intake, Escalation, Scoring, Notify])
def test_the_published_policy_says_how_long_something_is_kept(opened: Open, kind: type) -> None:
    runtime = opened(kind)
    publish(runtime)
    assert at(runtime, 20).get("inbound bodies erased") is None
    assert at(runtime, 70)["inbound bodies erased"] >= 1


def test_before_any_is_published_the_policy_of_the_start_does(opened: Open) -> None:
    assert at(opened(Intake), 70) == {}


def test_a_run_that_went_through_is_told_and_one_that_broke_off_is_not(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = opened(Intake)

    def seen() -> datetime | None:
        with runtime.database.begin() as session:
            return backlog.read(session, ()).tidied

    assert seen() is None
    at(runtime, 1)
    assert seen() == START + timedelta(days=1)

    def broken(*_: Any) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(erasing, "erase_inbound", broken)
    with pytest.raises(RuntimeError):
        at(runtime, 2)
    assert seen() == START + timedelta(days=1)


MANY = """INSERT INTO inbox (id, source, body, received_at)
SELECT n::text, '/office', CASE WHEN n > 19900 THEN 'x'::bytea END, now() - n * interval '1 minute'
FROM generate_series(1, 20000) n"""


def test_bodies_that_are_left_are_found_without_a_look_at_every_key(fresh_database: Callable[[str], str]) -> None:
    """Keys are kept for ever: after some years a scan of them would take the night."""
    database = Database(fresh_database("intake"), "intake")
    migrations.migrate(database, Intake.MIGRATIONS)
    with database.begin() as session:
        session.execute(text(MANY))
        session.execute(text("ANALYZE inbox"))
        statement = erasing.inbound_bodies(datetime.now(UTC), 500)
        bound = statement.compile(session.engine, compile_kwargs={"literal_binds": True})
        plan = "\n".join(row[0] for row in session.execute(text(f"EXPLAIN {bound}")))
    database.close()
    assert "ix_inbox_kept" in plan, plan
    assert "Seq Scan" not in plan, plan
