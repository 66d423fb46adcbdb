"""What a restored database needs besides its rows: kept bodies of another inbox, and counters that must not begin again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from service_chassis.persistence import cut, outbox, seals, tables
from service_chassis.persistence.sql import insert_new, select_in

I, S = tables.inbox.c, tables.subject.c  # noqa: E741 - columns, as in SQL
_LAST_READ = select(func.max(I.received_at))
_KEPT = (
    select(I.source, I.id, I.body, I.attributes, I.received_at)
    .where(I.body.is_not(None), I.received_at >= bindparam("since"))
    .order_by(I.received_at, I.source, I.id)
)
_RAISE = (
    tables.subject.update()
    .where(S.subject == bindparam("b_subject"), S.last < bindparam("b_last"))
    .values(last=bindparam("b_last"))
)
MARGIN = 1_000
"""Markers that may have been made and were never seen again."""


def last_read(session: Connection) -> datetime | None:
    """When this inbox took its newest message: until then everything is there."""
    found: datetime | None = session.execute(_LAST_READ).scalar()
    return found


def kept_bodies(session: Connection, since: datetime) -> list[Any]:
    """(source, id, body, attributes, received_at) of inbound messages, by their arrival."""
    return list(session.execute(_KEPT, {"since": since}))


def settle_outbox(session: Connection, told: Collection[str], types: Collection[str], at: datetime) -> tuple[int, int]:
    """Seal and mark what was published before (`told`, markers and refusals); returns (marked, left to be published)."""
    rows = outbox.pending(session, 1_000_000)
    done = [row for row in rows if row.message_id in told or row.exchange != "duban.events"]
    seals.seal(session, done, types, at)
    if session.dialect.name == "sqlite":
        session.execute(_MARK, [{"b_id": row.id, "b_at": at} for row in done]) if done else None
    else:
        outbox.mark(session, done, at)
    return len(done), len(rows) - len(done)


def announced(session: Connection, ids: Collection[str]) -> int:
    """How many of these events stand in the outbox."""
    return len(select_in(session, tables.outbox, tables.outbox.c.message_id, sorted(ids)))


_MARK = tables.outbox.update().where(tables.outbox.c.id == bindparam("b_id")).values(published_at=bindparam("b_at"))


def raise_counters(session: Connection, subjects: Mapping[str, int], asked: int) -> None:
    """No number of an event, a marker or a request is given twice, even where it was given after the backup.

    A marker whose number other services have passed on already would prove what nobody has read (delivery.md c.4).
    """
    if subjects:
        insert_new(session, tables.subject, [{"subject": subject, "last": 0} for subject in sorted(subjects)])
        session.execute(_RAISE, [{"b_subject": subject, "b_last": last} for subject, last in sorted(subjects.items())])
    found = cut.counters(session)
    passed = [number for name, number in found.items() if name.startswith("path:")]
    if passed:
        cut.note(session, "issued", max([*passed, found.get("issued", 0)]) + MARGIN)
    if asked:
        cut.note(session, "asked", asked)
