"""A city with escalation alone in it: the test speaks for intake and notify, and time is virtual."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from escalation.report import report
from escalation.service import Escalation
from event_contracts import intake, notify
from event_contracts.event import Fact, Message, TimeLimit
from event_contracts.wire import read_published, to_wire
from ground_rules.policy import load_policy
from service_chassis.clock import VirtualClock
from service_chassis.declare import Service
from service_chassis.delivery import Runtime
from service_chassis.entrypoints.inprocess import InProcess
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.messaging.envelope import Outgoing
from service_chassis.persistence import migrations, refusals, tables
from service_chassis.persistence.database import Database

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"


class Door(Service):
    """Stands for intake: it passes the markers on, and that is all."""

    name = "intake"
    FORWARDS_CUT = intake.CutPassed
    PARKED = intake.InboundParked


class Post(Service):
    """Stands for notify, in the same way."""

    name = "notify"
    FORWARDS_CUT = notify.CutPassed
    PARKED = notify.InboundParked


def at(text: str) -> datetime:
    """A local instant in Xianyang, `2026-03-02 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class City:
    """Feeds facts and requests at their instants and lets the clocks run in between."""

    def __init__(self, database: Database, folder: Path, policy: dict[str, Any]) -> None:
        self.policy = load_policy(policy, rehearsal=True)
        self.clock = VirtualClock(at("2017-01-01 00:00"))
        self.database = database
        migrations.migrate(database, Escalation.MIGRATIONS)
        self.service = Escalation(self.policy)
        self.runtime = Runtime(self.service, database, self.clock, refuse_waiting_after=None)
        self.broker = EmbeddedBroker()
        others = [Runtime(kind(), _chassis_only(folder, kind.name), self.clock) for kind in (Door, Post)]
        self.driver = InProcess([self.runtime, *others], self.broker)
        self.numbers = 0
        self.auto_serve: Callable[[datetime], datetime] | None = None
        self._seen = 0

    # ---- time

    def until(self, instant: datetime) -> None:
        """Let every clock run that becomes due before or at `instant`; serve slips as they are issued, if asked to."""
        self._rest()
        while (due := self.driver.next_due()) is not None and due <= instant:
            self.clock.move_to(max(due, self.clock.now()))
            self.driver.tick()
            self._rest()
        self.clock.move_to(max(instant, self.clock.now()))
        self.driver.tick()
        self._rest()

    def _rest(self) -> None:
        self.driver.settle()
        if self.auto_serve is not None:
            for event in self.published("escalation.slip.issued.v1", "escalation.slip.renewed.v1", after=self._seen):
                self.serve_slip(event.data, event.data.issued_at)
            self._seen = self.archive_size()
            self.driver.settle()

    # ---- what the test says for others

    def fact(self, fact: Fact, time: datetime, *, recorded: datetime | None = None, id_: str | None = None) -> Outgoing:
        """A fact of intake or notify, as it is published."""
        self.numbers += 1
        producer = fact.TYPE.partition(".")[0]
        message = Message(
            id=id_ or f"{producer}-{self.numbers}",
            source=f"/duban/{producer}",
            type=fact.TYPE,
            subject=getattr(fact, "matter_id", ""),
            time=time,
            data=fact,
            recordedtime=recorded or time,
        )
        return Outgoing("duban.events", fact.TYPE, to_wire(message), user_id="duban", message_id=message.id)

    def say(self, fact: Fact, time: datetime, **more: Any) -> None:
        """Publish a fact now (after letting time run up to it) and let it take effect."""
        self.until(more.pop("arrives", None) or time)
        self.broker.publish([self.fact(fact, time, **more)])
        self._rest()
        self.driver.tick()
        self._rest()

    def request(self, type_: str, time: datetime, sender: str = "OFFICE", *, id_: str | None = None, **data: Any) -> str:
        """Send an inbound message, which arrives at its time or at `arrives`; returns its id."""
        self.until(data.pop("arrives", None) or time)
        self.numbers += 1
        name = id_ or f"r-{self.numbers}"
        source = "/office" if sender == "OFFICE" else f"/units/{sender}"
        data = {"matter": MATTER, "unit": "ZJJ"} | data
        event = {
            "specversion": "1.0",
            "id": name,
            "source": source,
            "type": f"{type_}.v1",
            "time": time.isoformat(),
            "data": data,
        }
        self.broker.publish([Outgoing("duban.inbound", f"{sender}.{type_}.v1", orjson.dumps(event), user_id=sender.lower())])
        self._rest()
        self.driver.tick()
        self._rest()
        return name

    def rule(self, type_: str, time: datetime, **data: Any) -> str:
        """The office publishes a rule: a message about no matter."""
        self.until(time)
        self.numbers += 1
        name = f"rule-{self.numbers}"
        event = {"specversion": "1.0", "id": name, "source": "/office", "type": f"{type_}.v1", "time": time.isoformat()}
        body = orjson.dumps(event | {"data": data})
        self.broker.publish([Outgoing("duban.inbound", f"OFFICE.{type_}.v1", body, user_id="office")])
        self._rest()
        self.driver.tick()
        self._rest()
        return name

    # ---- the usual facts

    def assign(self, time: datetime, *, unit: str = "ZJJ", matter: str = MATTER, ref: str = "M-1", **limit: Any) -> None:
        """A matter with one assignment; `days=10` for a limit in workdays, or `due_at`."""
        self.say(self.registered(unit, matter, ref, **limit), time)

    def registered(self, unit: str, matter: str, ref: str, *, days: int = 200, due_at: datetime | None = None) -> Fact:
        limit = None if due_at else TimeLimit(amount=days, unit="WORKDAY")
        item = intake.AssignmentItem(
            assignment_id=f"{matter}/{unit}", unit=unit, role="LEAD", deliverable="报告", limit=limit, due_at=due_at
        )
        source = intake.SourceRecord(type="DOCUMENT")
        about = {"matter_id": matter, "external_ref": ref, "submitted_by": "OFFICE", "title": "老旧小区改造"}
        return intake.MatterRegistered(
            **about, kind="DAILY", section="SPECIAL", standard="全部完成", source=source, state="REGISTERED", assignments=[item]
        )

    def serve(self, time: datetime, *, unit: str = "ZJJ", matter: str = MATTER) -> None:
        """The assignment's notice is signed."""
        self.say(self.served(f"{matter}/{unit}", "ASSIGNMENT", time, unit=unit, matter=matter), time)

    def served(self, about: str, kind: str, time: datetime, *, unit: str = "ZJJ", matter: str = MATTER) -> Fact:
        day = time.astimezone(ZONE).date()
        return notify.NoticeServed(
            matter_id=matter,
            notice_id=f"n/{about}",
            unit=unit,
            kind=kind,
            about=about,
            served_at=time,
            served_on=day,
            mode="SIGNED",
        )

    def serve_slip(self, data: Any, time: datetime) -> None:
        """The notice of a slip is signed."""
        fact = self.served(data.slip_id, "SLIP", time, unit=data.unit, matter=data.matter_id)
        self.broker.publish([self.fact(fact, time)])

    def sign(self, colour: str, time: datetime, renewal: int = 0) -> None:
        """The last issued slip of a colour is signed at `time`."""
        self.until(time)
        issued = [e.data for e in self.published("escalation.slip.issued.v1", "escalation.slip.renewed.v1")]
        data = [d for d in issued if d.colour == colour and d.renewal == renewal][-1]
        self.serve_slip(data, time)
        self._rest()
        self.driver.tick()
        self._rest()

    def claim(self, time: datetime, *, id_: str = "c1", arrives: datetime | None = None) -> None:
        """The unit claims completion; `arrives` later than `time` for a late report."""
        fact = intake.CompletionClaimed(matter_id=MATTER, unit="ZJJ", claim=id_, claimed_at=time)
        self.say(fact, time, recorded=arrives or time, arrives=arrives)

    def verify(self, time: datetime, claimed_at: datetime, *, id_: str = "c1") -> None:
        """The office verifies a claim."""
        about = {"matter_id": MATTER, "unit": "ZJJ", "claim": id_, "claimed_at": claimed_at}
        self.say(intake.CompletionVerified(**about, verified_by="陈立"), time)

    def reject(self, time: datetime, claimed_at: datetime, *, id_: str = "c1") -> None:
        """The office rejects a claim."""
        about = {"matter_id": MATTER, "unit": "ZJJ", "claim": id_, "claimed_at": claimed_at}
        self.say(intake.CompletionRejected(**about, rejected_by="陈立"), time)

    def progress(self, time: datetime, decided: datetime) -> None:
        """A progress report of `time` is accepted at `decided`."""
        about = {"matter_id": MATTER, "unit": "ZJJ", "filing": f"p-{time.isoformat()}", "reported_at": time}
        self.say(intake.ProgressAccepted(**about, decided_by="陈立", percent=50), decided)

    def white_by_office(self, day: str = "2026-03-02") -> None:
        """AC-01's beginning: a white proposed, approved at 09:00 and signed at 10:00."""
        self.assign(at(f"{day} 08:35"))
        self.request("slip.proposed", at(f"{day} 08:50"), colour="WHITE", by="陈立", standard="标准", ground="SLOW_PROGRESS")
        self.request("slip.approved", at(f"{day} 09:00"), colour="WHITE", by="李文静")
        self.sign("WHITE", at(f"{day} 10:00"))

    # ---- what came of it

    def lists(self) -> dict[str, list[dict[str, Any]]]:
        with self.database.begin() as session:
            return report(session, self.policy)

    def slips(self) -> list[tuple[str, int, str]]:
        """(colour, renewal, state) in the order of issue."""
        return [(row["colour"], row["renewal"], row["state"]) for row in self.lists()["slips"]]

    def slip(self, colour: str, renewal: int = 0, nth: int = -1) -> dict[str, Any]:
        found = [row for row in self.lists()["slips"] if (row["colour"], row["renewal"]) == (colour, renewal)]
        return found[nth]

    def refusals(self) -> list[tuple[str, str]]:
        """(message id, code)."""
        with self.database.begin() as session:
            return [(row["id"], row["code"]) for row in refusals.report(session)]

    def refusal_details(self) -> list[str]:
        with self.database.begin() as session:
            return [row["detail"] for row in refusals.report(session)]

    def refused_fields(self) -> list[str]:
        """The JSON pointers of all refusals."""
        with self.database.begin() as session:
            rows = session.execute(tables.refusal.select()).mappings()
            return [fault["pointer"] for row in rows for fault in row["errors"]]

    def outcomes(self) -> dict[tuple[str, str], int]:
        """(unit, reason) → how often it was seen."""
        with self.database.begin() as session:
            rows = session.exec_driver_sql("SELECT unit, reason, sum(count) FROM outcome GROUP BY unit, reason").all()
        return {(row[0], row[1]): int(row[2]) for row in rows}

    def outcomes_in_order(self) -> list[str]:
        """The reasons recorded about slips (not about the assignment), by when each was last seen."""
        query = f"SELECT reason FROM outcome WHERE about <> '{MATTER}/ZJJ' ORDER BY last_seen, first_seen, rowid"
        with self.database.begin() as session:
            return [row[0] for row in session.exec_driver_sql(query).all()]

    def published(self, *types: str, after: int = 0) -> list[Message]:
        found = [read_published(body) for _, _, body in self.broker.archived(after)]
        return [message for message in found if message.type in types]

    def archive_size(self) -> int:
        return max((seq for seq, _, _ in self.broker.archived()), default=0)

    def timers(self) -> list[tuple[str, str]]:
        with self.database.begin() as session:
            return [
                (row[0], row[1])
                for row in session.execute(tables.timer.select().with_only_columns(tables.timer.c.kind, tables.timer.c.key))
            ]


def _chassis_only(folder: Path, name: str) -> Database:
    database = Database(f"sqlite:///{folder / name}.sqlite", name, durable=False)
    with database.begin() as session:
        tables.CHASSIS.create_all(session)
    return database


@pytest.fixture
def city_with(tmp_path: Path) -> Iterator[Callable[..., City]]:
    """`city_with(approval={"red": "auto"})`: a city with this policy, on SQLite unless `database` says otherwise."""
    made: list[City] = []

    def make(database: Database | None = None, **policy: Any) -> City:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        database = database or Database(f"sqlite:///{folder / 'escalation'}.sqlite", "escalation", durable=False)
        made.append(City(database, folder, policy))
        return made[-1]

    yield make
    for city in made:
        for runtime in city.driver.runtimes:
            runtime.database.close()
        city.broker.close()


@pytest.fixture
def city(city_with: Callable[..., City]) -> City:
    """A city with the default policy."""
    return city_with()
