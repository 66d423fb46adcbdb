"""Scoring's lists of the outcome (events.md section 5), read from the ledger itself, not from the running sums."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection

from scoring.domain.assessment import YearResult, result
from scoring.domain.eligibility import is_cause
from scoring.domain.ledger import Entry, State, state_of
from scoring.domain.slip import RED, Record
from scoring.store import all_entries, all_records


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`score_entries`, `balances` and `restatements`; a year is restated only once it was finalised."""
    records = all_records(conn)
    entries = [(entry, _state(entry, records)) for entry in all_entries(conn)]
    return {
        "score_entries": [_entry(entry, state) for entry, state in entries],
        "balances": [_balance(found) for found in results(entries, records)],
        "restatements": [],
    }


def results(entries: list[tuple[Entry, State]], records: dict[str, Record]) -> list[YearResult]:
    """Every unit and year that has an entry or had a red, in order."""
    lines: dict[tuple[str, int], list[tuple[Entry, State]]] = defaultdict(list)
    reds: dict[tuple[str, int], int] = defaultdict(int)
    for entry, state in entries:
        lines[entry.unit, entry.year].append((entry, state))
    for record in records.values():
        if record.issued is not None and record.issued.colour == RED:
            reds[record.issued.unit, record.issued.year] += is_cause(record)
    return [result(unit, year, lines[unit, year], reds[unit, year]) for unit, year in sorted({*lines, *reds})]


def _state(entry: Entry, records: dict[str, Record]) -> State:
    record = records.get(entry.slip_id or "")
    if record is None:
        return state_of(entry.kind, lapsed=False, fallen=False)
    return state_of(entry.kind, lapsed=record.lapsed_at is not None, fallen=record.fell_at is not None)


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


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
