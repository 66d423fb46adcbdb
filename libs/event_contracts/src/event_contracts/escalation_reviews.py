"""Facts that escalation announces about reviews, and about what a red hands over to the three bodies (domain.md d.8, E9–E11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import MatterFact, TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCreated(MatterFact):
    """A red was handed to one of the three bodies (domain.md E9–E11)."""

    TYPE: ClassVar[str] = "escalation.referral.created.v1"
    referral_id: str
    slip_id: str
    unit: str
    body: str
    kind: str
    state: str = "CREATED"
    title: str = ""
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLapsed(MatterFact):
    """The review window of a yellow or red ended without an application: its score entry becomes effective."""

    TYPE: ClassVar[str] = "escalation.review.lapsed.v1"
    slip_id: str
    unit: str
    colour: str
    lapsed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFact(MatterFact):
    """State of one hand-over after the change."""

    referral_id: str
    slip_id: str
    unit: str
    body: str
    kind: str
    state: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAcknowledged(ReferralFact):
    """The body confirmed the receipt."""

    TYPE: ClassVar[str] = "escalation.referral.acknowledged.v1"
    acknowledged_at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralConcluded(ReferralFact):
    """The body reported its outcome."""

    TYPE: ClassVar[str] = "escalation.referral.concluded.v1"
    concluded_at: datetime
    outcome: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRecalled(ReferralFact):
    """The red that was handed over fell."""

    TYPE: ClassVar[str] = "escalation.referral.recalled.v1"
    recalled_at: datetime
    cascade_root: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFact(MatterFact):
    """One review of a slip (Decree 733 art. 17)."""

    review_id: str
    slip_id: str
    unit: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFiled(ReviewFact):
    """A unit applied in the window; the score entry stays PROVISIONAL and referrals are UNDER_REVIEW."""

    TYPE: ClassVar[str] = "escalation.review.filed.v1"
    filed_at: datetime
    decide_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewInadmissible(ReviewFact):
    """An application that is not looked into; `code` as in its refusal."""

    TYPE: ClassVar[str] = "escalation.review.inadmissible.v1"
    filed_at: datetime
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecided(ReviewFact):
    """The reviewers decided."""

    TYPE: ClassVar[str] = "escalation.review.decided.v1"
    outcome: str
    reviewers: list[str]
    decided_at: datetime
    reasons: str = ""
    new_colour: str | None = None
    new_limit: TimeLimit | None = None
