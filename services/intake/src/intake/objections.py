"""Objections to an assignment (退办): filed by the unit within its window, decided by the office, and what follows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from event_contracts.event import Message, TimeLimit
from event_contracts.intake import AssignmentDispatched, ObjectionDecided, ObjectionFiled, PlannedMilestone
from event_contracts.notify import NoticeServed
from ground_rules.limits import Deadline
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence import cut
from service_chassis.persistence.unit_of_work import Work
from service_chassis.rulebook import Rulebook

from intake import objections_joined
from intake.domain import matter as rules
from intake.domain.completion import PartState
from intake.domain.objection import ACCEPTED, Objection, answered_by, fault_in, is_believed, window
from intake.domain.roles import Role
from intake.domain.sources import SourceType
from intake.handlers import evidence_rows, identity, part_of, settle_matter
from intake.people import check_power
from intake.store.matters import Matter, Part, Store
from intake.units import check_unit

NOTHING_TO_DECIDE = "没有待处理的异议 / there is no objection that waits for a decision"
DECIDED = "该异议已有决定，不能再次决定 / the objection that you name was decided before"
HAS_A_PART = "{unit}已是本事项的承办单位 / {unit} has a part in this matter already"


def note_service(work: Work, message: Message) -> None:
    """The notice of an assignment reached its unit: the window of an objection runs from this day."""
    data: NoticeServed = message.data
    if data.kind == "ASSIGNMENT":
        matter = work.store.matters.get(data.matter_id)
        part = matter.part(data.unit) if matter is not None else None
        work.store.add_service(data.matter_id, part.unit if part else data.unit, data.about, data.served_on)


def file(work: Work, message: Message, rulebook: Rulebook) -> None:
    """A unit says that the matter is not its duty."""
    matter, part = part_of(work, message)
    policy, end = rulebook.at(message.time), _end_of_window(matter, part, rulebook)
    believed = is_believed(message.arrived or work.now, cut.read_until(work.session), end, policy)
    fault = fault_in(message.time, part.objections.values(), policy.objection.bounces, end, believed=believed)
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)
    filed = Objection(message.id, message.time)
    work.store.add_objection(matter, part, filed, message.data.grounds, evidence_rows(message.data.evidence))
    fact = ObjectionFiled(
        **identity(matter), unit=part.unit, objection=filed.id, filed_at=message.time, grounds=message.data.grounds
    )
    work.announce(fact, subject=matter.matter_id, time=message.time, policy=policy.version)
    work.retry(matter.matter_id)


def _end_of_window(matter: Matter, part: Part, rulebook: Rulebook) -> Deadline | None:
    """By the policy of the day of service, on the calendars that are published."""
    if part.served_on is None:
        return None
    limit = window(SourceType(matter.source_type), rulebook.on(part.served_on))
    return rulebook.end(limit, part.served_on)


def decide(work: Work, message: Message, policy: Policy) -> None:
    """The office accepts an objection, and names the unit whose duty it is; or refuses it, and the assignment stands."""
    data = message.data
    matter, part = part_of(work, message)
    check_power(work, message, data.decided_by, Act.DECIDE_OBJECTION, policy)
    filed = answered_by(part.objections.values(), message.time, data.request)
    if filed is None:
        work.wait_for(message, NOTHING_TO_DECIDE, matter.matter_id)
        return
    if filed.outcome is not None:
        raise Refused("ALREADY_USED", DECIDED, "/data/request")
    if data.new_unit is not None:
        _check_new_unit(work, message, matter, policy)
    filed.outcome, filed.decided_at = data.outcome, message.time
    filed.new_unit, filed.decided_by, filed.reasons = data.new_unit, data.decided_by, data.reasons
    decision = {"decided_by": data.decided_by, "new_unit": data.new_unit, "reasons": data.reasons}
    work.store.decide_objection(matter, part, filed, decision)
    _announce_decision(work, message, matter, part, filed)
    if data.outcome == ACCEPTED:
        _transfer(work, message, matter, part, filed)


def _check_new_unit(work: Work, message: Message, matter: Matter, policy: Policy) -> None:
    unit = message.data.new_unit
    check_unit(work, message, unit, "/data/new_unit", policy)
    has = matter.part(unit)
    if has is not None and has.state is not PartState.TRANSFERRED:
        raise Refused("SCHEMA_INVALID", HAS_A_PART.format(unit=unit), "/data/new_unit")


def _announce_decision(work: Work, message: Message, matter: Matter, part: Part, filed: Objection) -> None:
    data = message.data
    fact = ObjectionDecided(
        **identity(matter),
        unit=part.unit,
        objection=filed.id,
        outcome=data.outcome,
        decided_by=data.decided_by,
        decided_at=message.time,
        new_unit=data.new_unit if data.outcome == ACCEPTED else None,
        reasons=data.reasons or "",
    )
    work.announce(fact, subject=matter.matter_id, time=message.time)


# ---- the part goes to another unit


def _transfer(work: Work, message: Message, matter: Matter, part: Part, filed: Objection) -> None:
    """The unit's part ends; the new unit, if one is named, gets it with its full limit. Merged matters' parts go along."""
    store: Store = work.store
    along = objections_joined.joined_parts(store, matter, part.unit)
    asked = store.terms_of(matter, part)
    part.state = PartState.TRANSFERRED
    store.part_changed(matter, part)
    if message.data.new_unit is not None:
        give(work, matter, message.data.new_unit, asked, message.time)
    objections_joined.take_along(work, matter, along, filed, give)
    settle_matter(work, matter)


def give(work: Work, matter: Matter, unit: str, asked: dict[str, Any], at: datetime, reply: TimeLimit | None = None) -> None:
    """Dispatch to `unit` what the row `asked` asks, from now on; a fixed day moves by the time that has passed.

    `reply`: how long a lead has for its answer, if it is not the limit of the source.
    """
    store: Store = work.store
    returns = unit in matter.parts
    number = matter.parts[unit].attempt + 1 if returns else 0
    assignment_id = rules.assignment_id(matter.matter_id, unit, number)
    due_at = asked["due_at"] + (at - matter.submitted_at) if asked["due_at"] else None
    row = asked | {"unit": unit, "assignment_id": assignment_id, "attempt": number, "due_at": due_at}
    row |= {"state": PartState.DISPATCHED.value, "judged_at": None, "done_at": None, "given_at": at}
    row["asked_key"] = asked["asked_key"] if asked["unit"] == unit else None
    row["milestones"] = [_later(stone, at - matter.submitted_at) for stone in asked["milestones"]]
    row["depends_on"] = [other for other in asked["depends_on"] if other != unit]
    before = matter.parts.get(unit)
    part = Part(unit, assignment_id, PartState.DISPATCHED, role=asked["role"], attempt=number)
    part.objections, part.given_at = before.objections if before else {}, at
    if before is not None:
        part.formerly, part.moved_at = before.formerly, before.moved_at
    row |= {"formerly": part.formerly, "moved_at": part.moved_at}
    store.add_part(matter, part, row)
    work.know_matter(matter.matter_id, matter.external_ref, matter.submitted_by, matter.parties)
    owed = _reply_of(matter, row)
    work.announce(_dispatched(matter, row, (reply or owed) if owed else None), subject=matter.matter_id, time=at)


def _later(stone: dict[str, Any], passed: timedelta) -> dict[str, Any]:
    """A milestone moved by the whole days that have passed."""
    return stone | {"due_on": (date.fromisoformat(stone["due_on"]) + timedelta(days=passed.days)).isoformat()}


def _reply_of(matter: Matter, row: dict[str, Any]) -> TimeLimit | None:
    """The new lead owes the source its answer, as the one before did."""
    return matter.reply if row["role"] == Role.LEAD and not matter.answered else None


def _dispatched(matter: Matter, row: dict[str, Any], reply: TimeLimit | None) -> AssignmentDispatched:
    limit = TimeLimit(amount=row["limit_amount"], unit=row["limit_unit"]) if row["limit_amount"] else None
    return AssignmentDispatched(
        **identity(matter),
        assignment_id=row["assignment_id"],
        unit=row["unit"],
        role=row["role"],
        title=matter.title,
        deliverable=row["deliverable"],
        standard=row["standard"],
        limit=limit,
        due_at=row["due_at"],
        depends_on=row["depends_on"],
        parties=matter.parties,
        milestones=[PlannedMilestone(due_on=date.fromisoformat(s["due_on"]), percent=s["percent"]) for s in row["milestones"]],
        source_type=matter.source_type,
        reply=reply,
        urgency=matter.urgency,
    )
