"""The tables of recorded acts and field notes; only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service_chassis.persistence.sql import insert_new
from sqlalchemy import ColumnElement, Connection, or_, select

from intake.store.tables import act, field_note, matter

_ACTS = select(act, matter.c.external_ref).select_from(act.outerjoin(matter, act.c.matter_id == matter.c.matter_id))
_FROM_NOTE = (matter.c.source_type == "FIELD_NOTE") & (matter.c.source_number == field_note.c.note)
_NOTES = select(field_note, matter.c.matter_id, matter.c.external_ref).select_from(field_note.outerjoin(matter, _FROM_NOTE))


def add(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Acts; one that is known already stays as it is."""
    insert_new(conn, act, rows)


def add_note(conn: Connection, row: dict[str, Any]) -> None:
    """A field note."""
    insert_new(conn, field_note, [row])


def acts_about(conn: Connection, matter_ids: Sequence[str] | None, unit: str | None) -> Sequence[Any]:
    """Acts about these matters or about this unit, by time; None: not narrowed."""
    found = _ACTS.order_by(act.c.done_at, act.c.act, act.c.number)
    about: list[ColumnElement[bool]] = [act.c.matter_id.in_(matter_ids)] if matter_ids is not None else []
    if unit is not None:
        about.append(act.c.unit == unit)
    return conn.execute(found.where(or_(*about)) if about else found).all()


def notes_behind(conn: Connection, matter_ids: Sequence[str] | None) -> Sequence[Any]:
    """Field notes with the matters that came from them, by time; only those behind these matters, if any are given."""
    found = _NOTES.order_by(field_note.c.noted_at, field_note.c.note, matter.c.external_ref)
    return conn.execute(found if matter_ids is None else found.where(matter.c.matter_id.in_(matter_ids))).all()
