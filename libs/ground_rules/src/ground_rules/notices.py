"""The State Council's yearly notices: which days are off, and which weekend days are worked instead (domain.md d.5.3).

The published years lie in `calendars/`, one file each; a year that is not published yet can be handed in as a `YearNotice`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Holiday:
    """One paragraph of a notice. `number` is the notice's document number (文号)."""

    name: str
    number: str
    days_off: frozenset[date]
    makeup_workdays: frozenset[date]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


@dataclass(frozen=True, slots=True)
class YearNotice:
    """All that was announced for one year.

    A notice may reach into December of the year before, as 2019's did. ValueError when a day lies elsewhere or is both
    off and worked.
    """

    year: int
    number: str
    holidays: tuple[Holiday, ...]
    title: str = ""

    def __post_init__(self) -> None:
        off = {day for holiday in self.holidays for day in holiday.days_off}
        worked = {day for holiday in self.holidays for day in holiday.makeup_workdays}
        wrong = sorted(day for day in off | worked if not self._may_fix(day))
        if wrong:
            raise ValueError(f"{self.year} 年的通知不能规定 / the notice for {self.year} cannot fix {_listed(wrong)}")
        both = sorted(off & worked)
        if both:
            raise ValueError(f"既放假又上班 / both a day off and a workday: {_listed(both)}")

    def _may_fix(self, day: date) -> bool:
        return day.year == self.year or (day.year, day.month) == (self.year - 1, 12)

    @classmethod
    def published(cls, year: int, days_off: Iterable[date], makeup_workdays: Iterable[date], number: str) -> YearNotice:
        """A notice known only by its days, as `calendar.published` brings it. ValueError as for the class."""
        holiday = Holiday("放假 day off", number, frozenset(days_off), frozenset(makeup_workdays))
        return cls(year, number, (holiday,))


def contradictions(year: int, days_off: Iterable[date], makeup_workdays: Iterable[date]) -> list[str]:
    """Everything in a published notice that contradicts itself; empty for a sound one."""
    off, worked = frozenset(days_off), frozenset(makeup_workdays)
    found: list[str] = []
    for days in (Holiday("", "", off - worked, worked - off), Holiday("", "", off & worked, off & worked)):
        try:
            YearNotice(year, "", (days,))
        except ValueError as error:
            found.append(str(error))
    needless = sorted(day for day in worked - off if day.weekday() < 5)
    if needless:
        found.append(f"这些调休日本就是工作日 / a make-up workday on a weekday that is worked anyway: {_listed(needless)}")
    return found


def _listed(days: Iterable[date]) -> str:
    return ", ".join(day.isoformat() for day in days)


# ---- the files of calendars/


@cache
def built_in() -> Mapping[int, YearNotice]:
    """The notices that ship with the package, by year."""
    folder = resources.files(__package__) / "calendars"
    files = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    notices = sorted((notice_from(tomllib.loads(file.read_text("utf-8"))) for file in files), key=lambda notice: notice.year)
    return MappingProxyType({notice.year: notice for notice in notices})


def notice_from(content: Mapping[str, Any]) -> YearNotice:
    """A notice from the content of a calendar file; `from` and `to` of a holiday are both days off."""
    number: str = content["number"]
    holidays = tuple(_holiday(entry, number) for entry in content["holiday"])
    return YearNotice(content["year"], number, holidays, content["title"])


def _holiday(entry: Mapping[str, Any], number: str) -> Holiday:
    return Holiday(
        f"{entry['name']} {entry['english']}",
        entry.get("number", number),
        frozenset(_span(entry["from"], entry["to"])),
        frozenset(entry.get("makeup", ())),
    )


def _span(first: date, last: date) -> Iterator[date]:
    for distance in range((last - first).days + 1):
        yield first + timedelta(days=distance)
