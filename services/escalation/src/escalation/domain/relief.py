"""What lengthens, stops or holds a limit besides claims: granted reasons, extensions, another unit that was waited for.

Folded from the journal by business time (domain.md d.5.5, d.5.7, d.7, d.9), so the order of arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from escalation.domain.clock import ONE_DAY, Clock, Reckoning, Span, merged

WAIVED, TRANSFERRED = "WAIVED", "TRANSFERRED"
LET_OFF = frozenset({WAIVED, TRANSFERRED})
"""How a limit ends without being met or missed."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Days that are not counted, both ends included; `last` is None until further notice. `why` is the category."""

    first: date
    last: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A request that holds the ladder until it is decided."""

    reason: str
    filed_at: datetime
    decided_at: datetime | None

    def open_at(self, instant: datetime) -> bool:
        """Whether it was undecided at an instant at or after its filing."""
        return self.filed_at <= instant and (self.decided_at is None or self.decided_at > instant)


@dataclass(frozen=True, slots=True)
class Relief:
    """Everything that was granted, or is asked, for one limit."""

    extension: int = 0
    left_out: tuple[LeftOut, ...] = ()
    let_off_at: datetime | None = None
    """When the unit was let off: nothing can run out any more."""
    let_off: str = WAIVED
    """How: its reason was waived, or its part went to another unit."""
    waits: tuple[Wait, ...] = ()
    resumed: tuple[datetime, ...] = ()
    """When the office said that time is counted again."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """The days that are not counted, as far as their end is known."""
        return merged((left.first, left.last) for left in self.left_out if left.last is not None and left.last >= left.first)

    @property
    def open_from(self) -> date | None:
        """The first day of what has no end yet; None where everything has."""
        return min((left.first for left in self.left_out if left.last is None), default=None)

    @property
    def pending(self) -> Wait | None:
        """The first request that waits for the office."""
        return next((wait for wait in self.waits if wait.decided_at is None), None)

    def held_at(self, instant: datetime) -> bool:
        """Whether a request held the ladder at an instant."""
        return any(wait.open_at(instant) for wait in self.waits)

    def let_go(self, due: datetime) -> datetime | None:
        """When the last hold over an end was over: the decision, or the word that time is counted again; None without one."""
        decided = [w.decided_at for w in self.waits if w.filed_at <= due and w.decided_at is not None]
        return max((at for at in (*decided, *self.resumed) if at > due), default=None)


NO_RELIEF = Relief()


def joined(found: Relief, more: Sequence[LeftOut]) -> Relief:
    """The same with further days that are not counted."""
    if not more:
        return found
    return replace(found, left_out=(*found.left_out, *more))


def remaining(clock: Clock, first: date, reckoning: Reckoning) -> int | None:
    """What is left of a limit from a day on, in its own unit; None for a fixed instant."""
    if clock.fixed_due is not None:
        return None
    start = max(clock.started_on, first - ONE_DAY)
    return reckoning.not_counted(clock.limit_unit, start, clock.deadline, [(start + ONE_DAY, clock.deadline)])
