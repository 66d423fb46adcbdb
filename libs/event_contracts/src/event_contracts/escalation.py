"""Facts that escalation announces: clocks, slips, determinations, referrals (domain.md d.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

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
    DeadlineApproaching,
    DeadlineBreached,
    SlipProposed,
    SlipApproved,
    SlipIssued,
    SlipRenewed,
    SlipServed,
    SlipLifted,
    SlipWithdrawn,
    DeterminationMade,
    ReferralCreated,
    UrgeSent,
    ReviewLapsed,
    InboundParked,
    InboundReleased,
)
