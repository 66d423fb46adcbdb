"""Sheets as an Excel workbook. The one home of openpyxl."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from service_chassis.spreadsheet.safety import is_dangerous, printable
from service_chassis.spreadsheet.sheet import Cell, Column, Form, Sheet, plain, yes_or_no

NUMBERS = {Form.COUNT: "0", Form.POINTS: "0.00", Form.RATE: "0.0%"}
A4 = 9
"""Excel's number of the paper."""
NARROWEST, WIDEST = 6, 60
"""Columns' widths, in characters of half width: a heading can be read, a long text wraps."""
MEASURED = 2_000
"""Rows that are looked at for the width of a column."""

HEADING = Font(bold=True, color="FFFFFF")
HEADING_FILL = PatternFill("solid", fgColor="1F4E78")
LINE = Border(bottom=Side(style="thin", color="D9D9D9"))
WRAPPED = Alignment(vertical="top", wrap_text=True)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="top")


def save(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the workbook: the heading stays in sight, can be filtered by, and is repeated on each printed page."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _fill(book.create_sheet(f"{sheet.zh} {sheet.en}"[:31]), sheet)
    book.save(path)


PER_SHEET = 1_000_000
"""Rows of one sheet; Excel has 1,048,576. What is more goes on in the next sheet."""


def stream(out: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> None:
    """Write a long table as its rows come, with flat memory: plain cells, all of them text or numbers."""
    book = Workbook(write_only=True)
    page, left = _page(book, sheet), PER_SHEET
    for row in rows:
        if not left:
            page, left = _page(book, sheet), PER_SHEET
        page.append([_typed(page, cell) for cell in row])
        left -= 1
    book.save(out)


def _page(book: Workbook, sheet: Sheet) -> Worksheet:
    number = len(book.worksheets) + 1
    name = f"{sheet.zh} {sheet.en}"[:27]
    page = book.create_sheet(name if number == 1 else f"{name} {number}")
    for place, column in enumerate(sheet.columns):
        page.column_dimensions[get_column_letter(place + 1)].width = _width(sheet, place, column)
    page.freeze_panes = "B2"
    page.append([_heading(page, column) for column in sheet.columns])
    return page


def _fill(page: Worksheet, sheet: Sheet) -> None:
    last = get_column_letter(len(sheet.columns))
    for number, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = _width(sheet, number - 1, column)
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.row_dimensions[1].height = 34
    page.append([_heading(page, column) for column in sheet.columns])
    for row in sheet.rows:
        page.append([_cell(page, cell, column) for cell, column in zip(row, sheet.columns, strict=True)])


def _heading(page: Worksheet, column: Column) -> Any:
    cell = _text(page, f"{column.zh}\n{column.en}")
    cell.font, cell.fill, cell.alignment = HEADING, HEADING_FILL, CENTRED
    return cell


def _cell(page: Worksheet, value: Cell, column: Column) -> Any:
    cell = _typed(page, value)
    cell.border = LINE
    cell.alignment = RIGHT if column.form in NUMBERS else WRAPPED
    if column.form in NUMBERS:
        cell.number_format = NUMBERS[column.form]
    return cell


def _typed(page: Worksheet, value: Cell) -> Any:
    if isinstance(value, bool):
        return _text(page, yes_or_no(value))
    if isinstance(value, str | date | datetime):
        return _text(page, plain(value))
    return WriteOnlyCell(page, value)


def _text(page: Worksheet, text: str) -> Any:
    """A cell that is text whatever stands in it: typed as such, and marked so that editing it does not make a formula of it."""
    cell = WriteOnlyCell(page, None)
    cell.value = printable(text)
    cell.data_type = "s"
    if is_dangerous(text):
        cell.quotePrefix = True
    return cell


def _width(sheet: Sheet, place: int, column: Column) -> float:
    if column.width is not None:
        return column.width
    shown = [column.zh, column.en, *(_shown(row[place]) for row in sheet.rows[:MEASURED])]
    return max(NARROWEST, min(WIDEST, 2 + max(_length(text) for text in shown)))


def _shown(value: Cell) -> str:
    return "" if value is None else plain(value) if isinstance(value, str | date | datetime) else str(value)


def _length(text: str) -> int:
    """In characters of half width: a Chinese one counts two."""
    lines = text.splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in lines)
