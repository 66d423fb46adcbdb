"""Whose points they are when units succeed each other (domain.md B3: open matters, slips and score entries follow the successor).

A year's points count for the unit that answers at the year's end: the entries of its predecessors of the same year are its own.
The ledger itself keeps the unit that an entry was booked for; a year that had ended before the handover stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ground_rules.units import Directory

from scoring.domain.assessment import UnitYear

NOBODY = Directory(())
"""The directory while none was published: everybody answers for himself."""


def year_end(year: int) -> date:
    """The day on which it is seen who answers for a year."""
    return date(year, 12, 31)


def holder(units: Directory, unit: str, year: int) -> str:
    """The unit that answers for what was booked for `unit` in a year."""
    return units.holder(unit, year_end(year))


def together(years: Iterable[UnitYear], units: Directory) -> list[UnitYear]:
    """The same years, with those of predecessors added to that of the unit that answers for them."""
    found: dict[tuple[str, int], UnitYear] = {}
    for of in years:
        key = holder(units, of.unit, of.year), of.year
        known = found.get(key, UnitYear(*key))
        entries = sorted((*known.entries, *of.entries), key=lambda entry: (entry.at, entry.matter_id or "", entry.entry_id))
        found[key] = UnitYear(*key, entries, {**known.records, **of.records})
    return [found[key] for key in sorted(found)]


def predecessors(units: Directory, codes: Iterable[str], year: int) -> set[str]:
    """These units, those that answer for them, and all whose points of the year count for one of those."""
    wanted = set(codes)
    holders = {holder(units, code, year) for code in wanted}
    return wanted | holders | {code for code in units.handovers() if holder(units, code, year) in holders}
