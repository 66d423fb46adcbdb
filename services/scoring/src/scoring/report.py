"""Scoring's lists of the outcome (events.md section 5), read from the ledger itself, not from the running sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ground_rules.policy import Policy
from ground_rules.units import Directory
from service_chassis.spreadsheet.units import NamedUnit
from sqlalchemy import Connection

from scoring.domain.assessment import Closing, Restatement, UnitYear, YearResult, restatements, result
from scoring.domain.ledger import Entry, State, state_of
from scoring.domain.rebuild import Books
from scoring.domain.slip import RED, Record
from scoring.domain.succession import holder, together, year_end
from scoring.rebuilding import Kept
from scoring.store.ledger import (
    all_entries,
    all_records,
    causes_of,
    closings,
    standings,
    told_lines,
    told_restatements,
)
from scoring.store.ledger import directory as published_units


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`score_entries`, `balances` and `restatements`; a year is restated only once it was finalised."""
    records = all_records(conn)
    entries = all_entries(conn)
    closed = closings(conn)
    units = published_units(conn)
    years = together(unit_years(entries, records, closed), units)
    return {
        "score_entries": [_entry(entry, units, state_of(entry.kind, records.get(entry.slip_id or ""))) for entry in entries],
        "balances": [_balance(found) for found in results(years, closed)],
        "restatements": [_restatement(line) for line in restated(years, closed)],
    }


@dataclass(frozen=True, slots=True)
class Year:
    """Everything that counts for one assessment year."""

    year: int
    closing: Closing | None
    units: list[UnitYear]
    """By code: each unit of the directory, and each that has an entry or a weighty slip, or was given a base total."""
    directory: Mapping[str, NamedUnit] = field(default_factory=dict)
    caused_by: Mapping[str, str] = field(default_factory=dict)
    """Entry → the event that caused it."""

    def name(self, unit: str) -> str | None:
        """What the unit is called, where that was published."""
        found = self.directory.get(unit)
        return found.name if found is not None else None

    def group(self, unit: str) -> str | None:
        """The group that it is compared within."""
        found = self.directory.get(unit)
        return found.group if found is not None else None


def year_of(conn: Connection, year: int, directory: Mapping[str, NamedUnit] | None = None) -> Year:
    """Everything that counts for a year, whether it is closed or not. Units of the directory that have nothing in it stand there
    with 0.00. Without a directory given, the published one holds, as it is at the end of the year."""
    units = published_units(conn)
    listed = set(directory or units.standing_on(year_end(year)))
    directory = directory or _named(units, year)
    closed = closings(conn).get(year)
    entries = [entry for entry in all_entries(conn) if entry.year == year]
    records = {id_: record for id_, record in all_records(conn).items() if record.issued and record.issued.year == year}
    known = together(unit_years(entries, records, {year: closed} if closed is not None else {}), units)
    missing = sorted(listed - {of.unit for of in known})
    lines = sorted([*known, *(UnitYear(unit, year) for unit in missing)], key=lambda of: of.unit)
    return Year(year, closed, lines, directory, causes_of(conn, year))


def _named(units: Directory, year: int) -> dict[str, NamedUnit]:
    """Name and group of every unit as it stood at the end of a year, or last."""
    found = {code: units.on(code, year_end(year)) or units.last_of(code) for code in units.codes()}
    return {code: NamedUnit(code, row.name, row.group) for code, row in found.items() if row is not None}


def kept(conn: Connection) -> Kept:
    """The stored ledger with all that was derived from it, to be compared with what the events come to."""
    books = Books({entry.entry_id: entry for entry in all_entries(conn)}, all_records(conn))
    return Kept(books, standings(conn), closings(conn), told_lines(conn), told_restatements(conn))


def unit_years(entries: list[Entry], records: Mapping[str, Record], closed: Mapping[int, Closing]) -> list[UnitYear]:
    """Every unit and year that has an entry, had a red, or was given a base total, in order."""
    lines: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    slips: dict[tuple[str, int], dict[str, Record]] = defaultdict(dict)
    for entry in entries:
        lines[entry.unit, entry.year].append(entry)
    for record in records.values():
        if record.issued is not None and (record.issued.colour == RED or record.issued.deduction > 0):
            slips[record.issued.unit, record.issued.year][record.slip_id] = record
    bases = {(unit, year) for year, closing in closed.items() for unit in closing.bases}
    return [UnitYear(unit, year, lines[unit, year], slips[unit, year]) for unit, year in sorted({*lines, *slips, *bases})]


def results(years: list[UnitYear], closed: Mapping[int, Closing]) -> list[YearResult]:
    """What is displayed of each unit and year."""
    return [result(of, closed[of.year].bases.get(of.unit) if of.year in closed else None) for of in years]


def restated(years: list[UnitYear], closed: Mapping[int, Closing]) -> list[Restatement]:
    """What changed closed years after their closing."""
    return [line for of in years if of.year in closed for line in restatements(of, closed[of.year].at)]


def _entry(entry: Entry, units: Directory, state: State) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "unit": holder(units, entry.unit, entry.year),
        "year": entry.year,
        "amount": str(entry.amount),
        "kind": entry.kind.value,
        "state": state.value,
        "matter": entry.external_ref or entry.matter_id,
        "at": _instant(entry.at),
    }
    return shown | ({"colour": entry.colour} if entry.colour else {})


def _balance(found: YearResult) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "unit": found.unit,
        "year": found.year,
        "points": str(found.points),
        "eligible": found.eligible,
    }
    return shown | ({"total": str(found.total)} if found.total is not None else {})


def _restatement(line: Restatement) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "year": line.year,
        "unit": line.unit,
        "amount": str(line.amount),
        "at": _instant(line.at),
        "matter": line.external_ref or line.matter_id,
        "eligible": line.eligible,
    }
    return shown | ({"colour": line.colour} if line.colour else {})


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
