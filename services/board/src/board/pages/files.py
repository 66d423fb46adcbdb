"""Lists as files: matters by their filter, the ledger of a year, units' burden; each as CSV and as an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, abort, request

from board import words
from board.access.roles import UNITS
from board.domain.case import LEVELS
from board.domain.tallying import DONE, FELL, GIVEN, POINTS
from board.domain.texts import local, points
from board.pages.matter_pages import asked_for, scoped
from board.pages.serving import page, person, site
from board.sheets import Cell, Sheet, as_csv, as_xlsx
from board.store import desks, listing, tallies

files = Blueprint("files", __name__)
MOST = 20_000
"""Matters in one file; a list that is longer needs a narrower filter, and says so in its last row."""
MOST_ENTRIES = 100_000
"""Entries of the ledger in one file."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = Iterator[list[Cell]]


def sent(sheet: Sheet, kind: str, name: str) -> Response:
    """The table as a file to keep."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    headers = {"Content-Disposition": f"attachment; filename={name}.{kind}"}
    if kind == "csv":
        return Response("".join(as_csv(sheet)), mimetype="text/csv; charset=utf-8", headers=headers)
    return Response(as_xlsx(sheet), mimetype=XLSX, headers=headers)


def year_asked() -> int:
    """The year of the address, else the present one."""
    return request.args.get("year", site().today().year, type=int)


@page(files, "/matters.<kind>", "matters")
def matters(kind: str) -> Response:
    """The matters of a filter, in the order of the list."""
    asked, name = asked_for(request.args), site().unit_names()
    with site().database.reading() as connection:
        rows = _matters(listing.every(connection, scoped(asked), MOST + 1), name)
        columns = [
            ("编号", 22), ("事项", 50), ("来源", 16), ("来源文号", 22), ("科室", 16), ("牵头单位", 20), ("状态", 10), ("颜色", 8),
            ("最近期限", 12), ("逾期", 6), ("立项", 18), ("结束", 18),
        ]  # fmt: skip
        return sent(Sheet("督查事项", columns, rows), kind, f"matters-{site().today()}")


def _matters(found: Iterable[dict[str, Any]], name: Callable[[str], str]) -> Rows:
    for number, row in enumerate(found, 1):
        if number > MOST:
            yield [f"只列出前{MOST}件，请缩小筛选范围 / the first {MOST} only; narrow the filter"]
            return
        yield [
            row["ref"], row["title"], _word("source", row["source_type"]), row["source_number"], _word("section", row["section"]),
            name(row["lead"]) if row["lead"] else None, _word("matter_state", row["state"]), _word("colour", row["colour"]),
            row["deadline"], "是" if row["late"] else None, _when(row["registered_at"]), _when(row["ended_at"]),
        ]  # fmt: skip


def _word(group: str, code: str | None) -> str | None:
    return words.word(group, code, english=False) or None


def _when(text: str | None) -> str | None:
    return f"{local(text):%Y-%m-%d %H:%M}" if text else None


@page(files, "/assessment.<kind>", "assessment")
def ledger(kind: str) -> Response:
    """The ledger of a year."""
    year, name = year_asked(), site().unit_names()
    columns = [("时间", 18), ("单位代码", 10), ("单位", 20), ("年度", 8), ("分值", 8), ("类型", 12), ("状态", 12), ("事项", 22),
               ("依据", 50), ("批准人", 16)]  # fmt: skip
    with site().database.reading() as connection:
        rows = _ledger(desks.every_entry(connection, year, MOST_ENTRIES + 1, request.args.get("unit")), year, name)
        return sent(Sheet(f"{year}年督查加减分台账", columns, rows), kind, f"ledger-{year}")


def _ledger(found: Iterable[dict[str, Any]], year: int, name: Callable[[str], str]) -> Rows:
    for number, row in enumerate(found, 1):
        if number > MOST_ENTRIES:
            yield [f"只列出前{MOST_ENTRIES}条，可加 &unit=单位代码 / the first {MOST_ENTRIES} only; one unit's: &unit=CODE"]
            return
        yield [
            _when(row["at"]), row["unit"], name(row["unit"]), year, points(row["cents"]), _word("entry", row["kind"]),
            _word("entry_state", row["state"]), row["ref"], row["basis"], row["approved_by"],
        ]  # fmt: skip


@page(files, "/burden.<kind>", "unit")
def burden(kind: str) -> Response:
    """What each unit had to bear in each month of a year; of a unit's own people their own."""
    year, name = year_asked(), site().unit_names()
    own = person().unit if person().role in UNITS else request.args.get("unit") or None
    with site().database.reading() as connection:
        units = [own] if own else sorted(tallies.units(connection, f"{year}-01", f"{year}-12"))
        months = {unit: tallies.months(connection, year, unit) for unit in units}
    columns = [("单位代码", 10), ("单位", 20), ("月份", 10), ("交办", 8), ("办结", 8)]
    columns += [(_word("colour", colour) or "", 8) for colour in LEVELS] + [("其中撤销", 10), ("加减分", 10)]
    rows: Iterator[list[Cell]] = (
        [unit, name(unit), month, found[GIVEN], found[DONE], *(found[colour] for colour in LEVELS),
         sum(found[FELL + colour] for colour in LEVELS), points(found[POINTS])]
        for unit, of_unit in months.items()
        for month, found in of_unit.items()
    )  # fmt: skip
    return sent(Sheet(f"{year}年单位负担", columns, rows), kind, f"burden-{year}")
