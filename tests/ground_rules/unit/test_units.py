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
