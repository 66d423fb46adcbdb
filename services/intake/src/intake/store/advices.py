"""Advice and the answers to it; only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service_chassis.persistence.sql import insert_rows
from sqlalchemy import Connection, select

from intake.store.tables import advice, advice_answer, matter


def find(conn: Connection, ref: str) -> Any | None:
    """One piece of advice; None where there is none."""
    return conn.execute(select(advice).where(advice.c.advice == ref)).first()


def add(conn: Connection, row: dict[str, Any]) -> None:
    """Advice was given."""
    insert_rows(conn, advice, [row])


def add_answer(conn: Connection, row: dict[str, Any]) -> None:
    """Advice was answered."""
    insert_rows(conn, advice_answer, [row])


def every_advice(conn: Connection) -> Sequence[Any]:
    """All advice, by time."""
    return conn.execute(select(advice).order_by(advice.c.issued_at, advice.c.advice)).all()


def last_answers(conn: Connection) -> dict[str, Any]:
    """Advice → the answer that counts: the latest by its time."""
    ordered = select(advice_answer).order_by(advice_answer.c.answered_at, advice_answer.c.answer)
    return {row.advice: row for row in conn.execute(ordered)}


def names_of(conn: Connection) -> dict[str, str]:
    """Our id of each matter → the submitter's reference."""
    return {row[0]: row[1] for row in conn.execute(select(matter.c.matter_id, matter.c.external_ref))}
