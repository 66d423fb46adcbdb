"""The powers of the office as recorded acts (domain.md C9, C11): coordination, investigation, disposition, and field notes.

The other two powers are decided elsewhere: interviews in escalation, bulletins in notify. What is announced of them is kept
beside these, so that one list shows all that was done about a matter or a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from event_contracts.escalation import InterviewHeld
from event_contracts.event import Message
from event_contracts.inbound import ActionRecorded as Recorded
from event_contracts.inbound import FieldNoteRecorded as Noted
from event_contracts.intake import ActionRecorded, FieldNoteRecorded
from event_contracts.notify import BulletinPublished
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.persistence.unit_of_work import Work
from service_chassis.persistence.waiting import look_up

from intake.handlers import evidence_rows, identity
from intake.people import check_power
from intake.store import acts as rows
from intake.units import check_unit

NOTES = "FIELD_NOTES"
"""The subject of field notes, which are about no matter yet."""
NEITHER = "OFFICE"
"""The subject of an action about no matter and no unit."""
POWERS: Mapping[str, Act] = MappingProxyType(
    {"COORDINATION": Act.RECORD, "INVESTIGATION": Act.RECORD, "DISPOSITION": Act.DISPOSE}
)
"""Saying how a problem is to be handled is a decision; the others are work that is written down."""


def subject(data: Recorded) -> str:
    """What is locked for an action about no matter."""
    return f"UNIT:{data.unit}" if data.unit is not None else NEITHER


def record(work: Work, message: Message, policy: Policy) -> None:
    """The office used one of its powers."""
    data: Recorded = message.data
    check_power(work, message, data.by, POWERS[data.kind], policy)
    if data.unit is not None:
        check_unit(work, message, data.unit, "/data/unit", policy)
    matter = work.store.matters[work.matter_of(message)] if data.matter is not None else None
    row = _row(message, data.kind, matter.matter_id if matter else None, data.unit)
    row |= {"parties": data.parties, "outcome": data.outcome, "evidence": evidence_rows(data.evidence), "done_by": data.by}
    rows.add(work.session, [row])
    fact = ActionRecorded(
        **(identity(matter) if matter else {}),
        action=message.id,
        kind=data.kind,
        recorded_at=message.time,
        by=data.by,
        unit=data.unit,
    )
    work.announce(fact, subject=matter.matter_id if matter else subject(data), time=message.time)


def note(work: Work, message: Message, policy: Policy) -> None:
    """Something was said at a meeting or on a visit; its id is what a matter names as its source."""
    data: Noted = message.data
    check_power(work, message, data.by, Act.NOTE, policy)
    row = {"note": message.id, "kind": data.kind, "occasion": data.occasion, "text": data.text}
    rows.add_note(work.session, row | {"noted_by": data.by, "noted_at": message.time})
    work.announce(FieldNoteRecorded(note=message.id, recorded_at=message.time, kind=data.kind), subject=NOTES, time=message.time)


def keep_interview(work: Work, message: Message) -> None:
    """An interview was held with a unit."""
    data: InterviewHeld = message.data
    row = _row(message, "INTERVIEW", None, data.unit) | {"act": data.interview_id}
    rows.add(work.session, [row | {"parties": [data.unit], "outcome": data.minutes}])


def keep_bulletin(work: Work, message: Message) -> None:
    """A bulletin went out; one entry for each unit and matter that it names."""
    data: BulletinPublished = message.data
    known = look_up(work, {item.matter for item in data.items})
    entries = []
    for number, item in enumerate(data.items):
        ids = {row.matter_id for row in known.get(item.matter, ())}
        row = _row(message, "BULLETIN", ids.pop() if len(ids) == 1 else None, item.unit)
        row |= {"act": data.bulletin, "number": number, "parties": data.scope, "outcome": data.text}
        entries.append(row | {"done_by": data.approved_by})
    rows.add(work.session, entries)


def _row(message: Message, kind: str, matter_id: str | None, unit: str | None) -> dict[str, Any]:
    return {
        "act": message.id,
        "number": 0,
        "kind": kind,
        "matter_id": matter_id,
        "unit": unit,
        "parties": [],
        "outcome": "",
        "evidence": None,
        "done_by": None,
        "done_at": message.time,
    }
