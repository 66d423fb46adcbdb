"""Matters that end early, and closed matters that are done again (domain.md d.3, C4, C6): by the submitter or the office.

A source that is not satisfied with its answer, a leader with a further instruction, a look-back that failed: the matter is
dispatched anew, and each unit's part is a new assignment. What was filed and decided before belongs to the round before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from event_contracts.event import Message, TimeLimit
from event_contracts.inbound import MatterReopened as Asked
from event_contracts.inbound import MatterWithdrawn as Withdrawn
from event_contracts.inbound import ReplyAssessed as Assessed
from event_contracts.intake import MatterReopened, MatterWithdrawn, ReopenedPart, ReplyAssessed
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake import groups
from intake.domain import matter as rules
from intake.domain.authority import OFFICE
from intake.domain.completion import PartState
from intake.domain.matter import MatterState
from intake.domain.roles import Role
from intake.handlers import NOT_ASSIGNED, identity
from intake.objections import give
from intake.people import check_power
from intake.store.matters import Matter, Part, Store

INSTRUCTION, DISSATISFIED, LOOK_BACK = "INSTRUCTION", "DISSATISFIED", "LOOK_BACK"
"""Why a matter is done again."""

NOT_YOURS = "只有报送单位或督查室可以撤回或重新办理 / only the submitter or the office withdraws or reopens a matter"
ENDED = "该事项已{how}，不能撤回 / the matter was {english} before"
GONE = "该事项已撤回 / the matter was withdrawn"
PUT_AWAY = "该事项已归档，请另行立项 / the matter is archived: submit a new one"
_HOW_ENDED = {
    MatterState.WITHDRAWN: ("撤回", "withdrawn"),
    MatterState.CLOSED: ("办结", "closed"),
    MatterState.ARCHIVED: ("归档", "archived"),
}
JOINED = "该事项已并案，请先认定为不同事项或对主办事项提出 / it is handled with others: part them first, or name the leading one"
NOT_CLOSED = "该事项尚未办结，无需重新办理 / the matter is not closed, so it cannot be reopened"
NO_REPLY = "该事项尚无答复 / the source was not answered yet"


def withdraw(work: Work, message: Message, policy: Policy) -> None:
    """End the supervision of an open matter."""
    data: Withdrawn = message.data
    matter = _own(work, message, policy)
    if matter.state in _HOW_ENDED:
        how = _HOW_ENDED[matter.state]
        raise Refused("ALREADY_USED", ENDED.format(how=how[0], english=how[1]), "/data/matter")
    if matter.leads or matter.primary_id is not None:
        raise Refused("DUPLICATE_LADDER", JOINED, "/data/matter")
    matter.state, matter.closed_at = MatterState.WITHDRAWN, message.time
    work.store.matter_changed(matter)
    fact = MatterWithdrawn(**identity(matter), reason=data.reason, withdrawn_at=message.time, by=data.by)
    work.announce(fact, subject=matter.matter_id, time=message.time)


def reopen(work: Work, message: Message, policy: Policy) -> None:
    """Have a closed matter done again, or one unit's part of it. Before it is closed the message waits."""
    data: Asked = message.data
    matter = _own(work, message, policy)
    if waits_for_close(work, message, matter):
        return
    cause = data.cause or INSTRUCTION
    again(work, matter, parts_named(matter, data.unit), cause, message, data.limit)


def waits_for_close(work: Work, message: Message, matter: Matter) -> bool:
    """Whether the message waits until its matter is closed; refuses one that can never be done again."""
    if matter.state is MatterState.WITHDRAWN:
        raise Refused("ALREADY_USED", GONE, "/data/matter")
    if matter.state is MatterState.ARCHIVED:
        raise Refused("ALREADY_USED", PUT_AWAY, "/data/matter")
    if matter.primary_id is not None:
        raise Refused("DUPLICATE_LADDER", JOINED, "/data/matter")
    if _closed_by(matter, message.time):
        return False
    work.wait_for(message, NOT_CLOSED, matter.matter_id)
    return True


def assess(work: Work, message: Message, policy: Policy) -> None:
    """The office records what the source thinks of its answer. Not satisfied: the lead does it again within the redo limit."""
    data: Assessed = message.data
    store: Store = work.store
    matter = store.matters[work.matter_of(message)]
    if data.by is not None:
        check_power(work, message, data.by, Act.ASSESS, policy)
    if matter.replied_at is None or message.time < matter.replied_at:
        work.wait_for(message, NO_REPLY, matter.matter_id)
        return
    if matter.state is MatterState.ARCHIVED and not data.satisfied:
        raise Refused("ALREADY_USED", PUT_AWAY, "/data/matter")
    lead = _lead(matter)
    store.heads.add_satisfaction(message.id, matter.matter_id, message.time, data)
    fact = ReplyAssessed(
        **identity(matter),
        unit=lead.unit,
        satisfied=data.satisfied,
        assessed_at=message.time,
        source_type=matter.source_type,
        by=data.by,
    )
    work.announce(fact, subject=matter.matter_id, time=message.time)
    if not data.satisfied:
        _redo(work, message, matter, policy)


def _redo(work: Work, message: Message, matter: Matter, policy: Policy) -> None:
    """The source waits for another answer; where all was closed, the lead of the whole does it again."""
    matter.replied_at = None
    work.store.matter_changed(matter)
    whole = groups.leading(work.store, matter)
    if _closed_by(whole, message.time):
        redo = TimeLimit(amount=policy.reply.redo.amount, unit=policy.reply.redo.unit)
        again(work, whole, [_lead(whole)], DISSATISFIED, message, redo, reply=redo if whole is matter else None)


def _own(work: Work, message: Message, policy: Policy) -> Matter:
    """The matter, if its submitter or the office speaks, and the person named may do this."""
    matter: Matter = work.store.matters[work.matter_of(message)]
    if message.sender not in (OFFICE, matter.submitted_by):
        raise Refused("NOT_EMPOWERED", NOT_YOURS, "/data/matter")
    if message.data.by is not None and message.sender == OFFICE:
        check_power(work, message, message.data.by, Act.END_OR_REOPEN, policy)
    return matter


def _closed_by(matter: Matter, at: datetime) -> bool:
    return matter.state is MatterState.CLOSED and matter.closed_at is not None and matter.closed_at <= at


def parts_named(matter: Matter, unit: str | None) -> list[Part]:
    """The part of `unit`, or all that are not somebody else's by now; refuses a unit without a part."""
    live = [part for _, part in sorted(matter.parts.items()) if part.state is not PartState.TRANSFERRED]
    if unit is None:
        return live
    named = matter.part(unit)
    if named is None or named not in live:
        raise Refused("NOT_PARTY", NOT_ASSIGNED.format(unit=unit), "/data/unit")
    return [named]


def _lead(matter: Matter) -> Part:
    return next(part for part in parts_named(matter, None) if part.role == Role.LEAD)


def again(
    work: Work,
    matter: Matter,
    parts: Sequence[Part],
    cause: str,
    message: Message,
    limit: TimeLimit | None,
    reply: TimeLimit | None = None,
) -> None:
    """Dispatch these parts anew. A further instruction and a source that is not satisfied wait for an answer again."""
    store: Store = work.store
    if cause != LOOK_BACK:
        matter.replied_at = None
    matter.state, matter.closed_at = MatterState.DISPATCHED, None
    store.matter_changed(matter)
    new = [ReopenedPart(unit=p.unit, assignment_id=rules.assignment_id(matter.matter_id, p.unit, p.attempt + 1)) for p in parts]
    data = message.data
    reason = getattr(data, "reason", None) or data.text or cause
    fact = MatterReopened(**identity(matter), reason=reason, cause=cause, reopened_at=message.time, parts=new, by=data.by)
    work.announce(fact, subject=matter.matter_id, time=message.time)
    for part in parts:
        asked = store.terms_of(matter, part)
        if limit is not None:
            asked |= {"limit_amount": limit.amount, "limit_unit": limit.unit, "due_at": None}
        give(work, matter, part.unit, asked, message.time, reply)
    work.retry(matter.matter_id)
