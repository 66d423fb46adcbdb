"""Notify on a real database: tell it facts, sign, move the clock; look at what it announced and keeps.

The bench stands in for escalation where notify asks for a marker: it sends one that answers every request made so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.escalation import DeadlineApproaching, SlipIssued, SlipLifted, SlipRenewed, SlipWithdrawn, UrgeSent
from event_contracts.event import Fact, Message, Request, TimeLimit
from event_contracts.inbound import CutMarked, NoticeSigned
from event_contracts.intake import AssignmentDispatched, AssignmentItem, MatterRegistered, SourceRecord
from event_contracts.wire import inbound_to_wire, read_published, to_wire
from ground_rules.policy import load_policy
from notify.domain.sending import Ways
from notify.report import report
from notify.service import Notify
from notify.store.outgoing import NOWHERE
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, process_batch, refuse_waiting, run_timers
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import migrations, refusals, tables
from service_chassis.persistence.database import Database
from sqlalchemy import select

ZONE = ZoneInfo("Asia/Shanghai")


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A local time in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


class Bench:
    """One notify service with its database and a clock that stands still until it is moved."""

    def __init__(self, database: Database, policy: Any, ways: Ways = NOWHERE) -> None:
        self.database = database
        self.policy = policy
        migrations.migrate(database, Notify.MIGRATIONS)
        self.clock = VirtualClock(local(2, 8))
        self.runtime = Runtime(Notify(policy, ways), database, self.clock, refuse_waiting_after=None)
        self._told = 0
        self._answered = 0

    # ---- what comes in

    def tell(self, *facts: Fact, time: datetime | None = None) -> None:
        """Facts from intake and escalation, in one batch, dated `time` (now by default)."""
        self.deliver([self.message(fact, time) for fact in facts])

    def message(self, fact: Fact, time: datetime | None = None) -> Message:
        self._told += 1
        return Message(
            id=f"e{self._told}",
            source=f"/duban/{fact.TYPE.partition('.')[0]}",
            type=fact.TYPE,
            subject=getattr(fact, "matter_id", ""),
            time=time or self.clock.now(),
            data=fact,
            sequence=self._told,
        )

    def deliver(self, messages: list[Message]) -> None:
        batch = [Delivery(to_wire(m), m.data.routing_key(), "duban.events", tag) for tag, m in enumerate(messages)]
        process_batch(self.runtime, "notify.events", batch)

    def sign(
        self, time: datetime, colour: str | None = None, *, unit: str = "ZJJ", matter: str = "M-01", by: str = "王芳"
    ) -> str:
        """`notice.signed` from a unit's own account; returns its id."""
        data = NoticeSigned(matter=matter, unit=unit, colour=colour, signed_by=by)
        return self._send(unit, f"/units/{unit}", data, time)

    def _send(self, sender: str, source: str, data: Request, time: datetime) -> str:
        self._told += 1
        message = Message(id=f"i{self._told}", source=source, type=data.TYPE, subject="M-01", time=time, data=data)
        delivery = Delivery(
            inbound_to_wire(message),
            f"{sender}.{data.TYPE}",
            "duban.inbound",
            self._told,
            "application/cloudevents+json",
            sender.lower(),
        )
        process_batch(self.runtime, "notify.inbound", [delivery])
        return message.id

    def move_to(self, instant: datetime, *, markers: bool = True) -> None:
        """Let time pass: what is due then is answered, with a marker from escalation unless `markers` is False."""
        self.clock.move_to(instant)
        while run_timers(self.runtime) or (markers and self._mark()):
            pass

    def _mark(self) -> bool:
        wanted = max((m.data.want for m in self.everything() if m.type == "notify.cut.wanted.v1"), default=0)
        if wanted <= self._answered:
            return False
        self._answered = wanted
        self._send("DUBAN", "/duban/escalation", CutMarked(number=wanted, answers={"notify": wanted}), self.clock.now())
        return True

    # ---- what comes out

    def everything(self) -> list[Message]:
        with self.database.begin() as session:
            rows = session.execute(select(tables.outbox.c.body).order_by(tables.outbox.c.id)).all()
        return [found for row in rows if (found := read_published(bytes(row.body))).type.startswith("notify.")]

    def announced(self, name: str) -> list[Message]:
        """The `notify.notice.<name>.v1` in the outbox, in order."""
        return [message for message in self.everything() if message.type == f"notify.notice.{name}.v1"]

    def notices(self, **where: Any) -> list[dict[str, Any]]:
        """The report's notices that have these values."""
        with self.database.begin() as session:
            found = report(session, self.policy)["notices"]
        return [notice for notice in found if all(notice[key] == value for key, value in where.items())]

    def refused(self) -> list[dict[str, Any]]:
        with self.database.begin() as session:
            return refusals.report(session)

    def give_up(self) -> int:
        """The end of a rehearsal: what still waits is refused."""
        return refuse_waiting(self.runtime)

    def waiting(self) -> int:
        with self.database.begin() as session:
            return len(session.execute(select(tables.waiting)).all())

    def armed(self) -> list[tuple[str, datetime]]:
        """Every timer that is set: its key and when it is due."""
        with self.database.begin() as session:
            return [(row.key, row.due_at) for row in session.execute(select(tables.timer))]

    def parked(self) -> int:
        with self.database.begin() as session:
            return len(session.execute(select(tables.parked)).all())


@pytest.fixture(params=["sqlite", "postgresql"])
def service_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of notify's own, on both kinds of server."""
    kind = "sqlite_database" if request.param == "sqlite" else "fresh_database"
    database = Database(request.getfixturevalue(kind)("notify"), "notify")
    yield database
    database.close()


@pytest.fixture
def bench(service_database: Database) -> Bench:
    return Bench(service_database, load_policy())


@pytest.fixture
def posted(service_database: Database) -> Callable[[Ways], Bench]:
    """`posted(ways)`: the same with channels that lead to people."""
    return lambda ways: Bench(service_database, load_policy(), ways)


@pytest.fixture
def immediate(service_database: Database) -> Bench:
    """The same under the policy `service = "immediate"`."""
    return Bench(service_database, load_policy({"service": "immediate"}))


MATTER = {"matter_id": "m1", "external_ref": "M-01", "submitted_by": "OFFICE"}


@pytest.fixture
def matter() -> MatterRegistered:
    item = AssignmentItem(assignment_id="a1", unit="ZJJ", role="LEAD", deliverable="报告")
    return MatterRegistered(
        **MATTER,
        title="老旧小区改造",
        kind="ROUTINE",
        section="DECISION",
        standard="全部完成",
        source=SourceRecord(type="DOCUMENT"),
        state="REGISTERED",
        assignments=[item],
    )


@pytest.fixture
def assignment() -> AssignmentDispatched:
    return AssignmentDispatched(
        **MATTER, assignment_id="a1", unit="ZJJ", role="LEAD", title="老旧小区改造", deliverable="报告", standard="全部完成"
    )


SLIP: dict[str, Any] = {**MATTER, "unit": "ZJJ", "ground": "OVERDUE", "state": "ISSUED", "number": "咸督办〔2026〕白字第1号"}


@pytest.fixture
def slip() -> Callable[..., SlipIssued]:
    def make(slip_id: str = "w1", colour: str = "WHITE", issued_at: datetime | None = None) -> SlipIssued:
        return SlipIssued(
            **SLIP,
            slip_id=slip_id,
            colour=colour,
            renewal=0,
            title="老旧小区改造",
            role="LEAD",
            standard="全部完成",
            requirements=[],
            limit=TimeLimit(amount=10, unit="WORKDAY"),
            liability_date=date(2026, 3, 2),
            issued_at=issued_at or local(2, 9),
            issued_by="DUBAN",
            reason="逾期 / overdue",
        )

    return make


@pytest.fixture
def renewal() -> Callable[..., SlipRenewed]:
    def make(slip_id: str = "y2", previous: str = "y1") -> SlipRenewed:
        return SlipRenewed(
            **SLIP,
            slip_id=slip_id,
            colour="YELLOW",
            renewal=1,
            title="老旧小区改造",
            standard="全部完成",
            limit=TimeLimit(amount=5, unit="WORKDAY"),
            issued_at=local(9, 9),
            issued_by="DUBAN",
            reason="有实质性改进 / substantive improvement",
            previous_slip=previous,
        )

    return make


@pytest.fixture
def lifted() -> Callable[..., SlipLifted]:
    def make(slip_id: str = "w1", colour: str = "WHITE") -> SlipLifted:
        return SlipLifted(**SLIP | {"state": "LIFTED"}, slip_id=slip_id, colour=colour, renewal=0, lifted_at=local(13, 15))

    return make


@pytest.fixture
def withdrawn() -> Callable[..., SlipWithdrawn]:
    def make(slip_id: str = "w1", colour: str = "WHITE") -> SlipWithdrawn:
        values = SLIP | {"state": "WITHDRAWN", "slip_id": slip_id, "colour": colour, "renewal": 0}
        return SlipWithdrawn(**values, cause="LATE_ARRIVING_TIMELY_COMPLETION", withdrawn_at=local(3, 9))

    return make


@pytest.fixture
def approaching() -> Callable[..., DeadlineApproaching]:
    def make(days_left: int = 3, owner: str = "SLIP:WHITE") -> DeadlineApproaching:
        return DeadlineApproaching(**MATTER, unit="ZJJ", owner=owner, days_left=days_left)

    return make


@pytest.fixture
def urged() -> UrgeSent:
    return UrgeSent(**MATTER, unit="ZJJ", by="OFFICE", urged_at=local(24, 9), count=1)
