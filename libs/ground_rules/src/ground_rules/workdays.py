"""Which days are workdays, and counting along them (domain.md d.5.3, d.5.4).

A calendar never changes: a newly published year makes a new calendar. Days are counted on tables of one year each, made
when a year is first asked for, so counting over years costs a few look-ups.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache
from types import MappingProxyType

from ground_rules.notices import Holiday, YearNotice, built_in

__all__ = ["Holiday", "WorkCalendar", "YearNotice"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

NEW_YEAR, LABOUR_DAY, NATIONAL_DAY = "元旦 New Year's Day", "劳动节 Labour Day", "国庆节 National Day"

FIXED_HOLIDAYS: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (1, 1): NEW_YEAR,
        (5, 1): LABOUR_DAY,
        (5, 2): LABOUR_DAY,
        (10, 1): NATIONAL_DAY,
        (10, 2): NATIONAL_DAY,
        (10, 3): NATIONAL_DAY,
    }
)
"""Month and day of the statutory holidays whose date does not follow the moon: all that is sure without a notice (d.5.4)."""

_NO_NOTICES: Mapping[int, YearNotice] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Year:
    """The workdays of one year.

    `done[n]` is the number of workdays among its first n days; `eve` the ordinal of the day before 1 January, so that a
    day's own place is `day.toordinal() - eve`.
    """

    number: int
    eve: int
    done: tuple[int, ...]
    workdays: tuple[date, ...]


class WorkCalendar:
    """Tells workdays from days off. Made by `china` or `every_day`; safe to share between threads."""

    def __init__(self, notices: Mapping[int, YearNotice], *, every_day: bool = False) -> None:
        self._every_day = every_day
        self._published = {year: notice.number for year, notice in notices.items()}
        self._off: dict[date, Holiday] = {}
        self._makeup: dict[date, Holiday] = {}
        self._years: dict[int, _Year] = {}
        for year in sorted(notices):  # a later notice has the last word on December of the year before
            for holiday in notices[year].holidays:
                self._announce(holiday)

    def _announce(self, holiday: Holiday) -> None:
        for day in holiday.days_off:
            self._makeup.pop(day, None)
            self._off[day] = holiday
        for day in holiday.makeup_workdays:
            self._off.pop(day, None)
            self._makeup[day] = holiday

    @classmethod
    def china(cls, extra: Mapping[int, YearNotice] = _NO_NOTICES) -> WorkCalendar:
        """The calendar of the State Council's notices; `extra` adds years to the built-in ones or replaces them."""
        return cls({**built_in(), **extra}) if extra else _china()

    @classmethod
    def every_day(cls) -> WorkCalendar:
        """A calendar without days off (policy `calendar = "none"`)."""
        return _every_day()

    # ---- one day

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked: a make-up Saturday is, a holiday on a Tuesday is not."""
        year = self._year(day.year)
        place = day.toordinal() - year.eve
        return year.done[place] > year.done[place - 1]

    def is_provisional(self, day: date | int) -> bool:
        """Whether no notice is published for the year (or the day's year), so that its holidays may still move."""
        year = day if isinstance(day, int) else day.year
        return not self._every_day and year not in self._published

    def why(self, day: date) -> str:
        """In words, why `day` is a workday or not; names the holiday and the notice."""
        if self._every_day:
            return "workday (every day is one)"
        if day in self._makeup:
            return f"make-up workday ({self._makeup[day].number})"
        if day in self._off:
            return str(self._off[day])
        if self.is_provisional(day) and (day.month, day.day) in FIXED_HOLIDAYS:
            return f"{FIXED_HOLIDAYS[day.month, day.day]} (statutory; no notice for {day.year} yet)"
        return "workday" if day.weekday() < 5 else WEEKDAYS[day.weekday()]

    def day_off(self, day: date) -> Holiday | None:
        """The holiday that makes `day` a day off; None on a workday or plain weekend. No number while no notice is known."""
        if self._every_day:
            return None
        name = FIXED_HOLIDAYS.get((day.month, day.day)) if self.is_provisional(day) else None
        return self._off.get(day) or (Holiday(name, "", frozenset({day}), frozenset()) if name else None)

    def makeup(self, day: date) -> Holiday | None:
        """The paragraph of a notice that makes `day` a make-up workday, if one does."""
        return self._makeup.get(day)

    def notice_number(self, year: int) -> str | None:
        """The number of the notice for `year`; None while it is not published (and where every day is a workday)."""
        return self._published.get(year)

    # ---- counting

    def on_or_after(self, day: date) -> date:
        """The first workday on or after `day`."""
        year = self._year(day.year)
        return self._nth(year, year.done[day.toordinal() - year.eve - 1])

    def workday_after(self, day: date, n: int) -> date:
        """The n-th workday after `day`, which is not counted itself; `day` for n = 0. ValueError for a negative n."""
        if n <= 0:
            return _unmoved(day, n)
        year = self._year(day.year)
        return self._nth(year, year.done[day.toordinal() - year.eve] + n - 1)

    def workday_before(self, day: date, n: int) -> date:
        """The n-th workday before `day`, which is not counted itself; `day` for n = 0. ValueError for a negative n."""
        if n <= 0:
            return _unmoved(day, n)
        year = self._year(day.year)
        return self._nth(year, year.done[day.toordinal() - year.eve - 1] - n)

    def workdays_between(self, after: date, upto: date) -> int:
        """How many workdays there are later than `after` and not later than `upto`; 0 when `upto` is not later."""
        if upto <= after:
            return 0
        first, last = self._year(after.year), self._year(upto.year)
        whole_years = sum(len(self._year(number).workdays) for number in range(first.number, last.number))
        return whole_years + last.done[upto.toordinal() - last.eve] - first.done[after.toordinal() - first.eve]

    def _nth(self, year: _Year, place: int) -> date:
        """The workday at `place` (from 0), counted from the first of `year`; negative places lie in the years before."""
        while place >= len(year.workdays):
            place -= len(year.workdays)
            year = self._year(year.number + 1)
        while place < 0:
            year = self._year(year.number - 1)
            place += len(year.workdays)
        return year.workdays[place]

    # ---- the tables

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            found = self._years[number] = self._count(number)
        return found

    def _count(self, number: int) -> _Year:
        if not MINYEAR <= number <= MAXYEAR:
            raise OverflowError(f"日期超出范围 / the calendar has no year {number}")
        workdays, done = [], [0]
        for day in _days_of(number):
            if self._is_worked(day):
                workdays.append(day)
            done.append(len(workdays))
        return _Year(number, date(number, 1, 1).toordinal() - 1, tuple(done), tuple(workdays))

    def _is_worked(self, day: date) -> bool:
        if self._every_day or day in self._makeup:
            return True
        if day in self._off or day.weekday() >= 5:
            return False
        return day.year in self._published or (day.month, day.day) not in FIXED_HOLIDAYS


@cache
def _china() -> WorkCalendar:
    return WorkCalendar(built_in())


@cache
def _every_day() -> WorkCalendar:
    return WorkCalendar({}, every_day=True)


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    for distance in range(366 if isleap(year) else 365):
        yield first + timedelta(days=distance)


def _unmoved(day: date, n: int) -> date:
    if n < 0:
        raise ValueError(f"工作日数不能为负 / cannot count {n} workdays; count in the other direction")
    return day
