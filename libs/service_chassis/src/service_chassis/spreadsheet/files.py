"""Sheets as a file: .xlsx, .csv or .json, by the file's name. All three have the same rows in the same order."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from service_chassis.errors import ConfigError
from service_chassis.spreadsheet.safety import disarmed
from service_chassis.spreadsheet.sheet import Cell, Sheet, plain, yes_or_no

FORMATS = (".xlsx", ".csv", ".json")


def check(path: Path) -> None:
    """A file name that says no format, or a folder that is not there, is a ConfigError: said before anything is counted."""
    if path.suffix.lower() not in FORMATS:
        raise ConfigError(f"{path}: write a file that ends in {', '.join(FORMATS)}")
    if not path.resolve().parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {path.parent}")


def write(path: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write the sheets and return the files: one workbook or JSON document, or one CSV file for each sheet.

    The first sheet's CSV has the name asked for, the others' have the sheet's key before the suffix.
    """
    check(path)
    try:
        return _write(path, sheets)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


def _write(path: Path, sheets: Sequence[Sheet]) -> list[Path]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        files = [
            path if number == 0 else path.with_name(f"{path.stem}.{sheet.key}{path.suffix}")
            for number, sheet in enumerate(sheets)
        ]
        for file, sheet in zip(files, sheets, strict=True):
            file.write_bytes(as_csv(sheet))
        return files
    if suffix == ".json":
        path.write_bytes(as_json(sheets))
        return [path]
    from service_chassis.spreadsheet import xlsx  # loads slowly, and the other formats need none of it

    xlsx.save(path, sheets)
    return [path]


# ---- CSV


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it; all text in quotation marks, and disarmed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([disarmed(f"{column.zh} {column.en}") for column in sheet.columns])
    writer.writerows([as_field(cell) for cell in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_field(cell: Cell) -> Any:
    """Numbers stay numbers, so that they can be added up; everything else is text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return yes_or_no(cell)
    if isinstance(cell, int | Decimal):
        return cell
    return disarmed(plain(cell))


# ---- JSON


def as_json(sheets: Sequence[Sheet]) -> bytes:
    """Each sheet a list of objects. Decimals are strings, so that no reader loses a cent to binary floats."""
    found = {sheet.key: [as_object(sheet, row) for row in sheet.rows] for sheet in sheets}
    return orjson.dumps(found, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_object(sheet: Sheet, row: Sequence[Cell]) -> dict[str, Any]:
    """One row as JSON has it."""
    return {column.key: _value(cell) for column, cell in zip(sheet.columns, row, strict=True)}


def _value(cell: Cell) -> Any:
    if isinstance(cell, Decimal):
        return str(cell)
    if isinstance(cell, date | datetime):
        return plain(cell)
    if isinstance(cell, str):
        return cell.encode("utf-8", "replace").decode()
    return cell
