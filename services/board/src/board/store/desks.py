"""What waits on whose desk, the ledger of a year, and who holds which office."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, select

from board.store.paging import Page, every, newest
from board.store.tables import assessment, capacity, entry, matter, policy, referral, slip, stored, todo, unit

Row = dict[str, Any]


def waiting(connection: Connection, desk: str, most: int, unit: str | None = None, kind: str | None = None) -> list[Row]:
    """What waits on a desk: what has a limit first, by it, so that overdue ones come first; then the oldest."""
    chosen = select(todo).where(todo.c.desk == desk)
    if unit is not None:
        chosen = chosen.where(todo.c.unit == unit)
    if kind is not None:
        chosen = chosen.where(todo.c.kind == kind)
    return _with_matters(connection, chosen.order_by(*_first(todo.c)).limit(most))


def waiting_about(connection: Connection, desks: Collection[str], topics: Collection[str]) -> list[Row]:
    """What waits on these desks about these topics: as much as a page shows of them."""
    return _with_matters(connection, select(todo).where(todo.c.topic.in_(topics), todo.c.desk.in_(desks)))


def _with_matters(connection: Connection, chosen: Select[Any]) -> list[Row]:
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


def ledger(connection: Connection, year: int, many: int, after: str = "", unit: str | None = None) -> Page:
    """The newest entries of a year, of one unit or of all."""
    return newest(connection, _entries(year, unit), entry.c.at, entry.c.entry_id, many, after)


def entries(connection: Connection, year: int) -> int:
    """How many entries a year has."""
    return int(connection.execute(select(func.count()).select_from(entry).where(entry.c.year == year)).scalar_one())


def every_entry(connection: Connection, year: int, most: int, unit: str | None = None) -> Iterator[Row]:
    """The entries of a year in their order, up to so many, for a file."""
    return every(connection, _entries(year, unit), entry.c.at, entry.c.entry_id, most)


def _entries(year: int, unit: str | None) -> Select[Any]:
    wanted = select(entry, matter.c.title, matter.c.ref).outerjoin(matter, matter.c.topic == entry.c.topic)
    wanted = wanted.where(entry.c.year == year)
    return wanted.where(entry.c.unit == unit) if unit else wanted


def totals(connection: Connection, year: int) -> list[Row]:
    """A finalised year; empty while it is open."""
    return [dict(row) for row in connection.execute(select(assessment).where(assessment.c.year == year)).mappings()]


def slips_of(connection: Connection, unit: str, many: int, after: str = "") -> Page:
    """A unit's newest slips."""
    wanted = select(slip, matter.c.title, matter.c.ref, matter.c.matter_id).outerjoin(matter, matter.c.topic == slip.c.topic)
    wanted = wanted.where(slip.c.unit == unit, slip.c.issued_at.is_not(None))
    return newest(connection, wanted, slip.c.issued_at, slip.c.slip_id, many, after)


def referrals(connection: Connection, bodies: Collection[str], many: int, after: str = "", state: str | None = None) -> Page:
    """What was handed over to these bodies, the newest first; of one state or of all."""
    wanted = select(referral, matter.c.title, matter.c.ref, matter.c.matter_id)
    wanted = wanted.outerjoin(matter, matter.c.topic == referral.c.topic).where(referral.c.body.in_(bodies))
    if state is not None:
        wanted = wanted.where(referral.c.state == state)
    return newest(connection, wanted, referral.c.at, referral.c.referral_id, many, after)


def referrals_by_state(connection: Connection, bodies: Collection[str]) -> dict[str, int]:
    """How much was handed over to these bodies, by what became of it."""
    wanted = select(referral.c.state, func.count().label("number")).where(referral.c.body.in_(bodies))
    return {row.state: row.number for row in connection.execute(wanted.group_by(referral.c.state))}


def capacities(connection: Connection) -> list[Row]:
    """Who holds which office; empty while nobody was published."""
    return [dict(row) for row in connection.execute(select(capacity)).mappings()]


def ending_units(connection: Connection) -> list[Row]:
    """Units of the published directory that have a last day, with their successors."""
    wanted = select(unit.c.code, unit.c.valid_to, unit.c.successor).where(unit.c.valid_to.is_not(None))
    return [dict(row) for row in connection.execute(wanted).mappings()]


def published_policies(connection: Connection) -> list[Row]:
    """What was published as policies, whole: the events' data, in their order."""
    wanted = select(stored.c.body).join(policy, policy.c.topic == stored.c.topic).order_by(stored.c.place)
    return [json.loads(body)["data"] for (body,) in connection.execute(wanted)]


def policies(connection: Connection) -> list[Row]:
    """Published policies, as far as they say who approves what."""
    return [dict(row) for row in connection.execute(select(policy)).mappings()]
