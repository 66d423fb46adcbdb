"""Reviews and hand-overs → the facts that other services read; the rest of escalation's are in `announcements`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from event_contracts.escalation import (
    ReferralAcknowledged,
    ReferralConcluded,
    ReferralRecalled,
    ReviewDecided,
    ReviewFiled,
    ReviewInadmissible,
)
from event_contracts.event import Message
from event_contracts.inbound import ReviewDecided as Decided

from escalation.announcements import about
from escalation.domain.clock import Clock
from escalation.domain.referral import Referral
from escalation.domain.review import Fault
from escalation.domain.slip import Slip
from escalation.domain.standing import Ladder


def _review(of: Ladder, slip: Slip, review_id: str) -> dict[str, Any]:
    return about(of) | {"review_id": review_id, "slip_id": slip.slip_id, "colour": slip.colour}


def review_filed(of: Ladder, slip: Slip, review_id: str, reviewers: Clock) -> ReviewFiled:
    """A unit applied for a review in its window."""
    return ReviewFiled(**_review(of, slip, review_id), filed_at=reviewers.started_at, decide_by=reviewers.deadline)


def review_inadmissible(of: Ladder, slip: Slip, message: Message, fault: Fault) -> ReviewInadmissible:
    """An application is not looked into."""
    which = _review(of, slip, message.id)
    return ReviewInadmissible(**which, filed_at=message.time, code=fault.code, detail=fault.detail)


def review_decided(of: Ladder, slip: Slip, review_id: str, said: Decided, decided_at: datetime) -> ReviewDecided:
    """The reviewers decided."""
    return ReviewDecided(
        **_review(of, slip, review_id),
        outcome=said.outcome,
        reviewers=[name.strip() for name in said.reviewers],
        decided_at=decided_at,
        reasons=said.reasons or "",
        new_colour=said.new_colour,
        new_limit=said.new_limit,
    )


def _referral(of: Ladder, referral: Referral) -> dict[str, Any]:
    return about(of) | {
        "referral_id": referral.referral_id,
        "slip_id": referral.slip_id,
        "body": referral.body,
        "kind": referral.kind,
        "state": referral.state,
        "title": of.title,
    }


def referral_acknowledged(of: Ladder, referral: Referral, at: datetime, by: str | None) -> ReferralAcknowledged:
    """A body has the hand-over."""
    return ReferralAcknowledged(**_referral(of, referral), acknowledged_at=at, by=by)


def referral_concluded(of: Ladder, referral: Referral, at: datetime, outcome: str, by: str | None) -> ReferralConcluded:
    """A body reported what came of it."""
    return ReferralConcluded(**_referral(of, referral), concluded_at=at, outcome=outcome, by=by)


def referral_recalled(of: Ladder, referral: Referral, at: datetime, root: str | None) -> ReferralRecalled:
    """The red that was handed over fell; `root` is the slip that fell first, where it was another."""
    return ReferralRecalled(**_referral(of, referral), recalled_at=at, cascade_root=root)
