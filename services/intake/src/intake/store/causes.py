"""Causes that were found in matters, and the windows that were told of; both only ever added to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from service_chassis.persistence.sql import insert_new
from sqlalchemy import Connection, select

from intake.store.tables import cause_case, recurrence

C = cause_case.c


class CaseRow(NamedTuple):
    """A cause in a unit's part of a matter."""

    case_id: str
    cause: str
    matter_id: str
    external_ref: str
    unit: str
    found_at: datetime


_CASES = select(C.case_id, C.cause, C.matter_id, C.external_ref, C.unit, C.found_at).order_by(C.found_at, C.case_id)


def add_cases(conn: Connection, found: Iterable[Any]) -> None:
    """Cases; one that is known already stays as it is."""
    new = {
        item.case: {
            "case_id": item.case,
            "cause": item.cause,
            "matter_id": item.matter_id,
            "external_ref": item.external_ref,
            "unit": item.unit,
            "found_at": item.found_at,
        }
        for item in found
    }
    insert_new(conn, cause_case, list(new.values()))


def cases_of(conn: Connection, cause: str) -> list[CaseRow]:
    """Every case of a cause, by time."""
    return [CaseRow(*row) for row in conn.execute(_CASES.where(C.cause == cause))]


def every_case(conn: Connection) -> list[CaseRow]:
    """All of them, by time."""
    return [CaseRow(*row) for row in conn.execute(_CASES)]


def told(conn: Connection, cause: str) -> set[date]:
    """The last days of the windows that were told of."""
    return {row[0] for row in conn.execute(select(recurrence.c.until).where(recurrence.c.cause == cause))}


def add_told(conn: Connection, cause: str, until: date, at: datetime) -> None:
    """A window was told of."""
    insert_new(conn, recurrence, [{"cause": cause, "until": until, "told_at": at}])
