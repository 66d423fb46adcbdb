"""The same cause again (反复出现的同类问题, domain.md D4): in too many units, or too often, within a window of months.

A window is the months that end with a month in which the cause was found. Another case can only make a window full, never
empty it, so which windows are full does not depend on the order in which cases become known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 36
"""Months of a window at most (policy `recurrence.months`)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A cause that was found in one unit's part of a matter, on a local day."""

    id: str
    unit: str
    matter_id: str
    found_on: date


@dataclass(frozen=True, slots=True)
class Threshold:
    """From how many units, or how many cases, within how many months a cause recurs; None: that number does not count."""

    units: int | None
    times: int | None
    months: int


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A full window; both days are included. The cases are in the order of their days."""

    since: date
    until: date
    cases: tuple[Case, ...]
    reason: str

    @property
    def units(self) -> list[str]:
        """The units in which it was found."""
        return sorted({case.unit for case in self.cases})


def months_to_look_at(cases: Iterable[Case], new: date) -> list[date]:
    """The first days of the months whose windows a case found on `new` may fill: its own, and later ones that have a case."""
    first = _first(new)
    return sorted({month for case in cases if first <= (month := _first(case.found_on)) < _later(first, LONGEST)})


def recurrence(cases: Iterable[Case], month: date, threshold: Threshold) -> Recurrence | None:
    """The window that ends with the month that begins on `month`, if it is full."""
    since, until = _later(month, 1 - threshold.months), _later(month, 1) - timedelta(days=1)
    within = sorted((case for case in cases if since <= case.found_on <= until), key=lambda case: (case.found_on, case.id))
    if not any(case.found_on >= month for case in within):
        return None
    units = len({case.unit for case in within})
    if threshold.units is not None and units >= threshold.units:
        reason = f"{units}个单位 / in {units} units"
    elif threshold.times is not None and len(within) >= threshold.times:
        reason = f"{len(within)}次 / {len(within)} times"
    else:
        return None
    return Recurrence(since, until, tuple(within), reason)


def _first(day: date) -> date:
    return day.replace(day=1)


def _later(first: date, months: int) -> date:
    """The first day of a month that many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
