"""Long tables, row by row, with flat memory: .xlsx, .csv or .jsonl into an open file. Text from outside stays text in each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import IO

import orjson

from service_chassis.spreadsheet.files import as_field, as_object
from service_chassis.spreadsheet.safety import disarmed
from service_chassis.spreadsheet.sheet import Cell, Sheet

Rows = Iterable[Sequence[Cell]]
FLUSHED = 500
"""Rows that are put together before they are written."""


def _csv(out: IO[bytes], sheet: Sheet, rows: Rows) -> None:
    out.write(b"\xef\xbb\xbf")
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([disarmed(f"{column.zh} {column.en}") for column in sheet.columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([as_field(cell) for cell in row])
        if number % FLUSHED == 0:
            _pass_on(text, out)
    _pass_on(text, out)


def _pass_on(text: io.StringIO, out: IO[bytes]) -> None:
    out.write(text.getvalue().encode("utf-8", "replace"))
    text.seek(0)
    text.truncate()


def _jsonl(out: IO[bytes], sheet: Sheet, rows: Rows) -> None:
    for row in rows:
        out.write(orjson.dumps(as_object(sheet, row), default=str, option=orjson.OPT_APPEND_NEWLINE))


def _xlsx(out: IO[bytes], sheet: Sheet, rows: Rows) -> None:
    from service_chassis.spreadsheet import xlsx  # loads slowly, and the other formats need none of it

    xlsx.stream(out, sheet, rows)


FORMATS: Mapping[str, Callable[[IO[bytes], Sheet, Rows], None]] = MappingProxyType({"xlsx": _xlsx, "csv": _csv, "jsonl": _jsonl})


def write(out: IO[bytes], format_: str, sheet: Sheet, rows: Rows) -> None:
    """Write a sheet whose rows come one by one; `sheet.rows` is not looked at. LookupError for an unknown format."""
    FORMATS[format_](out, sheet, rows)
