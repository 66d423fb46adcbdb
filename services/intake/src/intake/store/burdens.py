"""How much was asked of a unit, counted in the tables and in what this batch adds to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from service_chassis.persistence.columns import Instant
from service_chassis.persistence.sql import chunks, one_of
from sqlalchemy import Connection, bindparam, func, select

from intake.domain.completion import FilingKind, PartState
from intake.store.matters import Store
from intake.store.tables import asked, assignment, filing, matter

_EACH = (
    select(func.count().label("number"))
    .select_from(assignment.join(matter, matter.c.matter_id == assignment.c.matter_id))
    .where(
        assignment.c.state != PartState.TRANSFERRED.value,
        matter.c.primary_id.is_(None),
        matter.c.submitted_at >= bindparam("since", type_=Instant),
    )
    .group_by(assignment.c.unit)
).subquery()
_MOST_MATTERS = select(func.max(_EACH.c.number))
_ASKED = (
    select(asked.c.kind, func.count().label("number"))
    .where(asked.c.at >= bindparam("since", type_=Instant))
    .group_by(asked.c.kind, asked.c.unit)
).subquery()
_MOST_ASKED = select(_ASKED.c.kind, func.max(_ASKED.c.number)).group_by(_ASKED.c.kind).order_by(_ASKED.c.kind)
_GIVEN = (
    select(func.count())
    .select_from(assignment.join(matter, matter.c.matter_id == assignment.c.matter_id))
    .where(
        assignment.c.unit == bindparam("of"),
        assignment.c.state != PartState.TRANSFERRED.value,
        matter.c.primary_id.is_(None),
        matter.c.submitted_at >= bindparam("since", type_=Instant),
        matter.c.submitted_at < bindparam("until", type_=Instant),
    )
)


def matters_given(store: Store, unit: str, since: datetime, until: datetime) -> int:
    """Matters that a unit was given between two instants; what is handled with another one counts as that one."""
    kept = store.session.execute(_GIVEN, {"of": unit, "since": since, "until": until}).scalar_one()
    return int(kept) + store.added_for(unit, since, until)


def heaviest(session: Connection, since: datetime) -> list[tuple[str, int]]:
    """The most that one unit was given or asked since an instant: matters, and what was asked by kind. No unit is named."""
    matters = session.execute(_MOST_MATTERS, {"since": since}).scalar() or 0
    return [("MATTER", matters), *((kind, number) for kind, number in session.execute(_MOST_ASKED, {"since": since}))]


_CLAIM = (filing.c.matter_id == matter.c.matter_id) & (filing.c.unit == assignment.c.unit)
_EARLIER = (
    select(matter.c.external_ref, matter.c.submitted_by, assignment.c.done_at, filing.c.text)
    .select_from(matter.join(assignment, matter.c.matter_id == assignment.c.matter_id).join(filing, _CLAIM))
    .where(matter.c.matter_id == bindparam("matter"), assignment.c.unit == bindparam("of"))
    .where(filing.c.kind == FilingKind.COMPLETION.value)
    .order_by(filing.c.filed_at.desc())
    .limit(1)
)


def answered_under(conn: Connection, keys: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    """Key of an asking → (matter, unit) of the parts under it that are done."""
    found: dict[int, set[tuple[str, str]]] = {}
    for part in chunks(sorted(set(keys))):
        wanted = one_of(conn.dialect.name, assignment.c.asked_key, "keys")
        done = assignment.c.state == PartState.VERIFIED.value
        rows = conn.execute(
            select(assignment.c.asked_key, assignment.c.matter_id, assignment.c.unit).where(wanted, done), {"keys": part}
        )
        for key, matter_id, unit in rows:
            found.setdefault(key, set()).add((matter_id, unit))
    return found


def answer_of(conn: Connection, matter_id: str, unit: str) -> Any | None:
    """How a unit answered for its part: reference, submitter, when it was found done, and the text of its last claim."""
    return conn.execute(_EARLIER, {"matter": matter_id, "of": unit}).first()
