"""Intake's tables, and one batch's view of them: read with a handful of statements, written with a handful.

Filings and verdicts are only ever added; what a unit's part and a matter come to is derived from them (domain/completion.py)
and kept beside them for queries. An informant's name is in a table of its own, which nothing else reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service_chassis.persistence.columns import Instant, Json
from service_chassis.persistence.sql import chunks, insert_rows, one_of, select_in, update_by_key
from service_chassis.persistence.tables import metadata
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)

from intake.domain.completion import Filing, FilingKind, PartState, Verdict, answer
from intake.domain.matter import MatterState

METADATA = metadata()

matter = Table(
    "matter",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("external_ref", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_number", Text),
    Column("source_issuer", Text),
    Column("source_issued_on", Date),
    Column("source_clause", Text),
    Column("difficult", Boolean, nullable=False),
    Column("standard", Text, nullable=False),
    Column("classification", Text, nullable=False),
    Column("subject_terms", Json, nullable=False),
    Column("authorisation", Json),
    Column("state", Text, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("closed_at", Instant),
    UniqueConstraint("submitted_by", "external_ref"),
)

informant = Table(
    "informant",
    METADATA,
    Column("matter_id", Text, ForeignKey("matter.matter_id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("contact", Text),
)

assignment = Table(
    "assignment",
    METADATA,
    Column("matter_id", Text, ForeignKey("matter.matter_id"), primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("assignment_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("deliverable", Text, nullable=False),
    Column("standard", Text, nullable=False),
    Column("limit_amount", Integer),
    Column("limit_unit", Text),
    Column("due_at", Instant),
    Column("milestones", Json, nullable=False),
    Column("depends_on", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("judged_at", Instant),
    Column("done_at", Instant),
    Index(
        "uq_assignment_lead",
        "matter_id",
        unique=True,
        postgresql_where=text("role = 'LEAD'"),
        sqlite_where=text("role = 'LEAD'"),
    ),
)

filing = Table(
    "filing",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("filing", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("colour", Text),
    Column("percent", Integer),
    Column("text", Text, nullable=False),
    Column("evidence", Json),
)

verdict = Table(
    "verdict",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("favourable", Boolean, nullable=False),
    Column("names", Text),
    Column("colour", Text),
    Column("decided_by", Text, nullable=False),
    Column("substantive", Boolean),
    Column("deficiencies", Json),
)

# Matters of a batch with all their units' parts, one row for each part.
_MATTERS = select(
    matter.c.matter_id,
    matter.c.external_ref,
    matter.c.submitted_by,
    matter.c.title,
    matter.c.state,
    assignment.c.unit,
    assignment.c.state,
    assignment.c.judged_at,
    assignment.c.done_at,
).join_from(matter, assignment, matter.c.matter_id == assignment.c.matter_id)
_MATTERS_IN = {name: _MATTERS.where(one_of(name, matter.c.matter_id, "matters")) for name in ("postgresql", "sqlite")}
# Open matters by section and source, for the live view and for metrics.
_OPEN = (
    select(matter.c.section, matter.c.source_type, func.count())
    .where(matter.c.state != MatterState.CLOSED.value)
    .group_by(matter.c.section, matter.c.source_type)
    .order_by(matter.c.section, matter.c.source_type)
)


@dataclass(slots=True)
class Paper:
    """A filing with what is not needed to judge it."""

    filing: Filing
    text: str
    percent: int | None = None
    evidence: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class Opinion:
    """A verdict with what is not needed to pair it."""

    verdict: Verdict
    decided_by: str
    substantive: bool | None = None
    deficiencies: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """One unit's part of a matter as it stands in this batch."""

    unit: str
    state: PartState
    judged_at: datetime | None = None
    """The latest verdict on a report of progress; a report that arrives later but is older may change whom it answers."""
    done_at: datetime | None = None
    papers: dict[str, Paper] = field(default_factory=dict)
    opinions: dict[str, Opinion] = field(default_factory=dict)

    def answers(self) -> dict[str, Verdict]:
        """Filing id → its verdict, from all that is known now."""
        return answer(self._filings(), [opinion.verdict for opinion in self.opinions.values()])

    def answers_with(self, verdict: Verdict) -> dict[str, Verdict]:
        """The same, if this verdict were known, too."""
        return answer(self._filings(), [*(opinion.verdict for opinion in self.opinions.values()), verdict])

    def _filings(self) -> list[Filing]:
        return [paper.filing for paper in self.papers.values()]


@dataclass(slots=True)
class Matter:
    """One matter with its parts as it stands in this batch."""

    matter_id: str
    external_ref: str
    submitted_by: str
    title: str
    state: MatterState
    parts: dict[str, Part]
    closed_at: datetime | None = None


class Store:
    """What one batch has read, and what it will write."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self.matters: dict[str, Matter] = {}
        self._new: dict[Table, list[dict[str, Any]]] = {table: [] for table in (matter, informant, assignment, filing, verdict)}
        self._changed_matters: dict[str, Matter] = {}
        self._changed_parts: dict[tuple[str, str], Part] = {}

    # ---- reading

    def load(self, matter_ids: Iterable[str]) -> None:
        """Read these matters with their parts; ids that do not exist are left out."""
        for some in chunks(matter_ids):
            for row in self._session.execute(_MATTERS_IN[self._session.dialect.name], {"matters": some}):
                found = self.matters.get(row[0])
                if found is None:
                    found = self.matters[row[0]] = Matter(row[0], row[1], row[2], row[3], MatterState(row[4]), {})
                found.parts[row[5]] = Part(row[5], PartState(row[6]), row[7], row[8])

    def load_papers(self, matter_ids: Iterable[str]) -> None:
        """Read all filings and verdicts of these matters, which are loaded already."""
        wanted = list(matter_ids)
        for row in select_in(self._session, filing, filing.c.matter_id, wanted):
            filed = Filing(row["filing"], FilingKind(row["kind"]), row["filed_at"], row["colour"])
            paper = Paper(filed, row["text"], row["percent"], row["evidence"])
            self.matters[row["matter_id"]].parts[row["unit"]].papers[filed.id] = paper
        for row in select_in(self._session, verdict, verdict.c.matter_id, wanted):
            decided = Verdict(
                row["verdict"], FilingKind(row["kind"]), row["decided_at"], row["favourable"], row["names"], row["colour"]
            )
            opinion = Opinion(decided, row["decided_by"], row["substantive"], row["deficiencies"] or [])
            self.matters[row["matter_id"]].parts[row["unit"]].opinions[decided.id] = opinion

    # ---- what handlers write

    def add_matter(self, found: Matter, row: dict[str, Any], parts: list[dict[str, Any]], told_by: dict[str, Any] | None) -> None:
        """A new matter with the rows of its parts, and who told us, if somebody did."""
        self.matters[found.matter_id] = found
        self._new[matter].append(row)
        self._new[assignment].extend(parts)
        if told_by is not None:
            self._new[informant].append(told_by)

    def add_paper(self, found: Matter, part: Part, paper: Paper) -> None:
        """A unit filed a report or a claim."""
        filed = paper.filing
        part.papers[filed.id] = paper
        self._new[filing].append(
            {
                "matter_id": found.matter_id,
                "unit": part.unit,
                "filing": filed.id,
                "kind": filed.kind.value,
                "filed_at": filed.filed_at,
                "colour": filed.colour,
                "percent": paper.percent,
                "text": paper.text,
                "evidence": paper.evidence,
            }
        )

    def add_opinion(self, found: Matter, part: Part, opinion: Opinion) -> None:
        """The office decided about a filing."""
        decided = opinion.verdict
        part.opinions[decided.id] = opinion
        self._new[verdict].append(
            {
                "matter_id": found.matter_id,
                "unit": part.unit,
                "verdict": decided.id,
                "kind": decided.kind.value,
                "decided_at": decided.decided_at,
                "favourable": decided.favourable,
                "names": decided.names,
                "colour": decided.colour,
                "decided_by": opinion.decided_by,
                "substantive": opinion.substantive,
                "deficiencies": opinion.deficiencies or None,
            }
        )

    def part_changed(self, found: Matter, part: Part) -> None:
        """The part's state, or a time of it, is another one now."""
        self._changed_parts[found.matter_id, part.unit] = part

    def matter_changed(self, found: Matter) -> None:
        """The matter's state is another one now."""
        self._changed_matters[found.matter_id] = found

    def save(self) -> None:
        """Write all of it, table by table; parents first."""
        for table, rows in self._new.items():
            insert_rows(self._session, table, rows)
        parts = [
            {
                "matter_id": matter_id,
                "unit": unit,
                "state": part.state.value,
                "judged_at": part.judged_at,
                "done_at": part.done_at,
            }
            for (matter_id, unit), part in self._changed_parts.items()
        ]
        update_by_key(self._session, assignment, parts, key=["matter_id", "unit"])
        matters = [
            {"matter_id": matter_id, "state": found.state.value, "closed_at": found.closed_at}
            for matter_id, found in self._changed_matters.items()
        ]
        update_by_key(self._session, matter, matters, key=["matter_id"])


def open_by_section(conn: Connection) -> list[tuple[str, str, int]]:
    """(section, source type, number of open matters)."""
    return [(row[0], row[1], row[2]) for row in conn.execute(_OPEN)]
