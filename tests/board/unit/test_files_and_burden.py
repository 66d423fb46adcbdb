"""Lists leave as CSV and XLSX with texts that no spreadsheet calculates; what units had to bear is told month by month."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from board import sheets
from board.pages import files
from openpyxl import load_workbook
from published import bodies, everything
from service_chassis.spreadsheet import safety

EVIL = ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "\u200b=1", "＝1", "|x", "%x", "\u202e=1"]
PLAIN = ["", "督查", "1-2", "a=b", "〔2026〕1号", "x\x00y"]


@pytest.mark.parametrize("text", EVIL + PLAIN)
def test_the_board_and_the_chassis_hold_the_same_texts_for_dangerous(text: str) -> None:
    assert sheets.is_dangerous(text) == safety.is_dangerous(text) == (text in EVIL)
    assert sheets.printable(text) == safety.printable(text)


def test_a_long_text_is_cut_at_the_length_of_a_cell() -> None:
    assert sheets.printable("长" * 40_000) == safety.printable("长" * 40_000)
    assert len(sheets.printable("长" * 40_000)) == sheets.LONGEST


def read(body: bytes) -> list[list[Any]]:
    page = load_workbook(io.BytesIO(body)).active
    assert page is not None
    return [[cell.value for cell in row] for row in page.iter_rows()]


@pytest.mark.parametrize("text", EVIL[:-1])
def test_a_formula_stays_a_text_in_both_files(text: str) -> None:
    sheet = sheets.Sheet("表", [("甲", 8), ("乙", 8)], [[text, Decimal("-0.30")]])
    body = sheets.as_xlsx(sheet)
    page = load_workbook(io.BytesIO(body)).active
    assert page is not None
    cell = page["A2"]
    assert (cell.data_type, cell.quotePrefix, page["B2"].value) == ("s", True, -0.3)
    lines = "".join(sheets.as_csv(sheet))
    assert lines.startswith("\ufeff甲,乙") and "'" in lines and ",-0.30" in lines


@pytest.fixture
def full(desk: Any) -> Any:
    desk.read(*everything())
    return desk


def test_a_filtered_list_of_matters_is_a_file_with_the_same_matters(full: Any) -> None:
    officer = full.browser("OFFICER")
    answer = officer.get("/matters.xlsx?q=改造")
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    rows = read(answer.data)
    shown = officer.get("/matters?q=改造").get_data(as_text=True)
    assert rows[0][:2] == ["编号", "事项"] and len(rows) > 1
    assert all(row[0] in shown and row[1] in shown for row in rows[1:])
    assert len(officer.get("/matters.csv?q=改造").get_data(as_text=True).splitlines()) == len(rows)
    assert officer.get("/matters.exe").status_code == 404


def test_a_unit_gets_its_own_matters_alone(full: Any) -> None:
    everyone, own = (read(full.browser(*who).get("/matters.xlsx").data) for who in (("OFFICER",), ("UNIT_HEAD", "ZJJ")))
    assert {row[0] for row in own} < {row[0] for row in everyone}
    assert len(own) > 1


def test_a_file_that_would_be_too_long_says_so(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST", 2)
    rows = read(full.browser("OFFICER").get("/matters.xlsx").data)
    assert len(rows) == 4 and "只列出前2件" in rows[-1][0]


def test_the_ledger_is_a_workbook_with_points_as_numbers(full: Any) -> None:
    rows = read(full.browser("ASSESSMENT_OFFICE").get("/assessment.xlsx?year=2026").data)
    assert -0.3 in [row[4] for row in rows[1:]]
    assert full.browser("UNIT_HEAD", "ZJJ").get("/assessment.xlsx").status_code == 403


# ---- burden


def test_what_a_unit_had_to_bear_stands_in_the_month_in_which_it_came(desk: Any) -> None:
    story = [json.loads(body) for body in bodies("ac03-full-ladder")]
    desk.read(*bodies("ac03-full-ladder"))
    issued = {e["data"]["colour"]: e["data"]["liability_date"][:7] for e in story if e["type"] == "escalation.slip.issued.v1"}
    rows = read(desk.browser("OFFICER").get("/burden.xlsx?year=2017").data)
    for place, colour in enumerate(("WHITE", "YELLOW", "RED"), 2):
        counted = {row[2]: row[3 + place] for row in rows[1:] if row[0] == "QDQ" and row[3 + place]}
        assert counted == {issued[colour]: 1}
    assert sum(row[3] for row in rows[1:] if row[0] == "QDQ") == 1
    page = desk.browser("OFFICER").get("/burden?year=2017").get_data(as_text=True)
    assert "2017-03" in page and 'href="/burden?year=2017&amp;unit=QDQ"' in page


def test_a_unit_sees_its_own_burden_whatever_it_asks_for(full: Any) -> None:
    liaison = full.browser("UNIT_LIAISON", "ZJJ")
    page = liaison.get("/burden?year=2026&unit=HBJ").get_data(as_text=True)
    assert "：ZJJ" in page and "各单位" not in page
    assert {row[0] for row in read(liaison.get("/burden.xlsx?year=2026&unit=HBJ").data)[1:]} == {"ZJJ"}
    assert "各单位" in full.browser("OFFICER").get("/burden?year=2026").get_data(as_text=True)
    assert full.browser("DISCIPLINE").get("/burden").status_code == 403


def test_the_years_stand_beside_each_other(full: Any) -> None:
    page = full.browser("LEADER").get("/burden?year=2026").get_data(as_text=True)
    assert 'href="/burden?year=2017"' in page and 'href="/burden?year=2026"' in page
