"""The table of plans, and how often a unit was supervised under an item of one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from event_contracts.inbound import PlanPublished
from service_chassis.persistence.sql import insert_rows
from sqlalchemy import Connection, bindparam, delete, func, select

from intake.domain.completion import PartState
from intake.store.matters import Store
from intake.store.tables import assignment, matter, plan_item

P = plan_item.c


class Item(NamedTuple):
    """One line of a plan."""

    item: str
    year: int
    units: list[str]
    most: int | None


_GIVEN = (
    select(func.count())
    .select_from(assignment.join(matter, matter.c.matter_id == assignment.c.matter_id))
    .where(
        matter.c.plan_item == bindparam("item"),
        assignment.c.unit == bindparam("of"),
        assignment.c.state != PartState.TRANSFERRED.value,
        matter.c.primary_id.is_(None),
    )
)


def items_of_others(conn: Connection, plan: str, year: int) -> set[str]:
    """The items of a year that stand in other plans."""
    return {row[0] for row in conn.execute(select(P.item).where(P.year == year, P.plan != plan))}


def publish(conn: Connection, data: PlanPublished, at: datetime) -> bool:
    """Replace what was known of a plan; False where a newer one is known."""
    newest = conn.execute(select(func.max(P.published_at)).where(P.plan == data.plan)).scalar()
    if newest is not None and newest > at:
        return False
    conn.execute(delete(plan_item).where(P.plan == data.plan))
    rows = [
        {
            "plan": data.plan,
            "item": found.item,
            "year": data.year,
            "units": found.units,
            "content": found.content,
            "scope": found.scope,
            "most": found.most,
            "approved_by": data.approved_by,
            "published_at": at,
        }
        for found in data.items
    ]
    insert_rows(conn, plan_item, rows)
    return True


def applies(conn: Connection, year: int, at: datetime) -> bool:
    """Whether a plan of that year had been published by then."""
    return conn.execute(select(P.plan).where(P.year == year, P.published_at <= at).limit(1)).first() is not None


def item(conn: Connection, name: str, year: int) -> Item | None:
    """An item of a year's plan; None where there is none."""
    row = conn.execute(select(P.item, P.year, P.units, P.most).where(P.item == name, P.year == year)).first()
    return None if row is None else Item(*row)


def times(store: Store, found: Item, unit: str) -> int:
    """Matters that a unit was given under an item; what is handled with another one counts as that one."""
    kept = store.session.execute(_GIVEN, {"item": found.item, "of": unit}).scalar_one()
    return int(kept) + store.added_under(found.item, unit)
