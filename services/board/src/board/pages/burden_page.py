"""What units had to bear, month by month and year by year."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, request

from board.access.roles import UNITS
from board.domain.case import LEVELS
from board.domain.tallying import DONE, FELL, GIVEN, LATE, NOW, OPEN, POINTS
from board.pages.serving import page, person, show, site
from board.store import tallies

burden_page = Blueprint("burden", __name__)
KINDS = (GIVEN, DONE, *LEVELS, *(FELL + colour for colour in LEVELS), POINTS)
Row = dict[str, Any]


@page(burden_page, "/burden", "unit")
def burden() -> str:
    """A unit's months, or all units beside each other; a unit's own people see their own."""
    own = person().unit if person().role in UNITS else None
    unit, year = own or request.args.get("unit", ""), request.args.get("year", site().today().year, type=int)
    with site().database.reading() as connection:
        months = tallies.months(connection, year, unit or None)
        units = {} if own else tallies.units(connection, f"{year}-01", f"{year}-12")
        present = tallies.units(connection, NOW, NOW)
        years = sorted({*tallies.years(connection, *KINDS), year})
        trend = [_sum(each, tallies.months(connection, each, unit or None).values()) for each in years]
    rows = [{"month": month, "any": any(found[kind] for kind in KINDS)} | told(found) for month, found in months.items()]
    others = [_beside(code, found, present) for code, found in units.items()]
    others.sort(key=lambda row: (-row["given"], row["unit"]))
    values = {"rows": rows, "whole": _sum(year, months.values()), "trend": trend, "years": years, "others": others}
    return show("burden.html", unit=unit, own=bool(own), year=year, now_of=present.get(unit), **values)


def told(found: Any) -> Row:
    """The figures of a month, a year or a unit by the names that the page uses."""
    slips = {colour: found[colour] for colour in LEVELS}
    fallen = sum(found[FELL + colour] for colour in LEVELS)
    return {
        "given": found[GIVEN],
        "done": found[DONE],
        "fallen": fallen,
        "cents": found[POINTS],
        "slips": sum(slips.values()),
    } | slips


def _sum(year: int, months: Any) -> Row:
    whole: Counter[str] = Counter()
    for found in months:
        for kind, number in found.items():
            whole[kind] += number
    return {"year": year} | told(whole)


def _beside(unit: str, found: Any, present: Any) -> Row:
    return {"unit": unit, "open": present[unit][OPEN], "late": present[unit][LATE]} | told(found)
