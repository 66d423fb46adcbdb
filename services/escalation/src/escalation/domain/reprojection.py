"""Limits on calendars that are published while they run (domain.md d.5.4): a served deadline is lengthened, never shortened.

A limit is counted on the calendar known on its start day. Each calendar that is published while it still runs counts it
again, and the later end stays. What had passed before a publication is not moved by it. All of it follows from business
time, so a fold on any day gives the same end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ground_rules.limits import local_date
from ground_rules.workdays import WorkCalendar

from escalation.domain.clock import End, Reckoning, Span


@dataclass(frozen=True, slots=True)
class Edition:
    """A calendar as it stood after one publication."""

    published_at: datetime
    calendar: WorkCalendar


class Reprojecting(Reckoning):
    """Counts on the latest calendar what begins now, and on every calendar since its start what runs already."""

    def __init__(self, first: WorkCalendar, editions: Sequence[Edition], zone: ZoneInfo) -> None:
        super().__init__(editions[-1].calendar if editions else first, zone)
        self.edition = len(editions)
        self._first = Reckoning(first, zone)
        self._later = [(edition.published_at, Reckoning(edition.calendar, zone)) for edition in editions]

    def end(self, amount: int, unit: str, start: date, spans: Sequence[Span] = (), extension: int = 0) -> End:
        """The end of a limit by length, on the calendars known from its start day on."""
        base, later = self._first, []
        for published_at, reckoning in self._later:
            if local_date(published_at, self.zone) <= start:
                base = reckoning
            else:
                later.append((published_at, reckoning))
        found = base.end(amount, unit, start, spans, extension)
        for published_at, reckoning in later:
            if published_at < found.due_instant:
                found = _later_of(found, reckoning.end(amount, unit, start, spans, extension))
        return found


def _later_of(told: End, counted: End) -> End:
    """The later end; whether it is provisional is what the newer calendar says."""
    return counted if counted.due_instant >= told.due_instant else replace(told, provisional=counted.provisional)
