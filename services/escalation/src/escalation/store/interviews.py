"""Interviews in the database, and the numbers of a unit's year that they are proposed by. One unit is locked at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from service_chassis.persistence.sql import upsert_rows
from sqlalchemy import Connection, and_, bindparam, select

from escalation.domain.clock import REVIEW_WINDOW
from escalation.domain.interview import Interview
from escalation.domain.review import UPHELD, VARIED
from escalation.domain.slip import RED, YELLOW
from escalation.domain.standing import APPLICATION, DECISION
from escalation.store.tables import clock, interview, journal, slip

_OF_UNITS = select(interview).where(interview.c.unit.in_(bindparam("units", expanding=True)))
_STANDING = slip.c.standing & slip.c.issued_at.is_not(None) & (slip.c.renewal == 0)
_IN_YEAR = (slip.c.unit == bindparam("unit")) & slip.c.liability_date.between(bindparam("first"), bindparam("last"))
_REDS = select(slip.c.issued_at).where(slip.c.colour != "WHITE", slip.c.colour == RED, _IN_YEAR, _STANDING)
_YELLOWS = (
    select(slip.c.slip_id, clock.c.passed_due, clock.c.due_instant)
    .outerjoin(clock, and_(clock.c.about == slip.c.slip_id, clock.c.owner == REVIEW_WINDOW))
    .where(slip.c.colour != "WHITE", slip.c.colour == YELLOW, _IN_YEAR, _STANDING)
)
_REVIEWED = (
    select(journal.c.kind, journal.c.id, journal.c.at, journal.c.data)
    .join(slip, and_(slip.c.slip_id == journal.c.id, slip.c.matter_id == journal.c.matter_id, slip.c.unit == journal.c.unit))
    .where(slip.c.colour == YELLOW, _IN_YEAR, _STANDING, journal.c.kind.in_((APPLICATION, DECISION)))
)


def interviews_of(session: Connection, units: Iterable[str]) -> list[Interview]:
    """Every interview of these units, by year and attempt."""
    rows = session.execute(_OF_UNITS, {"units": sorted(units)}).all()
    return sorted((Interview(*row) for row in rows), key=lambda found: (found.unit, found.year, found.attempt))


def keep(session: Connection, found: Interview) -> None:
    """Write an interview."""
    row = {column.name: getattr(found, column.name) for column in interview.columns}
    upsert_rows(session, interview, [row], key=["interview_id"])


def weighty(session: Connection, unit: str, year: int) -> tuple[list[datetime], list[datetime]]:
    """The instants at which a unit's reds of a year were issued, and its yellows became effective; fallen slips left out.

    A yellow is effective when its window ended without an application, or when the reviewers let it stand (domain.md d.8).
    """
    about = {"unit": unit, "first": date(year, 1, 1), "last": date(year, 12, 31)}
    reds = [row[0] for row in session.execute(_REDS, about)]
    filed, firm = set(), {}
    for kind, slip_id, at, data in session.execute(_REVIEWED, about):
        if kind == APPLICATION:
            filed.add(slip_id)
        elif data["outcome"] in (UPHELD, VARIED):
            firm[slip_id] = at
    yellows = [_effective(row, filed, firm) for row in session.execute(_YELLOWS, about)]
    return reds, [at for at in yellows if at is not None]


def _effective(row: Any, filed: set[str], firm: dict[str, datetime]) -> datetime | None:
    if row.slip_id in firm:
        return firm[row.slip_id]
    lapsed: datetime | None = row.due_instant if row.passed_due is not None and row.slip_id not in filed else None
    return lapsed
