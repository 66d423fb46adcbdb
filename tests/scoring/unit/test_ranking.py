"""Ranks are given within groups: like is compared with like."""

from __future__ import annotations

from decimal import Decimal

from scoring.domain.assessment import YearResult
from scoring.domain.ranking import By, Rank, ranking


def a_result(unit: str, points: str = "0.00", total: str | None = None) -> YearResult:
    return YearResult(unit, 2026, Decimal(points), True, (), None, None if total is None else Decimal(total))


def places(*results: YearResult, groups: dict[str, str] | None = None) -> dict[str, int | None]:
    return {unit: rank.place for unit, rank in ranking(results, groups or {}).items()}


def test_the_most_points_come_first_and_equal_ones_share_a_rank() -> None:
    found = places(a_result("A", "-0.30"), a_result("B", "0.50"), a_result("C", "-0.30"), a_result("D", "-0.60"))
    assert found == {"B": 1, "A": 2, "C": 2, "D": 4}


def test_each_group_is_ranked_by_itself() -> None:
    groups = {"A": "县市区", "B": "县市区", "C": "市直部门"}
    assert places(a_result("A", "-0.30"), a_result("B"), a_result("C", "-0.90"), groups=groups) == {"A": 2, "B": 1, "C": 1}


def test_units_without_a_group_are_compared_with_each_other() -> None:
    assert places(a_result("A", "-0.30"), a_result("B"), a_result("C"), groups={"C": "县市区"}) == {"A": 2, "B": 1, "C": 1}


def test_totals_count_before_points() -> None:
    found = ranking([a_result("A", "0.50", "90.00"), a_result("B", "-0.30", "96.40")], {})
    assert (found["B"].place, found["A"].place, found["A"].by) == (1, 2, By.TOTAL)


def test_a_unit_without_a_total_has_no_rank_where_others_have_one() -> None:
    found = ranking([a_result("A"), a_result("B", "-0.30", "96.40")], {})
    assert (found["A"].place, found["A"].by, found["B"].place, found["B"].of) == (None, By.NOTHING, 1, 1)


def test_a_group_without_totals_is_ranked_by_points_whatever_another_group_has() -> None:
    found = ranking([a_result("A"), a_result("B", "-0.30", "96.40")], {"A": "县市区", "B": "市直部门"})
    assert (found["A"].place, found["A"].by) == (1, By.POINTS)


def test_a_unit_whose_base_is_missing_is_told_how_many_have_a_place() -> None:
    found = ranking([a_result("A"), a_result("B", "0.00", "96.40"), a_result("C", "0.00", "95.00")], {})
    assert found["A"] == Rank(None, 2, By.NOTHING)


def test_a_unit_without_a_group_is_not_compared_with_one_in_a_group_of_any_name() -> None:
    assert places(a_result("A", "-0.30"), a_result("B"), groups={"B": "县市区"}) == {"A": 1, "B": 1}
