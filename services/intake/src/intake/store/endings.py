"""How matters begin and end: drafts that wait for the approval of their registration, look-backs, and what is archived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from service_chassis.persistence.columns import Instant
from service_chassis.persistence.sql import insert_rows, select_in, update_by_key
from sqlalchemy import Connection, bindparam, delete, func, select

from intake.domain.matter import OPEN, MatterState
from intake.store.tables import draft as draft_table
from intake.store.tables import informant, look_back, matter, read_log

D = draft_table.c


class Draft(NamedTuple):
    """A submitted matter that waits for its approval, or was decided on; `body`: the message, as it will be registered."""

    matter_id: str
    external_ref: str
    submitted_by: str
    title: str
    body: bytes
    proposed_at: datetime
    outcome: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


_CLOSED = (
    select(matter.c.matter_id)
    .where(matter.c.state == MatterState.CLOSED.value, matter.c.closed_at <= bindparam("until", type_=Instant))
    .order_by(matter.c.closed_at, matter.c.matter_id)
)
_SEEN = select(look_back.c.matter_id).where(look_back.c.matter_id == matter.c.matter_id).exists()
_UNSEEN = (
    select(matter.c.external_ref, matter.c.title, matter.c.section, matter.c.closed_at)
    .where(matter.c.state == MatterState.CLOSED.value, matter.c.closed_at <= bindparam("until", type_=Instant), ~_SEEN)
    .order_by(matter.c.closed_at, matter.c.external_ref)
)


def add_draft(conn: Connection, row: dict[str, Any]) -> None:
    """A matter waits for the approval of its registration."""
    insert_rows(conn, draft_table, [row])


def draft(conn: Connection, matter_id: str) -> Draft | None:
    """One draft; None where there is none."""
    row = conn.execute(select(*(D[name] for name in Draft._fields)).where(D.matter_id == matter_id)).first()
    return None if row is None else Draft(*row)


def drafts_among(conn: Connection, matter_ids: Iterable[str]) -> set[str]:
    """Which of these matters are drafts, decided on or not."""
    return {row["matter_id"] for row in select_in(conn, draft_table, D.matter_id, sorted(set(matter_ids)))}


def decide_draft(conn: Connection, decision: dict[str, Any]) -> None:
    """A draft was approved or refused; `decision` holds its id, `outcome`, `decided_by`, `decided_at` and `reason`. Its
    body has served."""
    update_by_key(conn, draft_table, [decision | {"body": b""}], key=["matter_id"])


def add_look_back(conn: Connection, row: dict[str, Any]) -> None:
    """A closed matter was looked at again."""
    insert_rows(conn, look_back, [row])


def not_looked_at(conn: Connection, until: datetime) -> list[Any]:
    """Closed matters that nobody has looked at again, closed by `until`; the oldest first."""
    return list(conn.execute(_UNSEEN, {"until": until}))


def closed_until(conn: Connection, until: datetime, most: int) -> list[str]:
    """Closed matters, closed by `until`; the oldest first, at most so many."""
    return [row[0] for row in conn.execute(_CLOSED.limit(most), {"until": until})]


_LEAD = matter.alias("leading")
_ENDED = [state.value for state in MatterState if state not in OPEN]


def erase_informants(conn: Connection, before: datetime, most: int) -> int:
    """Forget who told us, of matters that ended before an instant; returns how many."""
    ended = (
        select(informant.c.matter_id)
        .join(matter, matter.c.matter_id == informant.c.matter_id)
        .join(_LEAD, _LEAD.c.matter_id == func.coalesce(matter.c.primary_id, matter.c.matter_id))
        .where(_LEAD.c.state.in_(_ENDED), _LEAD.c.closed_at < before)
        .limit(most)
    )
    return conn.execute(delete(informant).where(informant.c.matter_id.in_(ended))).rowcount


def erase_reads(conn: Connection, before: datetime, most: int) -> int:
    """Forget readings from before an instant; returns how many."""
    old = select(read_log.c.id).where(read_log.c.read_at < before).order_by(read_log.c.id).limit(most)
    return conn.execute(delete(read_log).where(read_log.c.id.in_(old))).rowcount
