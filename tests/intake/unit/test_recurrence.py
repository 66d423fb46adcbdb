"""When the same cause comes back in too many units, or too often."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from intake.domain.recurrence import Case, Threshold, months_to_look_at, recurrence

BY_UNITS, BY_TIMES = Threshold(3, None, 12), Threshold(None, 3, 12)


def cases(*found: tuple[str, date]) -> list[Case]:
    return [Case(f"c{number}", unit, f"m{number}", day) for number, (unit, day) in enumerate(found)]


ACROSS = cases(("ZJJ", date(2025, 7, 1)), ("SLJ", date(2025, 12, 31)), ("JYJ", date(2026, 6, 30)))
TWICE = cases(("ZJJ", date(2026, 1, 5)), ("ZJJ", date(2026, 2, 5)), ("SLJ", date(2026, 6, 1)))


def test_three_units_within_twelve_months_are_a_recurrence() -> None:
    full = recurrence(ACROSS, date(2026, 6, 1), BY_UNITS)
    assert full is not None
    assert (full.since, full.until, full.units) == (date(2025, 7, 1), date(2026, 6, 30), ["JYJ", "SLJ", "ZJJ"])
    assert [case.id for case in full.cases] == ["c0", "c1", "c2"]
    assert full.reason.startswith("3个单位")


def test_a_case_before_the_window_does_not_count() -> None:
    early = cases(("ZJJ", date(2025, 6, 30)), ("SLJ", date(2025, 12, 31)), ("JYJ", date(2026, 6, 30)))
    assert recurrence(early, date(2026, 6, 1), BY_UNITS) is None


def test_the_same_unit_counts_once_as_a_unit_and_each_time_as_a_case() -> None:
    assert recurrence(TWICE, date(2026, 6, 1), BY_UNITS) is None
    full = recurrence(TWICE, date(2026, 6, 1), BY_TIMES)
    assert full is not None
    assert full.reason.startswith("3次")


def test_a_month_without_a_case_ends_no_window() -> None:
    assert recurrence(TWICE, date(2026, 7, 1), BY_TIMES) is None


def test_numbers_that_are_off_do_not_count() -> None:
    assert recurrence(ACROSS, date(2026, 6, 1), Threshold(None, None, 12)) is None
    assert recurrence(ACROSS, date(2026, 6, 1), Threshold(4, 4, 12)) is None


@pytest.mark.parametrize("found", [ACROSS, TWICE])
def test_which_windows_are_full_does_not_depend_on_the_order_of_the_cases(found: list[Case]) -> None:
    def told(order: list[Case]) -> set[date]:
        known: list[Case] = []
        full = set()
        for case in order:
            known.append(case)
            full |= {month for month in months_to_look_at(known, case.found_on) if recurrence(known, month, BY_TIMES)}
        return full

    assert {frozenset(told(list(order))) for order in permutations(found)} == {frozenset(told(found))}
    assert told(found) == {date(2026, 6, 1)}


def test_a_late_case_looks_at_the_later_months_that_have_cases() -> None:
    assert months_to_look_at(ACROSS, date(2025, 12, 31)) == [date(2025, 12, 1), date(2026, 6, 1)]
