"""Timers as rows: what is due is claimed by locking its subjects with SKIP LOCKED, so any number of replicas may tick."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, any_, bindparam, func, literal_column, or_, select

from service_chassis.persistence import tables
from service_chassis.persistence.sql import one_of
from service_chassis.persistence.unit_of_work import Timer, Work

T, S = tables.timer.c, tables.subject.c

_DUE_WITHOUT_CUT = and_(T.needs_cut, T.cut_seq.is_(None), T.due_at <= bindparam("now"))
_ANY_WITHOUT_CUT = select(T.kind).where(_DUE_WITHOUT_CUT).order_by(T.due_at).limit(1)
"""Sorted, so that the planner walks the index: while a storm passes it believes that many rows are due, finds one "soon" by
reading the whole table, and then there is none (17 ms for 200,000 timers, each tick)."""


def _give_statement(dialect: str) -> Any:
    place: Any = literal_column("rowid" if dialect == "sqlite" else "ctid")
    first = select(place).where(_DUE_WITHOUT_CUT).order_by(T.due_at).limit(bindparam("most")).with_for_update(skip_locked=True)
    among = place.in_(first) if dialect == "sqlite" else place == any_(func.array(first.scalar_subquery()))
    return tables.timer.update().where(among).values(cut_seq=bindparam("number"))


_GIVE = {dialect: _give_statement(dialect) for dialect in ("postgresql", "sqlite")}
"""By the rows' own places: looked up by their keys, PostgreSQL reads the whole table of a million timers for each piece."""
_PLAIN = and_(T.needs_cut.is_(False), T.cut_seq.is_(None), T.due_at <= bindparam("now"))
_BACK = and_(T.cut_seq.is_not(None), T.cut_seq <= bindparam("returned"))


def _claim_statement(condition: Any, order: Any) -> Any:
    joined = select(S.subject, S.last).join(tables.timer, T.subject == S.subject)
    return joined.where(condition).order_by(*order).limit(bindparam("most")).with_for_update(of=tables.subject, skip_locked=True)


_CLAIM_PLAIN = _claim_statement(_PLAIN, (T.due_at, T.kind, T.key))
_CLAIM_BACK = _claim_statement(_BACK, (T.cut_seq, T.due_at, T.kind, T.key))
_READY = (
    select(T.kind, T.key, T.subject, T.due_at)
    .where(or_(_PLAIN, _BACK))
    .order_by(T.due_at, T.kind, T.key)
    .limit(bindparam("most"))
)
_DELETE = tables.timer.delete().where((T.kind == bindparam("b_kind")) & (T.key == bindparam("b_key")))
_TAKE = (
    tables.timer.delete()
    .where(one_of("postgresql", T.subject, "subjects"), or_(_PLAIN, _BACK))
    .returning(T.kind, T.key, T.subject, T.due_at)
)
_NEXT = select(func.min(T.due_at)).where(T.cut_seq.is_(None))
_ASKED = select(T.kind).where(T.cut_seq.is_not(None)).limit(1)
_PUT_OFF = (
    tables.timer.update()
    .where(T.kind == bindparam("b_kind"), T.key == bindparam("b_key"))
    .values(due_at=bindparam("b_due"), cut_seq=None)
)
_FIRST = select(T.kind, T.key).where(or_(_PLAIN, _BACK)).order_by(T.due_at, T.kind, T.key).limit(1)


def any_due_without_cut(session: Connection, now: datetime) -> bool:
    """Whether something is due and has not asked for a marker yet."""
    return session.execute(_ANY_WITHOUT_CUT, {"now": now}).first() is not None


def give_cut(session: Connection, now: datetime, number: int, most: int) -> int:
    """What is due and has not asked yet, the earliest first, is answered when marker `number` has returned; returns how many.

    Other replicas' rows are left to them. One statement whatever the number of rows, since a whole city's limits may end at one
    midnight.
    """
    return session.execute(_GIVE[session.dialect.name], {"now": now, "number": number, "most": most}).rowcount


def claim(work: Work, now: datetime, returned: int, most: int) -> list[Timer]:
    """Take what may be answered now, with the locks on its subjects; in the order in which it was due.

    The lock comes first and the row is taken by a second statement, so that a timer which another transaction moved or
    cleared in between is not answered.
    """
    values = {"now": now, "returned": returned, "most": most}
    if work.service_is_alone:
        return _take_alone(work, values)
    locked = {row[0]: row[1] for row in work.session.execute(_CLAIM_BACK, values)} if returned else {}
    if len(locked) < most:
        locked.update((row[0], row[1]) for row in work.session.execute(_CLAIM_PLAIN, values))
    if not locked:
        return []
    work.holds(locked)
    rows = work.session.execute(_TAKE, {"subjects": list(locked), "now": now, "returned": returned})
    taken = [Timer(*row) for row in rows]
    taken.sort(key=lambda timer: (timer.due_at, timer.kind, timer.key))
    return taken


def _take_alone(work: Work, values: dict[str, Any]) -> list[Timer]:
    """On SQLite nobody else ticks: no locks to take first."""
    taken = [Timer(*row) for row in work.session.execute(_READY, values)]
    if taken:
        work.session.execute(_DELETE, [{"b_kind": timer.kind, "b_key": timer.key} for timer in taken])
        work.lock(timer.subject for timer in taken)
    return taken


def put_off(session: Connection, now: datetime, returned: int, by: timedelta) -> None:
    """Move the first due timer, whose handler fails, out of the way of the others."""
    row = session.execute(_FIRST, {"now": now, "returned": returned}).first()
    if row is not None:
        session.execute(_PUT_OFF, {"b_kind": row[0], "b_key": row[1], "b_due": now + by})


def next_due(session: Connection) -> datetime | None:
    """The earliest instant at which something becomes due that has not asked for a marker yet."""
    found: datetime | None = session.execute(_NEXT).scalar()
    return found


def anything_asked(session: Connection) -> bool:
    """Whether a timer is waiting for its marker."""
    return session.execute(_ASKED).first() is not None
