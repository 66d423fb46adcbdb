"""Facts that escalation announces: clocks, slips, determinations, referrals (domain.md d.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from event_contracts.event import Fact, MatterFact, Parked, Released, TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFact(MatterFact):
    """A change of one clock. `owner` is ASSIGNMENT, SLIP:WHITE, SLIP:YELLOW, SLIP:YELLOW:1, SLIP:RED or REVIEW_WINDOW."""

    unit: str
    owner: str
    deadline: date | None = None
    """The last day, local."""
    due_instant: datetime | None = None
    """Exclusive for day limits; the instant itself for a fixed `due_at`."""
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockArmed(ClockFact):
    """A limit began to run; happens once per owner."""

    TYPE: ClassVar[str] = "escalation.clock.armed.v1"
    started_on: date
    limit: TimeLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped(ClockFact):
    """A limit ended without a breach; `reason` says why (CLAIMED, VERIFIED, SUPERSEDED, LAPSED, …)."""

    TYPE: ClassVar[str] = "escalation.clock.stopped.v1"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(ClockFact):
    """A stopped clock runs again, e.g. after a claim was rejected before the deadline."""

    TYPE: ClassVar[str] = "escalation.clock.resumed.v1"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSuspended(ClockFact):
    """Time is not counted from `suspended_from` on (中止计时); `remaining` is what is left, in the clock's own unit."""

    TYPE: ClassVar[str] = "escalation.clock.suspended.v1"
    suspended_from: date
    reason: str
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockExtended(ClockFact):
    """A limit became longer by a decision (延期) or because another unit was waited for (domain.md d.9)."""

    TYPE: ClassVar[str] = "escalation.clock.extended.v1"
    days: int
    reason: str
    previous_deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReprojected(ClockFact):
    """A calendar was published and the deadline counted again; a served one is never shortened (domain.md d.5.4)."""

    TYPE: ClassVar[str] = "escalation.clock.reprojected.v1"
    previous_deadline: date
    year: int
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineApproaching(ClockFact):
    """T−3, T−1 or T+0 workdays before the deadline (domain.md d.5.8); `days_left` in workdays."""

    TYPE: ClassVar[str] = "escalation.deadline.approaching.v1"
    days_left: int
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineBreached(ClockFact):
    """A limit passed and nothing stopped the clock; `at` is the deadline instant."""

    TYPE: ClassVar[str] = "escalation.deadline.breached.v1"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFact(MatterFact):
    """State of one slip after the change."""

    slip_id: str
    unit: str
    colour: str
    renewal: int
    ground: str
    state: str
    number: str | None = None

    def routing_key(self) -> str:
        return f"{self.TYPE}.{self.colour.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipProposed(SlipFact):
    """A draft waits for an official's approval."""

    TYPE: ClassVar[str] = "escalation.slip.proposed.v1"
    proposed_by: str
    reason: str = ""
    standard: str | None = None
    limit: TimeLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipApproved(SlipFact):
    """An official approved a draft."""

    TYPE: ClassVar[str] = "escalation.slip.approved.v1"
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipIssued(SlipFact):
    """A slip took effect. A yellow costs points and a red the year's eligibility, both booked by scoring."""

    TYPE: ClassVar[str] = "escalation.slip.issued.v1"
    title: str
    role: str
    standard: str
    requirements: list[str]
    limit: TimeLimit
    liability_date: date
    issued_at: datetime
    issued_by: str
    reason: str
    """One readable sentence: why this slip, by which rule."""
    previous_slip: str | None = None
    breached_at: datetime | None = None
    """The deadline instant whose passing led to it; none where no limit passed (a white by the office, poor work)."""
    deduction: Decimal | None = None
    """Points off by the policy that the slip was issued under; none for a white."""
    year_attribution: str | None = None
    """Which day decides the assessment year, by the same policy: LIABILITY_DATE, ISSUED or BREACHED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRenewed(SlipFact):
    """A yellow got a new limit under the same number (domain.md d.4); no second deduction."""

    TYPE: ClassVar[str] = "escalation.slip.renewed.v1"
    title: str
    standard: str
    limit: TimeLimit
    issued_at: datetime
    issued_by: str
    reason: str
    previous_slip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipServed(SlipFact):
    """The slip reached the unit; its limit runs from the day after `served_on`."""

    TYPE: ClassVar[str] = "escalation.slip.served.v1"
    served_at: datetime
    served_on: date
    mode: str
    deadline: date
    due_instant: datetime
    review_until: datetime | None = None
    """Exclusive end of the review window (Decree 733 art. 17); none for a white."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLifted(SlipFact):
    """The work was done in the slip's limit (解除); earlier effects stay."""

    TYPE: ClassVar[str] = "escalation.slip.lifted.v1"
    lifted_at: datetime
    title: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipWithdrawn(SlipFact):
    """Issued in error (撤销): its effects are undone by scoring and notify."""

    TYPE: ClassVar[str] = "escalation.slip.withdrawn.v1"
    cause: str
    withdrawn_at: datetime
    cascade_root: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipOverturned(SlipFact):
    """A review found the slip wrong (domain.md d.8): its effects are undone by scoring and notify."""

    TYPE: ClassVar[str] = "escalation.slip.overturned.v1"
    review_id: str
    overturned_at: datetime
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipVacated(SlipFact):
    """The slip that this one stood on fell (VACATED_BY_CASCADE); `cascade_root` is the slip that fell first."""

    TYPE: ClassVar[str] = "escalation.slip.vacated.v1"
    vacated_at: datetime
    cascade_root: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationMade(MatterFact):
    """The finding at the end of a slip (认定)."""

    TYPE: ClassVar[str] = "escalation.determination.made.v1"
    unit: str
    slip_id: str
    progress_class: str
    decided_by: str
    decided_at: datetime
    reasons: str = ""


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
class UrgeSent(MatterFact):
    """A unit was urged without a colour (催办)."""

    TYPE: ClassVar[str] = "escalation.urge.sent.v1"
    unit: str
    by: str
    urged_at: datetime
    count: int
    automatic: bool = False
    title: str = ""


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
class JustificationFact(MatterFact):
    """One legitimate reason (domain.md d.7). `owner` is the clock that it concerns."""

    unit: str
    request: str
    owner: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JustificationFiled(JustificationFact):
    """A unit filed a reason; the ladder waits until the office has decided."""

    TYPE: ClassVar[str] = "escalation.justification.filed.v1"
    filed_at: datetime
    decide_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class JustificationGranted(JustificationFact):
    """The office granted it."""

    TYPE: ClassVar[str] = "escalation.justification.granted.v1"
    effect: str
    decided_by: str
    decided_at: datetime
    suspended_from: date | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JustificationRefused(JustificationFact):
    """The office refused it."""

    TYPE: ClassVar[str] = "escalation.justification.refused.v1"
    decided_by: str
    decided_at: datetime
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionFact(MatterFact):
    """One request for more time (domain.md d.5.7); `days` as asked."""

    unit: str
    request: str
    owner: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRequested(ExtensionFact):
    """A unit asked for more time."""

    TYPE: ClassVar[str] = "escalation.extension.requested.v1"
    requested_at: datetime
    decide_by: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDecided(ExtensionFact):
    """The office granted all, a part, or nothing."""

    TYPE: ClassVar[str] = "escalation.extension.decided.v1"
    granted_days: int
    decided_by: str
    decided_at: datetime
    reasons: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewFact(Fact):
    """An interview with the head of a unit (约谈; policy `interview.*`)."""

    interview_id: str
    unit: str
    year: int
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewProposed(InterviewFact):
    """The rule proposes one; a person decides."""

    TYPE: ClassVar[str] = "escalation.interview.proposed.v1"
    proposed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewSummoned(InterviewFact):
    """An official summoned the unit."""

    TYPE: ClassVar[str] = "escalation.interview.summoned.v1"
    summoned_at: datetime
    by: str
    persons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewDeclined(InterviewFact):
    """An official found no need for it."""

    TYPE: ClassVar[str] = "escalation.interview.declined.v1"
    declined_at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecalled(InterviewFact):
    """The slips that a proposal rested on fell before anybody decided on it."""

    TYPE: ClassVar[str] = "escalation.interview.recalled.v1"
    recalled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewHeld(InterviewFact):
    """The interview took place."""

    TYPE: ClassVar[str] = "escalation.interview.held.v1"
    held_at: datetime
    minutes: str
    commitments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPublished(Fact):
    """A year's days off and make-up workdays, for all services."""

    TYPE: ClassVar[str] = "escalation.calendar.published.v1"
    year: int
    days_off: list[date]
    makeup_workdays: list[date]
    notice: str
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished(Fact):
    """A policy in force from a local day, for all services; `parameters` as in a policy file."""

    TYPE: ClassVar[str] = "escalation.policy.published.v1"
    version: str
    effective_from: date
    parameters: dict[str, Any]
    by: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundParked(Parked):
    """A message to escalation was parked."""

    TYPE: ClassVar[str] = "escalation.inbound.parked.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReleased(Released):
    """A message that escalation had parked was released."""

    TYPE: ClassVar[str] = "escalation.inbound.released.v1"


FACTS: tuple[type[Fact], ...] = (
    ClockArmed,
    ClockStopped,
    ClockResumed,
    ClockSuspended,
    ClockExtended,
    ClockReprojected,
    DeadlineApproaching,
    DeadlineBreached,
    SlipProposed,
    SlipApproved,
    SlipIssued,
    SlipRenewed,
    SlipServed,
    SlipLifted,
    SlipWithdrawn,
    SlipOverturned,
    SlipVacated,
    DeterminationMade,
    ReferralCreated,
    UrgeSent,
    ReviewLapsed,
    ReferralAcknowledged,
    ReferralConcluded,
    ReferralRecalled,
    JustificationFiled,
    JustificationGranted,
    JustificationRefused,
    ExtensionRequested,
    ExtensionDecided,
    ReviewFiled,
    ReviewInadmissible,
    ReviewDecided,
    InterviewProposed,
    InterviewSummoned,
    InterviewDeclined,
    InterviewRecalled,
    InterviewHeld,
    CalendarPublished,
    PolicyPublished,
    InboundParked,
    InboundReleased,
)
