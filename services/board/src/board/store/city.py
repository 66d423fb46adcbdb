"""What the city overview shows, one named query for each figure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from board.domain.case import FALLEN, LEVELS, OPEN
from board.store import tables
from board.store.tables import eligibility, entry, matter, part, slip, stored, todo

Row = dict[str, Any]


def headline(connection: Connection, now: str, today: date, last_day: date) -> Row:
    """Matters open and in all, parts that are late, parts whose limit ends by `last_day`, decisions that wait."""
    one = connection.execute
    open_parts = select(func.count()).select_from(part).where(part.c.open)
    return {
        "open": one(select(func.count()).select_from(matter).where(matter.c.state == OPEN)).scalar_one(),
        "total": one(select(func.count()).where(matter.c.registered_at >= f"{today.year}-01-01")).scalar_one(),
        "late": one(open_parts.where(part.c.clock == "BREACHED")).scalar_one(),
        "due": one(open_parts.where(_ends_between(now, today, last_day))).scalar_one(),
        "waiting": one(select(func.count()).select_from(todo).where(todo.c.desk == "OFFICE")).scalar_one(),
        "overdue": one(
            select(func.count()).select_from(todo).where(todo.c.desk == "OFFICE", todo.c.due_on < today.isoformat())
        ).scalar_one(),
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
    found: dict[str, Row] = {colour: {"force": 0, "issued": 0, "fallen": 0} for colour in LEVELS}
    for colour, count in connection.execute(select(slip.c.colour, func.count()).where(slip.c.in_force).group_by(slip.c.colour)):
        found[colour]["force"] = count
    of_year = slip.c.liability_date.between(f"{year}-01-01", f"{year}-12-31")
    fallen = func.sum(case((slip.c.state.in_(FALLEN), 1), else_=0))
    wanted = select(slip.c.colour, func.count(), fallen).where(of_year, slip.c.renewal == 0).group_by(slip.c.colour)
    for colour, count, gone in connection.execute(wanted):
        found[colour] |= {"issued": count, "fallen": gone}
    return found


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
    counted = select(
        part.c.unit, func.count(), func.sum(case((part.c.clock == "BREACHED", 1), else_=0))
    ).where(part.c.open).group_by(part.c.unit)  # fmt: skip
    for unit, count, late in connection.execute(counted):
        units[unit] |= {"open": count, "late": late}
    for unit, colour, count in connection.execute(
        select(slip.c.unit, slip.c.colour, func.count()).where(slip.c.in_force).group_by(slip.c.unit, slip.c.colour)
    ):
        units[unit][colour] = count
    for unit, total in connection.execute(points_of(year)):
        units[unit]["cents"] = total
    for unit, eligible in connection.execute(
        select(eligibility.c.unit, eligibility.c.eligible).where(eligibility.c.year == year)
    ):
        units[unit]["eligible"] = bool(eligible)
    for unit in connection.execute(select(tables.unit.c.code).where(tables.unit.c.valid_to.is_(None))).scalars():
        units[unit]["light"] = None
    for row in units.values():
        row["light"] = next((colour for colour in reversed(LEVELS) if row[colour]), None)
    return [{"unit": unit} | row for unit, row in units.items()]


def points_of(year: int) -> Any:
    """Unit → sum of its ledger for a year."""
    return select(entry.c.unit, func.sum(entry.c.cents)).where(entry.c.year == year).group_by(entry.c.unit)


def grouped(connection: Connection, column: str) -> list[Row]:
    """Open matters by section or by source type, by their worst colour."""
    by = matter.c[column]
    wanted = select(by, matter.c.level, func.count()).where(matter.c.state == OPEN).group_by(by, matter.c.level)
    found: dict[str, Row] = defaultdict(lambda: {"total": 0, "levels": [0, 0, 0, 0]})
    for name, level, count in connection.execute(wanted):
        row = found[name or ""]
        row["total"] += count
        row["levels"][level] += count
    return sorted(({"name": name} | row for name, row in found.items()), key=lambda row: (-row["total"], row["name"]))


def months(connection: Connection, year: int) -> list[Row]:
    """Matters registered and closed, and slips issued by colour, month by month (UTC months: a chart, not a record)."""
    rows: dict[str, Row] = {
        f"{year}-{m:02d}": {"opened": 0, "closed": 0, "WHITE": 0, "YELLOW": 0, "RED": 0} for m in range(1, 13)
    }

    def count(column: Any, name: str, *where: Any) -> None:
        month = func.substr(column, 1, 7)
        wanted = select(month, func.count()).where(column >= f"{year}-01", column < f"{year + 1}-01", *where).group_by(month)
        for key, number in connection.execute(wanted):
            if key in rows:
                rows[key][name] = number

    count(matter.c.registered_at, "opened")
    count(matter.c.ended_at, "closed", matter.c.state == "CLOSED")
    for colour in LEVELS:
        count(slip.c.liability_date, colour, slip.c.colour == colour, slip.c.renewal == 0)
    return [{"month": key, "total": sum(row[colour] for colour in LEVELS)} | row for key, row in rows.items()]


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
    return sorted(connection.execute(select(entry.c.year).distinct()).scalars())
