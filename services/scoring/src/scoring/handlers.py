"""What scoring does about slips, their reviews and bonuses: load – decide – save – announce.

A fact is added to what is known about the slip; the rules say what the ledger and the eligibility gain by it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from event_contracts.escalation import (
    ReviewDecided,
    ReviewFiled,
    ReviewLapsed,
    SlipIssued,
    SlipOverturned,
    SlipVacated,
    SlipWithdrawn,
)
from event_contracts.event import Evidence, Message
from event_contracts.inbound import BonusAwarded
from event_contracts.scoring import (
    EligibilityFact,
    EligibilityRestored,
    EligibilityRevoked,
    ScoreBonusAwarded,
    ScoreConfirmed,
    ScoreDeducted,
    ScoreReversed,
)
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work

from scoring.domain.eligibility import Turn, is_cause, turn
from scoring.domain.ledger import Change, State, Step, bonus, changes
from scoring.domain.slip import WEIGHTY, Issued, Record, assessment_year, deduction_for, falls_by

BASIS = "{zh}{number}，事由 {ground}，责任日 {day} / {colour} slip {number}, ground {ground}, liability date {day}"
CHINESE = {"YELLOW": "黄色督办单", "RED": "红色督办单"}


def book_issue(work: Work, message: Message, policy: Policy) -> None:
    """A slip took effect: a yellow costs points, a red the year's eligibility; a white costs nothing."""
    data: SlipIssued = message.data
    if data.colour in WEIGHTY:
        before = work.store.record(data.slip_id)
        _grow(work, message, before, before.with_issue(_issued(data, policy, message.policyversion)))


def confirm(work: Work, message: Message) -> None:
    """The review window ended without an application: the deduction is effective."""
    data: ReviewLapsed = message.data
    before = work.store.record(data.slip_id)
    _grow(work, message, before, before.with_lapse(data.lapsed_at))


def undo(work: Work, message: Message) -> None:
    """A slip fell, by itself, by a review, or with an earlier one: its deduction is reversed, the eligibility looked at again."""
    data: SlipWithdrawn | SlipOverturned | SlipVacated = message.data
    if data.colour in WEIGHTY:
        before = work.store.record(data.slip_id)
        _grow(work, message, before, before.with_fall(*_fall(data)))


def _fall(data: SlipWithdrawn | SlipOverturned | SlipVacated) -> tuple[datetime, str]:
    if isinstance(data, SlipOverturned):
        return data.overturned_at, "OVERTURNED"
    if isinstance(data, SlipVacated):
        return data.vacated_at, "VACATED_BY_CASCADE"
    return data.withdrawn_at, data.cause


def wait_for_review(work: Work, message: Message) -> None:
    """The unit applied for a review: the entry stays provisional past the window."""
    data: ReviewFiled = message.data
    if data.colour in WEIGHTY:
        before = work.store.record(data.slip_id)
        _grow(work, message, before, before.with_filing(data.filed_at))


def conclude_review(work: Work, message: Message) -> None:
    """The reviewers decided. What they overturned falls by its own event; what they varied to a lighter colour falls here."""
    data: ReviewDecided = message.data
    if data.colour not in WEIGHTY or data.outcome == "OVERTURNED":
        return
    before = work.store.record(data.slip_id)
    if data.outcome == "VARIED" and falls_by(data.colour, data.new_colour):
        _grow(work, message, before, before.with_fall(data.decided_at, f"VARIED: {data.new_colour}"))
    else:
        _grow(work, message, before, before.with_upholding(data.decided_at))


def award(work: Work, message: Message, policy: Policy) -> None:
    """A bonus: a positive entry with its reason, evidence and approver, effective at once."""
    data: BonusAwarded = message.data
    entry = bonus(
        award=f"{message.source}:{message.id}",
        unit=data.unit,
        year=data.year,
        amount=data.amount,
        at=message.time,
        reason=data.reason,
        approved_by=data.approved_by,
        evidence=[_shown(item) for item in data.evidence],
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
    )
    work.announce(fact, subject=entry.unit, time=entry.at, policy=policy.version)


def _shown(evidence: Evidence) -> dict[str, Any]:
    """Evidence as it is kept: what it is, its hash, and when and where it was collected."""
    return {name: str(value) for name, value in asdict(evidence).items() if value is not None}


def _issued(data: SlipIssued, policy: Policy, policy_version: str | None) -> Issued:
    """The slip in scoring's words; year and points are fixed here, by the policy that it was issued under (domain.md B5)."""
    year = assessment_year(
        policy,
        liability_date=data.liability_date,
        issued_at=data.issued_at,
        breached_at=data.breached_at,
        attribution=data.year_attribution,
    )
    return Issued(
        slip_id=data.slip_id,
        unit=data.unit,
        colour=data.colour,
        matter_id=data.matter_id,
        external_ref=data.external_ref,
        submitted_by=data.submitted_by,
        issued_at=data.issued_at,
        liability_date=data.liability_date,
        year=year,
        deduction=data.deduction if data.deduction is not None else deduction_for(policy, data.colour, data.renewal),
        basis=_basis(data),
        policy_version=policy_version or policy.version,
        approved_by=data.issued_by or None,
    )


def _basis(data: SlipIssued) -> str:
    zh, number = CHINESE[data.colour], data.number or data.slip_id
    return BASIS.format(zh=zh, number=number, ground=data.ground, day=data.liability_date, colour=data.colour.lower())


def _grow(work: Work, message: Message, before: Record, after: Record) -> None:
    if after is before:
        return
    work.store.put_record(after)
    for change in changes(before, after):
        _book(work, message, after, change)
    _judge(work, message, before, after)


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
