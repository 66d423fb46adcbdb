"""The year's table on paper, from scoring's database that a rehearsal or a city left; the figures are scoring's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from notify.printing.annual import AnnualLine, annual_sheet
from notify.printing.desk import Desk
from notify.printing.press import Sheet
from scoring import assessment_table, report
from service_chassis.errors import ConfigError
from service_chassis.persistence.database import Database
from service_chassis.spreadsheet.sheet import Cell
from service_chassis.spreadsheet.units import read_units

from duban.copying import copy
from duban.rehearse import BOOKED


def year_sheet(desk: Desk, folder: Path, year: int, units: Path | None) -> Sheet:
    """The table as of the newest event; ConfigError where the folder has no database of scoring, or nothing of the year."""
    found = year_of(folder, year, units)
    if not found.units or desk.book.until is None:
        raise ConfigError(f"{year}年没有考核数据 / nothing was booked in that year")
    closed_at = found.closing.at if found.closing is not None else None
    return annual_sheet(
        desk, year, lines(found, desk, desk.book.until), closed_at, max(desk.book.until, closed_at or desk.book.until)
    )


def year_of(folder: Path, year: int, units: Path | None) -> report.Year:
    """What scoring knows of a year. It is asked on a copy, so that a running city is only read."""
    with tempfile.TemporaryDirectory(prefix="duban-copy-") as scratch:
        copied = Path(scratch) / f"{BOOKED}.sqlite"
        copy(folder / copied.name, copied)
        with closing(Database(f"sqlite:///{copied}", BOOKED, durable=False)) as database, database.begin() as session:
            return report.year_of(session, year, read_units(units))


def lines(found: report.Year, desk: Desk, made_at: datetime) -> list[AnnualLine]:
    """The balances of the assessment office's table, in its order, with the columns that go on paper."""
    sheet = next(sheet for sheet in assessment_table.sheets(found, desk.policy, made_at) if sheet.key == "balances")
    rows = [dict(zip((column.key for column in sheet.columns), row, strict=True)) for row in sheet.rows]
    return [line(row) for row in rows]


def line(row: Mapping[str, Cell]) -> AnnualLine:
    """One row of that table."""
    taken = {
        "unit": "unit", "name": "name", "group": "group", "base": "base_total", "deductions": "deductions",
        "reversals": "reversals", "bonus": "bonus", "points": "points", "total": "total", "rank": "rank",
        "eligible": "eligible", "pending": "pending_points",
    }  # fmt: skip
    values = {name: row[column] for name, column in taken.items()}
    return AnnualLine(**{**values, "group": None if row["group"] == assessment_table.NO_GROUP else row["group"]})  # type: ignore[arg-type]
