"""What waits on whose desk, the ledger of a year, and who holds which office."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from board.store.tables import assessment, capacity, entry, matter, policy, referral, slip, todo, unit

Row = dict[str, Any]


def waiting(
    connection: Connection, desk: str, unit: str | None = None, kind: str | None = None, most: int | None = None
) -> list[Row]:
    """What waits on a desk: what has a limit first, by it, so that overdue ones come first; then the oldest."""
    chosen = select(todo).where(todo.c.desk == desk)
    if unit is not None:
        chosen = chosen.where(todo.c.unit == unit)
    if kind is not None:
        chosen = chosen.where(todo.c.kind == kind)
    if most is not None:
        chosen = chosen.order_by(*_first(todo.c)).limit(most)
    some = chosen.subquery("chosen")  # only these are joined with their matters
    wanted = select(some, matter.c.title, matter.c.ref, matter.c.matter_id, matter.c.section)
    wanted = wanted.outerjoin(matter, matter.c.topic == some.c.topic).order_by(*_first(some.c))
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _first(columns: Any) -> tuple[Any, ...]:
    return columns.due_on.is_(None), columns.due_on, columns.since, columns.key


def waiting_by_kind(connection: Connection, desk: str) -> dict[str, int]:
    """How much of each kind waits on a desk."""
    wanted = (
        select(todo.c.kind, func.count().label("number")).where(todo.c.desk == desk).group_by(todo.c.kind).order_by(todo.c.kind)
    )
    return {row.kind: row.number for row in connection.execute(wanted)}


def one_todo(connection: Connection, topic: str, kind: str, key: str) -> Row | None:
    """One thing that waits, with its matter; None once it was answered."""
    wanted = select(todo, matter.c.title, matter.c.ref, matter.c.matter_id).outerjoin(matter, matter.c.topic == todo.c.topic)
    found = connection.execute(wanted.where(todo.c.topic == topic, todo.c.kind == kind, todo.c.key == key)).mappings().first()
    return None if found is None else dict(found)


def ledger(connection: Connection, year: int, unit: str | None = None) -> list[Row]:
    """The entries of a year in their order."""
    wanted = select(entry, matter.c.title, matter.c.ref).outerjoin(matter, matter.c.topic == entry.c.topic)
    wanted = wanted.where(entry.c.year == year).order_by(entry.c.at, entry.c.entry_id)
    if unit is not None:
        wanted = wanted.where(entry.c.unit == unit)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def totals(connection: Connection, year: int) -> list[Row]:
    """A finalised year; empty while it is open."""
    return [dict(row) for row in connection.execute(select(assessment).where(assessment.c.year == year)).mappings()]


def slips_of(connection: Connection, unit: str, most: int) -> list[Row]:
    """A unit's newest slips."""
    wanted = select(slip, matter.c.title, matter.c.ref, matter.c.matter_id).outerjoin(matter, matter.c.topic == slip.c.topic)
    wanted = wanted.where(slip.c.unit == unit, slip.c.issued_at.is_not(None)).order_by(slip.c.issued_at.desc()).limit(most)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def referrals(connection: Connection, body: str) -> list[Row]:
    """What was handed over to a body, the newest first."""
    wanted = select(referral, matter.c.title, matter.c.ref, matter.c.matter_id).outerjoin(
        matter, matter.c.topic == referral.c.topic
    )
    return [
        dict(row) for row in connection.execute(wanted.where(referral.c.body == body).order_by(referral.c.at.desc())).mappings()
    ]


def capacities(connection: Connection) -> list[Row]:
    """Who holds which office; empty while nobody was published."""
    return [dict(row) for row in connection.execute(select(capacity)).mappings()]


def ending_units(connection: Connection) -> list[Row]:
    """Units of the published directory that have a last day, with their successors."""
    wanted = select(unit.c.code, unit.c.valid_to, unit.c.successor).where(unit.c.valid_to.is_not(None))
    return [dict(row) for row in connection.execute(wanted).mappings()]


def policies(connection: Connection) -> list[Row]:
    """Published policies, as far as they say who approves what."""
    return [dict(row) for row in connection.execute(select(policy)).mappings()]
