"""From a clause to the proof, and back (domain.md A4): clause → matter → unit → what was filed → evidence, one row each.

Read in either direction: everything of a document or clause, of a matter or of a unit; or what a piece of evidence proves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service_chassis.spreadsheet.sheet import Cell, Column, Form, Sheet

from intake.domain.completion import Filing, FilingKind, Verdict, answer
from intake.evidence import STANDING, EvidenceStore, Standing
from intake.store.acts import acts_about, notes_behind
from intake.store.traces import filings_of, parts_of, verdicts_of

COLUMNS = (
    Column("document", "来源文号", "document"),
    Column("clause", "条款", "clause"),
    Column("source", "来源类别", "source"),
    Column("directive", "分解自", "split from"),
    Column("matter", "事项编号", "matter"),
    Column("title", "事项", "title"),
    Column("matter_state", "事项状态", "state of the matter"),
    Column("unit", "承办单位", "unit"),
    Column("role", "牵头或配合", "role"),
    Column("deliverable", "任务", "deliverable"),
    Column("standard", "标准", "standard"),
    Column("part_state", "办理状态", "state of the part"),
    Column("filed", "报送", "filed"),
    Column("filed_at", "报送时间", "filed at", Form.INSTANT),
    Column("text", "报送内容", "text"),
    Column("found", "核验", "found"),
    Column("found_by", "核验人", "found by"),
    Column("evidence", "证据类别", "evidence"),
    Column("sha256", "证据摘要值", "sha256"),
    Column("file", "证据文件", "file"),
)
ACT_COLUMNS = (
    Column("power", "方式", "power"),
    Column("at", "时间", "at", Form.INSTANT),
    Column("matter", "事项编号", "matter"),
    Column("unit", "单位", "unit"),
    Column("parties", "参加单位、人员或场合", "parties or occasion"),
    Column("outcome", "结果", "outcome"),
    Column("by", "经办人", "by"),
)
ACTS = {
    "COORDINATION": "协调 coordination",
    "INVESTIGATION": "调查核实 investigation",
    "BULLETIN": "情况通报 bulletin",
    "DISPOSITION": "处理 disposition",
    "INTERVIEW": "约谈 interview",
    "FIELD_NOTE": "列席、随同 field note",
}
FILED = {FilingKind.PROGRESS: "进展 progress", FilingKind.COMPLETION: "报结 completion"}
FOUND = {True: "认可 accepted", False: "退回 returned", None: "待核验 open"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; every field that is given narrows the search. `sha256` is that of a piece of evidence."""

    document: str | None = None
    clause: str | None = None
    matter: str | None = None
    unit: str | None = None
    sha256: str | None = None


def sheet(conn: Any, wanted: Wanted, evidence: EvidenceStore | None = None) -> Sheet:
    """The rows that are wanted, by document, clause, matter, unit and time. A part without a filing has one row, too.

    With the store of evidence each hash is marked: its file is there, or not.
    """
    return Sheet("trace", "条款到证据", "from clause to evidence", COLUMNS, list(_rows(conn, wanted, evidence)))


def acts_sheet(conn: Any, wanted: Wanted) -> Sheet:
    """What the office did about the matters and units that are wanted (domain.md C9, C11): its five powers, and field notes."""
    ids = None
    if any((wanted.document, wanted.clause, wanted.matter, wanted.unit)):
        parts = parts_of(conn, document=wanted.document, clause=wanted.clause, matter=wanted.matter, unit=wanted.unit)
        ids = sorted({part.matter_id for part in parts})
    rows: list[list[Cell]] = [
        [ACTS[row.kind], row.done_at, row.external_ref, row.unit, "、".join(row.parties), row.outcome, row.done_by]
        for row in acts_about(conn, ids, wanted.unit)
    ]
    rows += [
        [ACTS["FIELD_NOTE"], row.noted_at, row.external_ref, None, row.occasion, row.text, row.noted_by]
        for row in notes_behind(conn, ids)
    ]
    rows.sort(key=lambda row: (str(row[1]), str(row[0])))
    return Sheet("acts", "督查权限行使", "what the office did", ACT_COLUMNS, rows)


def _rows(conn: Any, wanted: Wanted, evidence: EvidenceStore | None) -> Iterator[list[Cell]]:
    parts = parts_of(conn, document=wanted.document, clause=wanted.clause, matter=wanted.matter, unit=wanted.unit)
    ids = sorted({part.matter_id for part in parts})
    filed, said = filings_of(conn, ids), verdicts_of(conn, ids)
    for part in parts:
        place = part.matter_id, part.unit
        head = _head(part)
        rows = list(_filed(filed.get(place, []), said.get(place, [])))
        if wanted.sha256 is not None:
            rows = [row for row in rows if row[-1] is not None and row[-1].lower() == wanted.sha256.lower()]
        elif not rows:
            rows = [[None] * (len(COLUMNS) - len(head) - 1)]
        yield from ([*head, *row, _file(evidence, row[-1])] for row in rows)


def _head(part: Any) -> list[Cell]:
    return [
        part.source_number,
        part.source_clause,
        part.source_type,
        part.directive,
        part.external_ref,
        part.title,
        part.matter_state,
        part.unit,
        part.role,
        part.deliverable,
        part.standard,
        part.part_state,
    ]


def _file(evidence: EvidenceStore | None, sha256: str | None) -> str | None:
    if evidence is None or sha256 is None:
        return None
    return STANDING[Standing.PRESENT if evidence.has(sha256) else Standing.ABSENT]


def _filed(filings: list[Any], verdicts: list[Any]) -> Iterator[list[Any]]:
    """Each report and claim with what was found about it, once for each piece of evidence."""
    known = [Filing(row.filing, FilingKind(row.kind), row.filed_at, row.colour) for row in filings]
    by_id = {row.verdict: row for row in verdicts}
    found = answer(
        known,
        [Verdict(r.verdict, FilingKind(r.kind), r.decided_at, r.favourable, r.names, r.colour) for r in verdicts],
    )
    for row, filing in zip(filings, known, strict=True):
        verdict = found.get(filing.id)
        by = by_id[verdict.id].decided_by if verdict is not None else None
        said = [FILED[filing.kind], filing.filed_at, row.text, FOUND[verdict.favourable if verdict else None], by]
        for proof in row.evidence or [{"kind": None, "sha256": None}]:
            yield [*said, proof["kind"], proof["sha256"]]
