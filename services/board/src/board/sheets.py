"""Tables as files that offices open: CSV, and Excel workbooks written row by row. The board's one home of openpyxl.

The chassis writes the services' workbooks; the board imports nothing of it (decision 0027), so what makes a text harmless to a
spreadsheet (CWE-1236) stands here once more, and a test holds both to the same answers.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

Cell = str | int | Decimal | None
TRIGGERS = frozenset("=+-@\t\r\n|%")
"""What makes a formula or a DDE call at the beginning of a cell; full-width forms are folded to these first."""
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What a workbook cannot hold."""
LONGEST = 32_767
"""Characters of one cell in Excel."""
HEADING, GROUND = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="7A1414")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its headings and the widths of its columns, in characters of half width."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Cell]]


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet could take this text for a formula; blanks and unseen marks before it are skipped."""
    if text[:1] in TRIGGERS:
        return True
    first = next((char for char in text if not (char.isspace() or unicodedata.category(char) == "Cf")), "")
    return unicodedata.normalize("NFKC", first)[:1] in TRIGGERS


def printable(text: str) -> str:
    """The text as any cell can hold it."""
    seen = UNSEEN.sub("\ufffd", text)
    return seen if len(seen) <= LONGEST else seen[: LONGEST - 1] + "…"


def as_csv(sheet: Sheet) -> Iterator[str]:
    """Line by line, with the mark by which Excel knows UTF-8; what could be a formula stands behind an apostrophe."""
    yield "\ufeff" + _line([heading for heading, _ in sheet.columns])
    for row in sheet.rows:
        yield _line([_disarmed(cell) for cell in row])


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _disarmed(cell: Cell) -> Any:
    if not isinstance(cell, str):
        return cell
    shown = printable(cell)
    return f"'{shown}" if is_dangerous(shown) else shown


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook of one page: the heading stays in sight and is repeated on each printed page; texts are typed as texts."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name[:31])
    for number, (_, width) in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes, page.print_title_rows = "A2", "1:1"
    page.append([_heading(page, heading) for heading, _ in sheet.columns])
    for row in sheet.rows:
        page.append([_typed(page, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _heading(page: Any, text: str) -> Any:
    cell = _typed(page, text)
    cell.font, cell.fill = HEADING, GROUND
    return cell


def _typed(page: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return WriteOnlyCell(page, value)
    cell = WriteOnlyCell(page, None)
    cell.value = printable(value)
    cell.data_type = "s"
    if is_dangerous(value):
        cell.quotePrefix = True  # editing it makes no formula of it either
    return cell
