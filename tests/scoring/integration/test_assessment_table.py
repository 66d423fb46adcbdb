"""The table for the assessment office, from the real database to the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from event_contracts.event import Evidence
from event_contracts.inbound import AssessmentFinalised, BonusAwarded
from openpyxl import load_workbook
from scoring import assessment_table, report
from service_chassis.spreadsheet import files
from service_chassis.spreadsheet.units import NamedUnit

Make = Callable[..., Any]
MADE_AT = datetime(2027, 1, 4, tzinfo=UTC)


def table(bench: Any, folder: Path, suffix: str = ".json", directory: dict[str, NamedUnit] | None = None) -> Path:
    with bench.database.begin() as session:
        found = report.year_of(session, 2026, directory)
    return files.write(folder / f"t{suffix}", assessment_table.sheets(found, bench.policy, MADE_AT))[0]


def sheets(bench: Any, folder: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(table(bench, folder).read_bytes())
    return found


def a_bonus(reason: str = "工作获省级表彰", unit: str = "ZJJ") -> BonusAwarded:
    evidence = [Evidence(kind="DOCUMENT", sha256="a" * 64)]
    return BonusAwarded(unit=unit, year=2026, amount=Decimal("0.50"), reason=reason, evidence=evidence, approved_by="市长")


def test_the_balance_is_taken_apart_and_adds_up_to_the_cent(bench: Any, slip: Make, fall: Make, tmp_path: Path) -> None:
    bench.tell(slip("y1"), slip("y2"), slip("y3"), fall("y3"))
    bench.send(a_bonus())
    bench.send(AssessmentFinalised(year=2026, base_totals={"ZJJ": Decimal("96.40")}), time=datetime(2026, 12, 30, tzinfo=UTC))
    (row,) = sheets(bench, tmp_path)["balances"]
    parts = [row[key] for key in ("base_total", "deductions", "reversals", "bonus", "points", "total")]
    assert parts == ["96.40", "-0.90", "0.30", "0.50", "-0.10", "96.30"]
    assert (row["rank"], row["ranked"], row["ranked_by"], row["eligible"]) == (1, 1, "总分 total", True)
    assert (row["pending"], row["pending_points"]) == (2, "-0.60")


def test_a_red_bars_from_excellent_and_leaves_the_rank(bench: Any, slip: Make, tmp_path: Path) -> None:
    bench.tell(slip("r1", "RED"), slip("y1", unit="HBJ"))
    rows = {row["unit"]: row for row in sheets(bench, tmp_path)["balances"]}
    assert (rows["ZJJ"]["eligible"], rows["ZJJ"]["reds"], rows["ZJJ"]["rank"]) == (False, 1, 1)
    assert (rows["HBJ"]["eligible"], rows["HBJ"]["reds"], rows["HBJ"]["rank"]) == (True, 0, 2)


def test_every_entry_has_its_basis_approver_evidence_and_cause(bench: Any, slip: Make, fall: Make, tmp_path: Path) -> None:
    bench.tell(slip("y1"), fall("y1"))
    bench.send(a_bonus())
    booked = {row["entry_id"].split(":")[0]: row for row in sheets(bench, tmp_path)["entries"]}
    assert "咸督办〔2026〕黄字第3号" in booked["DEDUCTION"]["basis"] and booked["DEDUCTION"]["caused_by"] == "e1"
    assert (booked["DEDUCTION"]["approved_by"], booked["DEDUCTION"]["liability_date"]) == ("系统按政策 by policy", "2026-03-17")
    assert booked["REVERSAL"]["reverses"] == booked["DEDUCTION"]["entry_id"]
    assert booked["DEDUCTION"]["state"] == "已冲销 reversed"
    assert (booked["BONUS"]["approved_by"], booked["BONUS"]["evidence"]) == ("市长", "DOCUMENT sha256:" + "a" * 64)


def test_what_changed_after_the_closing_stands_beside_what_was_closed(bench: Any, slip: Make, fall: Make, tmp_path: Path) -> None:
    bench.tell(slip("y1"))
    bench.send(AssessmentFinalised(year=2026), time=datetime(2026, 4, 1, tzinfo=UTC))
    bench.tell(fall("y1"))
    found = sheets(bench, tmp_path)
    assert (found["balances"][0]["points_at_closing"], found["balances"][0]["restated"]) == ("-0.30", "0.30")
    assert [row["amount"] for row in found["restatements"]] == ["0.30"]
    assert any("2026-04-01 08:00 办结" in str(row["zh"]) for row in found["notes"])


def test_an_open_year_says_so_and_leaves_the_closing_empty(bench: Any, slip: Make, tmp_path: Path) -> None:
    bench.tell(slip("y1"))
    found = sheets(bench, tmp_path)
    assert (found["balances"][0]["points_at_closing"], found["balances"][0]["total"]) == (None, None)
    assert found["restatements"] == [] and any(row["zh"] == "尚未办结" for row in found["notes"])


def test_another_year_is_not_in_the_table(bench: Any, slip: Make, tmp_path: Path) -> None:
    bench.tell(slip("y1"), slip("y2", year_attribution="ISSUED", issued_at=datetime(2025, 12, 1, tzinfo=UTC)))
    assert [row["slip_id"] for row in sheets(bench, tmp_path)["entries"]] == ["y1"]


def test_a_reason_that_is_a_formula_stays_text_in_the_workbook(bench: Any, tmp_path: Path) -> None:
    bench.send(a_bonus(reason="=HYPERLINK(1)"))
    bench.tell()
    workbook = load_workbook(table(bench, tmp_path, ".xlsx"))
    cells = [cell for page in workbook for row in page.iter_rows() for cell in row]
    assert len(workbook.sheetnames) == 4 and any("HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_units_are_ranked_within_their_groups_and_stand_there_without_entries(bench: Any, slip: Make, tmp_path: Path) -> None:
    bench.tell(slip("y1"), slip("y2", unit="QDQ"))
    listed = [("ZJJ", "市住建局", "市直部门"), ("HBJ", "市生态环境局", "市直部门"), ("QDQ", "秦都区政府", "县市区")]
    directory = {code: NamedUnit(code, name, group) for code, name, group in listed}
    rows = json.loads(table(bench, tmp_path, directory=directory).read_bytes())["balances"]
    assert [(row["group"], row["unit"], row["name"], row["points"], row["rank"]) for row in rows] == [
        ("县市区", "QDQ", "秦都区政府", "-0.30", 1),
        ("市直部门", "HBJ", "市生态环境局", "0.00", 1),
        ("市直部门", "ZJJ", "市住建局", "-0.30", 2),
    ]
