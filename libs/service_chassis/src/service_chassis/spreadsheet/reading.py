"""Rows of a workbook or a CSV file as people made it, with the place of each cell, so that a fault can be pointed at.

The first sheet of .xlsx; or .csv in UTF-8 or GB 18030, which is what Chinese spreadsheets write. A formula gives its saved value.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from service_chassis.errors import ConfigError

MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as the spreadsheet shows it, and its cells as text; an empty cell is an empty text."""

    number: int
    cells: tuple[str, ...]

    def address(self, column: int) -> str:
        """Where a cell stands, such as `H7`; `column` counts from 0."""
        return f"{letters(column)}{self.number}"


def letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def read(path: Path) -> list[Line]:
    """Every row that is not empty, the heading first. ConfigError for a file that cannot be read, or is too large."""
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise ConfigError(f"{path}: give a workbook (.xlsx) or .csv; older .xls files: save as .xlsx")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB; split it")
        rows = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
        lines = [Line(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]
    except (OSError, csv.Error, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(lines) > MOST_ROWS + 1:
        raise ConfigError(f"{path}: {len(lines) - 1} rows, at most {MOST_ROWS} at once; split it")
    return lines


def _csv(path: Path) -> Iterator[tuple[str, ...]]:
    body = path.read_bytes()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030")
    for row in csv.reader(io.StringIO(text, newline="")):
        yield tuple(_armed(cell.strip()) for cell in row[:MOST_COLUMNS])


def _armed(cell: str) -> str:
    """Without the apostrophe that `safety.disarmed` puts in front of what could be a formula."""
    return cell[1:] if cell[:1] == "'" else cell


def _xlsx(path: Path) -> Iterator[tuple[str, ...]]:
    from openpyxl import load_workbook  # loads slowly

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        page = book.worksheets[0]
        for number, row in enumerate(page.iter_rows(max_col=MOST_COLUMNS, values_only=True)):
            if number > 10 * MOST_ROWS:
                raise ConfigError(f"{path}: more than {10 * MOST_ROWS} rows, most of them empty; delete the empty ones")
            yield tuple(_text(value) for value in row)
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell as one would read it: days without a time, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value).strip()
