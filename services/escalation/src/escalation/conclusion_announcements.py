"""Conclusions and their reviews → the facts that other services read."""

from __future__ import annotations

from datetime import datetime

from event_contracts.escalation import (
    ConclusionConfirmed,
    ConclusionContested,
    ConclusionContestRefused,
    ConclusionOverturned,
    ConclusionReviewed,
    ConclusionUpheld,
    ConclusionVaried,
)
from event_contracts.event import Message
from event_contracts.inbound import ReviewDecided

from escalation.announcements import about
from escalation.domain.clock import Clock
from escalation.domain.review import OVERTURNED, VARIED, Fault
from escalation.domain.standing import Ladder


def confirmed(of: Ladder, at: datetime) -> ConclusionConfirmed:
    """The window ended without an application."""
    return ConclusionConfirmed(**about(of), lapsed_at=at)


def contested(of: Ladder, review_id: str, grounds: str, reviewers: Clock) -> ConclusionContested:
    """The unit applied for a review in its window."""
    filed_at, decide_by = reviewers.started_at, reviewers.deadline
    return ConclusionContested(**about(of), review_id=review_id, filed_at=filed_at, decide_by=decide_by, grounds=grounds)


def contest_refused(of: Ladder, message: Message, fault: Fault) -> ConclusionContestRefused:
    """An application is not looked into."""
    which = about(of) | {"review_id": message.id, "filed_at": message.time}
    return ConclusionContestRefused(**which, code=fault.code, detail=fault.detail)


def reviewed(of: Ladder, review_id: str, said: ReviewDecided, decided_at: datetime) -> ConclusionReviewed:
    """The reviewers decided."""
    common = about(of) | {
        "review_id": review_id,
        "reviewers": [name.strip() for name in said.reviewers],
        "decided_at": decided_at,
        "reasons": said.reasons or "",
    }
    if said.outcome == VARIED:
        return ConclusionVaried(**common, findings=said.findings)
    return ConclusionOverturned(**common) if said.outcome == OVERTURNED else ConclusionUpheld(**common)
