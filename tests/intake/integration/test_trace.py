"""From a clause to its proof, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from event_contracts.event import Evidence
from event_contracts.inbound import MatterDecomposed
from intake import trace

PHOTO = "a" * 64


def rows(bench: Any, **wanted: Any) -> list[dict[str, Any]]:
    with bench.database.begin() as session:
        sheet = trace.sheet(session, trace.Wanted(**wanted))
    return [dict(zip([column.key for column in sheet.columns], row, strict=True)) for row in sheet.rows]


def filled(bench: Any, matter: Any, report: Any, claim: Any, verify: Any, at: Any) -> Any:
    """Two matters of one decision; one was reported, claimed with a photo, and verified."""
    first, second = matter(helped=True), matter(external_ref="M-02")
    clauses = [replace(found, source=replace(found.source, clause=clause)) for found, clause in ((first, "一"), (second, "二"))]
    bench.send("OFFICE", MatterDecomposed(directive="咸政发〔2026〕3号", matters=clauses), at(2))
    bench.send("ZJJ", report(), at(3))
    bench.send("ZJJ", claim(evidence=[Evidence(kind="PHOTO", sha256=PHOTO)]), at(4))
    bench.send("OFFICE", verify(), at(5))
    return bench


def test_a_clause_leads_to_its_units_and_their_evidence(
    bench: Any, matter: Any, report: Any, claim: Any, verify: Any, at: Any
) -> None:
    found = rows(filled(bench, matter, report, claim, verify, at), document="咸政发〔2026〕3号", clause="一")
    shown = [(row["matter"], row["unit"], row["filed"], row["found"], row["sha256"]) for row in found]
    assert shown == [
        ("M-01", "ZJJ", "进展 progress", "待核验 open", None),
        ("M-01", "ZJJ", "报结 completion", "认可 accepted", PHOTO),
        ("M-01", "SLJ", None, None, None),
    ]


def test_a_piece_of_evidence_leads_back_to_its_clause(
    bench: Any, matter: Any, report: Any, claim: Any, verify: Any, at: Any
) -> None:
    (row,) = rows(filled(bench, matter, report, claim, verify, at), sha256=PHOTO.upper())
    assert (row["directive"], row["clause"], row["matter"], row["unit"]) == ("咸政发〔2026〕3号", "一", "M-01", "ZJJ")
    assert (row["found_by"], row["part_state"]) == ("陈立", "VERIFIED")


def test_a_unit_or_a_matter_may_be_asked_for(bench: Any, matter: Any, report: Any, claim: Any, verify: Any, at: Any) -> None:
    filled(bench, matter, report, claim, verify, at)
    assert {row["matter"] for row in rows(bench, unit="SLJ")} == {"M-01"}
    assert {row["unit"] for row in rows(bench, matter="M-02")} == {"ZJJ"}
