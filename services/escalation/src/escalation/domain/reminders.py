"""When a unit is reminded, and when it is urged by the machine (domain.md d.5.8, policy `automatic_urging`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from escalation.domain.clock import ONE_DAY, Reckoning

PRESSING = frozenset({"EXTRA_URGENT", "URGENT"})
"""特急、急."""


def is_urgent(urgency: str | None) -> bool:
    """Whether a unit is reminded at any hour: "urgent matters excepted" from the delivery window (d.5.8)."""
    return urgency in PRESSING


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: at `at`, when `days_left` workdays are left."""

    at: datetime
    days_left: int


class Reminding:
    """The reminders of a last day: T−n workdays, T+0 (n = 0) on the day itself, at the start of the delivery window."""

    def __init__(self, days: Sequence[int], window: tuple[time, time], reckoning: Reckoning) -> None:
        self._days = sorted(days, reverse=True)
        self._opens, self._closes = (_since_midnight(edge) for edge in window)
        self._reckoning = reckoning
        self._known: dict[date, tuple[Reminder, ...]] = {}

    def of(self, last_day: date) -> tuple[Reminder, ...]:
        """All reminders of a limit that ends on `last_day`, earliest first.

        A fixed instant may lie on a day off; nobody is reminded then, T+0 falls away.
        """
        found = self._known.get(last_day)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            off = not self._reckoning.calendar.is_workday(last_day)
            days = [n for n in self._days if n or not off]
            found = self._known[last_day] = tuple(Reminder(self._before(last_day, n), n) for n in days)
        return found

    def _before(self, last_day: date, n: int) -> datetime:
        return self._opening(self._reckoning.calendar.workday_before(last_day, n))

    def _opening(self, day: date) -> datetime:
        return self._reckoning.midnight(day) + self._opens

    def following(self, last_day: date, after: datetime) -> Reminder | None:
        """The next reminder after an instant: a clock that starts too late for one gets none in the past."""
        return next((reminder for reminder in self.of(last_day) if reminder.at > after), None)

    def latest(self, last_day: date, now: datetime) -> Reminder | None:
        """The reminder that is due now; after an outage only the last one is sent."""
        due = [reminder for reminder in self.of(last_day) if reminder.at <= now]
        return due[-1] if due else None

    def left(self, last_day: date, now: datetime) -> int:
        """Workdays that are left after today: a reminder that is late tells what is so when it goes out."""
        return self._reckoning.calendar.workdays_between(self._reckoning.local_date(now), last_day)

    def may_go_out(self, now: datetime) -> datetime:
        """`now` inside the delivery window, else when it opens next: nobody is reminded at night or on a day off."""
        day = self._reckoning.local_date(now)
        if self._reckoning.calendar.is_workday(day):
            if now <= self._opening(day):
                return self._opening(day)
            if now < self._reckoning.midnight(day) + self._closes:
                return now
        return self._opening(self._reckoning.first_workday(day + ONE_DAY))

    def urging(self, last_day: date, served_at: datetime) -> datetime:
        """When the machine urges: at T−1, or at once where the term is too short for that."""
        return max(self._before(last_day, 1), served_at)


def _since_midnight(edge: time) -> timedelta:
    return timedelta(hours=edge.hour, minutes=edge.minute, seconds=edge.second)
