"""How much was asked of a unit, counted in the tables and in what this batch adds to them."""

from __future__ import annotations

from datetime import datetime

from service_chassis.persistence.columns import Instant
from sqlalchemy import bindparam, func, select

from intake.domain.completion import PartState
from intake.store.matters import Store
from intake.store.tables import assignment, matter

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
