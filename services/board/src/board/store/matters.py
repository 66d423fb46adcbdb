"""One matter with all its rows, and the parts of a unit."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from board.store import tables
from board.store.tables import matter, part

Row = dict[str, Any]
OF_A_MATTER = ("part", "slip", "clock", "entry", "referral", "notice", "todo")


def one(connection: Connection, matter_id: str) -> Row | None:
    """The matter, its rows by table, and its events in the order in which they happened."""
    found = connection.execute(select(matter).where(matter.c.topic == matter_id)).mappings().first()
    if found is None:
        return None
    rows: Row = {name: _rows(connection, tables.FOLDED[name], matter_id) for name in OF_A_MATTER}
    bodies = connection.execute(select(tables.stored.c.body).where(tables.stored.c.topic == matter_id)).scalars()
    events = [json.loads(body) for body in bodies]
    rows["event"] = sorted(events, key=lambda event: (event["time"], event.get("recordedtime") or "", event.get("sequence") or 0))
    return dict(found) | {"rows": rows}


def _rows(connection: Connection, table: Any, topic: str) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table).where(table.c.topic == topic)).mappings()]


def id_of(connection: Connection, ref: str) -> str | None:
    """The matter of a reference, if exactly one has it."""
    found = list(connection.execute(select(matter.c.matter_id).where(matter.c.ref == ref).limit(2)).scalars())
    return found[0] if len(found) == 1 else None


def of_unit(connection: Connection, unit: str, most: int) -> list[Row]:
    """The open parts of a unit with their matters, the limit that ends first on top."""
    wanted = (
        select(part, matter.c.title, matter.c.ref, matter.c.matter_id)
        .join(matter, matter.c.topic == part.c.topic)
        .where(part.c.unit == unit, part.c.open)
        .order_by(part.c.due.is_(None), part.c.due, matter.c.ref)
        .limit(most)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]
