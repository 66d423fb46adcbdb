"""Conclusions, bulletins, and what a bulletin may name."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from board.store.paging import Page, newest
from board.store.tables import bulletin, conclusion, matter, slip

Row = dict[str, Any]


def conclusions(connection: Connection, many: int, unit: str | None = None, after: str = "") -> Page:
    """The newest conclusions, of one unit or of all. One whose issue was not read yet is on no list."""
    wanted = select(conclusion).where(conclusion.c.issued_at.is_not(None))
    if unit is not None:
        wanted = wanted.where(conclusion.c.unit == unit)
    found = newest(connection, wanted, conclusion.c.issued_at, conclusion.c.conclusion_id, many, after)
    return Page([_read(row) for row in found.rows], found.following)


def conclusion_of(connection: Connection, conclusion_id: str) -> Row | None:
    """A conclusion by its id."""
    row = connection.execute(select(conclusion).where(conclusion.c.conclusion_id == conclusion_id)).mappings().first()
    return None if row is None else _read(row)


def _read(row: Any) -> Row:
    return dict(row) | {key: json.loads(row[key]) for key in ("findings", "fallen")}


def bulletins(connection: Connection, many: int, after: str = "") -> Page:
    """The newest bulletins and corrections."""
    found = newest(connection, select(bulletin), bulletin.c.at, bulletin.c.bulletin, many, after)
    return Page([_opened(row) for row in found.rows], found.following)


def bulletin_of(connection: Connection, number: str) -> Row | None:
    """A published bulletin by its number."""
    wanted = select(bulletin).where(bulletin.c.bulletin == number, bulletin.c.corrects.is_(None))
    row = connection.execute(wanted).mappings().first()
    return None if row is None else _opened(row)


def _opened(row: Any) -> Row:
    return dict(row) | {key: json.loads(row[key]) for key in ("scope", "items")}


def nameable(connection: Connection, most: int) -> list[Row]:
    """The newest slips in force: what a bulletin may name."""
    wanted = select(slip.c.colour, slip.c.unit, slip.c.number, matter.c.matter_id, matter.c.title)
    wanted = wanted.join(matter, matter.c.topic == slip.c.topic).where(slip.c.in_force)
    return [dict(row) for row in connection.execute(wanted.order_by(slip.c.issued_at.desc()).limit(most)).mappings()]
