"""What is erased when its time is over, in small batches: bodies of messages, never the trace that they were there.

A body that is in the audit chain is erased in two steps: a tombstone (`erasure`) says which, by which rule, by whom; the relay
seals it like everything else; only then the body goes, and its salt, so that what is left in the chain says nothing about it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, delete, func, null, or_, select, tuple_, update

from service_chassis.persistence import tables
from service_chassis.persistence.sql import insert_new

O, E, I, P = tables.outbox.c, tables.erasure.c, tables.inbox.c, tables.parked.c  # noqa: E741 - columns, as in SQL


class Rule(NamedTuple):
    """Why something is erased: the parameter of the policy, and who ran it."""

    name: str
    by: str
    at: datetime


def may_erase(session: Connection) -> bool:
    """Whether this role may take announced rows away: the schema's owner may, a service's own role may not (`rights`)."""
    if session.dialect.name == "sqlite":
        return True
    return bool(session.execute(select(func.has_table_privilege(tables.outbox.name, "DELETE"))).scalar_one())


def tombstone_id(message_id: str) -> str:
    """The id under which the erasure of an event is sealed."""
    return f"erased:{message_id}"


def bury(session: Connection, types: Collection[str], before: datetime, rule: Rule, most: int) -> int:
    """Write tombstones for sealed events that were published before an instant; returns how many."""
    known = select(E.id).where(E.message_id == O.message_id).exists()
    wanted = (
        select(O.message_id, O.type).where(O.type.in_(sorted(types)), O.published_at < before, ~known).order_by(O.id).limit(most)
    )
    rows = [_tombstone(row.message_id, row.type, rule) for row in session.execute(wanted).all()]
    return insert_new(session, tables.erasure, rows)


def _tombstone(message_id: str, type_: str, rule: Rule) -> dict[str, Any]:
    said = {"message_id": message_id, "type": type_, "rule": rule.name, "by": rule.by, "at": rule.at.isoformat()}
    body = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    return {"id": tombstone_id(message_id), "message_id": message_id, "body": body, "sealed_at": None, "erased_at": None}


def erase_sealed(session: Connection, at: datetime, most: int) -> int:
    """Erase the bodies and salts whose tombstones are sealed; returns how many."""
    wanted = select(E.message_id).where(E.sealed_at.is_not(None), E.erased_at.is_(None)).order_by(E.id).limit(most)
    ids = list(session.execute(wanted).scalars())
    if ids:
        session.execute(delete(tables.outbox).where(O.message_id.in_(ids)))
        session.execute(update(tables.sealed).where(tables.sealed.c.message_id.in_(ids)).values(salt=b""))
        session.execute(update(tables.erasure).where(E.message_id.in_(ids)).values(erased_at=at))
    return len(ids)


def erase_unsealed(session: Connection, sealed_types: Collection[str], before: datetime, most: int) -> int:
    """Erase published events that are in no chain; returns how many."""
    wanted = select(O.id).where(O.published_at < before, O.type.not_in(sorted(sealed_types))).order_by(O.id).limit(most)
    return session.execute(delete(tables.outbox).where(O.id.in_(wanted))).rowcount


def erase_inbound(session: Connection, before: datetime, most: int) -> int:
    """Erase the bodies of messages that came in before an instant; their ids and hashes stay, so that none is handled twice."""
    key = tuple_(I.id, I.source)
    return session.execute(
        update(tables.inbox).where(key.in_(inbound_bodies(before, most))).values(body=None, attributes=null())
    ).rowcount


def inbound_bodies(before: datetime, most: int) -> Select[Any]:
    """Keys of messages whose bodies came before an instant and are still there; found by `ix_inbox_kept`."""
    return select(I.id, I.source).where(I.received_at < before, I.body.is_not(None)).limit(most)


def erase_parked(session: Connection, before: datetime, most: int) -> int:
    """Erase the bodies of parked messages that were resolved before an instant."""
    kept = or_(func.length(P.body) > 0, P.headers.is_not(None))
    wanted = select(P.id).where(and_(P.resolved_at < before, kept)).limit(most)
    return session.execute(update(tables.parked).where(P.id.in_(wanted)).values(body=b"", headers=None)).rowcount
