"""A ledger comes in as a whole or not at all; what is refused behind the door is said at the cell it came from."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from intake import commands
from intake.doors.files import Outcome, Sender, bring_in
from openpyxl import Workbook, load_workbook
from service_chassis.errors import ConfigError

HEADING = "编号,督查事项,来源,标准要求,责任单位,主协办,交办成果,期限"
GOOD = "A1,老旧小区改造,领导批示,全部开工,ZJJ,主办,报告,10个工作日"
SECOND = "A1,,,,SLJ,协办,意见,5个工作日"
OTHER = "A2,河湖清理,文件,全部清理,SLJ,主办,报告,30天"


@pytest.fixture
def bring(bench: Any, tmp_path: Path) -> Any:
    """`bring(row, …)`: a CSV file of these rows, brought in by a person of the office or of a unit."""

    def do(*rows: str, code: str = "OFFICE", encoding: str = "utf-8") -> Outcome:
        (tmp_path / "台账.csv").write_bytes("\n".join([HEADING, *rows]).encode(encoding))
        return bring_in(tmp_path / "台账.csv", Sender(code, "王芳"), bench.runtime, bench.policy.zone, lambda *_: None)

    return do


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(bad.cell, bad.problem.partition("：")[0]) for bad in outcome.bad]


def test_every_row_is_in_and_a_matter_of_two_rows_is_one_matter(bench: Any, bring: Any) -> None:
    outcome = bring(GOOD, SECOND, OTHER)
    assert (outcome.rows, outcome.new, outcome.bad) == (3, 2, [])
    registered = bench.announced("matter.registered")
    assert [event.data.external_ref for event in registered] == ["A1", "A2"]
    assert [part.unit for part in registered[0].data.assignments] == ["ZJJ", "SLJ"]
    assert len(bench.announced("assignment.dispatched")) == 3


def test_rows_of_one_matter_may_stand_anywhere(bench: Any, bring: Any) -> None:
    outcome = bring(GOOD, OTHER, SECOND, OTHER.replace("A2", "A3"), SECOND.replace("SLJ", "HBJ"))
    assert (outcome.bad, outcome.new, outcome.rows) == ([], 3, 5)
    parts = bench.rows("SELECT unit FROM assignment JOIN matter USING (matter_id) WHERE external_ref = 'A1' ORDER BY unit")
    assert [row["unit"] for row in parts] == ["HBJ", "SLJ", "ZJJ"]


def test_the_same_file_twice_is_the_same_matters_once(bench: Any, bring: Any) -> None:
    bring(GOOD)
    bench.runtime.clock.move_to(bench.runtime.clock.now() + timedelta(hours=1))
    outcome = bring(GOOD, OTHER)
    assert (outcome.new, outcome.known, outcome.bad) == (1, 1, [])
    assert len(bench.announced("matter.registered")) == 2


def test_one_bad_cell_keeps_everything_out(bench: Any, bring: Any) -> None:
    outcome = bring(GOOD, OTHER.replace("SLJ", "slj"))
    assert [bad.cell for bad in outcome.bad] == ["E3"]
    assert outcome.new == 0
    assert bench.announced() == []


def test_what_the_rules_refuse_keeps_everything_out_and_is_said_at_its_row(bench: Any, bring: Any) -> None:
    bring(GOOD)
    before = bench.everything_told()
    outcome = bring(OTHER, GOOD.replace("全部开工", "另一标准"))
    assert told(outcome) == [("A3", "ALREADY_USED")]
    assert bench.everything_told() == before
    assert bench.refused() == {}
    assert bring(OTHER).new == 1


def test_a_unit_needs_authority_for_another_unit(bench: Any, bring: Any) -> None:
    outcome = bring(GOOD, code="JYJ")
    assert [problem for _, problem in told(outcome)] == ["AUTHORITY_MISSING"]
    assert bench.announced() == []


def test_a_file_of_an_office_in_gb18030_is_read(bring: Any) -> None:
    assert bring(GOOD, encoding="gb18030").new == 1


def test_a_file_without_rows_or_with_another_heading_lets_nothing_in(bring: Any, bench: Any, tmp_path: Path) -> None:
    assert bring().bad == []
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    outcome = bring_in(tmp_path / "x.csv", Sender("OFFICE", "王芳"), bench.runtime, bench.policy.zone, lambda *_: None)
    assert {bad.cell for bad in outcome.bad} == {"A1", "B1"}


@pytest.mark.parametrize(("name", "content"), [("a.xls", b""), ("a.xlsx", b"no workbook"), ("none.csv", None)])
def test_a_file_that_cannot_be_read_is_named(bench: Any, tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=name):
        bring_in(tmp_path / name, Sender("OFFICE", "王芳"), bench.runtime, bench.policy.zone, lambda *_: None)


def test_the_template_itself_can_be_brought_in_and_faults_are_reported_with_their_cells(
    bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    station: Any = SimpleNamespace(runtime=bench.runtime)
    assert commands.template(station, bench.policy, [str(tmp_path / "t.xlsx")]) == 0
    assert commands.bring_in(station, bench.policy, [str(tmp_path / "t.xlsx"), "--by", "王芳"]) == 0
    assert "导入 1 件" in capsys.readouterr().out
    book = load_workbook(tmp_path / "t.xlsx")
    page = book.worksheets[0]
    page["A2"], page["O2"] = "2026-002", "尽快"
    book.save(tmp_path / "bad.xlsx")
    report = tmp_path / "faults.xlsx"
    assert commands.bring_in(station, bench.policy, [str(tmp_path / "bad.xlsx"), "--report", str(report)]) == 1
    assert "O2 〔期限〕 '尽快'" in capsys.readouterr().err
    assert [cell.value for cell in load_workbook(report).worksheets[0][2]][1] == "O2"
    assert len(bench.announced("matter.registered")) == 1


def test_numbers_and_days_of_a_workbook_are_read_as_one_sees_them(bench: Any, tmp_path: Path) -> None:

    book = Workbook()
    page = book.active
    assert page is not None
    page.append([*HEADING.split(","), "来源日期"])
    page.append([2026001.0, *GOOD.split(",")[1:], datetime(2026, 3, 2)])  # noqa: DTZ001 - as a workbook has it
    book.save(tmp_path / "n.xlsx")
    bring_in(tmp_path / "n.xlsx", Sender("OFFICE", "王芳"), bench.runtime, bench.policy.zone, lambda *_: None)
    (event,) = bench.announced("matter.registered")
    assert event.data.external_ref == "2026001"
    (row,) = bench.rows("SELECT source_issued_on FROM matter")
    assert str(row["source_issued_on"]) == "2026-03-02"
