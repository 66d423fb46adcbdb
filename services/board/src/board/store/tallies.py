"""The figures that the projector keeps (`domain.tallying`): changed with the rows, in the same transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from board.domain.tallying import Cell, figures
from board.store import tables
from board.store.tables import burden, cube

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "matter": ("state", "section", "source_type", "colour", "late", "registered_at", "ended_at"),
    "part": ("unit", "dispatched_at", "verified_at", "open", "clock"),
    "slip": ("unit", "colour", "renewal", "liability_date", "state", "in_force"),
    "entry": ("unit", "at", "year", "cents"),
}
"""What figures are made of: table → columns."""


def of(connection: Connection, topics: Sequence[str]) -> tuple[Counter[Cell], Counter[Cell]]:
    """What the rows of these topics add now."""
    rows: dict[str, Sequence[Any]] = {}
    for name, columns in COLUMNS.items():
        table = tables.FOLDED[name]
        wanted = select(*(table.c[column] for column in columns)).where(table.c.topic.in_(topics))
        rows[name] = connection.execute(wanted).mappings().all()
    return figures(rows)


def change(connection: Connection, before: tuple[Counter[Cell], ...], after: tuple[Counter[Cell], ...]) -> None:
    """Take off what the topics added before, put on what they add now."""
    for table, old, new in zip((cube, burden), before, after, strict=True):
        changed = {cell: new[cell] - old[cell] for cell in {**old, **new} if new[cell] != old[cell]}
        if changed:
            _add(connection, table, changed)


def _add(connection: Connection, table: Table, changed: Mapping[Cell, int]) -> None:
    keys = [column.name for column in table.primary_key]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    put = dialect.insert(table)
    put = put.on_conflict_do_update(index_elements=keys, set_={"number": table.c.number + put.excluded.number})
    connection.execute(put, [{**dict(zip(keys, cell, strict=True)), "number": number} for cell, number in changed.items()])
    connection.execute(delete(table).where(table.c.number == 0))


# ---------------------------------------------------------------- asked by pages


def matters(connection: Connection, asked: Mapping[str, Any]) -> int:
    """How many matters fit a filter of state, section, source, colour and lateness."""
    where = [cube.c[name] == asked[name] for name in ("state", "section", "source_type", "colour") if asked.get(name)]
    if asked.get("late"):
        where.append(cube.c.late == "1")
    return int(connection.execute(select(func.coalesce(func.sum(cube.c.number), 0)).where(*where)).scalar_one())


def by(connection: Connection, column: str, state: str) -> list[tuple[str, str, int]]:
    """Matters of a state by a column of the cube and their colour."""
    group = cube.c[column]
    wanted = select(group, cube.c.colour, func.sum(cube.c.number)).where(cube.c.state == state).group_by(group, cube.c.colour)
    return [(name, colour, int(number)) for name, colour, number in connection.execute(wanted)]


def months(connection: Connection, year: int, unit: str | None = None) -> dict[str, dict[str, int]]:
    """Month → kind → number, of a unit or summed over all, the city's own figures with them."""
    where = [burden.c.month >= f"{year}-01", burden.c.month <= f"{year}-12"]
    if unit is not None:
        where.append(burden.c.unit == unit)
    wanted = select(burden.c.month, burden.c.what, func.sum(burden.c.number)).where(*where)
    found: dict[str, dict[str, int]] = {f"{year}-{month:02d}": defaultdict(int) for month in range(1, 13)}
    for month, what, number in connection.execute(wanted.group_by(burden.c.month, burden.c.what)):
        found[month][what] = int(number)
    return found


def units(connection: Connection, first: str, last: str) -> dict[str, dict[str, int]]:
    """Unit → kind → number over the months (or the years, or `NOW`) from `first` to `last`."""
    wanted = select(burden.c.unit, burden.c.what, func.sum(burden.c.number)).where(burden.c.month.between(first, last))
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit, what, number in connection.execute(wanted.group_by(burden.c.unit, burden.c.what)):
        if unit:
            found[unit][what] = int(number)
    return found


def years(connection: Connection, *kinds: str) -> list[int]:
    """Years in which anything of these kinds happened, or anything at all."""
    wanted = select(burden.c.month).distinct().where(*([burden.c.what.in_(kinds)] if kinds else []))
    return sorted({int(month[:4]) for month in connection.execute(wanted).scalars() if month})
