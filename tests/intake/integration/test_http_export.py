"""The ledger goes out in the columns in which it comes in, and only what the caller may see."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from event_contracts.event import TimeLimit
from event_contracts.inbound import Informant, SubmittedAssignment, SubmittedSource
from intake.doors.files import Sender, bring_in
from intake.export_command import export
from openpyxl import load_workbook
from service_chassis.errors import ConfigError
from web_door import Web

CITIZEN = SubmittedSource(type="NETIZEN_MESSAGE", issuer="李晓明", informant=Informant(name="王小虎"))
BY_INSTANT = SubmittedAssignment(unit="SLJ", role="LEAD", deliverable="方案", due_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC))
HELP = SubmittedAssignment(unit="ZJJ", role="SUPPORTING", deliverable="意见", limit=TimeLimit(amount=5, unit="WORKDAY"))


@pytest.fixture
def filled(bench: Any, matter: Any, at: Any) -> Any:
    """Three matters: ZJJ's, SLJ's with ZJJ's help, and one of a citizen for ZJJ."""
    bench.send("OFFICE", matter(title="=cmd|' /C calc'!A0", subject_terms=["小区", "改造"]), at(2))
    bench.send("OFFICE", matter(external_ref="M-02", assignments=[BY_INSTANT, HELP]), at(3))
    bench.send("OFFICE", matter(external_ref="M-03", source=CITIZEN), at(4))
    return bench


@pytest.fixture
def web(filled: Any) -> Web:
    return Web(filled.runtime, filled.policy)


def in_csv(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_unit_gets_its_own_and_the_office_all(web: Web) -> None:
    seen = {who: in_csv(web.get(who, "/v1/export?format=csv")) for who in ("OFFICE", "ZJJ", "SLJ", "JYJ")}
    refs = {who: [(row["编号 Number"], row["责任单位 Unit"]) for row in rows] for who, rows in seen.items()}
    assert refs["OFFICE"] == refs["ZJJ"] == [("M-01", "ZJJ"), ("M-02", "SLJ"), ("M-02", "ZJJ"), ("M-03", "ZJJ")]
    assert refs["SLJ"] == [("M-02", "SLJ"), ("M-02", "ZJJ")]
    assert refs["JYJ"] == []


def test_a_formula_stays_text_in_every_format(web: Web) -> None:
    assert in_csv(web.get("ZJJ", "/v1/export?format=csv"))[0]["督查事项 Matter"].startswith("'=cmd")
    book = web.get("ZJJ", "/v1/export")
    assert book.headers["Content-Disposition"] == "attachment; filename=ledger.xlsx"
    page = load_workbook(io.BytesIO(book.data)).worksheets[0]
    assert (page["B2"].value, page["B2"].data_type) == ("=cmd|' /C calc'!A0", "s")
    with zipfile.ZipFile(io.BytesIO(book.data)) as inside:
        assert b"<f>" not in inside.read("xl/worksheets/sheet1.xml")


def test_citizens_are_masked_for_units_and_informants_for_everybody(web: Web) -> None:
    office, unit = (web.get(who, "/v1/export?format=jsonl").data.decode() for who in ("OFFICE", "ZJJ"))
    assert "李晓明" in office
    assert "李晓明" not in unit
    assert "王小虎" not in office + unit


def test_filters_narrow_it_and_wrong_ones_are_named(web: Web) -> None:
    rows = [
        json.loads(line) for line in web.get("OFFICE", "/v1/export?format=jsonl&source_type=NETIZEN_MESSAGE").data.splitlines()
    ]
    assert [row["external_ref"] for row in rows] == ["M-03"]
    for bad in ("format=pdf", "state=OPEN", "unkown=1", "since=yesterday"):
        assert web.get("OFFICE", f"/v1/export?{bad}").status_code == 400, bad


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_went_out_comes_in_again_as_it_was(filled: Any, new_bench: Any, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"台账.{ending}"
    station = SimpleNamespace(runtime=filled.runtime)
    assert export(station, filled.policy, ["--out", str(out), "--by", "陈立"]) == 0
    other = new_bench()
    found = bring_in(out, Sender("OFFICE", "王芳"), other.runtime, other.policy.zone, lambda *_: None)
    assert (found.bad, found.new) == ([], 3)
    kept = "SELECT external_ref, title, source_type, source_issuer, standard, subject_terms FROM matter ORDER BY external_ref"
    parts = "SELECT unit, role, deliverable, standard, limit_amount, limit_unit, due_at FROM assignment ORDER BY assignment_id"
    for sql in (kept, parts):
        was, now = ([{name: plain(value) for name, value in row.items()} for row in each.rows(sql)] for each in (filled, other))
        assert was == now
    assert [row["what"] for row in filled.rows("SELECT what FROM read_log")] == ["export"]


def plain(value: Any) -> Any:
    """The same whichever database it comes from."""
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith("["):
        return json.dumps(json.loads(value), ensure_ascii=False)
    if isinstance(value, str) and value.endswith("+00:00"):
        return datetime.fromisoformat(value)
    return value


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(filled: Any, tmp_path: Path) -> None:
    station = SimpleNamespace(runtime=filled.runtime)
    for out in (tmp_path / "nowhere" / "x.csv", tmp_path / "x.pdf"):
        with pytest.raises(ConfigError):
            export(station, filled.policy, ["--out", str(out)])
    assert list(tmp_path.glob("*.part")) == []


def test_an_instant_goes_out_as_an_instant(filled: Any, web: Web) -> None:
    limits = {row["交办成果 Deliverable"]: row["期限 Limit"] for row in in_csv(web.get("SLJ", "/v1/export?format=csv"))}
    assert limits == {"方案": "2026-04-01 17:30:00", "意见": "5个工作日"}
