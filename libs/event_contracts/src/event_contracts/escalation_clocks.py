"""Facts that escalation announces about limits: armed, stopped, suspended, extended, counted again, approaching, breached."""

from __future__ import annotations

from dataclasses import dataclass
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
class ClockMoved(ClockFact):
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
