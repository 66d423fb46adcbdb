"""How a submitted matter is registered (立项) and dispatched (交办): ask the rules, save, announce."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from event_contracts.event import Message, TimeLimit
from event_contracts.inbound import MatterSubmitted, SubmittedAssignment
from event_contracts.intake import (
    AssignmentDispatched,
    AssignmentItem,
    MatterRegistered,
    PlannedMilestone,
    ReplyDuty,
    SourceRecord,
)
from ground_rules.limits import Limit, LimitUnit, local_date
from ground_rules.policy import Policy
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake import planning, quotas, repeats, suspecting, units
from intake.domain import assignment, authority
from intake.domain import matter as rules
from intake.domain.completion import PartState
from intake.domain.faults import Fault
from intake.domain.matter import MatterState
from intake.domain.roles import Role
from intake.domain.sources import SourceType, reply_limit
from intake.store.matters import Matter, Part, Store

CLASSIFIED = frozenset({"SECRET", "TOP_SECRET"})
SECRET_TEXT = "涉密事项不得经本系统报送 / classified matters must not pass through this system"
REF_USED = "编号{ref}已用于另一事项，请换编号 / the reference {ref} is used by another matter of yours, take another one"


def check(work: Work, message: Message, policy: Policy, *, proposed: bool = False) -> list[AssignmentItem]:
    """The parts of a matter as they would be dispatched; refuses it with the reason. Changes nothing.

    `proposed`: it waits for its approval already, so its reference is taken by itself.
    """
    data: MatterSubmitted = message.data
    matter_id = rules.matter_id(message.sender, data.external_ref)
    if data.classification in CLASSIFIED:
        raise Refused("CLASSIFIED", SECRET_TEXT, "/data/classification")
    if matter_id in work.store.matters or (matter_id in work.store.drafts and not proposed):
        raise Refused("ALREADY_USED", REF_USED.format(ref=data.external_ref), "/data/external_ref")
    _check_authority(message, policy)
    units.check_assigned(work, message, policy)
    items = items_of(matter_id, data, policy)
    quotas.check(work, message, policy)
    planning.check(work, message, policy)
    repeats.check(work, message, policy)
    return items


def register(work: Work, message: Message, items: list[AssignmentItem], policy: Policy, directive: str | None = None) -> Matter:
    """Keep, announce and dispatch a matter that was checked; `directive`: the decision that it was split from."""
    data: MatterSubmitted = message.data
    matter_id = rules.matter_id(message.sender, data.external_ref)
    source = data.source
    reply = reply_limit(SourceType(source.type), policy, difficult=source.difficult, urgency=source.urgency)
    matter = _save(work.store, message, matter_id, items, reply, _section(data, policy), directive)
    work.know_matter(matter_id, data.external_ref, message.sender, [item.unit for item in items])
    _announce(work, message, matter_id, items, _duties(items, reply), policy)
    suspecting.suspect(work, message, matter, policy)
    units.follow(work, matter, policy)
    return matter


def _duties(items: list[AssignmentItem], reply: Limit | None) -> list[ReplyDuty]:
    """The lead owes the source its answer; a supporting unit's opinion goes to the lead."""
    if reply is None:
        return []
    return [
        ReplyDuty(unit=item.unit, limit=TimeLimit(amount=reply.amount, unit=reply.unit))
        for item in items
        if item.role == Role.LEAD
    ]


def _check_authority(message: Message, policy: Policy) -> None:
    data: MatterSubmitted = message.data
    if message.sender == authority.OFFICE:
        return
    shown = data.authorisation
    grant = authority.Grant(shown.principal, shown.basis, shown.until) if shown else None
    today = local_date(message.time, policy.zone)
    _refuse(authority.lack_of_authority(message.sender, [part.unit for part in data.assignments], grant, today))


def items_of(matter_id: str, data: MatterSubmitted, policy: Policy) -> list[AssignmentItem]:
    """The parts as they are dispatched, with their limits and standards filled in. Refuses parts that do not fit together."""
    parts = [_part(submitted) for submitted in data.assignments]
    _refuse(assignment.fault_in(parts))
    source = SourceType(data.source.type)
    items = []
    for index, (part, submitted) in enumerate(zip(parts, data.assignments, strict=True)):
        marks = {"difficult": data.source.difficult, "urgency": data.source.urgency}
        limit = assignment.limit_of(part, source, policy, index=index, **marks)  # type: ignore[arg-type]
        if isinstance(limit, Fault):
            _refuse(limit)
            continue
        items.append(
            AssignmentItem(
                assignment_id=rules.assignment_id(matter_id, part.unit),
                unit=part.unit,
                role=part.role.value,
                deliverable=submitted.deliverable,
                standard=submitted.standard or data.standard,
                limit=TimeLimit(amount=limit.amount, unit=limit.unit) if limit else None,
                due_at=part.due_at,
                milestones=[PlannedMilestone(due_on=stone.due_on, percent=stone.percent) for stone in submitted.milestones],
            )
        )
    return items


def _part(submitted: SubmittedAssignment) -> assignment.Part:
    given = submitted.limit
    limit = Limit(given.amount, cast(LimitUnit, given.unit)) if given else None
    return assignment.Part(submitted.unit, Role(submitted.role), limit, submitted.due_at, tuple(submitted.depends_on))


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)


# ---- what is kept


def _save(
    store: Store,
    message: Message,
    matter_id: str,
    items: list[AssignmentItem],
    reply: Limit | None,
    section: str,
    directive: str | None,
) -> Matter:
    data: MatterSubmitted = message.data
    matter = Matter(
        matter_id,
        data.external_ref,
        message.sender,
        data.title,
        data.source.type,
        MatterState.DISPATCHED,
        {item.unit: Part(item.unit, item.assignment_id, PartState.DISPATCHED, role=item.role) for item in items},
        message.time,
        reply=TimeLimit(amount=reply.amount, unit=reply.unit) if reply else None,
        urgency=data.source.urgency,
    )
    told_by = data.source.informant
    rows = [
        _part_row(matter_id, item, submitted) | {"asked_key": repeats.key_of(data, submitted)}
        for item, submitted in zip(items, data.assignments, strict=True)
    ]
    known = {"matter_id": matter_id, "name": told_by.name, "contact": told_by.contact} if told_by else None
    row = _matter_row(message, matter, reply) | {"section": section, "directive": directive}
    store.add_matter(matter, row, rows, known)
    return matter


def _matter_row(message: Message, matter: Matter, reply: Limit | None) -> dict[str, Any]:
    data: MatterSubmitted = message.data
    source, shown = data.source, data.authorisation
    return {
        "matter_id": matter.matter_id,
        "external_ref": matter.external_ref,
        "submitted_by": matter.submitted_by,
        "title": matter.title,
        "kind": data.kind or rules.DEFAULT_KIND,
        "source_type": source.type,
        "source_number": source.number,
        "source_issuer": source.issuer,
        "source_issued_on": source.issued_on,
        "source_clause": source.clause,
        "difficult": source.difficult,
        "standard": data.standard,
        "classification": data.classification,
        "subject_terms": data.subject_terms,
        "authorisation": asdict(shown) | {"until": shown.until and shown.until.isoformat()} if shown else None,
        "state": matter.state.value,
        "submitted_at": message.time,
        "closed_at": None,
        "reply_amount": reply.amount if reply else None,
        "reply_unit": reply.unit if reply else None,
        "replied_at": None,
        "primary_id": None,
        "merged_at": None,
        "leads": False,
        "override": asdict(data.override) if data.override else None,
        "urgency": source.urgency,
        "plan_item": data.plan,
    }


def _part_row(matter_id: str, item: AssignmentItem, submitted: SubmittedAssignment) -> dict[str, Any]:
    return {
        "matter_id": matter_id,
        "unit": item.unit,
        "assignment_id": item.assignment_id,
        "attempt": 0,
        "role": item.role,
        "deliverable": item.deliverable,
        "standard": item.standard,
        "limit_amount": item.limit.amount if item.limit else None,
        "limit_unit": item.limit.unit if item.limit else None,
        "due_at": item.due_at,
        "milestones": [asdict(stone) | {"due_on": stone.due_on.isoformat()} for stone in submitted.milestones],
        "depends_on": submitted.depends_on,
        "state": PartState.DISPATCHED.value,
        "judged_at": None,
        "done_at": None,
        "formerly": [],
        "moved_at": None,
        "given_at": None,
    }


def _section(data: MatterSubmitted, policy: Policy) -> str:
    """By policy; domain.md C8 is the default."""
    section: str = getattr(policy.routing, data.source.type.lower())
    return section


# ---- what is announced


def _announce(
    work: Work, message: Message, matter_id: str, items: list[AssignmentItem], duties: list[ReplyDuty], policy: Policy
) -> None:
    data: MatterSubmitted = message.data
    source = data.source
    registered = MatterRegistered(
        matter_id=matter_id,
        external_ref=data.external_ref,
        submitted_by=message.sender,
        title=data.title,
        kind=data.kind or rules.DEFAULT_KIND,
        section=_section(data, policy),
        standard=data.standard,
        source=SourceRecord(
            type=source.type,
            number=source.number,
            issuer=source.issuer,
            issued_on=source.issued_on,
            clause=source.clause,
            difficult=source.difficult,
        ),
        state=MatterState.REGISTERED.value,
        assignments=items,
        classification=data.classification,
        replies=duties,
        urgency=source.urgency,
    )
    work.announce(registered, subject=matter_id, time=message.time, policy=policy.version)
    owed = {duty.unit: duty.limit for duty in duties}
    for item, submitted in zip(items, data.assignments, strict=True):
        fact = _dispatched(message, matter_id, item, submitted, owed.get(item.unit))
        work.announce(fact, subject=matter_id, time=message.time)


def _dispatched(
    message: Message, matter_id: str, item: AssignmentItem, submitted: SubmittedAssignment, reply: TimeLimit | None
) -> AssignmentDispatched:
    return AssignmentDispatched(
        matter_id=matter_id,
        external_ref=message.data.external_ref,
        submitted_by=message.sender,
        assignment_id=item.assignment_id,
        unit=item.unit,
        role=item.role,
        title=message.data.title,
        deliverable=item.deliverable,
        standard=submitted.standard or message.data.standard,
        limit=item.limit,
        due_at=item.due_at,
        depends_on=submitted.depends_on,
        milestones=item.milestones,
        source_type=message.data.source.type,
        reply=reply,
        urgency=message.data.source.urgency,
    )
