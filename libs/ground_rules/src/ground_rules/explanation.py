"""A deadline day by day: which days were counted, which were not, and why (domain.md f.2).

The walk goes from the start day to the last day and gives each day one reason. It explains a deadline, it does not decide
one: `consistent` says whether counting along the days arrives at the same last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ground_rules.limits import Limit, months_later
from ground_rules.workdays import WorkCalendar

START, COUNTED, MAKEUP, EXTENDED = "START", "COUNTED", "MAKEUP_WORKDAY", "EXTENSION"
WORKDAYS = "WORKDAYS"
"""Kind of a run only: its Mondays to Fridays are counted, its Saturdays and Sundays are not."""
WEEKEND, HOLIDAY, SUSPENDED, ROLLED, KEPT = "WEEKEND", "HOLIDAY", "SUSPENDED", "ROLLED", "KEPT"

RULES = {
    "WORKDAY": "起算日不计，按工作日计满第{amount}个工作日的24:00止 / the start day is not counted; the end of workday {amount}",
    "DAY": "起算日不计，按日历日计满{amount}日，末日非工作日的顺延 / start day not counted; {amount} calendar days, rolled on",
    "MONTH": "起算日不计，至{amount}个月后的对应日，无对应日的为月末，非工作日顺延 / same day {amount} months on, rolled on",
}
"""How each unit is counted (domain.md d.5.1; 民法典 200-204 by analogy)."""

ONE_DAY = timedelta(days=1)
SATURDAY = 5
"""`date.weekday()`."""


@dataclass(frozen=True, slots=True)
class Left:
    """Days that are not counted, both ends included, and why."""

    first: date
    last: date
    why: str
    code: str = ""
    """The reason as a code, for those who have words of their own."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a limit. `counted` is its number in the limit's own unit, None where it does not count."""

    day: date
    kind: str
    counted: int | None
    why: str
    notice: str | None = None
    """The number of the State Council's notice that made it a day off or a workday."""
    cause: str | None = None
    """The holiday's name, or the code of the reason for which the day is left out."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days that are alike, both ends included. `counted` is the number of the last one that counts, None without one."""

    first: date
    last: date
    kind: str
    counted: int | None = None
    cause: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The days of a limit, and whether counting along them ends on the last day that is in force."""

    days: tuple[Day, ...]
    rule: str
    consistent: bool


def explain(
    limit: Limit, start: date, last_day: date, calendar: WorkCalendar, *, left_out: Sequence[Left] = (), extension: int = 0
) -> Explanation:
    """Why `limit`, started on `start` and extended by `extension` of its days, ends on `last_day`."""
    walk = _Walk(limit, start, last_day, calendar, left_out, extension)
    days = tuple(walk.days())
    consistent = walk.complete and days[-1].kind not in (KEPT, SUSPENDED)
    return Explanation(days, RULES[limit.unit].format(amount=limit.amount), consistent)


def runs(days: Iterable[Day]) -> tuple[Run, ...]:
    """The same days, with those that are alike told once: a quarter of ordinary weeks is one run."""
    found: list[Run] = []
    for day in days:
        ordinary = day.kind == WEEKEND or day.kind == COUNTED and day.day.weekday() < SATURDAY
        before = found[-1] if found else None
        if before is not None and (kind := _joined(before, day, ordinary)) is not None:
            found[-1] = replace(before, last=day.day, kind=kind, counted=day.counted or before.counted)
        else:
            found.append(Run(day.day, day.day, day.kind, day.counted, day.cause, day.notice))
    return tuple(found)


def _joined(before: Run, day: Day, ordinary: bool) -> str | None:
    """The kind of the run with this day in it; None where the day begins a new one."""
    if (before.cause, before.notice) != (day.cause, day.notice):
        return None
    if before.kind == day.kind:
        return before.kind
    weeks = before.kind in (WORKDAYS, WEEKEND) or before.kind == COUNTED and _is_of_one_week(before)
    return WORKDAYS if weeks and ordinary else None


def _is_of_one_week(run: Run) -> bool:
    """Whether a run of counted days touches no Saturday or Sunday."""
    return run.first.weekday() + (run.last - run.first).days < SATURDAY


class _Walk:
    """The running count along the days."""

    def __init__(
        self, limit: Limit, start: date, last: date, calendar: WorkCalendar, left_out: Sequence[Left], extension: int
    ) -> None:
        self.limit, self.start, self.last, self.calendar, self.left_out = limit, start, last, calendar, left_out
        self.count = 0
        self.extended = extension
        self.workdays = limit.unit == "WORKDAY"
        self.due = (months_later(start, limit.amount) - start).days if limit.unit == "MONTH" else limit.amount
        self.total = self.due + extension

    @property
    def complete(self) -> bool:
        """Whether every day of the limit has been counted."""
        return self.count >= self.total

    def days(self) -> Iterator[Day]:
        yield Day(self.start, START, None, "起算日，不计 / start day, not counted")
        day = self.start
        while day < self.last:
            day += ONE_DAY
            yield self._day(day)

    def _day(self, day: date) -> Day:
        left = next((left for left in self.left_out if left.first <= day <= left.last), None)
        if left is not None:
            return Day(day, SUSPENDED, None, left.why, None, left.code or None)
        if self.complete:
            return self._after(day)
        if self.workdays and not self.calendar.is_workday(day):
            return self._off(day)
        self.count += 1
        if self.count > self.due:
            return Day(day, EXTENDED, self.count, "延期期间，计入 / counted, by the extension", self._number(day))
        return self._worked(day)

    def _worked(self, day: date) -> Day:
        notice = self._number(day)
        if self.workdays and notice is not None:
            return Day(day, MAKEUP, self.count, "调休上班，计入 / make-up workday, counted", notice)
        return Day(day, COUNTED, self.count, "计入 / counted")

    def _off(self, day: date) -> Day:
        off = self.calendar.day_off(day)
        if off is None:
            return Day(day, WEEKEND, None, "周末，不计 / weekend, not counted")
        return Day(day, HOLIDAY, None, f"{off.name}，不计 / holiday, not counted", off.number or None, off.name)

    def _after(self, day: date) -> Day:
        """The count is complete: the end rolls over days off, or a longer end that was told before is kept."""
        if not self.workdays and (not self.calendar.is_workday(day) or not self.calendar.is_workday(day - ONE_DAY)):
            off = self.calendar.day_off(day)
            return Day(
                day, ROLLED, None, "顺延 / rolled to the next workday", off.number if off else None, off.name if off else None
            )
        return Day(day, KEPT, None, "已送达的期限不缩短 / a served deadline is never shortened")

    def _number(self, day: date) -> str | None:
        found = self.calendar.makeup(day)
        return found.number if found else None
