"""Every inbound message of events.md section 3 that this release understands, as typed data.

The validation (types, lengths, enumerations) is the marshmallow schema in `wire.py`; these classes are what handlers see.
A type that is fixed in events.md but not understood yet is refused with SCHEMA_INVALID, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from event_contracts.event import Evidence, Request, TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Informant:
    """Who told us; never leaves intake."""

    name: str
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedSource:
    """The decision source of a submitted matter."""

    type: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    clause: str | None = None
    difficult: bool = False
    informant: Informant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Who empowered the sender to supervise (Decree 733 art. 7, 11)."""

    principal: str
    basis: str
    body: str | None = None
    scope: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A planned percentage by a date."""

    due_on: date
    percent: int
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedAssignment:
    """One unit's part as submitted; either `limit` or `due_at`."""

    unit: str
    role: str
    deliverable: str
    standard: str | None = None
    limit: TimeLimit | None = None
    due_at: datetime | None = None
    milestones: list[Milestone] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterSubmitted(Request):
    """A decision to be carried out."""

    TYPE: ClassVar[str] = "matter.submitted.v1"
    OWNER: ClassVar[str] = "intake"
    external_ref: str
    title: str
    source: SubmittedSource
    standard: str
    assignments: list[SubmittedAssignment]
    kind: str | None = None
    authorisation: Authorisation | None = None
    classification: str = "NONE"
    subject_terms: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutUnit(Request):
    """Every further message names a matter (our id or an `external_ref`) and a unit."""

    matter: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported(AboutUnit):
    """A unit reports progress."""

    TYPE: ClassVar[str] = "progress.reported.v1"
    OWNER: ClassVar[str] = "intake"
    text: str
    percent: int | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressAssessed(AboutUnit):
    """The office accepts or returns the last undecided report (or the one named by `claim`/`request`)."""

    TYPE: ClassVar[str] = "progress.assessed.v1"
    OWNER: ClassVar[str] = "intake"
    accepted: bool
    decided_by: str
    substantive: bool | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionClaimed(AboutUnit):
    """A unit claims completion."""

    TYPE: ClassVar[str] = "completion.claimed.v1"
    OWNER: ClassVar[str] = "intake"
    text: str
    colour: str | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(AboutUnit):
    """What the office found about a claim: the one named by `claim`, else the last undecided one."""

    OWNER: ClassVar[str] = "intake"
    verified_by: str
    colour: str | None = None
    claim: str | None = None
    deficiencies: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionVerified(Verdict):
    """The office verifies a claim."""

    TYPE: ClassVar[str] = "completion.verified.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRejected(Verdict):
    """The office rejects a claim, with the deficiencies."""

    TYPE: ClassVar[str] = "completion.rejected.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSigned(AboutUnit):
    """A unit signs for a notice (签收); without `colour` for the assignment's notice."""

    TYPE: ClassVar[str] = "notice.signed.v1"
    OWNER: ClassVar[str] = "notify"
    signed_by: str
    colour: str | None = None


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
class ObjectionFiled(AboutUnit):
    """A unit says that the matter is not its duty (退办), within the objection window."""

    TYPE: ClassVar[str] = "objection.filed.v1"
    OWNER: ClassVar[str] = "intake"
    grounds: str
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDecided(AboutUnit):
    """The office decides an objection: the one named by `request`, else the last undecided one."""

    TYPE: ClassVar[str] = "objection.decided.v1"
    OWNER: ClassVar[str] = "intake"
    outcome: str
    decided_by: str
    new_unit: str | None = None
    reasons: str | None = None
    request: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFiled(AboutUnit):
    """A unit applies for review (复核; Decree 733 art. 17) of a yellow or red."""

    TYPE: ClassVar[str] = "review.filed.v1"
    OWNER: ClassVar[str] = "escalation"
    colour: str
    grounds: str
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecided(AboutUnit):
    """The reviewers' decision. VARIED goes back to `new_colour`, or gives the slip `new_limit`."""

    TYPE: ClassVar[str] = "review.decided.v1"
    OWNER: ClassVar[str] = "escalation"
    colour: str
    outcome: str
    reviewers: list[str]
    reasons: str | None = None
    new_colour: str | None = None
    new_limit: TimeLimit | None = None
    request: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPublished(Request):
    """The State Council's notice of a year's days off and make-up workdays."""

    TYPE: ClassVar[str] = "calendar.published.v1"
    OWNER: ClassVar[str] = "escalation"
    year: int
    days_off: list[date]
    makeup_workdays: list[date] = field(default_factory=list)
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished(Request):
    """A new policy: what it changes in the shipped one, in the form of a policy file, in force from a local day."""

    TYPE: ClassVar[str] = "policy.published.v1"
    OWNER: ClassVar[str] = "escalation"
    version: str
    effective_from: date
    parameters: dict[str, Any]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewDecided(Request):
    """An official answers the proposal of an interview (约谈): SUMMON or DECLINE."""

    TYPE: ClassVar[str] = "interview.decided.v1"
    OWNER: ClassVar[str] = "escalation"
    unit: str
    outcome: str
    by: str
    persons: list[str] = field(default_factory=list)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewHeld(Request):
    """The interview took place."""

    TYPE: ClassVar[str] = "interview.held.v1"
    OWNER: ClassVar[str] = "escalation"
    unit: str
    minutes: str
    commitments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An official and what he or she may do when. A capacity has `role`, `from`, `to`? and `deputy_for`? (a person)."""

    name: str
    capacities: list[dict[str, Any]]
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPublished(Request):
    """Who holds which office, and who stands in for whom; complete each time (events.md section 3)."""

    TYPE: ClassVar[str] = "persons.published.v1"
    OWNER: ClassVar[str] = "intake"
    persons: list[Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusAwarded(Request):
    """A bonus approved by the head of the government (Decree 733 art. 21)."""

    TYPE: ClassVar[str] = "bonus.awarded.v1"
    OWNER: ClassVar[str] = "scoring"
    unit: str
    year: int
    amount: Decimal
    reason: str
    evidence: list[Evidence]
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFinalised(Request):
    """The assessment office closes a year; `base_totals` are the units' totals after weighting, before plus and minus."""

    TYPE: ClassVar[str] = "assessment.finalised.v1"
    OWNER: ClassVar[str] = "scoring"
    year: int
    base_totals: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutMarked(Request):
    """A marker of the cut (events.md section 2): goes to every inbound queue; only escalation's account may write it.

    `answers` maps a service's name to the highest `want` of its `cut.wanted` requests that this marker was made after.
    """

    TYPE: ClassVar[str] = "cut.marked.v1"
    OWNER: ClassVar[str] = "*"
    number: int
    answers: dict[str, int] = field(default_factory=dict)


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
    BonusAwarded,
    AssessmentFinalised,
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
    }
)
"""Decisions: the supervision office alone sends these."""
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
