"""When a unit is reminded and urged by the machine (domain.md d.5.8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Reckoning
from escalation.domain.reminders import Reminding
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
WINDOW = (time(8, 30), time(18, 0))
REMINDING = Reminding((3, 1), WINDOW, Reckoning(WorkCalendar.china(), ZONE))
LAST = date(2026, 3, 16)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def test_reminders_come_three_and_one_workday_before_the_last_day_at_the_opening_of_the_window() -> None:
    assert [(r.at, r.days_left) for r in REMINDING.of(LAST)] == [(at("2026-03-11 08:30"), 3), (at("2026-03-13 08:30"), 1)]


def test_a_clock_that_starts_too_late_gets_no_reminder_in_the_past() -> None:
    following = REMINDING.following(LAST, at("2026-03-11 08:30"))
    assert following is not None
    assert following.days_left == 1
    assert REMINDING.following(LAST, at("2026-03-13 08:30")) is None


def test_after_an_outage_only_the_last_reminder_is_sent() -> None:
    latest = REMINDING.latest(LAST, at("2026-03-14 12:00"))
    assert latest is not None
    assert latest.days_left == 1
    assert REMINDING.latest(LAST, at("2026-03-11 08:29")) is None
    on_time = REMINDING.latest(LAST, at("2026-03-11 08:30"))
    assert on_time is not None
    assert on_time.days_left == 3


def test_the_last_day_itself_has_a_reminder_where_the_policy_wants_one() -> None:
    on_the_day = Reminding((0, 1), WINDOW, Reckoning(WorkCalendar.china(), ZONE))
    assert [(r.at, r.days_left) for r in on_the_day.of(LAST)] == [(at("2026-03-13 08:30"), 1), (at("2026-03-16 08:30"), 0)]


def test_nobody_is_reminded_on_a_day_off_that_a_fixed_instant_lies_on() -> None:
    on_the_day = Reminding((0, 1), WINDOW, Reckoning(WorkCalendar.china(), ZONE))
    assert [(r.at, r.days_left) for r in on_the_day.of(date(2026, 3, 15))] == [(at("2026-03-13 08:30"), 1)]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-13 08:29", "2026-03-13 08:30"),
        ("2026-03-13 08:30", "2026-03-13 08:30"),
        ("2026-03-13 17:59", "2026-03-13 17:59"),
        ("2026-03-13 18:00", "2026-03-16 08:30"),
        ("2026-03-14 12:00", "2026-03-16 08:30"),
    ],
)
def test_a_reminder_that_is_late_waits_for_the_delivery_window(now: str, opens: str) -> None:
    assert REMINDING.may_go_out(at(now)) == at(opens)


def test_the_machine_urges_one_workday_before_the_end() -> None:
    assert REMINDING.urging(LAST, at("2026-03-02 10:00")) == at("2026-03-13 08:30")


def test_a_term_too_short_for_that_is_urged_at_its_service() -> None:
    assert REMINDING.urging(date(2026, 3, 3), at("2026-03-02 10:00")) == at("2026-03-02 10:00")
