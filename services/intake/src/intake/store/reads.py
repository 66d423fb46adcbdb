"""The table of readings; only added to, and emptied of what is older than its retention."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service_chassis.persistence.sql import insert_rows
from sqlalchemy import Connection, select

from intake.store.tables import read_log

L = read_log.c


def add(conn: Connection, row: dict[str, Any]) -> None:
    """Somebody read something."""
    insert_rows(conn, read_log, [row])


def listed(conn: Connection, reader: str | None, what: str | None, since: datetime | None) -> list[dict[str, Any]]:
    """Readings, newest first."""
    wanted = select(read_log).order_by(L.id.desc())
    if reader is not None:
        wanted = wanted.where(L.reader == reader)
    if what is not None:
        wanted = wanted.where(L.what == what)
    if since is not None:
        wanted = wanted.where(L.read_at >= since)
    return [dict(row) for row in conn.execute(wanted).mappings()]
