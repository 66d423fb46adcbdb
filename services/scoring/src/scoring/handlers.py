"""What scoring does about slips, their reviews and bonuses: load – decide – save – announce.

A fact is added to what is known about the slip; the rules say what the ledger and the eligibility gain by it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import BonusAwarded
from event_contracts.intake import PersonsPublished, UnitsPublished
from event_contracts.scoring import (
    EligibilityFact,
    EligibilityRestored,
    EligibilityRevoked,
    Proof,
    ScoreBonusAwarded,
    ScoreConfirmed,
    ScoreDeducted,
    ScoreReversed,
)
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from ground_rules.powers import Capacity, lack_of_power
from ground_rules.units import Period
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from scoring.domain.eligibility import Turn, is_cause, turn
from scoring.domain.ledger import Change, State, Step, bonus, changes
from scoring.domain.slip import Record
from scoring.facts import learnt, shown

MAY_AWARD = frozenset({"LEADER", "LEADING_GROUP_CHAIR"})
"""Who approves a bonus: the head of the government (Decree 733 art. 21), or the chair of the leading group."""


def note(work: Work, message: Message, policy: Policy) -> None:
    """Something became known about a slip: add it, and book what follows."""
    before = work.store.record(message.data.slip_id)
    after = learnt(before, message, policy)
    if after is before:
        return
    work.store.put_record(after)
    for change in changes(before, after):
        _book(work, message, after, change)
    _judge(work, message, before, after)


def know_persons(work: Work, message: Message) -> None:
    """Who holds which office, complete each time; asked of the approver of a bonus."""
    data: PersonsPublished = message.data
    held = [
        Capacity(person.name, found.role, found.valid_from, found.valid_until)
        for person in data.persons
        for found in person.capacities
    ]
    work.store.know_persons(message.id, message.time, held)


def know_units(work: Work, message: Message) -> None:
    """Which units there are, complete each time: who answers for a predecessor's points, and the groups for the ranking."""
    data: UnitsPublished = message.data
    listed = [Period(one.code, one.valid_from, one.valid_to, one.successor, one.name, one.group) for one in data.units]
    work.store.know_units(message.id, message.time, listed)


def award(work: Work, message: Message, policy: Policy) -> None:
    """A bonus: a positive entry with its reason, evidence and approver, effective at once."""
    data: BonusAwarded = message.data
    known = work.store.capacities_at(message.time)
    if known is not None:
        lack = lack_of_power(data.approved_by, MAY_AWARD, local_date(message.time, policy.zone), known)
        if lack is not None:
            raise Refused("NOT_EMPOWERED", lack, "/data/approved_by")
    entry = bonus(
        award=f"{message.source}:{message.id}",
        unit=data.unit,
        year=data.year,
        amount=data.amount,
        at=message.time,
        reason=data.reason,
        approved_by=data.approved_by,
        evidence=shown(data.evidence),
        policy_version=policy.version,
    )
    work.store.add(entry, caused_by=message.id, recorded_at=work.now)
    standing = work.store.standing(entry.unit, entry.year).plus(entry.amount, 0)
    work.store.put_standing(standing)
    fact = ScoreBonusAwarded(
        entry_id=entry.entry_id,
        unit=entry.unit,
        year=entry.year,
        amount=entry.amount,
        balance=standing.points,
        reason=data.reason,
        approved_by=data.approved_by,
        awarded_at=entry.at,
        evidence=[Proof(kind=item.kind, sha256=item.sha256) for item in data.evidence],
    )
    work.announce(fact, subject=entry.unit, time=entry.at, policy=policy.version)


def _book(work: Work, message: Message, record: Record, change: Change) -> None:
    """Append the entry, keep the running sum, and tell."""
    entry = change.entry
    standing = work.store.standing(entry.unit, entry.year)
    if change.step is not Step.CONFIRMED:
        work.store.add(entry, caused_by=message.id, recorded_at=work.now)
        standing = standing.plus(entry.amount, 0)
        work.store.put_standing(standing)
    work.announce(
        _score_fact(record, change, standing.points),
        subject=entry.unit,
        time=change.at,
        policy=entry.policy_version,
    )


def _told_state(change: Change) -> State:
    """The state of the entry at this step; later steps of the same message are told after it."""
    if change.step is Step.DEDUCTED:
        return State.PROVISIONAL
    return State.EFFECTIVE


def _score_fact(record: Record, change: Change, balance: Decimal) -> ScoreDeducted | ScoreConfirmed | ScoreReversed:
    entry = change.entry
    common: dict[str, Any] = {
        "matter_id": entry.matter_id,
        "external_ref": entry.external_ref,
        "submitted_by": entry.submitted_by,
        "entry_id": entry.entry_id,
        "slip_id": record.slip_id,
        "unit": entry.unit,
        "year": entry.year,
        "amount": entry.amount,
        "balance": balance,
        "state": _told_state(change).value,
        "colour": entry.colour,
        "basis": entry.basis,
        "approved_by": entry.approved_by,
    }
    if change.step is Step.CONFIRMED:
        return ScoreConfirmed(**common, confirmed_at=change.at)
    if change.step is Step.REVERSED:
        assert entry.reverses is not None
        return ScoreReversed(**common, reverses=entry.reverses)
    return ScoreDeducted(**common)


def _judge(work: Work, message: Message, before: Record, after: Record) -> None:
    """Revoke the year's eligibility with its first effective red, restore it with the fall of the last."""
    reds = int(is_cause(after)) - int(is_cause(before))
    if not reds or after.issued is None:
        return
    standing = work.store.standing(after.issued.unit, after.issued.year)
    changed = standing.plus(Decimal(0), reds)
    work.store.put_standing(changed)
    fact = _eligibility_fact(turn(standing.effective_reds, changed.effective_reds), after)
    if fact is not None:
        work.announce(fact, subject=fact.unit, time=message.time, policy=after.issued.policy_version)


def _eligibility_fact(turned: Turn, record: Record) -> EligibilityFact | None:
    assert record.issued is not None
    unit, year = record.issued.unit, record.issued.year
    if turned is Turn.REVOKED:
        return EligibilityRevoked(unit=unit, year=year, causes=[record.slip_id])
    if turned is Turn.RESTORED:
        return EligibilityRestored(unit=unit, year=year, causes=[])
    return None
