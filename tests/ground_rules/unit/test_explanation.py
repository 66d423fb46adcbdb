"""A deadline day by day says the same as the rule that made it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from ground_rules.explanation import Day, Left, Run, explain, runs
from ground_rules.limits import Limit, deadline
from ground_rules.workdays import WorkCalendar

CHINA = WorkCalendar.china()
ZONE = ZoneInfo("Asia/Shanghai")


def kinds(found: object) -> list[str]:
    return [day.kind for day in found.days]  # type: ignore[attr-defined]


def test_the_start_day_is_not_counted_and_the_last_workday_is_the_deadline() -> None:
    found = explain(Limit(5, "WORKDAY"), date(2026, 3, 17), date(2026, 3, 24), CHINA)
    assert kinds(found) == ["START", "COUNTED", "COUNTED", "COUNTED", "WEEKEND", "WEEKEND", "COUNTED", "COUNTED"]
    assert (found.days[-1].counted, found.consistent) == (5, True)


def test_a_makeup_saturday_is_counted_and_names_its_notice() -> None:
    found = explain(Limit(5, "WORKDAY"), date(2017, 3, 29), date(2017, 4, 6), CHINA)
    by_day = {day.day: day for day in found.days}
    assert (by_day[date(2017, 4, 1)].kind, by_day[date(2017, 4, 1)].counted) == ("MAKEUP_WORKDAY", 3)
    assert by_day[date(2017, 4, 1)].notice == CHINA.notice_number(2017)
    assert [by_day[date(2017, 4, day)].kind for day in (2, 3, 4)] == ["HOLIDAY"] * 3
    assert found.consistent


def test_a_holiday_is_named() -> None:
    found = explain(Limit(7, "WORKDAY"), date(2026, 6, 15), date(2026, 6, 25), CHINA)
    festival = next(day for day in found.days if day.day == date(2026, 6, 19))
    assert festival.kind == "HOLIDAY" and "端午" in festival.why and festival.notice


def test_suspended_days_are_not_counted_and_say_why() -> None:
    left = [Left(date(2026, 6, 5), date(2026, 6, 24), "听证")]
    found = explain(Limit(10, "WORKDAY"), date(2026, 6, 1), date(2026, 7, 3), CHINA, left_out=left)
    suspended = [day for day in found.days if day.kind == "SUSPENDED"]
    assert len(suspended) == 20 and {day.why for day in suspended} == {"听证"}
    assert (found.days[-1].counted, found.consistent) == (10, True)


def test_a_limit_in_days_rolls_over_a_weekend_and_says_so() -> None:
    found = explain(Limit(30, "DAY"), date(2026, 4, 10), date(2026, 5, 11), CHINA)
    assert kinds(found)[-2:] == ["COUNTED", "ROLLED"]
    assert found.consistent


def test_days_by_an_extension_are_told_apart() -> None:
    found = explain(Limit(10, "WORKDAY"), date(2026, 4, 13), date(2026, 4, 30), CHINA, extension=3)
    assert kinds(found)[-3:] == ["EXTENSION"] * 3
    assert found.consistent


def test_a_deadline_that_was_told_before_is_kept() -> None:
    found = explain(Limit(5, "WORKDAY"), date(2026, 3, 17), date(2026, 3, 26), CHINA)
    assert kinds(found)[-2:] == ["KEPT", "KEPT"]
    assert not found.consistent


def test_an_end_that_comes_too_early_is_not_consistent() -> None:
    assert not explain(Limit(5, "WORKDAY"), date(2026, 3, 17), date(2026, 3, 23), CHINA).consistent


@pytest.mark.parametrize("unit", ["WORKDAY", "DAY", "MONTH"])
@pytest.mark.parametrize("calendar", [CHINA, WorkCalendar.every_day()], ids=["china", "every-day"])
def test_every_deadline_of_two_years_is_explained_by_its_days(unit: str, calendar: WorkCalendar) -> None:
    for month in range(24):
        for day, amount in ((1, 1), (9, 3), (28, 11)):
            start = date(2025 + month // 12, month % 12 + 1, day)
            limit = Limit(amount, unit)  # type: ignore[arg-type]
            end = deadline(limit, start, calendar, ZONE).last_day
            assert explain(limit, start, end, calendar).consistent, (start, limit)


def test_a_year_without_a_notice_names_the_statutory_days_only() -> None:
    found = explain(Limit(2, "WORKDAY"), date(2028, 9, 29), date(2028, 10, 5), CHINA)
    assert [day.kind for day in found.days] == ["START", "WEEKEND", "HOLIDAY", "HOLIDAY", "HOLIDAY", "COUNTED", "COUNTED"]
    assert CHINA.notice_number(2028) is None and found.days[2].notice is None


# ---------------------------------------------------------------- every day in full


def test_workdays_holidays_and_weekends_are_told_in_full() -> None:
    found = explain(Limit(5, "WORKDAY"), date(2017, 3, 29), date(2017, 4, 6), CHINA)
    number = CHINA.notice_number(2017)
    off = CHINA.day_off(date(2017, 4, 2))
    assert off is not None
    why = f"{off.name}，不计 / holiday, not counted"
    assert found.days == (
        Day(date(2017, 3, 29), "START", None, "起算日，不计 / start day, not counted"),
        Day(date(2017, 3, 30), "COUNTED", 1, "计入 / counted"),
        Day(date(2017, 3, 31), "COUNTED", 2, "计入 / counted"),
        Day(date(2017, 4, 1), "MAKEUP_WORKDAY", 3, "调休上班，计入 / make-up workday, counted", number),
        *(Day(date(2017, 4, day), "HOLIDAY", None, why, number, off.name) for day in (2, 3, 4)),
        Day(date(2017, 4, 5), "COUNTED", 4, "计入 / counted"),
        Day(date(2017, 4, 6), "COUNTED", 5, "计入 / counted"),
    )
    assert found.rule == "起算日不计，按工作日计满第5个工作日的24:00止 / the start day is not counted; the end of workday 5"


def test_a_weekend_suspended_and_extended_days_are_told_in_full() -> None:
    left = [Left(date(2026, 3, 19), date(2026, 3, 20), "听证")]
    found = explain(Limit(1, "WORKDAY"), date(2026, 3, 18), date(2026, 3, 24), CHINA, left_out=left, extension=1)
    assert found.days[1:] == (
        Day(date(2026, 3, 19), "SUSPENDED", None, "听证"),
        Day(date(2026, 3, 20), "SUSPENDED", None, "听证"),
        Day(date(2026, 3, 21), "WEEKEND", None, "周末，不计 / weekend, not counted"),
        Day(date(2026, 3, 22), "WEEKEND", None, "周末，不计 / weekend, not counted"),
        Day(date(2026, 3, 23), "COUNTED", 1, "计入 / counted"),
        Day(date(2026, 3, 24), "EXTENSION", 2, "延期期间，计入 / counted, by the extension"),
    )
    assert found.consistent


def test_an_extension_over_a_make_up_day_names_its_notice() -> None:
    found = explain(Limit(2, "WORKDAY"), date(2017, 3, 29), date(2017, 4, 1), CHINA, extension=1)
    why = "延期期间，计入 / counted, by the extension"
    assert found.days[-1] == Day(date(2017, 4, 1), "EXTENSION", 3, why, CHINA.notice_number(2017))


def test_days_that_roll_over_a_festival_name_its_notice() -> None:
    found = explain(Limit(1, "DAY"), date(2026, 6, 18), date(2026, 6, 22), CHINA)
    number = CHINA.notice_number(2026)
    rolled, festival = "顺延 / rolled to the next workday", "端午节 Dragon Boat Festival"
    assert found.days[1:] == (
        Day(date(2026, 6, 19), "COUNTED", 1, "计入 / counted"),
        Day(date(2026, 6, 20), "ROLLED", None, rolled, number, festival),
        Day(date(2026, 6, 21), "ROLLED", None, rolled, number, festival),
        Day(date(2026, 6, 22), "ROLLED", None, rolled, None),
    )
    assert found.consistent


def test_a_kept_end_is_told_in_full_also_after_days_that_rolled() -> None:
    kept = "已送达的期限不缩短 / a served deadline is never shortened"
    weekday = explain(Limit(1, "WORKDAY"), date(2026, 3, 17), date(2026, 3, 19), CHINA)
    assert weekday.days[-1] == Day(date(2026, 3, 19), "KEPT", None, kept)
    rolled = explain(Limit(1, "DAY"), date(2026, 3, 20), date(2026, 3, 24), CHINA)
    assert kinds(rolled) == ["START", "COUNTED", "ROLLED", "ROLLED", "KEPT"]
    assert not rolled.consistent
    over_a_weekend = explain(Limit(1, "WORKDAY"), date(2026, 3, 19), date(2026, 3, 23), CHINA)
    assert kinds(over_a_weekend) == ["START", "COUNTED", "KEPT", "KEPT", "KEPT"]


def test_an_end_on_a_suspended_day_is_not_where_the_count_ends() -> None:
    left = [Left(date(2026, 3, 19), date(2026, 3, 20), "听证")]
    assert not explain(Limit(1, "WORKDAY"), date(2026, 3, 17), date(2026, 3, 19), CHINA, left_out=left).consistent


# ---- days that are alike, told once


def told_again(found: Iterable[Run]) -> list[tuple[date, bool]]:
    """Day by day again: which of them count. This is all that a reader of the runs has to know."""
    days = []
    for run in found:
        for n in range((run.last - run.first).days + 1):
            day = run.first + timedelta(days=n)
            counts = run.kind in ("COUNTED", "MAKEUP_WORKDAY", "EXTENSION") or run.kind == "WORKDAYS" and day.weekday() < 5
            days.append((day, counts))
    return days


@pytest.mark.parametrize("calendar", [CHINA, WorkCalendar.every_day()])
@pytest.mark.parametrize("unit", ["WORKDAY", "DAY", "MONTH"])
def test_runs_tell_the_same_days_and_numbers(unit: str, calendar: WorkCalendar) -> None:
    rng = random.Random(unit)
    for _ in range(60):
        start = date(2025, 1, 1) + timedelta(days=rng.randrange(700))
        limit = Limit(rng.randint(1, 12 if unit == "MONTH" else 200), unit)  # type: ignore[arg-type]
        first = start + timedelta(days=rng.randint(1, 40))
        left = (
            [Left(first, first + timedelta(days=rng.randint(0, 20)), "听证", "STATUTORY_PROCEDURE")] if rng.random() < 0.5 else []
        )
        last = deadline(limit, start, calendar, ZONE).last_day + timedelta(days=30 if left else 0)
        days = explain(limit, start, last, calendar, left_out=left, extension=rng.choice((0, 5))).days
        found = runs(days)
        assert told_again(found) == [(day.day, day.counted is not None) for day in days]
        numbers = {day.day: day.counted for day in days if day.counted is not None}
        for run in found:
            inside = [number for day, number in numbers.items() if run.first <= day <= run.last]
            assert run.counted == (inside[-1] if inside else None)
        assert len(found) <= 45


def test_ordinary_weeks_are_one_run_and_every_other_day_says_why() -> None:
    left = [Left(date(2026, 6, 22), date(2026, 6, 23), "听证", "STATUTORY_PROCEDURE")]
    found = runs(explain(Limit(20, "WORKDAY"), date(2026, 6, 1), date(2026, 7, 2), CHINA, left_out=left).days)
    notice = CHINA.notice_number(2026)
    assert [(run.kind, run.last.day, run.counted, run.cause, run.notice) for run in found] == [
        ("START", 1, None, None, None),
        ("WORKDAYS", 18, 13, None, None),
        ("HOLIDAY", 21, None, "端午节 Dragon Boat Festival", notice),
        ("SUSPENDED", 23, None, "STATUTORY_PROCEDURE", None),
        ("WORKDAYS", 2, 20, None, None),
    ]
