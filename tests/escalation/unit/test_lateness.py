"""What came late is believed to have been made in time only within the policy's window (delivery.md, event time)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End, Reckoning
from escalation.domain.lateness import LateReports, too_late
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)
BELIEVING = LateReports("auto", Limit(3, "WORKDAY"), RECKONING)
ASKING = LateReports("person", Limit(3, "WORKDAY"), RECKONING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


WINDOW = End(at("2026-04-16 00:00").astimezone(ZONE).date(), at("2026-04-17 00:00"), provisional=False, fixed=False)
MADE = at("2026-04-10 09:00")


@pytest.mark.parametrize("policy", [BELIEVING, ASKING])
@pytest.mark.parametrize("passed", [False, True])
def test_what_was_made_after_the_end_is_too_late_whenever_it_came(policy: LateReports, passed: bool) -> None:
    made = at("2026-04-17 00:00")
    found = too_late(WINDOW, made, made, passed=passed, late_reports=policy)
    assert found is not None
    assert "2026-04-16" in found


@pytest.mark.parametrize("policy", [BELIEVING, ASKING])
def test_what_stood_before_the_cut_is_believed_however_late_it_was_read(policy: LateReports) -> None:
    assert too_late(WINDOW, MADE, at("2026-05-30 09:00"), passed=False, late_reports=policy) is None


def test_what_came_after_the_cut_is_believed_until_the_third_workday_after_the_end() -> None:
    last, first = at("2026-04-21 23:59"), at("2026-04-22 00:00")
    assert too_late(WINDOW, MADE, last, passed=True, late_reports=BELIEVING) is None
    found = too_late(WINDOW, MADE, first, passed=True, late_reports=BELIEVING)
    assert found is not None
    assert "不予采信" in found


def test_where_a_person_decides_the_machine_believes_nothing_that_came_after_the_cut() -> None:
    assert too_late(WINDOW, MADE, at("2026-04-17 00:01"), passed=True, late_reports=ASKING) is not None


def test_a_fixed_instant_is_in_time_itself() -> None:
    noon = at("2026-04-16 12:00")
    fixed = End(WINDOW.last_day, noon, provisional=False, fixed=True)
    assert too_late(fixed, noon, noon, passed=False, late_reports=BELIEVING) is None
    assert too_late(fixed, at("2026-04-16 12:01"), noon, passed=False, late_reports=BELIEVING) is not None
