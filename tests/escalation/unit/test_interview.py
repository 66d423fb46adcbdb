"""When an interview is proposed, and since when (domain.md C10, policy `interview.*`)."""

from __future__ import annotations

from datetime import UTC, datetime

from escalation.domain.interview import interview_id, proposal


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def when(reds: list[int], yellows: list[int], red_count: int = 1, yellow_count: int = 3) -> datetime | None:
    found = proposal([day(d) for d in reds], [day(d) for d in yellows], red_count=red_count, yellow_count=yellow_count)
    return found.at if found else None


def test_the_number_that_is_reached_first_counts_whatever_the_order() -> None:
    assert when([], [1, 2]) is None
    assert when([], [9, 2, 5]) == day(9)
    assert when([7], [9, 2, 5]) == day(7)
    assert when([12, 10], []) == day(10)
    assert when([20], [9, 2, 5, 1]) == day(5)


def test_the_numbers_are_the_policys() -> None:
    assert when([10], [], red_count=2) is None
    assert when([10, 12], [], red_count=2) == day(12)
    assert when([], [4], yellow_count=1) == day(4)


def test_the_reason_says_which_number_was_reached() -> None:
    red = proposal([day(1)], [], red_count=1, yellow_count=3)
    yellow = proposal([], [day(1)], red_count=1, yellow_count=1)
    assert red is not None
    assert yellow is not None
    assert ("红色" in red.reason, "黄色" in yellow.reason) == (True, True)


def test_each_unit_year_and_attempt_has_an_id_of_its_own() -> None:
    ids = [interview_id("ZJJ", 2026, 0), interview_id("ZJJ", 2026, 1), interview_id("ZJJ", 2027, 0), interview_id("SLJ", 2026, 0)]
    assert len(set(ids)) == 4
    assert interview_id("ZJJ", 2026, 0) == ids[0]
