"""One batch's view of intake's tables: read with a handful of statements, written with a handful.

What a unit's part and a matter come to is derived from filings and verdicts (domain/completion.py) and kept beside them for
queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from event_contracts.event import TimeLimit
from service_chassis.persistence.sql import chunks, insert_new, insert_rows, one_of, select_in, update_by_key
from sqlalchemy import Connection, Table, func, select

from intake.domain.completion import Filing, FilingKind, PartState, Verdict, answer
from intake.domain.matter import OPEN, MatterState
from intake.domain.objection import Objection
from intake.store.directory import Directory
from intake.store.heads import Heads
from intake.store.tables import assignment, filing, informant, matter, objection, served, verdict

# Matters of a batch with all their units' parts, one row for each part.
_MATTERS = select(
    matter.c.matter_id,
    matter.c.external_ref,
    matter.c.submitted_by,
    matter.c.title,
    matter.c.source_type,
    matter.c.state,
    matter.c.submitted_at,
    matter.c.closed_at,
    matter.c.reply_amount,
    matter.c.reply_unit,
    matter.c.replied_at,
    matter.c.primary_id,
    matter.c.merged_at,
    matter.c.leads,
    matter.c.urgency,
    assignment.c.unit,
    assignment.c.role,
    assignment.c.assignment_id,
    assignment.c.state,
    assignment.c.judged_at,
    assignment.c.done_at,
    assignment.c.attempt,
    assignment.c.formerly,
    assignment.c.moved_at,
    assignment.c.given_at,
).join_from(matter, assignment, matter.c.matter_id == assignment.c.matter_id)
_MATTERS_IN = {name: _MATTERS.where(one_of(name, matter.c.matter_id, "matters")) for name in ("postgresql", "sqlite")}
_MEMBERS = {
    name: select(matter.c.matter_id).where(one_of(name, matter.c.primary_id, "leading")) for name in ("postgresql", "sqlite")
}
# Open matters by section and source, for the live view and for metrics.
_OPEN = (
    select(matter.c.section, matter.c.source_type, func.count())
    .where(matter.c.state.in_(sorted(state.value for state in OPEN)))
    .group_by(matter.c.section, matter.c.source_type)
    .order_by(matter.c.section, matter.c.source_type)
)


_ADDED_TO = (matter, informant, assignment, filing, verdict, objection)
"""Tables that a batch adds rows to, parents first."""


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
    assignment_id: str
    state: PartState
    judged_at: datetime | None = None
    """The latest verdict on a report of progress; a report that arrives later but is older may change whom it answers."""
    done_at: datetime | None = None
    role: str = "LEAD"
    attempt: int = 0
    """How often the part came back to this unit."""
    papers: dict[str, Paper] = field(default_factory=dict)
    opinions: dict[str, Opinion] = field(default_factory=dict)
    objections: dict[str, Objection] = field(default_factory=dict)
    served_on: date | None = None
    formerly: list[str] = field(default_factory=list)
    """The units that it was given to before; since `moved_at` it is this one's."""
    moved_at: datetime | None = None
    given_at: datetime | None = None
    """When it was given again: what was filed and decided by then belongs to an earlier round."""

    def is_past(self, at: datetime) -> bool:
        """Whether something of this instant belongs to an earlier round."""
        return self.given_at is not None and at <= self.given_at

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
    source_type: str
    state: MatterState
    parts: dict[str, Part]
    submitted_at: datetime
    closed_at: datetime | None = None
    reply: TimeLimit | None = None
    """How long the lead has to answer the source; None where nobody waits for an answer (domain/sources.py)."""
    replied_at: datetime | None = None
    """The first answer."""
    primary_id: str | None = None
    """The matter that it is handled with (并案), since `merged_at`."""
    merged_at: datetime | None = None
    leads: bool = False
    """Others are handled with it."""
    urgency: str | None = None

    def part(self, unit: str) -> Part | None:
        """A unit's part; that of its successor, where units have changed. None if it has none."""
        own = self.parts.get(unit)
        if own is not None and own.state is not PartState.TRANSFERRED:
            return own
        return next((found for found in self.parts.values() if unit in found.formerly), own)

    @property
    def parties(self) -> list[str]:
        """All its units, those before a succession too."""
        return sorted({*self.parts, *(unit for part in self.parts.values() for unit in part.formerly)})

    @property
    def answered(self) -> bool:
        """Whether nobody waits for an answer any more."""
        return self.reply is None or self.replied_at is not None


def _matter(row: Any) -> Matter:
    """The first columns of a row of `_MATTERS`."""
    id_, ref, by, title, source, state, submitted_at, closed_at, amount, unit, *rest = row[:15]
    reply = TimeLimit(amount=amount, unit=unit) if amount is not None else None
    return Matter(id_, ref, by, title, source, MatterState(state), {}, submitted_at, closed_at, reply, *rest)


class Store:
    """What one batch has read, and what it will write."""

    def __init__(self, session: Connection) -> None:
        self.session = session
        self.directory = Directory(session)
        self.heads = Heads(session)
        self.matters: dict[str, Matter] = {}
        self._new: dict[Table, list[dict[str, Any]]] = {table: [] for table in _ADDED_TO}
        self._changed_matters: dict[str, Matter] = {}
        self._changed_parts: dict[tuple[str, str], Part] = {}
        self._moved_parts: list[dict[str, Any]] = []
        self.answered: dict[int, set[tuple[str, str]]] = {}
        """Key of an asking → the parts that are done under it (repeats.py)."""
        self.drafts: set[str] = set()
        """Which of the submitted matters wait for their approval, or were decided on."""
        self.found_causes: list[Any] = []
        """Causes that this batch found (recurring.py)."""
        self._decided: list[dict[str, Any]] = []
        self._served: list[dict[str, Any]] = []

    # ---- reading

    def load(self, matter_ids: Iterable[str]) -> None:
        """Read these matters with their parts; ids that do not exist are left out."""
        for some in chunks(matter_ids):
            for row in self.session.execute(_MATTERS_IN[self.session.dialect.name], {"matters": some}):
                found = self.matters.get(row[0])
                if found is None:
                    found = self.matters[row[0]] = _matter(row)
                unit, role, id_, state, judged_at, done_at, attempt, formerly, moved_at, given_at = row[15:]
                part = Part(unit, id_, PartState(state), judged_at, done_at, role, attempt)
                part.formerly, part.moved_at, part.given_at = formerly, moved_at, given_at
                found.parts[unit] = part

    def load_groups(self) -> set[str]:
        """Read what is handled as one with what is loaded; returns all ids that belong to such a group."""
        self.load({found.primary_id for found in self.matters.values() if found.primary_id} - self.matters.keys())
        leading = [found.matter_id for found in self.matters.values() if found.leads]
        if leading:
            rows = self.session.execute(_MEMBERS[self.session.dialect.name], {"leading": leading})
            self.load({row[0] for row in rows} - self.matters.keys())
        return {found.matter_id for found in self.matters.values() if found.leads or found.primary_id}

    def load_papers(self, matter_ids: Iterable[str]) -> None:
        """Read all filings and verdicts of these matters, which are loaded already."""
        wanted = list(matter_ids)
        for row in select_in(self.session, filing, filing.c.matter_id, wanted):
            filed = Filing(row["filing"], FilingKind(row["kind"]), row["filed_at"], row["colour"])
            paper = Paper(filed, row["text"], row["percent"], row["evidence"])
            part = self.matters[row["matter_id"]].parts[row["unit"]]
            if not part.is_past(filed.filed_at):
                part.papers[filed.id] = paper
        for row in select_in(self.session, verdict, verdict.c.matter_id, wanted):
            decided = Verdict(
                row["verdict"], FilingKind(row["kind"]), row["decided_at"], row["favourable"], row["names"], row["colour"]
            )
            opinion = Opinion(decided, row["decided_by"], row["substantive"], row["deficiencies"] or [])
            part = self.matters[row["matter_id"]].parts[row["unit"]]
            if not part.is_past(decided.decided_at):
                part.opinions[decided.id] = opinion

    def load_objections(self, matter_ids: Iterable[str]) -> None:
        """Read the objections of these matters, which are loaded already, and when their assignments were served."""
        wanted = list(matter_ids)
        for row in select_in(self.session, objection, objection.c.matter_id, wanted):
            how = row["new_unit"], row["decided_by"], row["reasons"]
            found = Objection(row["objection"], row["filed_at"], row["outcome"], row["decided_at"], *how)
            self.matters[row["matter_id"]].parts[row["unit"]].objections[found.id] = found
        for row in select_in(self.session, served, served.c.matter_id, wanted):
            its = self.matters[row["matter_id"]].parts.get(row["unit"])
            if its is not None and its.assignment_id == row["assignment_id"]:
                its.served_on = row["served_on"]

    def terms_of(self, found: Matter, part: Part) -> dict[str, Any]:
        """The row of a part: what was asked of its unit. A part of this batch is not in the table yet."""
        for row in self._new[assignment]:
            if (row["matter_id"], row["unit"]) == (found.matter_id, part.unit):
                return dict(row)
        rows = select_in(self.session, assignment, assignment.c.matter_id, [found.matter_id])
        return next(dict(row) for row in rows if row["unit"] == part.unit)

    def added_for(self, unit: str, since: datetime, until: datetime) -> int:
        """Matters of this batch that a unit is given between two instants."""
        rows = (row["matter_id"] for row in self._new[assignment] if row["unit"] == unit)
        return sum(since <= self.matters[of].submitted_at < until for of in rows)

    def added_under(self, item: str, unit: str) -> int:
        """Matters of this batch that a unit is given under an item of a plan."""
        of = {row["matter_id"] for row in self._new[matter] if row["plan_item"] == item}
        return sum(row["unit"] == unit and row["matter_id"] in of for row in self._new[assignment])

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

    def add_part(self, found: Matter, part: Part, row: dict[str, Any]) -> None:
        """A unit was given a part of a matter that is registered already; once more, where it had one before."""
        again = part.unit in found.parts
        found.parts[part.unit] = part
        self._changed_parts.pop((found.matter_id, part.unit), None)  # what changed in the round before is over
        if again and not self._forget_new_part(found, part):
            self._moved_parts.append(row)
        else:
            self._new[assignment].append(row)

    def _forget_new_part(self, found: Matter, part: Part) -> bool:
        rows = self._new[assignment]
        kept = [row for row in rows if (row["matter_id"], row["unit"]) != (found.matter_id, part.unit)]
        self._new[assignment] = kept
        return len(kept) < len(rows)

    def add_objection(self, found: Matter, part: Part, filed: Objection, grounds: str, evidence: Any) -> None:
        """A unit objected to its assignment."""
        part.objections[filed.id] = filed
        self._new[objection].append(
            {"matter_id": found.matter_id, "unit": part.unit, "objection": filed.id, "filed_at": filed.filed_at}
            | {"grounds": grounds, "evidence": evidence}
            | dict.fromkeys(("outcome", "decided_at", "decided_by", "new_unit", "reasons"))
        )

    def decide_objection(self, found: Matter, part: Part, filed: Objection, decision: dict[str, Any]) -> None:
        """The office decided an objection; `decision` holds `decided_by`, `new_unit` and `reasons`."""
        row = {"matter_id": found.matter_id, "unit": part.unit, "objection": filed.id}
        self._decided.append(row | {"outcome": filed.outcome, "decided_at": filed.decided_at} | decision)

    def add_service(self, matter_id: str, unit: str, assignment_id: str, served_on: date) -> None:
        """A unit has the notice of its assignment."""
        row = {"matter_id": matter_id, "unit": unit, "assignment_id": assignment_id, "served_on": served_on}
        self._served.append(row)

    def save(self) -> None:
        """Write all of it: what exists already first, so that a lead's part has ended before another unit gets it."""
        self._update_parts()
        update_by_key(self.session, assignment, self._moved_parts, key=["matter_id", "unit"])
        for table, rows in self._new.items():
            insert_rows(self.session, table, rows)
        insert_new(self.session, served, self._served)
        update_by_key(self.session, objection, self._decided, key=["matter_id", "unit", "objection"])
        matters = [
            {
                "matter_id": matter_id,
                "state": found.state.value,
                "closed_at": found.closed_at,
                "replied_at": found.replied_at,
                "primary_id": found.primary_id,
                "merged_at": found.merged_at,
                "leads": found.leads,
            }
            for matter_id, found in self._changed_matters.items()
        ]
        update_by_key(self.session, matter, matters, key=["matter_id"])
        self.heads.save()

    def _update_parts(self) -> None:
        """The parts that changed; those of this batch are not in the table yet, so their rows are brought up to date."""
        new = {(row["matter_id"], row["unit"]): row for row in (*self._new[assignment], *self._moved_parts)}
        changed = []
        for key, part in self._changed_parts.items():
            values = {"state": part.state.value, "judged_at": part.judged_at, "done_at": part.done_at}
            if key in new:
                new[key].update(values)
            else:
                changed.append({"matter_id": key[0], "unit": key[1], **values})
        update_by_key(self.session, assignment, changed, key=["matter_id", "unit"])


def open_by_section(conn: Connection) -> list[tuple[str, str, int]]:
    """(section, source type, number of open matters)."""
    return [(row[0], row[1], row[2]) for row in conn.execute(_OPEN)]
