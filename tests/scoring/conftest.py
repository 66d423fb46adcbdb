"""Scoring on a real database: tell it facts, look at what it announced and keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from event_contracts.escalation import ReviewLapsed, SlipIssued, SlipWithdrawn
from event_contracts.event import Fact, Message, Request, TimeLimit
from event_contracts.wire import inbound_to_wire, read_published, to_wire
from ground_rules.policy import load_policy
from scoring.report import report
from scoring.service import Scoring
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, process_batch
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import migrations, refusals, tables
from service_chassis.persistence.database import Database
from sqlalchemy import select, text

START = datetime(2026, 3, 16, 16, tzinfo=UTC)
NOW = datetime(2026, 12, 31, tzinfo=UTC)
"""The clock is past everything that is told."""


def at(day: int, month: int = 3, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


class Bench:
    """One scoring service with its database and a clock that stands still."""

    def __init__(self, database: Database, policy: Any) -> None:
        self.database = database
        self.policy = policy
        migrations.migrate(database, Scoring.MIGRATIONS)
        self.runtime = Runtime(Scoring(policy), database, VirtualClock(NOW))
        self._told = 0
        self.heard: list[bytes] = []
        """Every event of other services, as the archive has it."""

    def tell(self, *facts: Fact, time: datetime = START) -> None:
        """Facts from escalation, in one batch."""
        self.deliver([self.message(fact, time) for fact in facts])

    def message(self, fact: Fact, time: datetime = START) -> Message:
        self._told += 1
        subject = getattr(fact, "matter_id", "")
        return Message(
            id=f"e{self._told}", source="/duban/escalation", type=fact.TYPE, subject=subject, time=time, data=fact, sequence=1
        )

    def deliver(self, messages: list[Message]) -> None:
        batch = [Delivery(to_wire(m), m.type, "duban.events", tag) for tag, m in enumerate(messages)]
        self.heard += [delivery.body for delivery in batch]
        process_batch(self.runtime, "scoring.events", batch)

    def send(self, data: Request, time: datetime = START, id_: str | None = None) -> None:
        """A message of the office, in a batch of its own."""
        self._told += 1
        message = Message(id=id_ or f"i{self._told}", source="/office", type=data.TYPE, subject="", time=time, data=data)
        body, key = inbound_to_wire(message), f"OFFICE.{data.TYPE}"
        delivery = Delivery(body, key, "duban.inbound", self._told, "application/cloudevents+json", "office")
        process_batch(self.runtime, "scoring.inbound", [delivery])

    def refused(self) -> list[str]:
        """The codes of what was refused."""
        with self.database.begin() as session:
            return [row["code"] for row in refusals.report(session)]

    def announced(self) -> list[Message]:
        """Every event in the outbox, in order; refusals are no events."""
        return [read_published(body) for body in self._outbox()]

    def _outbox(self) -> list[bytes]:
        with self.database.begin() as session:
            events = select(tables.outbox.c.body).where(tables.outbox.c.exchange == "duban.events")
            return [bytes(row.body) for row in session.execute(events.order_by(tables.outbox.c.id))]

    def archive(self) -> list[bytes]:
        """Everything that was published, as the archive keeps it."""
        return [*self.heard, *self._outbox()]

    def tamper(self, statement: str, **values: Any) -> int:
        """Change a table behind the service's back; returns how many rows."""
        with self.database.begin() as session:
            return session.execute(text(statement), values).rowcount

    def names(self) -> list[str]:
        return [message.type.removeprefix("scoring.").removesuffix(".v1") for message in self.announced()]

    def report(self) -> dict[str, list[dict[str, Any]]]:
        with self.database.begin() as session:
            return report(session, self.policy)

    def parked(self) -> int:
        with self.database.begin() as session:
            return len(session.execute(select(tables.parked)).all())


@pytest.fixture(params=["sqlite", "postgresql"])
def service_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of scoring's own, on both kinds of server."""
    kind = "sqlite_database" if request.param == "sqlite" else "fresh_database"
    database = Database(request.getfixturevalue(kind)("scoring"), "scoring")
    yield database
    database.close()


@pytest.fixture
def bench(service_database: Database) -> Bench:
    return Bench(service_database, load_policy())


@pytest.fixture
def slip() -> Callable[..., SlipIssued]:
    """`slip("y1", "YELLOW", unit=…)`: an issued slip."""

    def make(slip_id: str = "y1", colour: str = "YELLOW", **other: Any) -> SlipIssued:
        values: dict[str, Any] = {
            "matter_id": "m1",
            "external_ref": "M-02",
            "submitted_by": "OFFICE",
            "slip_id": slip_id,
            "unit": "ZJJ",
            "colour": colour,
            "renewal": 0,
            "ground": "OVERDUE",
            "state": "ISSUED",
            "number": "咸督办〔2026〕黄字第3号",
            "title": "老旧小区改造",
            "role": "LEAD",
            "standard": "全部完成",
            "requirements": [],
            "limit": TimeLimit(amount=5, unit="WORKDAY"),
            "liability_date": date(2026, 3, 17),
            "issued_at": START,
            "issued_by": "DUBAN",
            "reason": "白色督办单逾期 / the white slip expired",
        }
        return SlipIssued(**(values | other))

    return make


@pytest.fixture
def lapse() -> Callable[..., ReviewLapsed]:
    def make(slip_id: str = "y1", colour: str = "YELLOW", unit: str = "ZJJ") -> ReviewLapsed:
        return ReviewLapsed(matter_id="m1", slip_id=slip_id, unit=unit, colour=colour, lapsed_at=at(16, 4, 16))

    return make


@pytest.fixture
def fall() -> Callable[..., SlipWithdrawn]:
    def make(slip_id: str = "y1", colour: str = "YELLOW", unit: str = "ZJJ", state: str = "OVERTURNED") -> SlipWithdrawn:
        return SlipWithdrawn(
            matter_id="m1",
            slip_id=slip_id,
            unit=unit,
            colour=colour,
            renewal=0,
            ground="OVERDUE",
            state=state,
            cause=state,
            withdrawn_at=at(6, 5),
        )

    return make
