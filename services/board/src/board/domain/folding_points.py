"""What scoring announces: entries of the ledger. The balance is their sum, so one number is never kept twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from board.domain.case import Case, Entry
from board.domain.texts import cents, instant

Data = Mapping[str, Any]


def booked(case: Case, data: Data, event: Data) -> None:
    """An entry as it stands after the change; a reversal marks the entry that it undoes."""
    kind = event["type"].split(".")[2].upper()
    old = case.entries.get(data["entry_id"])
    entry = old or Entry(
        data["entry_id"],
        data["unit"],
        data["year"],
        cents(data["amount"]),
        {"DEDUCTED": "DEDUCTION", "REVERSED": "REVERSAL", "CONFIRMED": "DEDUCTION"}[kind],
        data["state"],
        instant(event["time"]) or "",
        data["slip_id"],
        data.get("colour"),
        data.get("basis") or "",
        data.get("approved_by"),
    )
    entry.state = data["state"]
    case.entries[entry.entry_id] = entry
    undone = case.entries.get(data.get("reverses") or "")
    if undone is not None:
        undone.state = "REVERSED"


HANDLERS = {
    "scoring.score.deducted": booked,
    "scoring.score.confirmed": booked,
    "scoring.score.reversed": booked,
}
