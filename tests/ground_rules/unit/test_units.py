"""Who answers for a unit's duties on a day, when units merge, split, are renamed and move."""

from __future__ import annotations

from datetime import date

import pytest
from ground_rules.units import Directory, Period, fault_in

BEGIN = date(2010, 1, 1)
JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


def renamed() -> Directory:
    """ZJJ became ZGJ on 1 July 2026, and ZGJ became CSJ a year later; SLJ moved to another group."""
    return Directory(
        [
            Period("ZJJ", BEGIN, JUNE, "ZGJ"),
            Period("ZGJ", JULY, date(2027, 6, 30), "CSJ"),
            Period("CSJ", date(2027, 7, 1)),
            Period("SLJ", JULY, group="B"),
            Period("SLJ", BEGIN, JUNE, group="A"),
        ]
    )


@pytest.mark.parametrize(
    ("day", "answers"),
    [(JUNE, "ZJJ"), (JULY, "ZGJ"), (date(2027, 6, 30), "ZGJ"), (date(2027, 7, 1), "CSJ"), (date(2030, 1, 1), "CSJ")],
)
def test_the_successor_answers_from_the_day_after_the_last_day(day: date, answers: str) -> None:
    assert renamed().holder("ZJJ", day) == answers


def test_a_unit_that_moved_stays_itself_and_is_compared_in_its_group_of_the_day() -> None:
    units = renamed()
    assert units.holder("SLJ", JULY) == "SLJ"
    assert [units.standing_on(day)["SLJ"].group for day in (JUNE, JULY)] == ["A", "B"]


def test_a_unit_without_a_successor_answers_for_itself_for_ever() -> None:
    units = Directory([Period("ZJJ", BEGIN, JUNE)])
    assert units.holder("ZJJ", JULY) == "ZJJ"
    assert units.handovers() == {}


def test_nothing_can_be_given_to_a_unit_that_is_unknown_ended_or_not_there_yet() -> None:
    units = renamed()
    assert units.lack_of("ZJJ", JUNE) is None
    assert "由ZGJ继续履行其职责" in (units.lack_of("ZJJ", JULY) or "")
    assert "没有WJW" in (units.lack_of("WJW", JULY) or "")
    assert "尚未设立" in (units.lack_of("ZGJ", JUNE) or "")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([Period("A1", JULY, JUNE)], (0, "valid_to")),
        ([Period("A1", BEGIN, None, "B1"), Period("B1", BEGIN)], (0, "valid_to")),
        ([Period("A1", BEGIN, JUNE, "B1")], (0, "successor")),
        ([Period("A1", BEGIN, JUNE, "A1")], (0, "successor")),
        ([Period("A1", BEGIN, JULY), Period("A1", JULY)], (1, "valid_from")),
        ([Period("A1", BEGIN, JUNE, "B1"), Period("B1", BEGIN, JUNE, "A1")], (0, "successor")),
    ],
)
def test_a_list_that_contradicts_itself_is_named_by_row_and_field(rows: list[Period], found: tuple[int, str]) -> None:
    fault = fault_in(rows)
    assert fault is not None
    assert fault[:2] == found


def test_a_sound_list_has_no_fault() -> None:
    rows = [Period("A1", BEGIN, JUNE, "B1"), Period("B1", BEGIN), Period("C1", BEGIN, JUNE), Period("C1", JULY)]
    assert fault_in(rows) is None


# ---------------------------------------------------------------- in full


def test_all_units_and_the_days_from_which_others_answer_for_them() -> None:
    assert renamed().codes() == ["CSJ", "SLJ", "ZGJ", "ZJJ"]
    assert renamed().handovers() == {"ZGJ": date(2027, 7, 1), "ZJJ": JULY}
    assert renamed().last_of("nobody") is None and renamed().hands_over_on("nobody") is None


@pytest.mark.parametrize(
    ("code", "day", "said"),
    [
        ("nobody", JUNE, "单位名录中没有nobody / the list of units has no nobody"),
        ("ZJJ", JULY, "ZJJ已于2026-06-30撤销，由ZGJ继续履行其职责 / ZJJ ended on 2026-06-30; ZGJ has succeeded it"),
        ("GONE", JULY, "GONE已于2026-06-30撤销 / GONE ended on 2026-06-30"),
        ("CSJ", JULY, "CSJ在2026-07-01尚未设立或不在有效期内 / CSJ does not exist on 2026-07-01"),
    ],
)
def test_why_nothing_can_be_given_to_a_unit_is_told_in_full(code: str, day: date, said: str) -> None:
    rows = [Period("ZJJ", BEGIN, JUNE, "ZGJ"), Period("ZGJ", JULY), Period("CSJ", date(2027, 7, 1)), Period("GONE", BEGIN, JUNE)]
    assert Directory(rows).lack_of(code, day) == said


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([Period("A", JULY, JUNE)], (0, "valid_to", "不得早于 valid_from / must not be before valid_from")),
        ([Period("A", JULY, JULY)], None),
        (
            [Period("A", JULY, None, "B"), Period("B", JULY)],
            (0, "valid_to", "写明承继单位时须写明止期 / a unit with a successor needs its last day"),
        ),
        ([Period("A", BEGIN, JUNE, "C")], (0, "successor", "C不是名录中的另一单位 / C is no other unit of this list")),
        ([Period("A", BEGIN, JUNE, "A")], (0, "successor", "A不是名录中的另一单位 / A is no other unit of this list")),
        (
            [Period("A", JUNE, JULY), Period("A", BEGIN, JUNE)],
            (1, "valid_from", "A的有效期重叠 / the periods of A overlap"),
        ),
        ([Period("A", JULY), Period("A", BEGIN, JUNE)], None),
        ([Period("A", BEGIN, JUNE), Period("A", JULY)], None),
        (
            [Period("B", BEGIN, JUNE, "A"), Period("A", BEGIN, JUNE, "B")],
            (0, "successor", "B的承继关系成环 / the successors of B lead back to it"),
        ),
        ([Period("A", BEGIN, JUNE, "B"), Period("B", BEGIN, JUNE, "C"), Period("C", BEGIN)], None),
    ],
)
def test_what_is_wrong_with_a_list_is_told_in_full(rows: list[Period], found: tuple[int, str, str] | None) -> None:
    assert fault_in(rows) == found


def test_a_ring_of_successors_ends_with_the_last_that_is_not_named_twice() -> None:
    ring = Directory([Period("A", BEGIN, JUNE, "B"), Period("B", BEGIN, JUNE, "C"), Period("C", BEGIN, JUNE, "B")])
    assert ring.holder("A", JULY) == "C"
