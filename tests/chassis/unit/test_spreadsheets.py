"""Tables for people: the same rows as XLSX, CSV and JSON, and no text that a spreadsheet could run."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from service_chassis.errors import ConfigError
from service_chassis.spreadsheet import files
from service_chassis.spreadsheet.safety import LONGEST, disarmed, is_dangerous, printable
from service_chassis.spreadsheet.sheet import Cell, Column, Form, Sheet

COLUMNS = (
    Column("unit", "单位", "unit"),
    Column("points", "分值", "points", Form.POINTS),
    Column("slips", "单数", "slips", Form.COUNT),
    Column("rate", "率", "rate", Form.RATE),
    Column("day", "日期", "day"),
    Column("eligible", "可评优秀", "eligible"),
)
FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "|cmd"),
    *("＝1", "＋1", "－1", "＠SUM(1)", "  =1", "\u3000=1", "\u200b=1"),
]


def a_sheet(*rows: list[Cell]) -> Sheet:
    return Sheet("units", "单位", "units", COLUMNS, rows)


def a_row(unit: str = "ZJJ") -> list[Cell]:
    return [unit, Decimal("-0.30"), 3, Decimal("0.905"), date(2026, 3, 17), True]


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_could_be_a_formula_is_known_and_disarmed(text: str) -> None:
    assert is_dangerous(text)
    assert disarmed(text) == "'" + text


@pytest.mark.parametrize("text", ["", "ZJJ", "咸督办〔2026〕黄字第3号", "a=b", "2026-03-17", "（待定）", "'quoted"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert disarmed(text) == text


def test_what_no_workbook_can_hold_is_shown_as_a_replacement_and_long_text_is_cut() -> None:
    assert printable("a\x00b\x1bc\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert len(printable("长" * 40_000)) == LONGEST and printable("长" * 40_000).endswith("…")


def test_a_csv_file_has_marked_utf_8_quoted_text_and_bare_numbers(tmp_path: Path) -> None:
    (path,) = files.write(tmp_path / "t.csv", [a_sheet(a_row("=cmd|' /C calc'!A0"))])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    assert raw.decode("utf-8-sig").splitlines()[1] == '"\'=cmd|\' /C calc\'!A0",-0.30,3,0.905,"2026-03-17","是 yes"'


def test_a_csv_field_cannot_break_out_of_its_quotation_marks(tmp_path: Path) -> None:
    (path,) = files.write(tmp_path / "t.csv", [a_sheet(a_row('x",=1+1,"'))])
    assert read_csv(path)[1][0] == 'x",=1+1,"'


def test_each_further_sheet_is_a_csv_file_of_its_own(tmp_path: Path) -> None:
    other = Sheet("notes", "说明", "notes", COLUMNS[:1], [["x"]])
    paths = files.write(tmp_path / "t.csv", [a_sheet(a_row()), other])
    assert [path.name for path in paths] == ["t.csv", "t.notes.csv"]
    assert read_csv(paths[1]) == [["单位 unit"], ["x"]]


def test_json_has_exact_decimals_as_strings_and_text_as_it_is(tmp_path: Path) -> None:
    (path,) = files.write(tmp_path / "t.json", [a_sheet(a_row("=1"))])
    row = {"unit": "=1", "points": "-0.30", "slips": 3, "rate": "0.905", "day": "2026-03-17", "eligible": True}
    assert json.loads(path.read_bytes()) == {"units": [row]}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, text: str) -> None:
    (path,) = files.write(tmp_path / "t.xlsx", [a_sheet(a_row(text))])
    cell = load_workbook(path).active["A2"]
    assert cell.data_type != "f" and cell.quotePrefix
    assert str(cell.value).strip() == text.strip()


def test_a_workbook_has_numbers_as_numbers_headings_in_sight_and_columns_that_fit(tmp_path: Path) -> None:
    (path,) = files.write(tmp_path / "t.xlsx", [a_sheet(a_row("咸阳市住房和城乡建设局"))])
    page = load_workbook(path).active
    assert page.title == "单位 units"
    assert [cell.value for cell in page[1]][:2] == ["单位\nunit", "分值\npoints"]
    assert (page["B2"].value, page["B2"].number_format) == (-0.3, "0.00")
    assert (page["D2"].value, page["D2"].number_format) == (0.905, "0.0%")
    assert page["F2"].value == "是 yes"
    assert page.freeze_panes == "B2" and page.auto_filter.ref == "A1:F2"
    assert page.column_dimensions["A"].width >= 2 * len("咸阳市住房和城乡建设局")


def test_an_unknown_value_is_an_empty_cell_and_not_zero(tmp_path: Path) -> None:
    row: list[Cell] = ["ZJJ", None, None, None, None, None]
    for suffix in files.FORMATS:
        files.write(tmp_path / f"t{suffix}", [a_sheet(row)])
    assert load_workbook(tmp_path / "t.xlsx").active["B2"].value is None
    assert read_csv(tmp_path / "t.csv")[1] == ["ZJJ", "", "", "", "", ""]
    assert json.loads((tmp_path / "t.json").read_bytes())["units"][0]["points"] is None


def test_an_instant_is_shown_in_its_own_zone(tmp_path: Path) -> None:
    sheet = Sheet("x", "x", "x", [Column("at", "时间", "at", Form.INSTANT)], [[datetime(2026, 3, 17, 8, tzinfo=UTC)]])
    (path,) = files.write(tmp_path / "t.csv", [sheet])
    assert read_csv(path)[1] == ["2026-03-17T08:00:00Z"]


@pytest.mark.parametrize("name", ["t.pdf", "t", "none/t.csv"])
def test_a_file_that_cannot_be_written_is_named_before_anything_is_done(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=name.split("/")[0]):
        files.check(tmp_path / name)
