"""Matters as they are shown at the HTTP door: read page by page, in a stable order. The table of informants is never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_chassis.persistence.sql import select_in
from sqlalchemy import Connection, Select, and_, func, or_, select, union

from intake.store.tables import assignment, filing, matter, objection, reply, resolution, suspicion, verdict

Row = Any
"""One row, by the names of its columns."""

_LINE = (
    matter.c.matter_id,
    matter.c.external_ref,
    matter.c.submitted_by,
    matter.c.title,
    matter.c.kind,
    matter.c.section,
    matter.c.source_type,
    matter.c.state,
    matter.c.submitted_at,
    matter.c.closed_at,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which matters: of whom, and with what. None: whatever it is."""

    party: str | None = None
    """Only those that this unit submitted or has a part in."""
    state: str | None = None
    source_type: str | None = None
    section: str | None = None
    unit: str | None = None
    submitted_by: str | None = None
    external_ref: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Submitted before this instant."""


def lines(session: Connection, wanted: Wanted, after: tuple[datetime, str] | None, most: int) -> Sequence[Row]:
    """Matters, the last submitted first, behind the one that the page before ended with."""
    asked = _filtered(select(*_LINE), wanted)
    if after is not None:
        at, id_ = after
        asked = asked.where(or_(matter.c.submitted_at < at, and_(matter.c.submitted_at == at, matter.c.matter_id < id_)))
    asked = asked.order_by(matter.c.submitted_at.desc(), matter.c.matter_id.desc()).limit(most)
    return session.execute(asked).mappings().all()


def _filtered(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    for column in ("state", "source_type", "section", "submitted_by", "external_ref"):
        value = getattr(wanted, column)
        if value is not None:
            asked = asked.where(matter.c[column] == value)
    if wanted.unit is not None:
        asked = asked.where(matter.c.matter_id.in_(select(assignment.c.matter_id).where(assignment.c.unit == wanted.unit)))
    if wanted.since is not None:
        asked = asked.where(matter.c.submitted_at >= wanted.since)
    if wanted.until is not None:
        asked = asked.where(matter.c.submitted_at < wanted.until)
    return asked.where(_seen_by(wanted.party)) if wanted.party is not None else asked


def _seen_by(party: str) -> Any:
    """What this unit is a party to, by index from both sides."""
    assigned = select(assignment.c.matter_id).where(assignment.c.unit == party)
    submitted = select(matter.c.matter_id).where(matter.c.submitted_by == party)
    return matter.c.matter_id.in_(union(assigned, submitted))


def one(session: Connection, matter_id: str, party: str | None) -> Row | None:
    """A matter with all its columns; None for what is not there, and for what this unit is no party to."""
    asked = select(matter).where(matter.c.matter_id == matter_id)
    return session.execute(asked if party is None else asked.where(_seen_by(party))).mappings().first()


def handled_together(session: Connection, lead: str, party: str | None) -> Sequence[Row]:
    """The matters that are handled with this one, as far as the unit may see them."""
    asked = select(matter).where(matter.c.primary_id == lead).order_by(matter.c.submitted_at, matter.c.matter_id)
    return session.execute(asked if party is None else asked.where(_seen_by(party))).mappings().all()


def visible(session: Connection, ids: Iterable[str], party: str) -> set[str]:
    """Which of these the unit is a party to."""
    asked = select(matter.c.matter_id).where(matter.c.matter_id.in_(list(ids)), _seen_by(party))
    return set(session.execute(asked).scalars())


def parts(session: Connection, ids: Iterable[str]) -> dict[str, list[Row]]:
    """Matter → its parts, by unit."""
    return _by_matter(select_in(session, assignment, assignment.c.matter_id, ids), "unit")


def filings(session: Connection, id_: str) -> list[Row]:
    """What was filed about a matter, in order."""
    return _sorted(select_in(session, filing, filing.c.matter_id, [id_]), "filed_at", "filing")


def verdicts(session: Connection, id_: str) -> list[Row]:
    """What was found, in order."""
    return _sorted(select_in(session, verdict, verdict.c.matter_id, [id_]), "decided_at", "verdict")


def objections(session: Connection, id_: str) -> list[Row]:
    """Objections, in order."""
    return _sorted(select_in(session, objection, objection.c.matter_id, [id_]), "filed_at", "objection")


def replies(session: Connection, ids: Iterable[str]) -> list[Row]:
    """The answers that the sources of these matters got, in order."""
    return _sorted(select_in(session, reply, reply.c.matter_id, ids), "sent_at", "reply")


def suspicions(session: Connection, of: str | None, after: tuple[datetime, str, str] | None, most: int) -> list[Row]:
    """Pairs that may be one matter, the last found first; of one matter, or of all."""
    found = suspicion.c
    asked = select(suspicion).order_by(found.found_at.desc(), found.matter_id.desc(), found.suspected_of.desc()).limit(most)
    if of is not None:
        asked = asked.where(or_(found.matter_id == of, found.suspected_of == of))
    if after is not None:
        at, one_, other = after
        behind = or_(found.matter_id < one_, and_(found.matter_id == one_, found.suspected_of < other))
        asked = asked.where(or_(found.found_at < at, and_(found.found_at == at, behind)))
    return list(session.execute(asked).mappings())


def resolutions(session: Connection, ids: Iterable[str]) -> list[Row]:
    """What officers said about these matters."""
    wanted = list(ids)
    asked = select(resolution).where(or_(resolution.c.matter_id.in_(wanted), resolution.c.into_id.in_(wanted)))
    return list(session.execute(asked.order_by(resolution.c.decided_at, resolution.c.resolution)).mappings())


_LEDGER = (
    matter.c.external_ref,
    matter.c.title,
    matter.c.source_type,
    matter.c.source_number,
    matter.c.source_issuer,
    matter.c.source_issued_on,
    matter.c.source_clause,
    matter.c.difficult,
    matter.c.standard,
    matter.c.subject_terms,
    assignment.c.unit,
    assignment.c.role,
    assignment.c.deliverable,
    assignment.c.standard.label("part_standard"),
    assignment.c.limit_amount,
    assignment.c.limit_unit,
    assignment.c.due_at,
    assignment.c.depends_on,
    matter.c.matter_id,
    matter.c.submitted_by,
    matter.c.submitted_at,
    matter.c.state,
    assignment.c.state.label("part_state"),
    assignment.c.done_at,
)
FETCHED = 1_000
"""Rows that an export holds at a time."""


def ledger(session: Connection, wanted: Wanted) -> Iterator[Row]:
    """A row for each unit of each matter, in the order of submission, the lead first; read as they are wanted."""
    asked = _filtered(select(*_LEDGER), wanted).join_from(matter, assignment, matter.c.matter_id == assignment.c.matter_id)
    asked = asked.order_by(matter.c.submitted_at, matter.c.matter_id, assignment.c.role, assignment.c.unit)
    yield from session.execute(asked, execution_options={"stream_results": True, "yield_per": FETCHED})


def ledger_size(session: Connection, wanted: Wanted) -> int:
    """How many rows that are."""
    asked = (
        _filtered(select(func.count()), wanted).select_from(matter).join(assignment, matter.c.matter_id == assignment.c.matter_id)
    )
    return int(session.execute(asked).scalar_one())


def references(session: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Our id → the submitter's reference."""
    return {row["matter_id"]: row["external_ref"] for row in select_in(session, matter, matter.c.matter_id, sorted(ids))}


def _sorted(rows: Iterable[Row], *by: str) -> list[Row]:
    return sorted(rows, key=lambda row: tuple(row[name] for name in by))


def _by_matter(rows: Iterable[Row], by: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row[by]):
        found.setdefault(row["matter_id"], []).append(row)
    return found
