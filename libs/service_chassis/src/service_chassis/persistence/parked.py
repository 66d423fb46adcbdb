"""Parked rows: what a person may look at, put back or discard. A resolved row stays, as evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import tables
from service_chassis.persistence.sql import insert_rows
from service_chassis.persistence.unit_of_work import Work

P = tables.parked.c
_OPEN = select(tables.parked).where(P.resolved_at.is_(None)).order_by(P.parked_at, P.id)
_ONE = select(tables.parked).where(P.id == bindparam("b_id"))
_RESOLVE = (
    tables.parked.update()
    .where(P.id == bindparam("b_id"), P.resolved_at.is_(None))
    .values(resolved_at=bindparam("b_at"), resolved_by=bindparam("b_by"), resolution=bindparam("b_how"))
)

_ACTS = select(tables.parked_act).order_by(tables.parked_act.c.n)

REPLAYED = "replayed"
REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does about a parked message, and why; `more` is told of how it ended."""

    verb: str
    by: str
    why: str
    more: Mapping[str, Any] = field(default_factory=dict)


def unresolved(session: Connection) -> Sequence[RowMapping]:
    """All parked rows that nobody has decided about, oldest first."""
    return session.execute(_OPEN).mappings().all()


def one(session: Connection, parked_id: str) -> RowMapping | None:
    """The row with this id."""
    return session.execute(_ONE, {"b_id": parked_id}).mappings().first()


def standing(row: RowMapping | None) -> dict[str, Any]:
    """How a row stands, for the record of who changed it."""
    found: Any = row or {}
    at = found.get("resolved_at")
    return {"resolution": found.get("resolution"), "by": found.get("resolved_by"), "at": at.isoformat() if at else None}


def note(session: Connection, act: Act, row: RowMapping, at: datetime) -> None:
    """Keep who decided what about a row, and why, with how it stood before and stands now; the relay seals it."""
    values: dict[str, Any] = {
        "parked_id": row["id"],
        "verb": act.verb,
        "by": act.by,
        "why": act.why,
        "at": at,
        "before": standing(row),
    }
    values["after"] = {**standing(one(session, row["id"])), **act.more}
    n = session.execute(tables.parked_act.insert().values(values).returning(tables.parked_act.c.n)).scalar_one()
    insert_rows(session, tables.parked_act_unsealed, [{"n": n}])


def acts(session: Connection) -> Sequence[RowMapping]:
    """Every decision about parked messages, oldest first."""
    return session.execute(_ACTS).mappings().all()


def as_delivery(row: RowMapping) -> Delivery:
    """The message as it came."""
    return Delivery(
        bytes(row["body"]),
        row["routing_key"],
        row["exchange"],
        content_type=row["content_type"],
        user_id=row["user_id"],
        message_id=row["message_id"],
        headers=dict(row["headers"] or {}),
    )


def resolve(work: Work, row: RowMapping, by: str, how: str, released: Any) -> bool:
    """Close the row and announce it (`released` is the service's `InboundReleased`); False when somebody was quicker."""
    values = {"b_id": row["id"], "b_at": work.now, "b_by": by, "b_how": how}
    if not work.session.execute(_RESOLVE, values).rowcount:
        return False
    fact = released(parked_id=row["id"], sender=row["sender"], released_by=by, resolution=how)
    work.announce(fact, subject=row["sender"], time=work.now, barrier=True)
    work.flush()
    return True
