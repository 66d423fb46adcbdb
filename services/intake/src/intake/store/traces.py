"""What the way from a clause to its proof is read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from service_chassis.persistence.sql import chunks
from sqlalchemy import Connection, or_, select

from intake.store.tables import assignment, filing, matter, verdict

_M, _A = matter.c, assignment.c
_PARTS = (
    select(
        _M.matter_id,
        _M.external_ref,
        _M.title,
        _M.source_type,
        _M.source_number,
        _M.source_clause,
        _M.directive,
        _M.state.label("matter_state"),
        _A.unit,
        _A.role,
        _A.deliverable,
        _A.standard,
        _A.state.label("part_state"),
    )
    .join_from(matter, assignment, _M.matter_id == _A.matter_id)
    .order_by(_M.source_number, _M.source_clause, _M.external_ref, _A.role, _A.unit)
)


def parts_of(
    conn: Connection, *, document: str | None, clause: str | None, matter: str | None, unit: str | None
) -> Sequence[Any]:
    """Every unit's part with its matter; of one document or decision, clause, matter (id or reference), or unit."""
    found = _PARTS
    if document is not None:
        found = found.where(or_(_M.source_number == document, _M.directive == document))
    if clause is not None:
        found = found.where(_M.source_clause == clause)
    if matter is not None:
        found = found.where(or_(_M.external_ref == matter, _M.matter_id == matter))
    if unit is not None:
        found = found.where(_A.unit == unit)
    return conn.execute(found).all()


def filings_of(conn: Connection, matter_ids: Sequence[str]) -> dict[tuple[str, str], list[Any]]:
    """(matter, unit) → its reports and claims, by time."""
    return _by_part(conn, filing, matter_ids, filing.c.filed_at, filing.c.filing)


def verdicts_of(conn: Connection, matter_ids: Sequence[str]) -> dict[tuple[str, str], list[Any]]:
    """(matter, unit) → what was decided about them, by time."""
    return _by_part(conn, verdict, matter_ids, verdict.c.decided_at, verdict.c.verdict)


def _by_part(conn: Connection, table: Any, matter_ids: Sequence[str], *order: Any) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for part in chunks(matter_ids):
        for row in conn.execute(select(table).where(table.c.matter_id.in_(part)).order_by(*order)):
            found[row.matter_id, row.unit].append(row)
    return found


_NAMED = (
    select(_M.external_ref, filing.c.unit, filing.c.evidence)
    .join_from(filing, matter, filing.c.matter_id == _M.matter_id)
    .where(filing.c.evidence.is_not(None))
    .order_by(_M.external_ref, filing.c.unit, filing.c.filing)
)


def named_evidence(conn: Connection) -> Iterator[tuple[str, str, str]]:
    """(reference of the matter, unit, hash) of every piece of evidence that a report or claim names."""
    for ref, unit, evidence in conn.execute(_NAMED):
        yield from ((ref, unit, item["sha256"]) for item in evidence or ())
