"""Limits: where they end, and at which instant that is (domain.md d.5.1, d.5.2, a′.2)."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ground_rules.limits import UNITS, Limit, deadline, local_date, months_later, start_of_day
from ground_rules.workdays import WorkCalendar, YearNotice
from hypothesis import given
from hypothesis import strategies as st

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
CHINA = WorkCalendar.china()
EVERY_DAY = WorkCalendar.every_day()

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/London", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe", "UTC"]

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
limits = st.builds(Limit, st.integers(1, 400), st.sampled_from(UNITS))
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])


def last_day(amount: int, unit: Any, start: date, calendar: WorkCalendar = CHINA) -> date:
    return deadline(Limit(amount, unit), start, calendar, SHANGHAI).last_day


# ---- the limit itself


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, "10", None])
def test_a_limit_is_a_whole_number_of_at_least_one(amount: Any) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limit(amount, "DAY")


@pytest.mark.parametrize("unit", ["HOUR", "workday", "", None])
def test_a_limit_has_one_of_three_units(unit: Any) -> None:
    with pytest.raises(ValueError, match="WORKDAY"):
        Limit(1, unit)


def test_a_limit_reads_as_its_amount_and_unit() -> None:
    assert str(Limit(10, "WORKDAY")) == "10 WORKDAY"


# ---- where it ends


def test_the_start_day_is_not_counted() -> None:
    assert last_day(1, "WORKDAY", date(2026, 3, 2)) == date(2026, 3, 3)
    assert last_day(1, "DAY", date(2026, 3, 2)) == date(2026, 3, 3)


def test_workdays_are_counted_over_holidays_and_make_up_days() -> None:
    assert last_day(5, "WORKDAY", date(2017, 3, 29)) == date(2017, 4, 6)


def test_a_make_up_saturday_is_a_valid_last_day() -> None:
    assert last_day(3, "WORKDAY", date(2017, 3, 29)) == date(2017, 4, 1)
    assert last_day(3, "DAY", date(2017, 3, 29)) == date(2017, 4, 1)


def test_calendar_days_count_days_off_but_do_not_end_on_one() -> None:
    assert last_day(30, "DAY", date(2026, 4, 10)) == date(2026, 5, 11)
    assert last_day(31, "DAY", date(2026, 4, 10)) == date(2026, 5, 11)
    assert last_day(30, "DAY", date(2026, 4, 10), EVERY_DAY) == date(2026, 5, 10)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 3, 10), 3, date(2026, 6, 10)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 10, 31), 1, date(2025, 11, 30)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
        (date(2025, 1, 1), 11, date(2025, 12, 1)),
        (date(9998, 12, 1), 12, date(9999, 12, 1)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_end_of_the_month(start: date, months: int, end: date) -> None:
    assert last_day(months, "MONTH", start, EVERY_DAY) == end


def test_a_month_that_ends_on_a_day_off_rolls_to_the_next_workday() -> None:
    assert last_day(1, "MONTH", date(2026, 1, 17)) == date(2026, 2, 24)
    assert last_day(1, "MONTH", date(2026, 8, 20)) == date(2026, 9, 20), "a make-up Sunday is worked"


def test_a_limit_beyond_the_last_date_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        last_day(12, "MONTH", date(9999, 3, 1), EVERY_DAY)
    with pytest.raises(OverflowError):
        last_day(400, "DAY", date(9999, 3, 1), EVERY_DAY)
    with pytest.raises(OverflowError):
        last_day(400, "WORKDAY", date(9999, 3, 1), EVERY_DAY)


@given(limits, days, st.sampled_from([CHINA, EVERY_DAY]))
def test_every_limit_ends_on_a_workday_after_its_start(limit: Limit, start: date, calendar: WorkCalendar) -> None:
    end = deadline(limit, start, calendar, SHANGHAI).last_day
    assert end > start
    assert calendar.is_workday(end)


@given(limits, days)
def test_days_off_only_ever_lengthen_a_limit(limit: Limit, start: date) -> None:
    assert deadline(limit, start, CHINA, SHANGHAI).last_day >= deadline(limit, start, EVERY_DAY, SHANGHAI).last_day


@given(st.integers(1, 120), days)
def test_months_keep_the_day_of_the_month_where_there_is_one(months: int, start: date) -> None:
    end = last_day(months, "MONTH", start, EVERY_DAY)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == min(start.day, monthrange(end.year, end.month)[1])


@given(st.sampled_from(UNITS), st.integers(1, 200), days)
def test_a_longer_limit_never_ends_earlier(unit: Any, amount: int, start: date) -> None:
    assert last_day(amount, unit, start) <= last_day(amount + 1, unit, start)


@given(limits, days)
def test_a_later_start_never_ends_earlier(limit: Limit, start: date) -> None:
    later = start + timedelta(days=1)
    assert deadline(limit, start, CHINA, SHANGHAI).last_day <= deadline(limit, later, CHINA, SHANGHAI).last_day


# ---- provisional


@pytest.mark.parametrize(
    ("limit", "start", "provisional"),
    [
        (Limit(10, "WORKDAY"), date(2026, 12, 16), False),
        (Limit(10, "WORKDAY"), date(2026, 12, 25), True),
        (Limit(3, "MONTH"), date(2026, 11, 10), True),
        (Limit(1, "MONTH"), date(2026, 11, 10), False),
        (Limit(10, "WORKDAY"), date(2024, 12, 31), False),
        (Limit(10, "WORKDAY"), date(2024, 12, 20), True),
        (Limit(30, "DAY"), date(2024, 12, 10), False),
        (Limit(30, "DAY"), date(2027, 12, 10), True),
    ],
)
def test_a_deadline_is_provisional_where_a_day_that_decided_it_has_no_notice(
    limit: Limit, start: date, provisional: bool
) -> None:
    assert deadline(limit, start, CHINA, SHANGHAI).provisional is provisional
    assert not deadline(limit, start, EVERY_DAY, SHANGHAI).provisional


def test_publishing_the_year_settles_the_deadline_and_may_move_it() -> None:
    notice = YearNotice.published(2027, [date(2027, 1, 1), date(2027, 1, 4)], [], "国办发明电〔2026〕1号")
    before = deadline(Limit(5, "WORKDAY"), date(2026, 12, 28), CHINA, SHANGHAI)
    after = deadline(Limit(5, "WORKDAY"), date(2026, 12, 28), WorkCalendar.china({2027: notice}), SHANGHAI)
    assert (before.last_day, before.provisional) == (date(2027, 1, 5), True)
    assert (after.last_day, after.provisional) == (date(2027, 1, 6), False)


def test_a_provisional_year_in_the_middle_is_noticed() -> None:
    calendar = WorkCalendar.china({2028: YearNotice.published(2028, [date(2028, 1, 1)], [], "2028")})
    assert deadline(Limit(400, "WORKDAY"), date(2026, 12, 1), calendar, SHANGHAI).provisional


# ---- instants


def test_a_deadline_is_midnight_after_its_last_day_in_utc() -> None:
    found = deadline(Limit(10, "WORKDAY"), date(2026, 3, 2), CHINA, SHANGHAI)
    assert found.due_instant == datetime(2026, 3, 16, 16, tzinfo=UTC)
    assert found.due_instant.tzinfo is UTC


@given(limits, days, zones)
def test_the_due_instant_is_the_first_one_that_is_not_on_the_last_day(limit: Limit, start: date, zone: ZoneInfo) -> None:
    found = deadline(limit, start, CHINA, zone)
    assert local_date(found.due_instant, zone) == found.last_day + timedelta(days=1)
    assert local_date(found.due_instant - timedelta(microseconds=1), zone) == found.last_day


@given(days, zones)
def test_a_day_starts_where_the_day_before_ends(day: date, zone: ZoneInfo) -> None:
    first = start_of_day(day, zone)
    assert first.tzinfo is UTC
    assert local_date(first, zone) == day
    assert local_date(first - timedelta(microseconds=1), zone) == day - timedelta(days=1)


def test_the_days_on_which_new_york_changes_its_clocks_have_23_and_25_hours() -> None:
    def length(day: date) -> timedelta:
        return start_of_day(day + timedelta(days=1), NEW_YORK) - start_of_day(day, NEW_YORK)

    assert length(date(2015, 3, 8)) == timedelta(hours=23)
    assert length(date(2015, 11, 1)) == timedelta(hours=25)
    assert length(date(2015, 6, 1)) == timedelta(hours=24)


def test_a_limit_over_the_change_of_clocks_still_ends_at_local_midnight() -> None:
    found = deadline(Limit(10, "DAY"), date(2015, 3, 2), EVERY_DAY, NEW_YORK)
    assert found.due_instant.astimezone(NEW_YORK).isoformat() == "2015-03-13T00:00:00-04:00"


def test_a_day_whose_midnight_is_skipped_starts_at_the_end_of_the_skip() -> None:
    first = start_of_day(date(2015, 10, 18), ZoneInfo("America/Sao_Paulo"))
    assert first.astimezone(ZoneInfo("America/Sao_Paulo")).isoformat() == "2015-10-18T01:00:00-02:00"


def test_a_day_whose_midnight_comes_twice_starts_at_the_first() -> None:
    first = start_of_day(date(2024, 11, 3), ZoneInfo("America/Havana"))
    assert first == datetime(2024, 11, 3, 4, tzinfo=UTC)


def test_a_day_that_a_zone_left_out_starts_with_the_next_one() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert start_of_day(date(2011, 12, 30), apia) == start_of_day(date(2011, 12, 31), apia)


def test_the_local_day_of_an_instant_depends_on_the_zone_not_on_its_offset() -> None:
    instant = datetime(2026, 3, 16, 16, tzinfo=UTC)
    assert local_date(instant, SHANGHAI) == date(2026, 3, 17)
    assert local_date(instant, NEW_YORK) == date(2026, 3, 16)
    assert local_date(instant.astimezone(timezone(timedelta(hours=-11))), SHANGHAI) == date(2026, 3, 17)


def test_an_instant_without_an_offset_has_no_local_day() -> None:
    with pytest.raises(ValueError, match="offset"):
        local_date(datetime(2026, 3, 16, 16), SHANGHAI)  # noqa: DTZ001


def test_months_reach_into_the_last_year_and_not_beyond_it() -> None:
    assert months_later(date(9998, 12, 31), 12) == date(9999, 12, 31)
    with pytest.raises(OverflowError, match=r"^日期超出范围 / 1 months after 9999-12-01 is past the last date$"):
        months_later(date(9999, 12, 1), 1)


def test_an_unknown_unit_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ValueError) as caught:
        Limit(1, "WEEK")  # type: ignore[arg-type]
    assert str(caught.value) == "时限单位应为 WORKDAY、DAY、MONTH / the unit of a limit is one of these, not 'WEEK'"
