"""When things will fall due in the story, by the same ground rules that the services use.

The story is written down in advance, so whoever signs for a yellow slip must know the day on which it will be issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ground_rules.limits import Limit, deadline
from ground_rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Term:
    """The running of one limit: from service to its last day."""

    served_on: date
    last_day: date


class Forecast:
    """Dates of the story under one policy. Days are local days, instants are UTC."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.calendar = policy.calendar

    def at(self, day: date, clock: str) -> datetime:
        """An instant by local day and `HH:MM`."""
        return datetime.combine(day, time.fromisoformat(clock), tzinfo=self.policy.zone).astimezone(UTC)

    def workday(self, day: date) -> date:
        """The first workday on or after a day."""
        return self.calendar.on_or_after(day)

    def later(self, day: date, workdays: int) -> date:
        """The n-th workday after a day."""
        return self.calendar.workday_after(day, workdays)

    def earlier(self, day: date, workdays: int) -> date:
        """The n-th workday before a day."""
        return self.calendar.workday_before(day, workdays)

    def assignment(self, limit: dict[str, Any], served_on: date) -> Term:
        """The term of an assignment from its service."""
        return self._term(Limit(limit["amount"], limit["unit"]), served_on)

    def slip(self, colour: str, served_on: date) -> Term:
        """The term of a slip of this colour from its service."""
        return self._term(getattr(self.policy.limits, colour.lower()), served_on)

    def issue_day(self, term: Term) -> date:
        """The day on which the next colour is issued when nothing was claimed: its liability date (domain.md d.4)."""
        return self.workday(term.last_day + timedelta(days=1))

    def _term(self, limit: Limit, served_on: date) -> Term:
        found = deadline(limit, served_on, self.calendar, self.policy.zone)
        return Term(served_on, found.last_day)
