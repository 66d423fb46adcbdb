"""Rows of a workbook or a CSV file as people made it, with the place of each cell, so that a fault can be pointed at.

The first sheet of .xlsx; or .csv in UTF-8 or GB 18030, which is what Chinese spreadsheets write. A formula gives its saved value.
"""

from __future__ import annotations

import csv
import json
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

from service_chassis.errors import ConfigError

MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_BYTES = 200_000_000
MOST_UNPACKED = 1_000_000_000
"""Bytes of a workbook's parts together: a small file may unpack to more than a machine has."""


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


class Spool:
    """Every row of a file that is not empty, the heading first, read once into a temporary file: it may be gone through several
    times and memory stays flat. ConfigError for a file that cannot be read, or is too large."""

    def __init__(self, path: Path) -> None:
        self.rows = 0
        """Without the heading."""
        self._places: dict[int, dict[int, array[int]]] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        try:
            self._fill(path)
        except BaseException:
            self._file.close()
            raise

    def _fill(self, path: Path) -> None:
        for number, line in enumerate(lines(path)):
            if number > MOST_ROWS:
                raise ConfigError(f"{path}: more than {MOST_ROWS} rows; split it")
            self.rows = number
            self._file.write(json.dumps([line.number, line.cells]).encode() + b"\n")

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def heading(self) -> Line | None:
        """The first row."""
        self._file.seek(0)
        return self._next()

    def gathered(self, column: int) -> Iterator[Line]:
        """The rows below the heading; those with the same text in this column stand together, where the first of them stands.

        Only where each row begins is remembered, and its text as a few bytes.
        """
        if column not in self._places:
            self._places[column] = self._found(column)
        for found in self._places[column].values():
            for place in found:
                self._file.seek(place)
                line = self._next()
                assert line is not None
                yield line

    def _found(self, column: int) -> dict[int, array[int]]:
        places: dict[int, array[int]] = {}
        self.heading()
        place = self._file.tell()
        while (line := self._next()) is not None:
            places.setdefault(_mark(line, column), array("q")).append(place)
            place = self._file.tell()
        return places

    def _next(self) -> Line | None:
        text = self._file.readline()
        if not text:
            return None
        number, cells = json.loads(text)
        return Line(number, tuple(cells))


def _mark(line: Line, column: int) -> int:
    text = line.cells[column] if column < len(line.cells) else ""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def lines(path: Path) -> Iterator[Line]:
    """The rows that are not empty, one by one. ConfigError for a file that cannot be read, or is too large."""
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise ConfigError(f"{path}: give a workbook (.xlsx) or .csv; older .xls files: save as .xlsx")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB; split it")
        rows = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
        yield from (Line(number, cells) for number, cells in enumerate(rows, 1) if any(cells))
    except (OSError, csv.Error, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _csv(path: Path) -> Iterator[tuple[str, ...]]:
    with path.open(encoding=_encoding(path), newline="") as file:
        for row in csv.reader(file):
            yield tuple(_armed(cell.strip()) for cell in row[:MOST_COLUMNS])


def _encoding(path: Path) -> str:
    """UTF-8 if all of it is, else what Chinese spreadsheets write."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _armed(cell: str) -> str:
    """Without the apostrophe that `safety.disarmed` puts in front of what could be a formula."""
    return cell[1:] if cell[:1] == "'" else cell


def _xlsx(path: Path) -> Iterator[tuple[str, ...]]:
    from openpyxl import load_workbook  # loads slowly

    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise ConfigError(f"{path}: unpacks to more than {MOST_UNPACKED // 1_000_000} MB; split it")
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        page = book.worksheets[0]
        for number, row in enumerate(page.iter_rows(max_col=MOST_COLUMNS, values_only=True)):
            if number > 2 * MOST_ROWS:
                raise ConfigError(f"{path}: more than {2 * MOST_ROWS} rows, most of them empty; delete the empty ones")
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
