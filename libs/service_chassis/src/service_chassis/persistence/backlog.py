"""What waits in the chassis' tables: for the broker, for the audit chain, for a person, for a matter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from service_chassis.persistence import outbox, seals, tables

P = tables.parked.c
_PARKED = select(P.queue, func.count(), func.min(P.parked_at)).where(P.resolved_at.is_(None)).group_by(P.queue)
_TIDIED = select(func.max(tables.tidied.c.at))
_WAITING = select(func.count()).select_from(tables.waiting)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The chassis' tables at one moment."""

    pending: int
    """Outbox rows that are not published yet."""
    oldest_pending: datetime | None
    unsealed: int
    """Rows that belong into the audit chain and are not in it yet."""
    parked: Mapping[str, int]
    """Parked messages that nobody has decided about, by queue."""
    oldest_parked: datetime | None
    waiting: int
    """Messages that wait for their matter."""
    tidied: datetime | None = None
    """When `tidy` last went through."""


def read(session: Connection, sealed: Collection[str]) -> Backlog:
    """Count what waits; `sealed` are the types that belong into the audit chain."""
    pending, oldest = outbox.state(session)
    parked = [tuple(row) for row in session.execute(_PARKED)]
    waiting = int(session.execute(_WAITING).scalar_one())
    first = min((row[2] for row in parked), default=None)
    tidied: datetime | None = session.execute(_TIDIED).scalar()
    return Backlog(pending, oldest, seals.tail(session, sealed), {row[0]: row[1] for row in parked}, first, waiting, tidied)
