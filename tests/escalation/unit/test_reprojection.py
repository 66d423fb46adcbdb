"""Limits on calendars that are published while they run: lengthened, never shortened (domain.md d.5.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from escalation.domain.clock import End, Reckoning
from escalation.domain.reprojection import Edition, Reprojecting
from ground_rules.notices import YearNotice
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = WorkCalendar.china()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def edition(published: str, off: list[date], worked: tuple[date, ...] = (), year: int = 2027) -> Edition:
    notice = YearNotice.published(year, off, worked, f"通知 {published}")
    return Edition(at(published), WorkCalendar.china({year: notice}))


WEEK_OFF = [date(2027, 3, day) for day in range(8, 13)]
"""Monday to Friday."""


def end(*editions: Edition, start: date = date(2027, 3, 4)) -> End:
    """Three workdays from a Thursday: Friday, Monday, Tuesday."""
    return Reprojecting(FIRST, editions, ZONE).end(3, "WORKDAY", start)


def test_without_a_publication_the_limit_is_counted_on_the_calendar_of_the_start() -> None:
    found = end()
    assert found == Reckoning(FIRST, ZONE).end(3, "WORKDAY", date(2027, 3, 4))
    assert (found.last_day, found.provisional) == (date(2027, 3, 9), True)
    assert Reprojecting(FIRST, (), ZONE).edition == 0


def test_a_calendar_published_while_the_limit_runs_lengthens_it() -> None:
    found = end(edition("2027-03-05 09:00", WEEK_OFF))
    assert (found.last_day, found.due_instant, found.provisional) == (date(2027, 3, 16), at("2027-03-17 00:00"), False)


def test_a_calendar_that_would_shorten_a_running_limit_does_not_but_it_is_no_longer_provisional() -> None:
    weekend = (date(2027, 3, 6), date(2027, 3, 7))
    found = end(edition("2027-03-05 09:00", [], weekend))
    assert (found.last_day, found.provisional) == (date(2027, 3, 9), False)


def test_a_limit_that_starts_on_the_day_of_publication_or_later_is_counted_on_the_new_calendar_even_if_shorter() -> None:
    weekend = (date(2027, 3, 6), date(2027, 3, 7))
    assert end(edition("2027-03-04 23:00", [], weekend)).last_day == date(2027, 3, 7)
    assert end(edition("2027-03-05 00:00", [], weekend)).last_day == date(2027, 3, 9)


def test_what_had_passed_before_a_publication_is_not_moved_by_it() -> None:
    assert end(edition("2027-03-09 23:59", WEEK_OFF)).last_day == date(2027, 3, 16)
    assert end(edition("2027-03-10 00:00", WEEK_OFF)).last_day == date(2027, 3, 9)


def test_a_second_publication_counts_on_from_the_end_that_the_first_one_gave() -> None:
    first, second = edition("2027-03-05 09:00", WEEK_OFF), edition("2027-03-15 09:00", [*WEEK_OFF, date(2027, 3, 16)])
    assert end(first, second).last_day == date(2027, 3, 17)
    assert end(second).last_day == date(2027, 3, 9)


def test_days_left_out_are_left_out_on_every_calendar() -> None:
    reckoning = Reprojecting(FIRST, (edition("2027-03-05 09:00", WEEK_OFF),), ZONE)
    span = (date(2027, 3, 5), date(2027, 3, 5))
    assert reckoning.end(3, "WORKDAY", date(2027, 3, 4), (span,)).last_day == date(2027, 3, 17)


def test_what_begins_now_is_counted_on_the_latest_calendar() -> None:
    editions = (edition("2027-03-05 09:00", []), edition("2027-03-06 09:00", WEEK_OFF))
    reckoning = Reprojecting(FIRST, editions, ZONE)
    assert reckoning.first_workday(date(2027, 3, 8)) == date(2027, 3, 15)
    assert reckoning.edition == 2
