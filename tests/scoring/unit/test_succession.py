"""Whose points they are when units succeed each other: the unit's that answers at the year's end (domain.md B3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from ground_rules.units import Directory, Period
from scoring.domain.assessment import UnitYear
from scoring.domain.ledger import Entry, Kind
from scoring.domain.slip import Record
from scoring.domain.succession import NOBODY, holder, predecessors, together, year_end

BEGIN = date(2010, 1, 1)
UNITS = Directory(
    [
        Period("ZJJ", BEGIN, date(2026, 6, 30), "CSJ"),
        Period("CGJ", BEGIN, date(2026, 12, 31), "CSJ"),
        Period("CSJ", date(2026, 7, 1)),
        Period("SLJ", BEGIN),
    ]
)
"""ZJJ became CSJ in the middle of 2026, CGJ at its very end."""


def entry(id_: str, day: int, matter: str | None = "m") -> Entry:
    at = datetime(2026, 3, day, tzinfo=UTC)
    return Entry(
        entry_id=id_, slip_id=None, unit="", year=2026, amount=Decimal("0.10"), kind=Kind.BONUS, at=at, basis="",
        matter_id=matter, external_ref=None, submitted_by=None, colour=None, policy_version=None,
    )  # fmt: skip


def test_who_answers_at_the_end_of_a_year_has_its_points() -> None:
    assert year_end(2026) == date(2026, 12, 31)
    assert [holder(UNITS, "ZJJ", year) for year in (2025, 2026, 2027)] == ["ZJJ", "CSJ", "CSJ"]
    assert [holder(UNITS, "CGJ", year) for year in (2026, 2027)] == ["CGJ", "CSJ"]
    assert [holder(units, "SLJ", 2026) for units in (UNITS, NOBODY)] == ["SLJ", "SLJ"]


def test_the_years_of_predecessors_are_those_of_the_unit_that_answers_for_them() -> None:
    first, second, third, fourth = entry("b", 1), entry("a", 2, "n"), entry("c", 2, None), entry("a2", 2, "n")
    one, other, early = Record("r1"), Record("r2"), Record("r0")
    years = [
        UnitYear("ZJJ", 2026, [second, first], {"r1": one}),
        UnitYear("SLJ", 2026, [], {}),
        UnitYear("CSJ", 2026, [fourth, third], {"r2": other}),
        UnitYear("ZJJ", 2025, [], {"r0": early}),
        UnitYear("CGJ", 2026, [first], {}),
    ]
    assert together(years, UNITS) == [
        UnitYear("CGJ", 2026, [first], {}),
        UnitYear("CSJ", 2026, [first, third, second, fourth], {"r1": one, "r2": other}),
        UnitYear("SLJ", 2026, [], {}),
        UnitYear("ZJJ", 2025, [], {"r0": early}),
    ]
    assert together(reversed(years), UNITS)[1].entries == [first, third, second, fourth]
    assert together([], UNITS) == []


def test_what_counts_together_with_a_unit_is_it_its_holder_and_all_whose_points_that_one_has() -> None:
    assert predecessors(UNITS, ["CSJ"], 2026) == {"CSJ", "ZJJ"}
    assert predecessors(UNITS, ["ZJJ"], 2026) == {"CSJ", "ZJJ"}
    assert predecessors(UNITS, ["ZJJ", "SLJ"], 2025) == {"ZJJ", "SLJ"}
    assert predecessors(UNITS, ["CGJ"], 2027) == {"CGJ", "CSJ", "ZJJ"}
    assert predecessors(UNITS, ["CGJ"], 2026) == {"CGJ"}
    assert predecessors(UNITS, ["new"], 2026) == {"new"}
