"""Three tiny services that use every part of the chassis; for tests only.

Desk takes submissions and claims, Post serves one hour later (under the cut), Watch arms a deadline of one day (under the cut).
They carry the names of the real services, because markers travel by those names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from event_contracts import escalation, inbound, intake, notify
from event_contracts.event import Message

from service_chassis.declare import Service, consume, due
from service_chassis.errors import Refused
from service_chassis.messaging.envelope import Outgoing
from service_chassis.persistence.unit_of_work import Timer, Work

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Desk(Service):
    """Stands for intake. A title "boom" makes its handler fail, "refuse me" makes it refuse."""

    name = "intake"
    FORWARDS_CUT = intake.CutPassed
    PARKED = intake.InboundParked

    def subjects(self, message: Message) -> list[str]:
        return [f"m-{message.data.external_ref}"] if hasattr(message.data, "external_ref") else []

    @consume(inbound.MatterSubmitted)
    def on_submitted(self, work: Work, message: Message) -> None:
        data = message.data
        if data.title == "boom":
            raise RuntimeError("boom")
        if data.title == "refuse me":
            raise Refused("AUTHORITY_MISSING", "no", "/data/authorisation")
        matter_id = f"m-{data.external_ref}"
        work.know_matter(matter_id, data.external_ref, message.sender, [a.unit for a in data.assignments])
        first = data.assignments[0]
        fact = intake.AssignmentDispatched(
            matter_id=matter_id,
            external_ref=data.external_ref,
            submitted_by=message.sender,
            assignment_id=f"{matter_id}/1",
            unit=first.unit,
            role=first.role,
            title=data.title,
            deliverable=first.deliverable,
            standard=data.standard,
        )
        work.announce(fact, subject=matter_id, time=message.time)

    @consume(inbound.CompletionClaimed)
    def on_claimed(self, work: Work, message: Message) -> None:
        matter_id = work.matter_of(message)
        fact = intake.CompletionClaimed(matter_id=matter_id, unit=message.data.unit, claim=message.id, claimed_at=message.time)
        work.announce(fact, subject=matter_id, time=message.time)


class Post(Service):
    """Stands for notify."""

    name = "notify"
    FORWARDS_CUT = notify.CutPassed
    WANTS_CUT = notify.CutWanted
    PARKED = notify.InboundParked

    @consume(intake.AssignmentDispatched)
    def on_dispatched(self, work: Work, message: Message) -> None:
        work.set_timer("deemed", message.data.assignment_id, work.now + HOUR, subject=message.data.matter_id)

    @due("deemed", cut=True)
    def on_deemed(self, work: Work, timer: Timer) -> None:
        fact = notify.NoticeServed(
            matter_id=timer.subject,
            notice_id=timer.key,
            unit="ZJJ",
            kind="ASSIGNMENT",
            about=timer.key,
            served_at=timer.due_at,
            served_on=timer.due_at.date(),
            mode="DEEMED",
        )
        work.announce(fact, subject=timer.subject, time=timer.due_at)


class Watch(Service):
    """Stands for escalation; `breached` lists the matters whose deadline passed without a claim."""

    name = "escalation"
    MAKES_CUT = True
    PARKED = escalation.InboundParked

    def __init__(self) -> None:
        self.breached: list[str] = []
        self.failing: set[str] = set()
        self.prepared: list[int] = []

    def prepare_timers(self, work: Work, timers: Sequence[Timer]) -> None:
        self.prepared.append(len(timers))

    @consume(notify.NoticeServed)
    def on_served(self, work: Work, message: Message) -> None:
        work.set_timer("deadline", message.data.notice_id, message.time + DAY, subject=message.data.matter_id)

    @consume(intake.CompletionClaimed)
    def on_claimed(self, work: Work, message: Message) -> None:
        work.clear_timer("deadline", f"{message.data.matter_id}/1")

    @due("deadline", cut=True)
    def on_deadline(self, work: Work, timer: Timer) -> None:
        if timer.subject in self.failing:
            raise RuntimeError("this timer's handler is broken")
        self.breached.append(timer.subject)


def inbound_message(id_: str, type_: str, sender: str, data: dict[str, Any], time: datetime) -> Outgoing:
    """A department's (or the office's) message, as it is published to `duban.inbound`."""
    source = "/office" if sender == "OFFICE" else f"/units/{sender}"
    event = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": time.isoformat(), "data": data}
    return Outgoing("duban.inbound", f"{sender}.{type_}", orjson.dumps(event), user_id=sender.lower())


def submission(ref: str, time: datetime, *, id_: str | None = None, title: str = "老旧小区改造") -> Outgoing:
    """The office submits a matter for ZJJ."""
    assignment = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 3, "unit": "DAY"}}
    data = {"external_ref": ref, "title": title, "source": {"type": "DOCUMENT"}, "standard": "完成", "assignments": [assignment]}
    return inbound_message(id_ or f"s-{ref}", "matter.submitted.v1", "OFFICE", data, time)


def claim(ref: str, time: datetime, *, id_: str | None = None, sender: str = "ZJJ") -> Outgoing:
    """A unit claims completion of a matter."""
    data = {"matter": ref, "unit": sender, "text": "已完成"}
    return inbound_message(id_ or f"c-{ref}", "completion.claimed.v1", sender, data, time)
