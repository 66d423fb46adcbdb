"""What was announced and is to be published: written with its effect, read by the relay in order, marked when confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, text

from service_chassis.persistence import tables

O = tables.outbox.c  # noqa: E741 - the table's columns, as in SQL


class Row(NamedTuple):
    """One row to publish."""

    id: int
    exchange: str
    routing_key: str
    message_id: str
    type: str
    body: bytes
    barrier: bool
    announced_at: datetime | None = None


_COLUMNS = (O.id, O.exchange, O.routing_key, O.message_id, O.type, O.body, O.barrier, O.announced_at)
_PENDING = select(*_COLUMNS).where(O.published_at.is_(None)).order_by(O.id).limit(bindparam("most"))
_BELOW_HORIZON = _PENDING.where(text("xid < pg_snapshot_xmin(pg_current_snapshot())"))
"""Only rows of transactions below every open one: a transaction that commits late is never skipped (delivery.md c.3)."""
_MARK_RANGE = (
    tables.outbox.update().where(O.id <= bindparam("upto"), O.published_at.is_(None)).values(published_at=bindparam("at"))
)
_MARK_IDS = text("UPDATE outbox SET published_at = :at WHERE id = ANY(:ids)")
_FORGET_RANGE = tables.outbox.delete().where(O.id <= bindparam("upto"))
_STATE = select(func.count(), func.min(O.announced_at)).where(O.published_at.is_(None))


def pending(session: Connection, most: int) -> list[Row]:
    """The oldest rows that are not published yet, in the order in which they must leave."""
    statement = _PENDING if session.dialect.name == "sqlite" else _BELOW_HORIZON
    return [Row(*row) for row in session.execute(statement, {"most": most})]


def mark(session: Connection, rows: Sequence[Row], at: datetime, *, keep: bool = True) -> None:
    """These rows are confirmed. On PostgreSQL by their ids, since a row with a smaller id may still be in an open transaction."""
    if not rows:
        return
    if session.dialect.name != "sqlite":
        session.execute(_MARK_IDS, {"at": at, "ids": [row.id for row in rows]})
    elif keep:
        session.execute(_MARK_RANGE, {"upto": rows[-1].id, "at": at})
    else:
        session.execute(_FORGET_RANGE, {"upto": rows[-1].id})


def state(session: Connection) -> tuple[int, datetime | None]:
    """(rows that wait, when the oldest of them was announced), for metrics and readiness."""
    count, oldest = session.execute(_STATE).one()
    return count, oldest


def published(session: Connection, exchange: str, message_id: str) -> tuple[str, bytes] | None:
    """(type, body) of what was published there under this id, while its body is kept."""
    wanted = select(O.type, O.body).where(O.message_id == message_id, O.exchange == exchange, O.published_at.is_not(None))
    row = session.execute(wanted).first()
    return (row.type, bytes(row.body)) if row is not None else None
