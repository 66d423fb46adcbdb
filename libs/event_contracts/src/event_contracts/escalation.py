"""Facts that escalation announces: slips, determinations, legitimate reasons, extensions (domain.md d.12).

Limits stand in `escalation_clocks`, reviews and hand-overs in `escalation_reviews`, those of conclusions in
`escalation_conclusions`, interviews and rules in `escalation_office`; all are imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from event_contracts.escalation_clocks import (
    ClockArmed,
    ClockExtended,
    ClockFact,
    ClockMoved,
    ClockReprojected,
    ClockResumed,
    ClockStopped,
    ClockSuspended,
    DeadlineApproaching,
    DeadlineBreached,
)
from event_contracts.escalation_conclusions import (
    ConclusionConfirmed,
    ConclusionContested,
    ConclusionContestRefused,
    ConclusionOverturned,
    ConclusionReviewed,
    ConclusionUpheld,
    ConclusionVaried,
)
from event_contracts.escalation_office import (
    CalendarPublished,
    InterviewDeclined,
    InterviewFact,
    InterviewHeld,
    InterviewProposed,
    InterviewRecalled,
    InterviewSummoned,
    PolicyPublished,
)
from event_contracts.escalation_reviews import (
    ReferralAcknowledged,
    ReferralConcluded,
    ReferralCreated,
    ReferralFact,
    ReferralRecalled,
    ReviewDecided,
    ReviewFact,
    ReviewFiled,
    ReviewInadmissible,
    ReviewLapsed,
)
from event_contracts.event import Fact, MatterFact, Parked, Released, TimeLimit


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
    capacity: str | None = None
    """The office in which he or she decided (domain.md d.14); none while no persons were published."""


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
class SlipReported(SlipFact):
    """A red's limit ended once more and the work is not done: the leading group is told, nothing else follows (domain.md d.4)."""

    TYPE: ClassVar[str] = "escalation.slip.reported.v1"
    count: int
    """The how manieth limit period has ended, from 1."""
    period_end: date
    """Its last day, local."""
    reported_at: datetime
    title: str = ""


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
    capacity: str | None = None
    """The office in which he or she decided (domain.md d.14); none while no persons were published."""


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
class InboundParked(Parked):
    """A message to escalation was parked."""

    TYPE: ClassVar[str] = "escalation.inbound.parked.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReleased(Released):
    """A message that escalation had parked was released."""

    TYPE: ClassVar[str] = "escalation.inbound.released.v1"


FACTS: tuple[type[Fact], ...] = (
    ConclusionConfirmed,
    ConclusionContested,
    ConclusionContestRefused,
    ConclusionUpheld,
    ConclusionOverturned,
    ConclusionVaried,
    ClockArmed,
    ClockStopped,
    ClockResumed,
    ClockSuspended,
    ClockExtended,
    ClockMoved,
    ClockReprojected,
    DeadlineApproaching,
    DeadlineBreached,
    SlipProposed,
    SlipApproved,
    SlipIssued,
    SlipRenewed,
    SlipServed,
    SlipLifted,
    SlipReported,
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
