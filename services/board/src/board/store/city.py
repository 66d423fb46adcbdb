"""What the city overview shows, one named query for each figure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, select

from board.domain import tallying
from board.domain.case import LEVELS, OPEN
from board.store import tables, tallies
from board.store.tables import eligibility, matter, part, stored, todo

Row = dict[str, Any]


def headline(connection: Connection, now: str, today: date, last_day: date) -> Row:
    """Matters open and in all, parts that are late, parts whose limit ends by `last_day`, decisions that wait."""
    one = connection.execute
    waiting = select(func.count()).select_from(todo).where(todo.c.desk == "OFFICE")
    return {
        "open": tallies.matters(connection, {"state": OPEN}),
        "total": sum(month[tallying.OPENED] for month in tallies.months(connection, today.year, tallying.CITY).values()),
        "late": sum(unit[tallying.LATE] for unit in tallies.units(connection, tallying.NOW, tallying.NOW).values()),
        "due": one(select(func.count()).select_from(part).where(part.c.open, _ends_between(now, today, last_day))).scalar_one(),
        "waiting": one(waiting).scalar_one(),
        "overdue": one(waiting.where(todo.c.due_on < today.isoformat())).scalar_one(),
    }


def _ends_between(now: str, today: date, last_day: date) -> Any:
    return and_(
        part.c.clock == "RUNNING",
        part.c.due >= now,
        part.c.deadline >= today.isoformat(),
        part.c.deadline <= last_day.isoformat(),
    )


def slips_by_colour(connection: Connection, year: int) -> dict[str, Row]:
    """Colour → slips in force now, issued in the year, and of these fallen; a renewal is no further slip."""
    of_year = tallies.units(connection, f"{year}-01", f"{year}-12").values()
    present = tallies.units(connection, tallying.NOW, tallying.NOW).values()
    return {
        colour: {
            "force": sum(unit[tallying.FORCE + colour] for unit in present),
            "issued": sum(unit[colour] for unit in of_year),
            "fallen": sum(unit[tallying.FELL + colour] for unit in of_year),
        }
        for colour in LEVELS
    }


def due_soon(connection: Connection, now: str, today: date, last_day: date, many: int) -> list[Row]:
    """Parts whose limit ends from today to `last_day`, the first to end first."""
    wanted = (
        select(part, matter.c.title, matter.c.ref, matter.c.matter_id)
        .join(matter, matter.c.topic == part.c.topic)
        .where(part.c.open, _ends_between(now, today, last_day))
        .order_by(part.c.due, part.c.unit, matter.c.ref)
        .limit(many)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def no_light() -> Row:
    """A unit with nothing."""
    return {"open": 0, "late": 0, "WHITE": 0, "YELLOW": 0, "RED": 0, "cents": 0, "eligible": True, "light": None}


def lights(connection: Connection, year: int) -> list[Row]:
    """Each unit that has or had anything: its light, open parts, late ones, points and eligibility of the year."""
    units: dict[str, Row] = defaultdict(no_light)
    for unit, found in tallies.units(connection, tallying.NOW, tallying.NOW).items():
        units[unit] |= {"open": found[tallying.OPEN], "late": found[tallying.LATE]}
        units[unit] |= {colour: found[tallying.FORCE + colour] for colour in LEVELS}
    for unit, found in tallies.units(connection, str(year), str(year)).items():
        units[unit]["cents"] = found[tallying.YEAR_POINTS]
    for unit, eligible in connection.execute(
        select(eligibility.c.unit, eligibility.c.eligible).where(eligibility.c.year == year)
    ):
        units[unit]["eligible"] = bool(eligible)
    for unit in connection.execute(select(tables.unit.c.code).where(tables.unit.c.valid_to.is_(None))).scalars():
        units[unit]["light"] = None
    for row in units.values():
        row["light"] = next((colour for colour in reversed(LEVELS) if row[colour]), None)
    return [{"unit": unit} | row for unit, row in units.items()]


def grouped(connection: Connection, column: str) -> list[Row]:
    """Open matters by section or by source type, by their worst colour."""
    found: dict[str, Row] = defaultdict(lambda: {"total": 0, "levels": [0, 0, 0, 0]})
    for name, colour, count in tallies.by(connection, column, OPEN):
        row = found[name]
        row["total"] += count
        row["levels"][LEVELS.get(colour, 0)] += count
    return sorted(({"name": name} | row for name, row in found.items()), key=lambda row: (-row["total"], row["name"]))


def months(connection: Connection, year: int) -> list[Row]:
    """Matters registered and closed, and slips issued by colour, month by month (local months)."""
    return [
        {"month": month, "opened": found[tallying.OPENED], "closed": found[tallying.CLOSED]}
        | {colour: found[colour] for colour in LEVELS}
        | {"total": sum(found[colour] for colour in LEVELS)}
        for month, found in tallies.months(connection, year).items()
    ]


def newest(connection: Connection, kinds: tuple[str, ...], many: int) -> list[str]:
    """Bodies of the newest events of these types, the newest first."""
    wanted = select(stored.c.body).where(stored.c.type.in_(kinds)).order_by(stored.c.place.desc()).limit(many)
    return list(connection.execute(wanted).scalars())


def unit_groups(connection: Connection) -> dict[str, str]:
    """Code → what the unit is compared within; only units that the directory puts into a group."""
    wanted = select(tables.unit.c.code, tables.unit.c.grouping).where(tables.unit.c.grouping.is_not(None))
    return {row.code: row.grouping for row in connection.execute(wanted)}


def unit_names(connection: Connection) -> dict[str, str]:
    """Code → name, as published."""
    return {row.code: row.name for row in connection.execute(select(tables.unit.c.code, tables.unit.c.name))}


def years(connection: Connection) -> list[int]:
    """Years with entries in the ledger."""
    return tallies.years(connection, tallying.YEAR_POINTS)
