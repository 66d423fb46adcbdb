"""What the decision table of the ladder reads and answers: how a limit stands, the step that comes next, the policy's rules.

Every answer carries its reason, so that "why has this not escalated?" can always be answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from escalation.domain.acts import Approval, ParkedHold, Proposal
from escalation.domain.clock import Claim, Course, End, Reckoning
from escalation.domain.determination import Finding
from escalation.domain.progress import Failed
from escalation.domain.relief import NO_RELIEF, Relief
from escalation.domain.review import Review
from escalation.domain.slip import OVERDUE

DONE_IN_TIME = "DONE_IN_TIME"
DONE_LATE = "DONE_LATE"
NOT_SERVED = "NOT_SERVED"
LIMIT_RUNNING = "LIMIT_RUNNING"
LADDER_ENDED = "LADDER_ENDED"
VERIFICATION_PENDING = "VERIFICATION_PENDING"
PARKED = "PARKED"
FELL_BEFORE = "FELL_BEFORE"
AWAITING_DETERMINATION = "AWAITING_DETERMINATION"
AWAITING_APPROVAL = "AWAITING_APPROVAL"
RENEWALS_EXHAUSTED = "RENEWALS_EXHAUSTED"
REVIEW_PENDING = "REVIEW_PENDING"
SUSPENDED = "SUSPENDED"
ISSUE_SCHEDULED = "ISSUE_SCHEDULED"
AWAITING_CUT = "AWAITING_CUT"
MERGED = "MERGED"
ESCALATED = "ESCALATED"
"""The reasons that the table `outcome` may hold."""

ESCALATE, RECORD_ONLY = "ESCALATE", "RECORD_ONLY"
AUTO, REQUIRED = "auto", "required"


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the decision at the end of a limit depends on. `colour` is the slip in force, None the assignment itself."""

    colour: str | None
    renewal: int
    course: Course
    passed: bool
    """The limit has passed, and everything that was reported before has been read (the cut)."""
    issued_at: datetime | None = None
    served_at: datetime | None = None
    ground: str = OVERDUE
    claims: Sequence[Claim] = ()
    proposals: Sequence[Proposal] = ()
    approvals: Sequence[Approval] = ()
    findings: Sequence[Finding] = ()
    urges: Sequence[datetime] = ()
    progress: Sequence[datetime] = ()
    holds: Sequence[ParkedHold] = ()
    fell_at: datetime | None = None
    """When a person withdrew or refused the slip that would come next: nothing climbs by itself again (d.17)."""
    reviews: Sequence[Review] = ()
    """Applications for a review of the slips in force; they hold the ladder where the policy says so."""
    relief: Relief = NO_RELIEF
    """What was granted and is asked for this limit."""
    failed: Failed | None = None
    """A check of progress that failed before the limit of the assignment ended."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Issue this slip at `at`; with a renewal > 0 the yellow gets a new limit under its number."""

    colour: str
    renewal: int
    ground: str
    liability_date: date
    at: datetime
    by: str
    clocked: bool
    """`at` comes from the clock, not from a person's act: it waits for its timer and the cut."""
    finding: Finding | None = None
    proposal: Proposal | None = None
    rejected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A slip is due but a person must approve it."""

    colour: str
    ground: str
    liability_date: date
    finding: Finding | None = None
    rejected_at: datetime | None = None
    reason: str = AWAITING_APPROVAL


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing may be issued now; `until` is when to look again by the clock, if ever."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing comes next."""

    reason: str


Step = Issue | Draft | Hold | Nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """What the policy says about the ladder."""

    reckoning: Reckoning
    issue_time: time
    approval: Mapping[str, str]
    max_renewals: int
    late_completion: str = ESCALATE
    review_suspends: bool = False
    """Whether the application for a review holds the next colour (policy `review_suspends_ladder`)."""
    direct_start: bool = False
    """Whether the office may start a ladder at a higher colour; such a slip is not punitive."""

    def liability(self, end: End, hold_ended: datetime | None) -> tuple[date, datetime]:
        """The liability date of the next slip, and the instant at which the clock would issue it.

        The first workday on or after the local day of the end, or of the day a hold ended, whichever is later; at the issue
        time of that day, for a fixed instant on a workday at the instant itself, and never before the hold ended.
        """
        day = self.reckoning.local_date(end.due_instant)
        if hold_ended is not None:
            day = max(day, self.reckoning.local_date(hold_ended))
        first = self.reckoning.first_workday(day)
        if end.fixed and first == self.reckoning.local_date(end.due_instant):
            scheduled = end.due_instant
        else:
            scheduled = self.issue_instant(first)
        return first, max(scheduled, hold_ended) if hold_ended is not None else scheduled

    def issue_instant(self, day: date) -> datetime:
        """The instant of `issue_time` on a local day."""
        return self.reckoning.midnight(day) + timedelta(hours=self.issue_time.hour, minutes=self.issue_time.minute)
