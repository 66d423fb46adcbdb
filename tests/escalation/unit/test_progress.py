"""Checks of progress: reporting cycles and milestones, and what came of them (domain.md d.4, triggers of white)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End, Reckoning
from escalation.domain.progress import (
    Check,
    Expected,
    Failed,
    Report,
    Track,
    cycle_check,
    failing,
    made_of,
    milestone_check,
    reports_of,
    upcoming,
)
from escalation.domain.standing import Entry
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def day(number: int) -> date:
    return date(2026, 3, number)


def end(last: date, next_midnight: str) -> End:
    return End(last, at(next_midnight), provisional=False, fixed=False)


TRACK = Track(RECKONING, day(2))
"""From Monday 2026-03-02 on."""
FIVE = Limit(5, "WORKDAY")
FIRST = Check("CYCLE", 1, end(day(9), "2026-03-10 00:00"), cycle=FIVE)
SECOND = Check("CYCLE", 2, end(day(16), "2026-03-17 00:00"), since=at("2026-03-10 00:00"), cycle=FIVE)
STONE = Check("MILESTONE", 1, end(day(11), "2026-03-12 00:00"), needed=50, planned=60, due_on=day(11))


def test_a_cycle_ends_so_many_days_after_the_one_before_and_counts_reports_from_there() -> None:
    assert cycle_check(TRACK, FIVE, 1) == FIRST
    assert cycle_check(TRACK, FIVE, 2) == SECOND


def test_days_that_are_not_counted_move_the_cycles() -> None:
    track = replace(TRACK, spans=((day(3), day(4)),))
    assert cycle_check(track, FIVE, 1).end.last_day == day(11)


def test_a_milestone_ends_with_its_day_or_the_next_workday_moved_with_the_limit() -> None:
    assert milestone_check(TRACK, day(11), 60, 50, 1) == STONE
    assert milestone_check(TRACK, day(14), 60, 50, 1).end.last_day == day(16)
    assert milestone_check(replace(TRACK, moved=2), day(11), 60, 50, 1).end == end(day(13), "2026-03-14 00:00")


def test_a_milestone_of_a_year_without_a_calendar_is_provisional() -> None:
    assert milestone_check(TRACK, date(2027, 3, 11), 60, 50, 1).end.provisional
    assert not STONE.end.provisional


@pytest.mark.parametrize(("check", "ground"), [(FIRST, "NO_PROGRESS"), (STONE, "SLOW_PROGRESS")])
def test_each_kind_of_check_has_its_ground(check: Check, ground: str) -> None:
    assert check.ground == ground
    assert Failed(check, None, pending=False, let_go=None).ground == ground


def test_a_check_is_written_into_the_journal_with_all_that_a_fold_needs() -> None:
    assert FIRST.id == "CYCLE:1:2026-03-09T16:00:00+00:00"
    assert FIRST.data() == {"what": "CYCLE", "number": 1, "cycle": [5, "WORKDAY"]}
    assert STONE.data() == {"what": "MILESTONE", "number": 1, "due_on": "2026-03-11", "needed": 50, "planned": 60}


EXPECTED = Expected(FIVE, ((day(20), 90), (day(11), 60), (day(2), 10)), tolerance=10)


def test_the_next_check_of_each_kind_comes_by_its_end() -> None:
    second = replace(STONE, number=2)
    third = Check("MILESTONE", 3, end(day(20), "2026-03-21 00:00"), needed=80, planned=90, due_on=day(20))
    assert upcoming(EXPECTED, TRACK, []) == [FIRST, second, third]
    assert upcoming(EXPECTED, TRACK, [FIRST, second]) == [SECOND, third]
    assert upcoming(Expected(None), TRACK, []) == []


def test_a_milestone_on_the_day_of_the_service_is_not_asked_for() -> None:
    assert [check.due_on for check in upcoming(Expected(None, EXPECTED.milestones), TRACK, [])] == [day(11), day(20)]


def test_the_tolerance_never_asks_for_less_than_nothing() -> None:
    (check,) = upcoming(Expected(None, ((day(11), 5),), tolerance=10), TRACK, [])
    assert (check.needed, check.planned) == (0, 5)


def test_a_cycle_and_a_milestone_that_end_together_come_in_one_order() -> None:
    both = upcoming(Expected(FIVE, ((day(9), 60),)), TRACK, [])
    assert [check.what for check in both] == ["CYCLE", "MILESTONE"]


# ---- the journal


def entry(kind: str, id_: str, when: str, **data: Any) -> Entry:
    return Entry(kind, id_, at(when), at(when), data)


def written(check: Check, when: str) -> Entry:
    return Entry("CHECK", check.id, at(when), at(when), check.data())


def test_the_checks_are_read_back_from_the_journal_by_their_end() -> None:
    lines = [written(STONE, "2026-03-12 00:00"), entry("URGE", "u", "2026-03-10 00:00"), written(FIRST, "2026-03-10 00:00")]
    for order in permutations(lines):
        assert made_of(order, TRACK) == [FIRST, STONE]


def test_a_check_that_was_made_too_early_by_days_left_out_since_counts_no_more() -> None:
    lines = [written(FIRST, "2026-03-10 00:00")]
    assert made_of(lines, TRACK) == [FIRST]
    assert made_of(lines, replace(TRACK, spans=((day(3), day(4)),))) == []


def test_reports_fold_with_their_decisions_in_whatever_order_they_were_written() -> None:
    lines = [
        entry("PROGRESS_REPORT", "a", "2026-03-04 09:00", percent=20),
        entry("PROGRESS", "a", "2026-03-04 09:00", percent=20),
        entry("PROGRESS_REPORT", "b", "2026-03-05 09:00"),
        entry("PROGRESS_RETURNED", "b", "2026-03-06 09:00"),
        entry("PROGRESS_REPORT", "c", "2026-03-03 09:00", percent=10),
    ]
    for order in permutations(lines):
        assert reports_of(order) == [
            Report(at("2026-03-03 09:00"), 10, None),
            Report(at("2026-03-04 09:00"), 20, True),
            Report(at("2026-03-05 09:00"), None, False, at("2026-03-06 09:00")),
        ]


# ---- what came of them


def report(when: str, percent: int | None = None, accepted: bool | None = True, decided: str | None = None) -> Report:
    return Report(at(when), percent, accepted, at(decided) if decided else None)


@pytest.mark.parametrize(
    ("reports", "fails"),
    [
        ([], True),
        ([report("2026-03-09 23:59")], False),
        ([report("2026-03-10 00:00")], True),
        ([report("2026-03-01 09:00")], False),
        ([report("2026-03-05 09:00", accepted=False)], True),
        ([report("2026-03-05 09:00", accepted=None)], True),
    ],
)
def test_a_cycle_needs_an_accepted_report_before_its_end(reports: list[Report], fails: bool) -> None:
    assert (failing([FIRST], reports) is not None) is fails


@pytest.mark.parametrize(
    ("when", "fails"), [("2026-03-09 23:59", True), ("2026-03-10 00:00", False), ("2026-03-16 23:59", False)]
)
def test_a_later_cycle_needs_a_report_of_its_own(when: str, fails: bool) -> None:
    assert (failing([SECOND], [report(when)]) is not None) is fails


@pytest.mark.parametrize(
    ("reports", "fails"),
    [
        ([report("2026-03-05 09:00", 50)], False),
        ([report("2026-03-05 09:00", 49)], True),
        ([report("2026-03-05 09:00")], True),
        ([report("2026-03-05 09:00", 80), report("2026-03-06 09:00", 40)], True),
        ([report("2026-03-05 09:00", 80), report("2026-03-06 09:00")], False),
        ([report("2026-03-05 09:00", 80, accepted=None)], True),
        ([report("2026-03-12 00:00", 80)], True),
    ],
)
def test_a_milestone_needs_the_last_accepted_percentage(reports: list[Report], fails: bool) -> None:
    assert (failing([STONE], reports) is not None) is fails


def test_a_failed_check_tells_the_last_percentage_and_what_let_it_go() -> None:
    reports = [report("2026-03-05 09:00", 20), report("2026-03-06 09:00", 60, False, "2026-03-13 10:00")]
    assert failing([STONE], reports) == Failed(STONE, 20, pending=False, let_go=at("2026-03-13 10:00"))
    early = [report("2026-03-06 09:00", 60, False, "2026-03-12 00:00")]
    assert failing([STONE], early) == Failed(STONE, None, pending=False, let_go=None)


@pytest.mark.parametrize(
    ("check", "percent", "pending"),
    [(FIRST, None, True), (STONE, 50, True), (STONE, 49, False), (STONE, None, False)],
)
def test_a_report_that_waits_for_the_office_holds_the_check_if_it_would_meet_it(
    check: Check, percent: int | None, pending: bool
) -> None:
    found = failing([check], [report("2026-03-05 09:00", percent, accepted=None)])
    assert found is not None
    assert found.pending is pending


def test_the_first_check_that_failed_for_good_goes_before_one_that_waits() -> None:
    waits = report("2026-03-05 09:00", 40, accepted=None)
    found = failing([FIRST, STONE], [waits])
    assert found is not None
    assert (found.check, found.pending) == (STONE, False)
    only = failing([FIRST], [waits])
    assert only is not None
    assert only.pending


def test_nothing_failed_where_nothing_was_asked() -> None:
    assert failing([], [report("2026-03-05 09:00", 20)]) is None
