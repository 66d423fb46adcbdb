"""The sample service's lists."""

from typing import Any

import sqlalchemy as sa

from desk.service import note


def report(conn: sa.Connection, policy: Any) -> dict[str, list[dict[str, Any]]]:
    rows = conn.execute(sa.select(note.c.ref, note.c.title).order_by(note.c.id)).mappings()
    return {"notes": [dict(row) for row in rows]}
