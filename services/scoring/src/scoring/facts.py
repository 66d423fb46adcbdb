"""The facts of other services in scoring's words: what each adds to what is known about a slip.

Handlers learn from them as they come, `verify` once more from the archive; both by this one table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
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
from event_contracts.scoring import Proof
from ground_rules.policy import Policy

from scoring.domain.slip import WEIGHTY, Issued, Record, assessment_year, deduction_for, falls_by

SLIP_FACTS = (SlipIssued, ReviewLapsed, ReviewFiled, ReviewDecided, SlipWithdrawn, SlipOverturned, SlipVacated)
"""All that scoring learns about a slip; each has a `slip_id`, a `unit` and a `colour`."""

BASIS = "{zh}{number}，事由 {ground}，责任日 {day} / {colour} slip {number}, ground {ground}, liability date {day}"
CHINESE = {"YELLOW": "黄色督办单", "RED": "红色督办单"}


def learnt(record: Record, message: Message, policy: Policy) -> Record:
    """The record with what this message says; the same record where it says nothing new. A white costs nothing."""
    data = message.data
    if data.colour not in WEIGHTY:
        return record
    if isinstance(data, SlipIssued):
        return record.with_issue(_issued(data, policy, message.policyversion))
    if isinstance(data, ReviewLapsed):
        return record.with_lapse(data.lapsed_at)
    if isinstance(data, ReviewFiled):
        return record.with_filing(data.filed_at)
    if isinstance(data, ReviewDecided):
        return _decided(record, data)
    return record.with_fall(*_fall(data))


def _decided(record: Record, data: ReviewDecided) -> Record:
    """What was overturned falls by its own event; what was varied to a lighter colour falls here, too; a longer limit upholds."""
    if data.outcome == "OVERTURNED":
        return record
    if data.outcome == "VARIED" and falls_by(data.colour, data.new_colour):
        return record.with_fall(data.decided_at, f"VARIED: {data.new_colour}")
    return record.with_upholding(data.decided_at)


def _fall(data: SlipWithdrawn | SlipOverturned | SlipVacated) -> tuple[datetime, str]:
    if isinstance(data, SlipOverturned):
        return data.overturned_at, "OVERTURNED"
    if isinstance(data, SlipVacated):
        return data.vacated_at, "VACATED_BY_CASCADE"
    return data.withdrawn_at, data.cause


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
        year=year,
        deduction=data.deduction if data.deduction is not None else deduction_for(policy, data.colour, data.renewal),
        basis=_basis(data),
        policy_version=policy_version or policy.version,
        approved_by=data.issued_by or None,
        liability_date=data.liability_date,
    )


def _basis(data: SlipIssued) -> str:
    zh, number = CHINESE[data.colour], data.number or data.slip_id
    return BASIS.format(zh=zh, number=number, ground=data.ground, day=data.liability_date, colour=data.colour.lower())


def shown(evidence: Sequence[Evidence | Proof]) -> list[dict[str, Any]]:
    """Evidence as it is kept: what it is, its hash, and when and where it was collected."""
    return [{name: str(value) for name, value in asdict(item).items() if value is not None} for item in evidence]
