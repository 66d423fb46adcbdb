"""From a limit to the instant at which it has passed (domain.md d.5.1, d.5.2).

The start day is not counted. A limit of days or months that would end on a day off ends on the next workday. What is due
on a day is in time until 24:00 local, kept as the exclusive instant 00:00 of the next local day, in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from ground_rules.workdays import WorkCalendar

LimitUnit = Literal["WORKDAY", "DAY", "MONTH"]
"""Workdays, calendar days, or months to the corresponding day."""

UNITS: tuple[LimitUnit, ...] = get_args(LimitUnit)

ONE_DAY = timedelta(days=1)

REMEMBERED = 16_384
"""Results kept: thousands of clocks start on the same days, and a result is about 200 bytes."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time, at least 1 of its unit. ValueError for anything else."""

    amount: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if type(self.amount) is not int or self.amount < 1:
            raise ValueError(f"时限应为正整数 / a limit is a whole number from 1 on, not {self.amount!r}")
        if self.unit not in UNITS:
            raise ValueError(f"时限单位应为 {'、'.join(UNITS)} / the unit of a limit is one of these, not {self.unit!r}")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a limit."""

    last_day: date
    """Local; whatever happens on it is in time."""
    due_instant: datetime
    """UTC, exclusive: 00:00 local of the day after `last_day`."""
    provisional: bool
    """A day that decided the result lies in a year whose holidays are not published yet; it may still move."""


def deadline(limit: Limit, start_day: date, calendar: WorkCalendar, zone: ZoneInfo) -> Deadline:
    """Where a limit ends that starts on `start_day` (local, not counted). OverflowError past the year 9999."""
    return _deadline(limit, start_day, calendar, zone)


@lru_cache(maxsize=REMEMBERED)
def _deadline(limit: Limit, start_day: date, calendar: WorkCalendar, zone: ZoneInfo) -> Deadline:
    if limit.unit == "WORKDAY":
        asked = start_day + ONE_DAY
        last_day = calendar.workday_after(start_day, limit.amount)
    else:
        asked = months_later(start_day, limit.amount) if limit.unit == "MONTH" else start_day + timedelta(days=limit.amount)
        last_day = calendar.on_or_after(asked)
    provisional = any(calendar.is_provisional(year) for year in range(asked.year, last_day.year + 1))
    return Deadline(last_day, start_of_day(last_day + ONE_DAY, zone), provisional)


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the end of a month that has none (民法典 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        raise OverflowError(f"日期超出范围 / {months} months after {day} is past the last date")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; where clocks skip midnight, that is the end of the skip."""
    return _start_of_day(day, zone)


@lru_cache(maxsize=REMEMBERED)
def _start_of_day(day: date, zone: ZoneInfo) -> datetime:
    # In a skipped midnight, fold 0 means the offset before the skip, and so the instant of the skip itself.
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The local day of an instant. ValueError for an instant without an offset."""
    if instant.tzinfo is None:
        raise ValueError(f"时间缺少时区 / an instant needs an offset: {instant.isoformat()}")
    return instant.astimezone(zone).date()
