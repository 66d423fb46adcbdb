"""The dates of the acceptance scenarios that follow from calendar and limits alone (domain.md e)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from ground_rules.limits import Limit, deadline, start_of_day
from ground_rules.policy import load_policy

POLICY = load_policy()
CALENDAR, ZONE = POLICY.calendar, POLICY.zone


def on(text: str) -> date:
    return date.fromisoformat(text)


def end(limit: Limit, start: str) -> str:
    return deadline(limit, on(start), CALENDAR, ZONE).last_day.isoformat()


@pytest.mark.parametrize(
    ("start", "amount", "unit", "ends"),
    [
        pytest.param("2026-03-02", 10, "WORKDAY", "2026-03-16", id="AC-01 white"),
        pytest.param("2026-03-17", 5, "WORKDAY", "2026-03-24", id="AC-02 yellow"),
        pytest.param("2026-03-17", 30, "DAY", "2026-04-16", id="AC-02 review window"),
        pytest.param("2017-03-06", 10, "WORKDAY", "2017-03-20", id="AC-03 white"),
        pytest.param("2017-03-21", 5, "WORKDAY", "2017-03-28", id="AC-03 yellow"),
        pytest.param("2017-03-29", 5, "WORKDAY", "2017-04-06", id="AC-03 red over Tomb-Sweeping Day with a make-up Saturday"),
        pytest.param("2026-06-01", 10, "WORKDAY", "2026-06-15", id="AC-06 white"),
        pytest.param("2026-06-04", 3, "WORKDAY", "2026-06-09", id="AC-06 the office decides"),
        pytest.param("2026-04-13", 10, "WORKDAY", "2026-04-27", id="AC-07 white"),
        pytest.param("2026-07-01", 10, "WORKDAY", "2026-07-15", id="AC-09 white"),
        pytest.param("2026-07-16", 5, "WORKDAY", "2026-07-23", id="AC-09 yellow"),
        pytest.param("2026-07-24", 5, "WORKDAY", "2026-07-31", id="AC-09 yellow renewed"),
        pytest.param("2026-04-10", 30, "DAY", "2026-05-11", id="AC-10 review decided, raw on a Sunday"),
        pytest.param("2026-03-25", 5, "WORKDAY", "2026-04-01", id="AC-11 red"),
        pytest.param("2025-12-08", 10, "WORKDAY", "2025-12-22", id="AC-12 white"),
        pytest.param("2025-12-23", 5, "WORKDAY", "2025-12-30", id="AC-12 yellow"),
        pytest.param("2025-12-23", 30, "DAY", "2026-01-22", id="AC-12 review window"),
        pytest.param("2026-01-16", 30, "DAY", "2026-02-24", id="AC-12 review decided, raw in the Spring Festival"),
        pytest.param("2026-05-18", 20, "WORKDAY", "2026-06-15", id="AC-14 lead"),
        pytest.param("2026-05-18", 10, "WORKDAY", "2026-06-01", id="AC-14 supporting"),
        pytest.param("2026-03-10", 3, "MONTH", "2026-06-10", id="AC-15 NPC suggestion"),
        pytest.param("2026-03-10", 6, "MONTH", "2026-09-10", id="AC-15 difficult NPC suggestion"),
        pytest.param("2026-03-10", 1, "MONTH", "2026-04-10", id="AC-15 supporting opinion"),
        pytest.param("2026-03-16", 15, "WORKDAY", "2026-04-07", id="AC-15 leader's instruction"),
        pytest.param("2026-03-18", 10, "WORKDAY", "2026-04-01", id="AC-15 netizen message"),
        pytest.param("2026-07-17", 30, "DAY", "2026-08-17", id="AC-20 review window, raw on a Sunday"),
    ],
)
def test_a_limit_of_the_scenarios_ends_on_the_day_written_there(start: str, amount: int, unit: Any, ends: str) -> None:
    assert end(Limit(amount, unit), start) == ends


def test_the_default_policy_carries_the_limits_of_the_scenarios() -> None:
    assert end(POLICY.limits.white, "2026-03-02") == "2026-03-16"
    assert end(POLICY.limits.yellow, "2026-03-17") == "2026-03-24"
    assert end(POLICY.limits.red, "2017-03-29") == "2017-04-06"
    assert end(Limit(POLICY.review.window, "DAY"), "2026-03-17") == "2026-04-16"
    assert end(POLICY.office_decision.justification, "2026-06-04") == "2026-06-09"
    assert end(POLICY.reply.npc_suggestion_difficult, "2026-03-10") == "2026-09-10"
    assert end(POLICY.reply.leader_instruction, "2026-03-16") == "2026-04-07"
    assert end(POLICY.reply.netizen_message, "2026-03-18") == "2026-04-01"


def test_ac_01_ends_at_16_00_utc_and_reminds_three_and_one_workdays_before() -> None:
    found = deadline(POLICY.limits.white, on("2026-03-02"), CALENDAR, ZONE)
    assert found.due_instant == datetime(2026, 3, 16, 16, tzinfo=UTC)
    days = [on("2026-03-11"), on("2026-03-13")]
    assert [CALENDAR.workday_before(found.last_day, n) for n in POLICY.reminders] == days


def test_ac_02_breaches_at_midnight_and_the_yellow_is_liable_the_same_day() -> None:
    found = deadline(POLICY.limits.white, on("2026-03-02"), CALENDAR, ZONE)
    assert found.due_instant == start_of_day(on("2026-03-17"), ZONE)
    assert CALENDAR.on_or_after(on("2026-03-17")) == on("2026-03-17")


def test_ac_06_seven_workdays_remain_after_three_were_used() -> None:
    assert CALENDAR.workdays_between(on("2026-06-01"), on("2026-06-04")) == 3
    assert CALENDAR.workday_after(on("2026-06-24"), 10 - 3) == on("2026-07-03")


def test_ac_07_last_filing_day_extension_and_liability_after_the_holiday() -> None:
    assert CALENDAR.workday_before(on("2026-04-27"), POLICY.extension.file_before) == on("2026-04-23")
    assert CALENDAR.workday_after(on("2026-04-27"), 3) == on("2026-04-30")
    assert CALENDAR.workday_after(on("2026-04-27"), 5) == on("2026-05-07")
    assert CALENDAR.on_or_after(on("2026-04-30") + timedelta(days=1)) == on("2026-05-06")


def test_ac_14_last_useful_urging_and_six_days_added_to_the_lead() -> None:
    assert CALENDAR.workday_before(on("2026-06-01"), POLICY.supporting.urge_before) == on("2026-05-27")
    assert CALENDAR.workdays_between(on("2026-06-01"), on("2026-06-09")) == 6
    assert CALENDAR.workday_after(on("2026-06-15"), 6) == on("2026-06-24")
