"""Workdays: the State Council's notices over Monday to Friday, and counting along them (domain.md d.5.3, d.5.4)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from ground_rules.notices import built_in, notice_from
from ground_rules.workdays import Holiday, WorkCalendar, YearNotice
from hypothesis import given
from hypothesis import strategies as st

PUBLISHED = (2017, 2018, 2025, 2026)

CHINA = WorkCalendar.china()
EVERY_DAY = WorkCalendar.every_day()

calendars = st.sampled_from([CHINA, EVERY_DAY])
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
counts = st.integers(1, 800)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def notice_2027(**changes: object) -> YearNotice:
    known = {"days_off": [date(2027, 6, 9)], "makeup_workdays": [date(2027, 6, 12)], "number": "国办发明电〔2026〕1号"}
    return YearNotice.published(2027, **(known | changes))  # type: ignore[arg-type]


# ---- the published years


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_day_of_a_published_year_agrees_with_an_independent_calendar(year: int) -> None:
    assert [day for day in days_of(year) if CHINA.is_workday(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_holiday_goes_by_the_name_an_independent_calendar_gives_it(year: int) -> None:
    named = {day: name for day, name in chinese_calendar.constants.holidays.items() if day.year == year}
    assert {day for day in days_of(year) if "国办发明电" in CHINA.why(day) and not CHINA.is_workday(day)} == set(named)
    assert [day for day, name in named.items() if name.casefold() not in CHINA.why(day).casefold()] == []


@pytest.mark.parametrize("year", PUBLISHED)
def test_make_up_workdays_are_exactly_those_an_independent_calendar_has(year: int) -> None:
    makeup = {day for day in days_of(year) if CHINA.why(day).startswith("make-up workday")}
    assert makeup == {day for day in chinese_calendar.constants.workdays if day.year == year}


def test_four_notices_are_built_in_each_with_its_number_and_title() -> None:
    assert {year: notice.number for year, notice in built_in().items()} == {
        2017: "国办发明电〔2016〕17号",
        2018: "国办发明电〔2017〕12号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }
    assert {notice.title for notice in built_in().values()} == {
        f"国务院办公厅关于{year}年部分节假日安排的通知" for year in PUBLISHED
    }


def test_a_make_up_saturday_is_a_workday_and_a_holiday_tuesday_is_not() -> None:
    assert CHINA.is_workday(date(2017, 4, 1))
    assert not CHINA.is_workday(date(2017, 4, 4))


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 6, 18), "workday"),
        (date(2026, 6, 19), "端午节 Dragon Boat Festival (国办发明电〔2025〕7号)"),
        (date(2026, 6, 20), "端午节 Dragon Boat Festival (国办发明电〔2025〕7号)"),
        (date(2026, 6, 27), "Saturday"),
        (date(2026, 6, 28), "Sunday"),
        (date(2026, 2, 14), "make-up workday (国办发明电〔2025〕7号)"),
        (date(2018, 12, 29), "make-up workday (国办发明电〔2018〕15号)"),
        (date(2018, 12, 31), "元旦 New Year's Day (国办发明电〔2018〕15号)"),
        (date(2027, 10, 1), "国庆节 National Day (statutory; no notice for 2027 yet)"),
        (date(2027, 1, 4), "workday"),
        (date(2027, 2, 6), "Saturday"),
    ],
)
def test_every_day_says_why_it_is_worked_or_not(day: date, reason: str) -> None:
    assert CHINA.why(day) == reason


# ---- years without a notice


@pytest.mark.parametrize("year", [2016, 2024, 2027, 2028])
def test_an_unpublished_year_is_monday_to_friday_without_the_fixed_holidays(year: int) -> None:
    fixed = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    expected = [day for day in days_of(year) if day.weekday() < 5 and (day.month, day.day) not in fixed]
    assert [day for day in days_of(year) if CHINA.is_workday(day)] == expected


def test_a_published_year_has_no_fixed_holidays_beyond_its_notice() -> None:
    assert CHINA.is_workday(date(2017, 5, 2))


def test_exactly_the_years_without_a_notice_are_provisional() -> None:
    assert [year for year in range(2015, 2030) if not CHINA.is_provisional(year)] == list(PUBLISHED)
    assert CHINA.is_provisional(date(2027, 1, 1))
    assert not CHINA.is_provisional(date(2026, 12, 31))


def test_without_days_off_nothing_is_provisional_and_christmas_is_worked() -> None:
    assert not EVERY_DAY.is_provisional(2027)
    assert all(EVERY_DAY.is_workday(day) for day in days_of(2026))
    assert EVERY_DAY.why(date(2026, 10, 1)) == "workday (every day is one)"


# ---- a year that is published later


def test_a_notice_handed_in_ends_the_provisional_state_of_its_year_only() -> None:
    calendar = WorkCalendar.china({2027: notice_2027()})
    assert not calendar.is_workday(date(2027, 6, 9))
    assert calendar.is_workday(date(2027, 6, 12))
    assert calendar.is_workday(date(2027, 5, 3))
    assert calendar.is_workday(date(2027, 10, 1)), "the notice is the whole truth about its year"
    assert [year for year in (2026, 2027, 2028) if calendar.is_provisional(year)] == [2028]
    assert calendar.why(date(2027, 6, 9)) == "放假 day off (国办发明电〔2026〕1号)"


def test_a_new_calendar_leaves_the_shared_one_alone() -> None:
    WorkCalendar.china({2027: notice_2027()})
    assert WorkCalendar.china() is CHINA
    assert CHINA.is_workday(date(2027, 6, 9))


def test_a_notice_handed_in_replaces_the_built_in_one() -> None:
    calendar = WorkCalendar.china({2026: YearNotice.published(2026, [date(2026, 6, 22)], [], "更正")})
    assert calendar.is_workday(date(2026, 6, 19))
    assert not calendar.is_workday(date(2026, 6, 22))


def test_the_later_notice_has_the_last_word_on_the_december_before() -> None:
    december = YearNotice.published(2026, [date(2026, 12, 30)], [date(2026, 12, 26)], "2026")
    january = YearNotice.published(2027, [date(2026, 12, 26), date(2026, 12, 31)], [date(2026, 12, 30)], "2027")
    calendar = WorkCalendar.china({2027: january, 2026: december})
    worked = [day.day for day in days_of(2026) if day.month == 12 and day.day >= 26 and calendar.is_workday(day)]
    assert worked == [28, 29, 30]
    assert calendar.why(date(2026, 12, 30)) == "make-up workday (2027)"


@pytest.mark.parametrize("stray", [date(2026, 11, 30), date(2028, 1, 1), date(2025, 12, 31)])
def test_a_notice_cannot_fix_days_of_another_year(stray: date) -> None:
    with pytest.raises(ValueError, match=stray.isoformat()):
        notice_2027(days_off=[stray])
    with pytest.raises(ValueError, match=stray.isoformat()):
        notice_2027(makeup_workdays=[stray])


def test_a_notice_cannot_make_one_day_both_off_and_worked() -> None:
    with pytest.raises(ValueError, match="2027-06-12"):
        notice_2027(days_off=[date(2027, 6, 12)])


def test_a_calendar_file_is_read_as_spans_of_days_off_with_their_make_up_days() -> None:
    entry = {"name": "元旦", "english": "New Year's Day", "from": date(2027, 1, 1), "to": date(2027, 1, 3)}
    other = entry | {"number": "B", "makeup": [date(2027, 1, 9)], "from": date(2027, 5, 1), "to": date(2027, 5, 1)}
    notice = notice_from({"year": 2027, "number": "A", "title": "T", "holiday": [entry, other]})
    new_year = frozenset({date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)})
    assert notice.holidays == (
        Holiday("元旦 New Year's Day", "A", new_year, frozenset()),
        Holiday("元旦 New Year's Day", "B", frozenset({date(2027, 5, 1)}), frozenset({date(2027, 1, 9)})),
    )


# ---- counting


def test_the_first_workday_on_or_after_skips_a_whole_festival() -> None:
    assert CHINA.on_or_after(date(2026, 2, 15)) == date(2026, 2, 24)
    assert CHINA.on_or_after(date(2026, 2, 14)) == date(2026, 2, 14)


def test_counting_crosses_new_year_in_both_directions() -> None:
    assert CHINA.workday_after(date(2025, 12, 31), 1) == date(2026, 1, 4)
    assert CHINA.workday_before(date(2026, 1, 4), 1) == date(2025, 12, 31)
    assert CHINA.on_or_after(date(2026, 1, 1)) == date(2026, 1, 4)
    assert CHINA.workdays_between(date(2025, 12, 30), date(2026, 1, 5)) == 3


def test_zero_workdays_away_is_the_day_itself_even_when_it_is_off() -> None:
    assert CHINA.workday_after(date(2026, 10, 1), 0) == date(2026, 10, 1)
    assert CHINA.workday_before(date(2026, 10, 1), 0) == date(2026, 10, 1)


def test_counting_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        CHINA.workday_after(date(2026, 3, 2), -1)
    with pytest.raises(ValueError, match="-2"):
        CHINA.workday_before(date(2026, 3, 2), -2)


def test_counting_past_the_last_year_is_an_overflow_not_a_wrong_date() -> None:
    with pytest.raises(OverflowError):
        EVERY_DAY.workday_after(date(9999, 12, 30), 2)
    with pytest.raises(OverflowError):
        EVERY_DAY.workday_before(date(1, 1, 2), 2)
    assert EVERY_DAY.workday_after(date(9999, 12, 30), 1) == date(9999, 12, 31)
    assert EVERY_DAY.workday_before(date(1, 1, 2), 1) == date(1, 1, 1)


def test_leap_days_are_counted() -> None:
    assert EVERY_DAY.workdays_between(date(2023, 12, 31), date(2024, 12, 31)) == 366
    assert EVERY_DAY.workdays_between(date(1899, 12, 31), date(1900, 12, 31)) == 365
    assert EVERY_DAY.workdays_between(date(1999, 12, 31), date(2000, 12, 31)) == 366
    assert EVERY_DAY.workdays_between(date(1899, 12, 31), date(2001, 1, 1)) == (date(2001, 1, 1) - date(1899, 12, 31)).days


@given(calendars, days, counts)
def test_the_nth_workday_after_is_a_workday_with_n_workdays_up_to_it(calendar: WorkCalendar, day: date, n: int) -> None:
    found = calendar.workday_after(day, n)
    assert calendar.is_workday(found)
    assert calendar.workdays_between(day, found) == n


@given(calendars, days, counts)
def test_each_further_workday_is_strictly_later_and_the_next_one(calendar: WorkCalendar, day: date, n: int) -> None:
    one, next_one = calendar.workday_after(day, n), calendar.workday_after(day, n + 1)
    assert one < next_one
    assert calendar.workday_after(one, 1) == next_one


@given(calendars, days, counts)
def test_counting_back_undoes_counting_forward_from_a_workday(calendar: WorkCalendar, day: date, n: int) -> None:
    start = calendar.on_or_after(day)
    assert calendar.workday_before(calendar.workday_after(start, n), n) == start


@given(calendars, days, counts)
def test_the_nth_workday_before_leaves_n_minus_one_between(calendar: WorkCalendar, day: date, n: int) -> None:
    found = calendar.workday_before(day, n)
    assert calendar.is_workday(found)
    assert calendar.workdays_between(found, day - timedelta(days=1)) == n - 1


@given(calendars, days, days)
def test_workdays_between_are_those_later_than_one_day_and_not_later_than_the_other(
    calendar: WorkCalendar, one: date, other: date
) -> None:
    other = min(other, one + timedelta(days=1500))
    expected = sum(calendar.is_workday(one + timedelta(days=n)) for n in range(1, (other - one).days + 1))
    assert calendar.workdays_between(one, other) == expected


@given(calendars, days)
def test_the_first_workday_on_or_after_has_only_days_off_before_it(calendar: WorkCalendar, day: date) -> None:
    found = calendar.on_or_after(day)
    assert found >= day
    assert calendar.is_workday(found)
    assert not any(calendar.is_workday(day + timedelta(days=n)) for n in range((found - day).days))


@given(st.lists(days, min_size=1, max_size=8))
def test_the_order_in_which_years_are_asked_for_changes_nothing(asked: list[date]) -> None:
    fresh = WorkCalendar(built_in())
    assert [fresh.workday_after(day, 30) for day in asked] == [CHINA.workday_after(day, 30) for day in asked]


# ---------------------------------------------------------------- edges of years and of the calendar


def test_where_every_day_counts_workdays_are_days_over_any_new_year() -> None:
    calendar = WorkCalendar({}, every_day=True)
    assert calendar.workdays_between(date(2023, 12, 31), date(2025, 1, 1)) == 367
    for start in (date(2023, 6, 1), date(2024, 6, 1), date(2025, 12, 30)):
        for n in (1, 3, 400, 800):
            assert calendar.workday_after(start, n) == start + timedelta(days=n)
            assert calendar.workday_before(start, n) == start - timedelta(days=n)
    assert calendar.is_workday(date(2026, 1, 1)) and calendar.on_or_after(date(2026, 1, 1)) == date(2026, 1, 1)


def test_the_first_and_the_last_year_are_counted_and_no_other() -> None:
    assert WorkCalendar({}, every_day=True).is_workday(date.min)
    assert WorkCalendar({}, every_day=True).is_workday(date.max)
    with pytest.raises(OverflowError, match=r"^日期超出范围 / the calendar has no year 10000$"):
        WorkCalendar({}, every_day=True).workday_after(date.max, 1)


def test_a_statutory_day_of_a_year_without_notice_is_a_holiday_without_number() -> None:
    calendar = WorkCalendar(built_in())
    day = date(2031, 5, 1)
    assert calendar.day_off(day) == Holiday("劳动节 Labour Day", "", frozenset({day}), frozenset())
    assert calendar.day_off(date(2031, 5, 3)) is None
    extra = WorkCalendar.china({2031: YearNotice(2031, "国办〔2030〕1号", ())})
    assert extra.day_off(day) is None


def test_a_day_off_that_a_later_notice_makes_a_workday_is_none_any_more() -> None:
    day = date(2030, 12, 31)
    first = YearNotice.published(2030, [day], [], "A")
    calendar = WorkCalendar.china({2030: first, 2031: YearNotice.published(2031, [], [day], "B")})
    assert calendar.day_off(day) is None
    assert calendar.is_workday(day) and calendar.why(day) == "make-up workday (B)"


def test_a_calendar_made_anew_counts_as_the_shared_one_does() -> None:
    fresh, shared = WorkCalendar(built_in()), WorkCalendar.china()
    for day in (date(2026, 1, 1), date(2026, 2, 14), date(2027, 12, 30), date(2024, 2, 28)):
        assert fresh.on_or_after(day) == shared.on_or_after(day)
        assert [fresh.workday_after(day, n) for n in (1, 9, 300)] == [shared.workday_after(day, n) for n in (1, 9, 300)]
        assert [fresh.workday_before(day, n) for n in (1, 9, 300)] == [shared.workday_before(day, n) for n in (1, 9, 300)]
