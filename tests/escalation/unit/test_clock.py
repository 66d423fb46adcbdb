"""Limits: where they end, what is not counted, and how claims change them (domain.md d.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Claim, Clock, Course, Reckoning, Term, course, owner_of
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
CHINA = Reckoning(WorkCalendar.china(), ZONE)
EVERY_DAY = Reckoning(WorkCalendar.every_day(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def claim(made: str, rejected: str | None = None, verified: str | None = None, id_: str = "c") -> Claim:
    decided = rejected or verified
    verdict = "REJECTED" if rejected else "VERIFIED" if verified else None
    return Claim(id_, at(made), at(made), verdict, at(decided) if decided else None)


WHITE = Term(10, "WORKDAY", None, date(2026, 3, 2))
"""Signed on Monday 2026-03-02: ends on 2026-03-16 (AC-01)."""


def test_ten_workdays_from_a_monday_end_two_weeks_later() -> None:
    end = WHITE.end(CHINA)
    assert end is not None
    assert (end.last_day, end.due_instant, end.fixed) == (date(2026, 3, 16), at("2026-03-17 00:00"), False)


def test_a_limit_by_length_is_in_time_strictly_before_midnight_of_the_next_day() -> None:
    end = WHITE.end(CHINA)
    assert end is not None
    assert end.in_time(at("2026-03-16 23:59"))
    assert not end.in_time(at("2026-03-17 00:00"))


def test_a_fixed_instant_is_in_time_at_the_instant_itself() -> None:
    end = Term(None, None, at("2026-03-05 15:30"), date(2026, 3, 2)).end(CHINA)
    assert end is not None
    assert end.in_time(at("2026-03-05 15:30"))
    assert not end.in_time(at("2026-03-05 15:31"))
    assert end.last_day == date(2026, 3, 5)
    assert (end.fixed, end.provisional) == (True, False)


def test_nothing_ends_before_it_was_served() -> None:
    assert replace(WHITE, start=None).end(CHINA) is None


def test_suspended_days_are_not_counted_both_ends_included() -> None:
    """AC-06: served 06-01, suspended 06-05 to 06-24: three workdays used, seven left, 06-19 off."""
    term, span = Term(10, "WORKDAY", None, date(2026, 6, 1)), (date(2026, 6, 5), date(2026, 6, 24))
    end = term.end(CHINA, [span])
    assert end is not None
    assert end.last_day == date(2026, 7, 3)
    assert CHINA.not_counted("WORKDAY", date(2026, 6, 1), end.last_day, [span]) == 13


def test_suspended_calendar_days_lengthen_a_day_limit_and_then_it_rolls_over() -> None:
    term, span = Term(5, "DAY", None, date(2026, 6, 1)), (date(2026, 6, 3), date(2026, 6, 4))
    end = term.end(CHINA, [span])
    assert end is not None
    assert end.last_day == date(2026, 6, 8)
    assert end.due_instant == at("2026-06-09 00:00")
    assert CHINA.not_counted("DAY", date(2026, 6, 1), end.last_day, [span]) == 2


@pytest.mark.parametrize(
    ("start", "months", "span", "last"),
    [
        ("2026-01-31", 1, ("2026-02-03", "2026-02-04"), "2026-03-02"),
        ("2026-11-30", 3, ("2026-12-01", "2026-12-01"), "2027-03-01"),
    ],
)
def test_a_month_limit_ends_on_the_corresponding_day_or_month_end_plus_the_suspended_days(
    start: str, months: int, span: tuple[str, str], last: str
) -> None:
    days = (date.fromisoformat(span[0]), date.fromisoformat(span[1]))
    end = Term(months, "MONTH", None, date.fromisoformat(start)).end(CHINA, [days])
    assert end is not None
    assert end.last_day == date.fromisoformat(last)


def test_a_fixed_instant_moves_by_whole_suspended_days() -> None:
    end = Term(None, None, at("2026-03-05 15:30"), date(2026, 3, 2)).end(CHINA, [(date(2026, 3, 3), date(2026, 3, 4))])
    assert end is not None
    assert end.due_instant == at("2026-03-07 15:30")


def test_days_before_the_start_are_not_suspended_days() -> None:
    until = date(2026, 6, 30)
    assert CHINA.not_counted("DAY", date(2026, 6, 2), until, [(date(2026, 6, 1), date(2026, 6, 4))]) == 2
    assert CHINA.not_counted("DAY", date(2026, 6, 2), until, [(date(2026, 6, 1), date(2026, 6, 2))]) == 0


def test_without_claims_the_limit_runs() -> None:
    found = course(WHITE, [], CHINA)
    assert (found.status, found.claimed, found.late) == ("RUNNING", False, ())


def test_a_claim_in_time_that_waits_for_its_verdict_holds_the_limit() -> None:
    found = course(WHITE, [claim("2026-03-13 15:20")], CHINA)
    assert (found.status, found.at) == ("PENDING", at("2026-03-13 15:20"))


def test_a_verified_claim_in_time_ends_it_with_the_date_of_the_claim_however_late_the_verdict() -> None:
    found = course(WHITE, [claim("2026-03-13 15:20", verified="2026-05-01 10:00")], CHINA)
    assert (found.status, found.at) == ("DONE", at("2026-03-13 15:20"))


def test_a_claim_at_the_due_instant_is_late() -> None:
    found = course(WHITE, [claim("2026-03-17 00:00", verified="2026-03-18 10:00")], CHINA)
    assert found.status == "RUNNING"
    assert [late.at for late in found.late] == [at("2026-03-17 00:00")]
    assert not found.claimed


def test_the_days_of_verification_are_not_charged() -> None:
    """Claimed on 03-04 and rejected on 03-06: one workday used (03-03), nine left after 03-06."""
    found = course(WHITE, [claim("2026-03-04 10:00", rejected="2026-03-06 16:00")], CHINA)
    assert found.status == "RUNNING"
    assert found.end is not None
    assert found.end.last_day == date(2026, 3, 19)
    assert found.suspended_days == 3
    assert found.claimed


def test_a_second_rejected_claim_stops_nothing() -> None:
    claims = [
        claim("2026-03-04 10:00", rejected="2026-03-06 16:00", id_="c1"),
        claim("2026-03-10 10:00", rejected="2026-03-12 16:00", id_="c2"),
    ]
    found = course(WHITE, claims, CHINA)
    assert found.end is not None
    assert (found.end.last_day, found.suspended_days) == (date(2026, 3, 19), 3)


def test_a_claim_in_time_rejected_after_the_end_is_below_the_standard_from_the_day_of_the_rejection() -> None:
    found = course(WHITE, [claim("2026-03-16 10:00", rejected="2026-03-18 16:00")], CHINA)
    assert (found.status, found.at) == ("REJECTED", at("2026-03-18 16:00"))
    assert found.end is not None
    assert found.end.last_day == date(2026, 3, 16)


def test_a_rejection_at_the_due_instant_counts_as_after_the_end() -> None:
    assert course(WHITE, [claim("2026-03-16 10:00", rejected="2026-03-17 00:00")], CHINA).status == "REJECTED"


def test_of_two_claims_in_time_the_verified_one_decides() -> None:
    claims = [
        claim("2026-03-10 10:00", rejected="2026-03-20 10:00", id_="c1"),
        claim("2026-03-16 10:00", verified="2026-03-20 10:00", id_="c2"),
    ]
    assert course(WHITE, claims, CHINA).status == "DONE"


def test_a_pending_claim_holds_although_another_was_rejected_after_the_end() -> None:
    claims = [claim("2026-03-10 10:00", rejected="2026-03-20 10:00", id_="c1"), claim("2026-03-16 10:00", id_="c2")]
    assert course(WHITE, claims, CHINA).status == "PENDING"


def test_the_last_rejection_after_the_end_counts() -> None:
    claims = [
        claim("2026-03-10 10:00", rejected="2026-03-20 10:00", id_="c1"),
        claim("2026-03-16 10:00", rejected="2026-03-19 10:00", id_="c2"),
    ]
    assert course(WHITE, claims, CHINA).at == at("2026-03-20 10:00")


def test_a_claim_before_service_is_in_time_and_its_rejection_leaves_the_limit_to_run_from_service() -> None:
    unserved = replace(WHITE, start=None)
    assert course(unserved, [claim("2026-03-01 10:00")], CHINA).status == "PENDING"
    served = course(WHITE, [claim("2026-03-01 10:00", rejected="2026-03-01 16:00")], CHINA)
    assert served.end is not None
    assert (served.status, served.end.last_day, served.suspended_days) == ("RUNNING", date(2026, 3, 16), 0)


def test_the_course_is_the_same_for_claims_sorted_from_any_order() -> None:
    claims = [
        claim("2026-03-04 10:00", rejected="2026-03-06 16:00", id_="c1"),
        claim("2026-03-10 10:00", rejected="2026-03-12 16:00", id_="c2"),
        claim("2026-03-18 10:00", verified="2026-03-21 16:00", id_="c3"),
    ]
    found: set[Course] = {course(WHITE, sorted(order, key=lambda c: (c.at, c.id)), CHINA) for order in permutations(claims)}
    assert len(found) == 1
    assert found.pop().status == "DONE"


def test_an_open_claim_is_one_that_was_not_rejected_yet() -> None:
    rejected = claim("2026-03-04 10:00", rejected="2026-03-06 16:00")
    assert rejected.open_at(at("2026-03-06 15:59"))
    assert not rejected.open_at(at("2026-03-06 16:00"))
    assert claim("2026-03-04 10:00", verified="2026-03-06 16:00").open_at(at("2026-03-09 00:00"))


def test_every_day_counts_where_the_policy_says_so() -> None:
    end = Term(10, "DAY", None, date(2026, 1, 1)).end(EVERY_DAY)
    assert end is not None
    assert end.last_day == date(2026, 1, 11)


def test_the_owner_of_a_clock_names_colour_and_renewal() -> None:
    assert [owner_of("YELLOW", 0), owner_of("YELLOW", 1), owner_of("RED", 0)] == ["SLIP:YELLOW", "SLIP:YELLOW:1", "SLIP:RED"]


def test_a_lengthened_day_limit_never_ends_on_a_day_off() -> None:
    """Three calendar days after Wednesday 06-03 and one suspended: Sunday 06-07 becomes Monday."""
    end = Term(3, "DAY", None, date(2026, 6, 3)).end(CHINA, [(date(2026, 6, 4), date(2026, 6, 4))])
    assert end is not None
    assert end.last_day == date(2026, 6, 8)


def test_a_lengthened_limit_in_a_year_without_a_published_notice_is_provisional() -> None:
    span = (date(2026, 12, 30), date(2026, 12, 30))
    across = Term(5, "WORKDAY", None, date(2026, 12, 28)).end(CHINA, [span])
    within = Term(1, "WORKDAY", None, date(2026, 12, 28)).end(CHINA, [span])
    assert across is not None
    assert within is not None
    assert (across.provisional, within.provisional) == (True, False)


def test_the_day_of_service_is_no_suspended_day() -> None:
    assert CHINA.not_counted("WORKDAY", date(2026, 6, 1), date(2026, 6, 30), [(date(2026, 6, 1), date(2026, 6, 2))]) == 1


def test_a_clock_has_passed_only_when_its_present_end_has() -> None:
    due, earlier = at("2026-03-17 00:00"), at("2026-03-16 00:00")
    clock = Clock(
        "m", "ZJJ", "SLIP:WHITE", "s", 10, "WORKDAY", None, date(2026, 3, 2), at("2026-03-02 10:00"), date(2026, 3, 16), due,
        False, 0, "RUNNING", None,
    )  # fmt: skip
    assert not clock.has_passed
    assert replace(clock, passed_due=due).has_passed
    assert not replace(clock, passed_due=earlier).has_passed
