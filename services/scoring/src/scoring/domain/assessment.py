"""A unit's year: its points, what is still pending, its total, and what a later reversal restates (domain.md d.11).

Points are added to the total after weighting (the plus/minus part); there is no netting and no cap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scoring.domain.eligibility import is_eligible
from scoring.domain.ledger import Entry, Kind, State, balance
from scoring.domain.slip import points


@dataclass(frozen=True, slots=True)
class YearResult:
    """What is displayed for a unit and year."""

    unit: str
    year: int
    points: Decimal
    eligible: bool
    pending: int
    """Entries that a review may still undo; a closing year lists them."""
    total: Decimal | None
    """Weighted base total plus points; None until the assessment office gave the base."""


def result(
    unit: str, year: int, entries: Iterable[tuple[Entry, State]], effective_reds: int, base: Decimal | None = None
) -> YearResult:
    """The year of one unit, from its entries and the number of its effective reds."""
    listed = list(entries)
    sum_ = balance(entry.amount for entry, _ in listed)
    pending = sum(1 for _, state in listed if state is State.PROVISIONAL)
    total = None if base is None else points(base + sum_)
    return YearResult(unit, year, sum_, is_eligible(effective_reds), pending, total)


def restates(entry: Entry, finalised_at: datetime | None) -> bool:
    """Whether an entry changes a year that was already closed: a reversal dated after the closing."""
    return entry.kind is Kind.REVERSAL and finalised_at is not None and entry.at > finalised_at
