"""What a topic's rows add to the figures of the city: counts that the projector keeps, so that no page counts a million rows.

A figure is the sum over all topics, and a topic's rows are replaced as a whole: what they added before is taken off, what they
add now is put on. So the figures are a function of the set of events, like the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from board.domain.case import FALLEN
from board.domain.texts import local_day

Row = Mapping[str, Any]
Cell = tuple[str, ...]
CITY, NOW = "", ""
"""A unit that is the whole city, and a month that is the present."""

OPENED, CLOSED = "OPENED", "CLOSED"
"""Matters of the city by the month of their registration, and of their end as done."""
GIVEN, DONE = "GIVEN", "DONE"
"""Parts of a unit by the month in which it got them, and in which they were verified."""
OPEN, LATE, FORCE, FELL, POINTS, YEAR_POINTS = "OPEN", "LATE", "FORCE:", "FELL:", "POINTS", "YEAR_POINTS"
"""Parts open and overdue now; slips in force now, and of a month those that fell; hundredths by month and by assessment year."""


def figures(rows: Mapping[str, Iterable[Row]]) -> tuple[Counter[Cell], Counter[Cell]]:
    """What these rows add: to the cube of matters (state, section, source, colour, late), and to units by month."""
    cube: Counter[Cell] = Counter()
    burden: Counter[Cell] = Counter()
    for matter in rows.get("matter", ()):
        late = "1" if matter["late"] else ""
        cube[matter["state"], matter["section"] or "", matter["source_type"] or "", matter["colour"] or "", late] += 1
        burden[CITY, _month(matter["registered_at"]), OPENED] += 1
        if matter["state"] == "CLOSED":
            burden[CITY, _month(matter["ended_at"]), CLOSED] += 1
    for part in rows.get("part", ()):
        _part(burden, part)
    for slip in rows.get("slip", ()):
        _slip(burden, slip)
    for entry in rows.get("entry", ()):
        burden[entry["unit"], _month(entry["at"]), POINTS] += entry["cents"]
        burden[entry["unit"], str(entry["year"]), YEAR_POINTS] += entry["cents"]
    return cube, burden


def _part(burden: Counter[Cell], part: Row) -> None:
    unit = part["unit"]
    if part["dispatched_at"]:
        burden[unit, _month(part["dispatched_at"]), GIVEN] += 1
    if part["verified_at"]:
        burden[unit, _month(part["verified_at"]), DONE] += 1
    if part["open"]:
        burden[unit, NOW, OPEN] += 1
        burden[unit, NOW, LATE] += part["clock"] == "BREACHED"


def _slip(burden: Counter[Cell], slip: Row) -> None:
    """A renewal is no further slip; the month is that of the liability date."""
    unit, colour = slip["unit"], slip["colour"]
    if slip["in_force"]:
        burden[unit, NOW, FORCE + colour] += 1
    if slip["liability_date"] and not slip["renewal"]:
        month = slip["liability_date"][:7]
        burden[unit, month, colour] += 1
        burden[unit, month, FELL + colour] += slip["state"] in FALLEN


def _month(text: str | None) -> str:
    """The local month of a kept instant; the present for one that nobody knows."""
    return local_day(text).isoformat()[:7] if text else NOW
