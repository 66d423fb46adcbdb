"""Conclusions, bulletins, and what a bulletin may name."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from board.store.tables import bulletin, conclusion, matter, slip

Row = dict[str, Any]


def conclusions(connection: Connection, most: int, unit: str | None = None) -> list[Row]:
    """The newest conclusions, of one unit or of all."""
    wanted = select(conclusion).order_by(conclusion.c.issued_at.desc(), conclusion.c.conclusion_id).limit(most)
    if unit is not None:
        wanted = wanted.where(conclusion.c.unit == unit)
    return [_read(row) for row in connection.execute(wanted).mappings()]


def conclusion_of(connection: Connection, conclusion_id: str) -> Row | None:
    """A conclusion by its id."""
    row = connection.execute(select(conclusion).where(conclusion.c.conclusion_id == conclusion_id)).mappings().first()
    return None if row is None else _read(row)


def _read(row: Any) -> Row:
    return dict(row) | {key: json.loads(row[key]) for key in ("findings", "fallen")}


def bulletins(connection: Connection, most: int) -> list[Row]:
    """The newest bulletins and corrections."""
    wanted = select(bulletin).order_by(bulletin.c.at.desc(), bulletin.c.bulletin).limit(most)
    return [_opened(row) for row in connection.execute(wanted).mappings()]


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
