"""What scoring knows about one slip: a handful of facts that may become known in any order, each at most once.

A record is a set of facts, not a history: the same facts in another order, or some of them twice, make the same record
(domain.md invariant 5). Everything that scoring books follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from ground_rules.limits import local_date
from ground_rules.policy import Policy

YELLOW = "YELLOW"
RED = "RED"
WEIGHTY = frozenset({YELLOW, RED})
"""Colours that cost something; a white is a reminder and costs nothing (domain.md E4)."""

WEIGHT = {"WHITE": 0, YELLOW: 1, RED: 2}
"""How heavy a colour is; a review may vary a slip to a lighter one (domain.md d.8)."""

CENT = Decimal("0.01")


def points(value: Decimal) -> Decimal:
    """Points with two places, half up (domain.md d.11)."""
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """An issued slip as far as scoring is concerned. `year` and `deduction` were fixed by the policy of that day."""

    slip_id: str
    unit: str
    colour: str
    matter_id: str
    external_ref: str | None
    submitted_by: str | None
    issued_at: datetime
    year: int
    """The assessment year whose result it burdens."""
    deduction: Decimal
    """Points taken, not negative; 0.00 where the slip costs none."""
    basis: str
    """One readable sentence: why the points were taken."""
    policy_version: str
    approved_by: str | None = None
    """Who issued the slip."""
    liability_date: date | None = None
    """The day that the slip is about, local; the year follows from it by default."""


@dataclass(frozen=True, slots=True)
class Record:
    """The facts known about one slip. Each keeps the first value that was told."""

    slip_id: str
    issued: Issued | None = None
    lapsed_at: datetime | None = None
    """The review window ended without an application (domain.md d.8)."""
    fell_at: datetime | None = None
    """Withdrawn, overturned or fallen with an earlier slip of its ladder."""
    fall_cause: str | None = None
    filed_at: datetime | None = None
    """The unit applied for a review in time."""
    upheld_at: datetime | None = None
    """The reviewers let the slip stand."""

    @property
    def firm_at(self) -> datetime | None:
        """Since when no review can undo the slip any more: it was upheld, or the window ended without an application."""
        if self.fell_at is not None:
            return None
        if self.upheld_at is not None or self.lapsed_at is None:
            return self.upheld_at
        return None if self.filed_at is not None and self.filed_at <= self.lapsed_at else self.lapsed_at

    def with_issue(self, issued: Issued) -> Record:
        return self if self.issued is not None else replace(self, issued=issued)

    def with_lapse(self, at: datetime) -> Record:
        return self if self.lapsed_at is not None else replace(self, lapsed_at=at)

    def with_fall(self, at: datetime, cause: str) -> Record:
        return self if self.fell_at is not None else replace(self, fell_at=at, fall_cause=cause)

    def with_filing(self, at: datetime) -> Record:
        return self if self.filed_at is not None else replace(self, filed_at=at)

    def with_upholding(self, at: datetime) -> Record:
        return self if self.upheld_at is not None else replace(self, upheld_at=at)

    def until(self, at: datetime) -> Record:
        """What had happened by `at`, whenever it became known."""

        def kept(when: datetime | None) -> datetime | None:
            return when if when is not None and when <= at else None

        issued = self.issued if self.issued is not None and self.issued.issued_at <= at else None
        fell = kept(self.fell_at)
        cause = self.fall_cause if fell is not None else None
        return Record(self.slip_id, issued, kept(self.lapsed_at), fell, cause, kept(self.filed_at), kept(self.upheld_at))


def falls_by(colour: str, new_colour: str | None) -> bool:
    """Whether a varied slip stops to count as its colour: it went back to a lighter one. A longer limit leaves it standing."""
    return new_colour is not None and WEIGHT[new_colour] < WEIGHT[colour]


def assessment_year(
    policy: Policy, *, liability_date: date, issued_at: datetime, breached_at: datetime | None, attribution: str | None = None
) -> int:
    """The local year that a slip burdens, by `year_attribution` of the policy that it was issued under (domain.md d.11).

    `attribution` is that policy's word where the slip brought it; else the present policy's counts. A slip without a breach
    (work below the standard) is attributed by its liability date under `BREACHED`, too.
    """
    chosen = attribution or policy.year_attribution
    if chosen == "ISSUED":
        return local_date(issued_at, policy.zone).year
    if chosen == "BREACHED" and breached_at is not None:
        return local_date(breached_at, policy.zone).year
    return liability_date.year


def deduction_for(policy: Policy, colour: str, renewal: int) -> Decimal:
    """Points that a slip of this colour costs; a renewed yellow costs none again (domain.md d.4)."""
    if renewal > 0 or colour not in WEIGHTY:
        return points(Decimal(0))
    return points(policy.yellow.deduction if colour == YELLOW else policy.red.deduction)
