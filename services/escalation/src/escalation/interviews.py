"""Interviews (约谈): proposed by rule where a unit's year has too many heavy slips, decided and held by persons (domain.md C10).

A unit's slips lie on many ladders, so the rule is asked in a transaction of its own, under a lock on the unit: whoever issues a
red, or sees a yellow become effective or fall, leaves a timer for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from event_contracts import escalation as facts
from event_contracts import inbound
from event_contracts.event import Message
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Timer, Work

from escalation import powers
from escalation.desk import Desk
from escalation.domain.interview import (
    DECLINED,
    HELD,
    PROPOSED,
    RECALLED,
    SUMMONED,
    Interview,
    interview_id,
    proposal,
)
from escalation.store import interviews as rows

INTERVIEW = "interview"
"""Kind of the timers that ask whether an interview is to be proposed; the key says what about, and what it follows from."""

SUMMON = "SUMMON"
LOOK_AGAIN = timedelta(minutes=1)
"""A red may have been issued while a proposal was being recalled; it did not see that. So the rule is asked once more."""


def subject(unit: str) -> str:
    """What is locked for a unit's interviews."""
    return f"interview:{unit}"


def _key(unit: str, year: int, cause: Message | None) -> str:
    """Unit and year, with the ids of the cause and of its root: what follows belongs to the same story (AC-11)."""
    root = (cause.correlationid or cause.id) if cause is not None else None
    return json.dumps([unit, year, cause.id if cause is not None else None, root], ensure_ascii=False)


def _read(key: str) -> tuple[str, int, Message | None]:
    unit, year, id_, root = json.loads(key)
    if id_ is None:
        return unit, year, None
    cause = Message(id=id_, source="", type="", subject="", time=datetime.min.replace(tzinfo=UTC), data=None, correlationid=root)
    return unit, year, cause


def ask(
    work: Work, weightier: Mapping[tuple[str, int], Message | None], lightened: Mapping[tuple[str, int], Message | None]
) -> None:
    """Leave a timer for every unit and year whose numbers changed so that it can matter."""
    changed = {**weightier, **lightened}
    if not changed:
        return
    known = {(found.unit, found.year): found for found in rows.interviews_of(work.session, {unit for unit, _ in changed})}
    for (unit, year), cause in sorted(changed.items(), key=lambda item: item[0]):
        last = known.get((unit, year))
        rises = (unit, year) in weightier and (last is None or last.state == RECALLED)
        if rises or ((unit, year) in lightened and last is not None and last.undecided):
            work.set_timer(INTERVIEW, _key(unit, year, cause), work.now, subject=subject(unit))


# ---------------------------------------------------------------- by rule


def count_again(work: Work, timer: Timer, policy: Policy) -> None:
    """Propose an interview, or recall a proposal whose ground has fallen before anybody decided on it."""
    unit, year, cause = _read(timer.key)
    mine = [found for found in rows.interviews_of(work.session, [unit]) if found.year == year]
    reds, yellows = rows.weighty(work.session, unit, year)
    found = proposal(reds, yellows, red_count=policy.interview.reds, yellow_count=policy.interview.yellows)
    last = mine[-1] if mine else None
    if found is not None and (last is None or last.state == RECALLED):
        attempt = len(mine)
        new = Interview(interview_id(unit, year, attempt), unit, year, attempt, found.at, found.reason, PROPOSED)
        rows.keep(work.session, new)
        fact = facts.InterviewProposed(
            interview_id=new.interview_id, unit=unit, year=new.year, proposed_at=found.at, reason=found.reason
        )
        work.announce(fact, subject=subject(unit), time=found.at, cause=cause, policy=policy.version)
    elif found is None and last is not None and last.undecided:
        _recall(work, last, timer, cause, policy)


def _recall(work: Work, last: Interview, timer: Timer, cause: Message | None, policy: Policy) -> None:
    last.state = RECALLED
    rows.keep(work.session, last)
    fact = facts.InterviewRecalled(interview_id=last.interview_id, unit=last.unit, year=last.year, recalled_at=work.now)
    work.announce(fact, subject=subject(last.unit), time=work.now, cause=cause, policy=policy.version)
    work.set_timer(INTERVIEW, timer.key, work.now + LOOK_AGAIN, subject=subject(last.unit))


# ---------------------------------------------------------------- by persons


def decided(desk: Desk, message: Message) -> None:
    """An official summons the unit, or finds no need to; each proposal is decided once."""
    data: inbound.InterviewDecided = message.data
    work, policy = desk.work, desk.book.policy
    powers.check_act(desk, message, data.by, Act.DECIDE_INTERVIEW, "/data/by")
    found = _last(work, message)
    if found is None or found.state == RECALLED:
        raise Refused("UNKNOWN_MATTER", "没有待决定的约谈建议 / no interview is proposed for this unit", "/data/unit")
    if not found.undecided:
        raise Refused("ALREADY_USED", "该约谈建议已有决定 / this proposal was decided", "/data/outcome")
    summoned = data.outcome == SUMMON
    found.state, found.decided_at, found.decided_by = SUMMONED if summoned else DECLINED, message.time, data.by.strip()
    rows.keep(work.session, found)
    about = {"interview_id": found.interview_id, "unit": found.unit, "year": found.year}
    fact: facts.InterviewFact
    if summoned:
        fact = facts.InterviewSummoned(**about, summoned_at=message.time, by=data.by, persons=data.persons)  # type: ignore[arg-type]
    else:
        fact = facts.InterviewDeclined(**about, declined_at=message.time, by=data.by, reason=data.reason or "")  # type: ignore[arg-type]
    work.announce(fact, subject=subject(found.unit), time=message.time, policy=policy.version)


def held(work: Work, message: Message, policy: Policy) -> None:
    """The interview took place; only one that was summoned can."""
    data: inbound.InterviewHeld = message.data
    found = _last(work, message)
    if found is not None and found.state == HELD:
        raise Refused("ALREADY_USED", "该约谈已进行 / this interview was held", "/data/unit")
    if found is None or found.state != SUMMONED or (found.decided_at is not None and found.decided_at > message.time):
        raise Refused("UNKNOWN_MATTER", "没有已决定进行的约谈 / no interview of this unit was summoned", "/data/unit")
    found.state, found.held_at = HELD, message.time
    rows.keep(work.session, found)
    fact = facts.InterviewHeld(
        interview_id=found.interview_id,
        unit=found.unit,
        year=found.year,
        held_at=message.time,
        minutes=data.minutes,
        commitments=data.commitments,
    )
    work.announce(fact, subject=subject(found.unit), time=message.time, policy=policy.version)


def _last(work: Work, message: Message) -> Interview | None:
    """The interview that a message is about: of those proposed by then, one that waits for it, else the latest."""
    made = [i for i in rows.interviews_of(work.session, [message.data.unit]) if i.proposed_at <= message.time]
    waits = {PROPOSED} if isinstance(message.data, inbound.InterviewDecided) else {SUMMONED}
    return max(made, key=lambda i: (i.state in waits, i.proposed_at, i.attempt), default=None)
