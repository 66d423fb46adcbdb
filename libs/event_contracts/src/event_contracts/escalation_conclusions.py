"""Facts that escalation announces about the review of a conclusion (复核; Decree 733 art. 17, domain.md d.8).

`matter_id` is the conclusion's id. A conclusion has no colour and costs no points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import MatterFact


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionConfirmed(MatterFact):
    """The review window of a conclusion ended without an application: it stands."""

    TYPE: ClassVar[str] = "escalation.conclusion.confirmed.v1"
    unit: str
    lapsed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionContested(MatterFact):
    """The unit applied for a review in its window; the reviewers decide by the end of `decide_by`."""

    TYPE: ClassVar[str] = "escalation.conclusion.contested.v1"
    unit: str
    review_id: str
    filed_at: datetime
    decide_by: date
    grounds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionContestRefused(MatterFact):
    """An application that is not looked into; `code` as in its refusal."""

    TYPE: ClassVar[str] = "escalation.conclusion.contest_refused.v1"
    unit: str
    review_id: str
    filed_at: datetime
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionReviewed(MatterFact):
    """The reviewers decided, within their limit or too late."""

    unit: str
    review_id: str
    reviewers: list[str]
    decided_at: datetime
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionUpheld(ConclusionReviewed):
    """The conclusion stands."""

    TYPE: ClassVar[str] = "escalation.conclusion.upheld.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionOverturned(ConclusionReviewed):
    """The conclusion falls, and what stood on it: every matter that its findings became and that is still open is withdrawn."""

    TYPE: ClassVar[str] = "escalation.conclusion.overturned.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionVaried(ConclusionReviewed):
    """Some findings fall, with the matters that they became and that are still open; the others stand."""

    TYPE: ClassVar[str] = "escalation.conclusion.varied.v1"
    findings: list[str] = field(default_factory=list)
