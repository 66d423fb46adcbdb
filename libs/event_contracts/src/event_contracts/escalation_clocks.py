"""Facts that escalation announces about limits: armed, stopped, suspended, extended, counted again, approaching, breached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import MatterFact, TimeLimit


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
class ExplainedDays:
    """Days of a limit that are alike, both ends included, and why they do or do not count (domain.md f.2).

    `kind`: START (the start day, not counted) · COUNTED (every day) · WORKDAYS (Monday to Friday counted, Saturday and Sunday
    not) · MAKEUP_WORKDAY (counted) · EXTENSION (counted, granted) · WEEKEND · HOLIDAY · SUSPENDED · ROLLED (to the next
    workday) · KEPT (a served deadline is never shortened). Later releases may know more.
    """

    first: date
    last: date
    kind: str
    counted: int | None = None
    """The number, in the limit's own unit, of the last counted day up to here; null where none of these days counts."""
    cause: str | None = None
    """The holiday's name; of SUSPENDED the category of the reason, or VERIFICATION."""
    notice: str | None = None
    """The number of the State Council's notice that made it a day off or a workday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingDay:
    """A day before a running limit's end on which something is due by itself (domain.md d.4, d.5.8).

    `kind`: REMINDER (the unit is told that `days_left` workdays are left) · URGE (the machine urges, unless somebody did) ·
    CYCLE (a reporting cycle ends with this day; a white on NO_PROGRESS may follow where no report in it was accepted) ·
    MILESTONE (checked when this day ends; a white on SLOW_PROGRESS may follow where less than `percent` was accepted).
    Later releases may know more.
    """

    on: date
    kind: str
    days_left: int | None = None
    """Of REMINDER: in workdays; 0 on the last day itself."""
    percent: int | None = None
    """Of MILESTONE: what is planned by then, less the policy's tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClockFact(ClockFact):
    """A change of one clock with the days of its limit, from the start to `deadline`, as they are counted since then."""

    explanation: list[ExplainedDays] = field(default_factory=list)
    """In order and without gaps. Empty in events of releases before this field, and for an instant with no day left out."""
    ahead: list[ComingDay] = field(default_factory=list)
    """What is due between the start and the end, by day, by the policy in force when this was announced; of more than 60 the
    first 60. Empty while the clock does not run, and in events of releases before this field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockArmed(ExplainedClockFact):
    """A limit began to run; happens once per owner."""

    TYPE: ClassVar[str] = "escalation.clock.armed.v1"
    started_on: date
    limit: TimeLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped(ExplainedClockFact):
    """A limit ended without a breach; `reason` says why (CLAIMED, VERIFIED, SUPERSEDED, LAPSED, …)."""

    TYPE: ClassVar[str] = "escalation.clock.stopped.v1"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(ExplainedClockFact):
    """A stopped clock runs again, e.g. after a claim was rejected before the deadline."""

    TYPE: ClassVar[str] = "escalation.clock.resumed.v1"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSuspended(ExplainedClockFact):
    """Time is not counted from `suspended_from` on (中止计时); `remaining` is what is left, in the clock's own unit."""

    TYPE: ClassVar[str] = "escalation.clock.suspended.v1"
    suspended_from: date
    reason: str
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockExtended(ExplainedClockFact):
    """A limit became longer by a decision (延期) or because another unit was waited for (domain.md d.9)."""

    TYPE: ClassVar[str] = "escalation.clock.extended.v1"
    days: int
    reason: str
    previous_deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReprojected(ExplainedClockFact):
    """A calendar was published and the deadline counted again; a served one is never shortened (domain.md d.5.4)."""

    TYPE: ClassVar[str] = "escalation.clock.reprojected.v1"
    previous_deadline: date
    year: int
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoved(ExplainedClockFact):
    """A limit ends on another day: its matter is handled with another one (MERGED), or no more (UNMERGED; domain.md d.10)."""

    TYPE: ClassVar[str] = "escalation.clock.moved.v1"
    previous_deadline: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineApproaching(ClockFact):
    """T−3, T−1 (or as the policy says) workdays before the deadline (domain.md d.5.8); `days_left` in workdays."""

    TYPE: ClassVar[str] = "escalation.deadline.approaching.v1"
    days_left: int
    title: str = ""
    urgent: bool = False
    """The matter is urgent: the reminder does not wait for the delivery window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineBreached(ClockFact):
    """A limit passed and nothing stopped the clock; `at` is the deadline instant."""

    TYPE: ClassVar[str] = "escalation.deadline.breached.v1"
    at: datetime
