"""Units over time (domain.md B3): units merge, split, are renamed and move; whoever goes on with the duty answers for what is
open (信访工作条例 art. 24: 由继续行使其职权的单位受理).

A unit has a row for each period in which it stood as it did; both days of a period are included. The day after a unit's last
period its successor answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """One row of the directory: how a unit stood from one day to another; `valid_to` None is until further notice."""

    code: str
    valid_from: date
    valid_to: date | None = None
    successor: str | None = None
    name: str | None = None
    group: str | None = None
    """The group that it is compared within (考核组别)."""

    def holds_on(self, day: date) -> bool:
        """Whether the unit stood so on this local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Directory:
    """All units that were published, with all their periods."""

    def __init__(self, periods: Iterable[Period]) -> None:
        self._periods: dict[str, list[Period]] = {}
        for period in sorted(periods, key=lambda period: (period.code, period.valid_from)):
            self._periods.setdefault(period.code, []).append(period)

    def codes(self) -> list[str]:
        """Every unit that there ever was, by code."""
        return list(self._periods)

    def on(self, code: str, day: date) -> Period | None:
        """How a unit stood on a day; None if it did not exist then."""
        return next((period for period in self._periods.get(code, ()) if period.holds_on(day)), None)

    def standing_on(self, day: date) -> Mapping[str, Period]:
        """Code → row, for every unit that existed on a day."""
        found = {code: self.on(code, day) for code in self._periods}
        return {code: period for code, period in found.items() if period is not None}

    def last_of(self, code: str) -> Period | None:
        """A unit's last row."""
        return self._periods[code][-1] if code in self._periods else None

    def hands_over_on(self, code: str) -> date | None:
        """The first day on which another unit answers for what was this one's; None for a unit that nobody succeeds."""
        last = self.last_of(code)
        return last.valid_to + ONE_DAY if last is not None and last.valid_to is not None and last.successor else None

    def holder(self, code: str, day: date) -> str:
        """Who answers on a day for what was given to `code`: itself, or whoever succeeded it by then."""
        seen = {code}
        while (since := self.hands_over_on(code)) is not None and since <= day:
            last = self.last_of(code)
            assert last is not None and last.successor is not None
            if last.successor in seen:
                return code
            code = last.successor
            seen.add(code)
        return code

    def handovers(self) -> dict[str, date]:
        """Code → the day from which its successor answers."""
        return {code: since for code in self._periods if (since := self.hands_over_on(code)) is not None}

    def lack_of(self, code: str, day: date) -> str | None:
        """Why a unit cannot be given anything on a day, in words; None if it can."""
        if self.on(code, day) is not None:
            return None
        last = self.last_of(code)
        if last is None:
            return f"单位名录中没有{code} / the list of units has no {code}"
        if last.valid_to is not None and last.valid_to < day:
            heir = self.holder(code, day)
            more = ("", "") if heir == code else (f"，由{heir}继续履行其职责", f"; {heir} has succeeded it")
            return f"{code}已于{last.valid_to}撤销{more[0]} / {code} ended on {last.valid_to}{more[1]}"
        return f"{code}在{day}尚未设立或不在有效期内 / {code} does not exist on {day}"


def fault_in(periods: Iterable[Period]) -> tuple[int, str, str] | None:
    """The first row of a list that cannot be: its index, the field, and why, in words. None for a sound list."""
    rows = list(periods)
    codes = {row.code for row in rows}
    for index, row in enumerate(rows):
        if (found := _fault_in_row(row, codes)) is not None:
            return (index, *found)
        others = [other for other in rows[:index] if other.code == row.code]
        if any(_overlap(row, other) for other in others):
            return index, "valid_from", f"{row.code}的有效期重叠 / the periods of {row.code} overlap"
    directory = Directory(rows)
    for index, row in enumerate(rows):
        if row.successor is not None and _comes_back(directory, row.code):
            return index, "successor", f"{row.code}的承继关系成环 / the successors of {row.code} lead back to it"
    return None


def _fault_in_row(row: Period, codes: set[str]) -> tuple[str, str] | None:
    if row.valid_to is not None and row.valid_to < row.valid_from:
        return "valid_to", "不得早于 valid_from / must not be before valid_from"
    if row.successor is None:
        return None
    if row.valid_to is None:
        return "valid_to", "写明承继单位时须写明止期 / a unit with a successor needs its last day"
    if row.successor == row.code or row.successor not in codes:
        return "successor", f"{row.successor}不是名录中的另一单位 / {row.successor} is no other unit of this list"
    return None


def _overlap(one: Period, other: Period) -> bool:
    ends = [row.valid_to or date.max for row in (one, other)]
    return one.valid_from <= ends[1] and other.valid_from <= ends[0]


def _comes_back(directory: Directory, code: str) -> bool:
    seen: set[str] = set()
    at: str | None = code
    while at is not None:
        if at in seen:
            return True
        seen.add(at)
        last = directory.last_of(at)
        at = last.successor if last is not None else None
    return False
