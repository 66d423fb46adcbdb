"""Scoring's lists of the outcome (events.md section 5), read from the ledger itself, not from the running sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection

from scoring.domain.assessment import Closing, Restatement, UnitYear, YearResult, restatements, result
from scoring.domain.ledger import Entry, State, state_of
from scoring.domain.slip import RED, Record
from scoring.store import all_entries, all_records, closings


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`score_entries`, `balances` and `restatements`; a year is restated only once it was finalised."""
    records = all_records(conn)
    entries = all_entries(conn)
    closed = closings(conn)
    years = unit_years(entries, records, closed)
    return {
        "score_entries": [_entry(entry, state_of(entry.kind, records.get(entry.slip_id or ""))) for entry in entries],
        "balances": [_balance(found) for found in results(years, closed)],
        "restatements": [_restatement(line) for line in restated(years, closed)],
    }


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


def _entry(entry: Entry, state: State) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "unit": entry.unit,
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
