"""Intake on a real database: send it messages as departments and the office do; look at what it announced, refused and keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.event import Fact, Message, Request, TimeLimit
from event_contracts.inbound import (
    CompletionClaimed,
    CompletionRejected,
    CompletionVerified,
    MatterSubmitted,
    ProgressAssessed,
    ProgressReported,
    SubmittedAssignment,
    SubmittedSource,
)
from event_contracts.wire import inbound_to_wire, read_published, to_wire
from ground_rules.policy import load_policy
from intake.service import Intake
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, process_batch, refuse_waiting
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import migrations, refusals, tables
from service_chassis.persistence.database import Database
from sqlalchemy import select, text

ZONE = ZoneInfo("Asia/Shanghai")


def local(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A local time in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


class Bench:
    """One intake with its database; the clock stands at the end of March 2026."""

    def __init__(self, database: Database, policy: Any) -> None:
        self.database = database
        self.policy = policy
        migrations.migrate(database, Intake.MIGRATIONS)
        self.runtime = Runtime(Intake(policy), database, VirtualClock(local(31)), refuse_waiting_after=None)
        self._sent = 0

    # ---- what comes in

    def delivery(self, sender: str, data: Request, time: datetime, id_: str | None = None) -> Delivery:
        """A message as the broker hands it over."""
        self._sent += 1
        source = {"OFFICE": "/office", "DUBAN": "/duban/escalation"}.get(sender, f"/units/{sender}")
        message = Message(id=id_ or f"m{self._sent}", source=source, type=data.TYPE, subject="M-01", time=time, data=data)
        key = f"{sender}.{data.TYPE}"
        return Delivery(
            inbound_to_wire(message), key, "duban.inbound", self._sent, "application/cloudevents+json", sender.lower()
        )

    def receive(self, *deliveries: Delivery) -> None:
        """One batch."""
        process_batch(self.runtime, "intake.inbound", deliveries)

    def send(self, sender: str, data: Request, time: datetime | None = None, id_: str | None = None) -> None:
        """One message in a batch of its own."""
        self.receive(self.delivery(sender, data, time or local(2), id_))

    def hear(self, fact: Fact, time: datetime, producer: str = "notify") -> None:
        """One event of another service."""
        self._sent += 1
        event = Message(
            id=f"e{self._sent}", source=f"/duban/{producer}", type=fact.TYPE, subject="M-01", time=time, data=fact, sequence=1
        )
        delivery = Delivery(to_wire(event), fact.TYPE, "duban.events", self._sent, "application/cloudevents+json", "duban")
        process_batch(self.runtime, "intake.events", [delivery])

    def give_up(self) -> int:
        """The end of a rehearsal: what still waits is refused."""
        return refuse_waiting(self.runtime)

    # ---- what comes out

    def announced(self, *names: str) -> list[Message]:
        """Events in the outbox, in order; only `intake.<name>.v1` where names are given."""
        with self.database.begin() as session:
            rows = session.execute(select(tables.outbox.c.body, tables.outbox.c.exchange).order_by(tables.outbox.c.id)).all()
        events = [read_published(bytes(row.body)) for row in rows if row.exchange == "duban.events"]
        return [event for event in events if not names or event.type in {f"intake.{name}.v1" for name in names}]

    def refused(self) -> dict[str, str]:
        """Message id → code."""
        return {entry["id"]: entry["code"] for entry in self.refusals()}

    def refusals(self) -> list[dict[str, Any]]:
        with self.database.begin() as session:
            return refusals.report(session)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Any rows, as they are kept."""
        with self.database.begin() as session:
            return [dict(row) for row in session.execute(text(sql)).mappings()]

    def everything_told(self) -> bytes:
        """Every byte that left the service."""
        return b"".join(bytes(row["body"]) for row in self.rows("SELECT body FROM outbox"))


@pytest.fixture(params=["sqlite", "postgresql"])
def service_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of intake's own, on both kinds of server."""
    kind = "sqlite_database" if request.param == "sqlite" else "fresh_database"
    database = Database(request.getfixturevalue(kind)("intake"), "intake")
    yield database
    database.close()


@pytest.fixture
def bench(service_database: Database) -> Bench:
    return Bench(service_database, load_policy())


@pytest.fixture
def on_both(service_database: Database) -> Bench:
    """The same, for modules whose `bench` is on SQLite alone, since a database of one's own takes its time."""
    return Bench(service_database, load_policy())


@pytest.fixture
def automatic(service_database: Database) -> Bench:
    """The same under the policy `verification = "auto"`."""
    return Bench(service_database, load_policy({"verification": "auto"}))


@pytest.fixture
def new_bench(tmp_path: Any) -> Iterator[Callable[[], Bench]]:
    """`new_bench()`: one more intake on a SQLite file of its own."""
    opened: list[Database] = []

    def make() -> Bench:
        opened.append(Database(f"sqlite:///{tmp_path / f'intake{len(opened)}.sqlite'}", "intake", durable=False))
        return Bench(opened[-1], load_policy())

    yield make
    for database in opened:
        database.close()


LEAD = SubmittedAssignment(unit="ZJJ", role="LEAD", deliverable="完成情况报告", limit=TimeLimit(amount=20, unit="WORKDAY"))
HELP = SubmittedAssignment(unit="SLJ", role="SUPPORTING", deliverable="管网方案", limit=TimeLimit(amount=10, unit="WORKDAY"))


@pytest.fixture
def matter() -> Callable[..., MatterSubmitted]:
    """`matter(**changes)`: a matter of ZJJ alone; `helped=True` adds SLJ as supporting unit."""

    def make(*, helped: bool = False, **changes: Any) -> MatterSubmitted:
        plain = MatterSubmitted(
            external_ref="M-01",
            title="老旧小区改造",
            source=SubmittedSource(type="DOCUMENT", number="咸办发〔2026〕12号"),
            standard="全部完成并通过现场核验",
            assignments=[LEAD, HELP] if helped else [LEAD],
        )
        return replace(plain, **changes)

    return make


@pytest.fixture
def at() -> Callable[..., datetime]:
    """`at(day, hour)`: a local time in March 2026."""
    return local


@pytest.fixture
def report() -> Callable[..., ProgressReported]:
    def make(unit: str = "ZJJ", percent: int | None = 50, **changes: Any) -> ProgressReported:
        return ProgressReported(matter="M-01", unit=unit, text="主体完工", percent=percent, **changes)

    return make


@pytest.fixture
def assess() -> Callable[..., ProgressAssessed]:
    def make(accepted: bool = True, unit: str = "ZJJ", **changes: Any) -> ProgressAssessed:
        return ProgressAssessed(matter="M-01", unit=unit, accepted=accepted, decided_by="陈立", **changes)

    return make


@pytest.fixture
def claim() -> Callable[..., CompletionClaimed]:
    def make(unit: str = "ZJJ", **changes: Any) -> CompletionClaimed:
        return CompletionClaimed(matter="M-01", unit=unit, text="已全部完成", **changes)

    return make


@pytest.fixture
def verify() -> Callable[..., CompletionVerified]:
    def make(unit: str = "ZJJ", **changes: Any) -> CompletionVerified:
        return CompletionVerified(matter="M-01", unit=unit, verified_by="陈立", **changes)

    return make


@pytest.fixture
def reject() -> Callable[..., CompletionRejected]:
    def make(unit: str = "ZJJ", **changes: Any) -> CompletionRejected:
        return CompletionRejected(matter="M-01", unit=unit, verified_by="陈立", deficiencies=["缺照片"], **changes)

    return make
