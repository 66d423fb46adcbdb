"""Every inbound message of events.md section 3 that this release understands, as typed data.

The classes about matters stand in `inbound_matters`, about inspections in `inbound_inspections`, about no single matter in
`inbound_office`, recorded powers and advice in `inbound_acts`, the ladder's here; all are imported from here. The validation
(types, lengths, enumerations) is in `schemas.py`; these classes are what handlers see.
A type that is fixed in events.md but not understood yet is refused with SCHEMA_INVALID, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from event_contracts.event import Evidence, Request, TimeLimit
from event_contracts.inbound_acts import (
    ActionRecorded,
    AdviceAnswered,
    AdviceIssued,
    FieldNoteRecorded,
    LookBackRecorded,
    PlanItem,
    PlanPublished,
    RegistrationDecided,
)
from event_contracts.inbound_inspections import (
    CampaignPlanned,
    ConclusionIssued,
    Finding,
    InspectionFound,
    InspectionPlanned,
    Team,
)
from event_contracts.inbound_matters import (
    AboutUnit,
    Authorisation,
    CompletionClaimed,
    CompletionRejected,
    CompletionVerified,
    DuplicateResolved,
    Informant,
    MatterDecomposed,
    MatterReopened,
    MatterSubmitted,
    MatterWithdrawn,
    Milestone,
    NoticeSigned,
    ObjectionDecided,
    ObjectionFiled,
    Override,
    ProgressAssessed,
    ProgressReported,
    ReplyAssessed,
    ReplySent,
    SubmittedAssignment,
    SubmittedSource,
    Verdict,
)
from event_contracts.inbound_office import (
    AssessmentFinalised,
    BonusAwarded,
    BulletinItem,
    BulletinPublished,
    CalendarPublished,
    CutMarked,
    InterviewDecided,
    InterviewHeld,
    Person,
    PersonsPublished,
    PolicyPublished,
    Unit,
    UnitsPublished,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgeSent(AboutUnit):
    """The office or the lead unit urges a unit; `by` is OFFICE or LEAD."""

    TYPE: ClassVar[str] = "urge.sent.v1"
    OWNER: ClassVar[str] = "escalation"
    by: str
    reported_block: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationMade(AboutUnit):
    """The official finding at the end of a slip."""

    TYPE: ClassVar[str] = "determination.made.v1"
    OWNER: ClassVar[str] = "escalation"
    progress_class: str
    reasons: str
    decided_by: str
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSlip(AboutUnit):
    """What an official decides about a slip of one colour."""

    OWNER: ClassVar[str] = "escalation"
    colour: str
    by: str
    standard: str | None = None
    requirements: list[str] = field(default_factory=list)
    limit: TimeLimit | None = None
    ground: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipProposed(AboutSlip):
    """An official proposes a slip."""

    TYPE: ClassVar[str] = "slip.proposed.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipApproved(AboutSlip):
    """An official approves a drafted slip."""

    TYPE: ClassVar[str] = "slip.approved.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipWithdrawn(AboutSlip):
    """An official withdraws a slip or refuses a draft."""

    TYPE: ClassVar[str] = "slip.withdrawn.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class JustificationFiled(AboutUnit):
    """A unit files a legitimate reason (正当理由) before its deadline (domain.md d.7)."""

    TYPE: ClassVar[str] = "justification.filed.v1"
    OWNER: ClassVar[str] = "escalation"
    category: str
    evidence: list[Evidence]
    text: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JustificationDecided(AboutUnit):
    """The office decides a justification: EXTEND by `days`, SUSPEND from `suspended_from`, or WAIVE; or refuses it."""

    TYPE: ClassVar[str] = "justification.decided.v1"
    OWNER: ClassVar[str] = "escalation"
    outcome: str
    decided_by: str
    effect: str | None = None
    suspended_from: date | None = None
    days: int | None = None
    reasons: str | None = None
    request: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(AboutUnit):
    """The ground of a suspension has ended; `on` is the last day that is not counted (domain.md d.5.5)."""

    TYPE: ClassVar[str] = "clock.resumed.v1"
    OWNER: ClassVar[str] = "escalation"
    on: date
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRequested(AboutUnit):
    """A unit asks for `days` more (延期; domain.md d.5.7). Workdays for a limit in workdays, else calendar days."""

    TYPE: ClassVar[str] = "extension.requested.v1"
    OWNER: ClassVar[str] = "escalation"
    days: int
    reason: str
    colour: str | None = None
    owner: str | None = None
    """REPLY: more time for the answer to the source, not for the work; without it the work's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDecided(AboutUnit):
    """The office grants all, a part, or (0) nothing of what was asked."""

    TYPE: ClassVar[str] = "extension.decided.v1"
    OWNER: ClassVar[str] = "escalation"
    granted_days: int
    decided_by: str
    reasons: str | None = None
    request: str | None = None
    colour: str | None = None
    owner: str | None = None
    """REPLY: the request that it answers is about the answer to the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFiled(AboutUnit):
    """A unit applies for review (复核; Decree 733 art. 17) of a yellow or red, or, without a colour, of a conclusion."""

    TYPE: ClassVar[str] = "review.filed.v1"
    OWNER: ClassVar[str] = "escalation"
    grounds: str
    colour: str | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecided(AboutUnit):
    """The reviewers' decision. VARIED goes back to `new_colour`, or gives the slip `new_limit`; of a conclusion it names the
    `findings` that do not stand."""

    TYPE: ClassVar[str] = "review.decided.v1"
    OWNER: ClassVar[str] = "escalation"
    outcome: str
    reviewers: list[str]
    colour: str | None = None
    reasons: str | None = None
    new_colour: str | None = None
    new_limit: TimeLimit | None = None
    request: str | None = None
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAcknowledged(AboutUnit):
    """One of the three bodies confirms that it has the hand-over."""

    TYPE: ClassVar[str] = "referral.acknowledged.v1"
    OWNER: ClassVar[str] = "escalation"
    body: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralConcluded(AboutUnit):
    """One of the three bodies reports what came of it."""

    TYPE: ClassVar[str] = "referral.concluded.v1"
    OWNER: ClassVar[str] = "escalation"
    body: str
    outcome: str
    by: str | None = None


REQUESTS: tuple[type[Request], ...] = (
    MatterSubmitted,
    ProgressReported,
    ProgressAssessed,
    CompletionClaimed,
    CompletionVerified,
    CompletionRejected,
    NoticeSigned,
    UrgeSent,
    DeterminationMade,
    SlipProposed,
    SlipApproved,
    SlipWithdrawn,
    ObjectionFiled,
    ObjectionDecided,
    JustificationFiled,
    JustificationDecided,
    ClockResumed,
    ExtensionRequested,
    ExtensionDecided,
    ReviewFiled,
    ReviewDecided,
    ReferralAcknowledged,
    ReferralConcluded,
    CalendarPublished,
    PolicyPublished,
    InterviewDecided,
    InterviewHeld,
    PersonsPublished,
    UnitsPublished,
    BulletinPublished,
    BonusAwarded,
    AssessmentFinalised,
    DuplicateResolved,
    MatterWithdrawn,
    MatterReopened,
    MatterDecomposed,
    ReplyAssessed,
    ReplySent,
    ActionRecorded,
    FieldNoteRecorded,
    AdviceIssued,
    AdviceAnswered,
    CampaignPlanned,
    InspectionPlanned,
    InspectionFound,
    ConclusionIssued,
    LookBackRecorded,
    RegistrationDecided,
    PlanPublished,
    CutMarked,
)

NOT_UNITS = frozenset({"OFFICE", "DUBAN"})
"""Words in the place of a unit code that stand for the supervision office and for our own services."""
BY_THE_UNIT = frozenset(
    {
        ProgressReported.TYPE,
        CompletionClaimed.TYPE,
        NoticeSigned.TYPE,
        ObjectionFiled.TYPE,
        JustificationFiled.TYPE,
        ExtensionRequested.TYPE,
        ReviewFiled.TYPE,
    }
)
"""A unit sends these about itself."""
BY_THE_OFFICE = frozenset(
    {
        ProgressAssessed.TYPE,
        CompletionVerified.TYPE,
        CompletionRejected.TYPE,
        DeterminationMade.TYPE,
        SlipProposed.TYPE,
        SlipApproved.TYPE,
        SlipWithdrawn.TYPE,
        ObjectionDecided.TYPE,
        JustificationDecided.TYPE,
        ClockResumed.TYPE,
        ExtensionDecided.TYPE,
        ReviewDecided.TYPE,
        CalendarPublished.TYPE,
        PolicyPublished.TYPE,
        InterviewDecided.TYPE,
        InterviewHeld.TYPE,
        PersonsPublished.TYPE,
        UnitsPublished.TYPE,
        BulletinPublished.TYPE,
        DuplicateResolved.TYPE,
        ReplyAssessed.TYPE,
        ActionRecorded.TYPE,
        FieldNoteRecorded.TYPE,
        AdviceIssued.TYPE,
        CampaignPlanned.TYPE,
        InspectionPlanned.TYPE,
        InspectionFound.TYPE,
        ConclusionIssued.TYPE,
        LookBackRecorded.TYPE,
        RegistrationDecided.TYPE,
        PlanPublished.TYPE,
    }
)
"""Decisions: the supervision office alone sends these."""
CONFIDENTIAL = frozenset(cls.TYPE for cls in REQUESTS if getattr(cls, "CONFIDENTIAL", False))
"""What these say may be about a covert inspection: nothing but the service that owns them shows it (domain.md d.13 no. 12)."""
BY_A_BODY = frozenset({ReferralAcknowledged.TYPE, ReferralConcluded.TYPE})
"""The office sends these, or the body (`vocabulary.BODIES`) that a red was handed over to, about itself."""
ASSESSMENT = "ASSESSMENT"
"""The account of the assessment office (考核办), as among the bodies."""
BY_THE_ASSESSMENT_OFFICE = frozenset({BonusAwarded.TYPE, AssessmentFinalised.TYPE})
"""The assessment office sends these, or the supervision office for it."""

REFUSAL_CODES: frozenset[str] = frozenset(
    {
        "AUTHORITY_MISSING", "CLASSIFIED", "SCHEMA_INVALID", "UNKNOWN_MATTER", "SENDER_MISMATCH", "NOT_PARTY",
        "DUPLICATE_LADDER", "INADMISSIBLE_LATE", "ALREADY_USED", "NOT_REVIEWABLE", "RECUSAL", "RED_BARRED",
        "ASSIGNMENT_FINAL", "SUSPENSION_BEFORE_FILING", "RATE_LIMITED", "TOO_LARGE", "ID_REUSED", "UNKNOWN_UNIT",
        "NOT_EMPOWERED",
    }
)  # fmt: skip
"""The closed list of events.md section 3; a new one is a new minor version."""
