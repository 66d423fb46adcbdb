"""A clock explained day by day: the plain data, and the text that people read (domain.md f.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Clock, Reckoning
from escalation.domain.explain import clock_text, explain_clock, owner_text
from ground_rules.explanation import Left
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)
NOTICE = "国办发明电〔2025〕7号"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def suspended_white() -> dict[str, Any]:
    """Four workdays over a hearing and the Dragon Boat Festival of 2026."""
    clock = Clock(
        "m", "HBJ", "SLIP:WHITE", "w", 4, "WORKDAY", None, date(2026, 6, 16), at("2026-06-16 10:00"), date(2026, 6, 25),
        at("2026-06-26 00:00"), False, 2, "RUNNING", None,
    )  # fmt: skip
    return explain_clock(clock, RECKONING, "P-1", [Left(date(2026, 6, 17), date(2026, 6, 18), "听证 / hearing")])


def fixed_assignment() -> dict[str, Any]:
    """A fixed instant, moved by a day of verification; breached."""
    clock = Clock(
        "m", "HBJ", "ASSIGNMENT", "a", None, None, at("2026-03-06 15:30"), date(2026, 3, 2), at("2026-03-02 10:00"),
        date(2026, 3, 6), at("2026-03-06 15:30"), False, 2, "BREACHED", None,
    )  # fmt: skip
    return explain_clock(clock, RECKONING, "P-1", [Left(date(2026, 3, 3), date(2026, 3, 4), "核验")])


def unpublished_window() -> dict[str, Any]:
    """Two days of a year whose calendar is not published, lengthened by one."""
    clock = Clock(
        "m", "HBJ", "REVIEW_WINDOW", "y", 2, "DAY", None, date(2026, 12, 31), at("2026-12-31 10:00"), date(2027, 1, 4),
        at("2027-01-05 00:00"), True, 0, "STOPPED", None,
    )  # fmt: skip
    return explain_clock(clock, RECKONING, "P-1", extension=1)


def text_of(told: dict[str, Any]) -> list[str]:
    weekdays = {day["day"]: date.fromisoformat(day["day"]).weekday() for day in told["days"]}
    return clock_text(told, weekdays).split("\n")


def test_a_suspended_limit_tells_everything_that_made_its_deadline() -> None:
    told = suspended_white()
    days = told.pop("days")
    assert told == {
        "owner": "SLIP:WHITE",
        "state": "RUNNING",
        "limit": {"amount": 4, "unit": "WORKDAY"},
        "due_at": None,
        "started_on": "2026-06-16",
        "served_at": "2026-06-16T02:00:00+00:00",
        "deadline": "2026-06-25",
        "due_instant": "2026-06-25T16:00:00+00:00",
        "in_time": "BEFORE",
        "provisional": False,
        "suspended_days": 2,
        "extension_days": 0,
        "suspensions": [{"from": "2026-06-17", "to": "2026-06-18", "why": "听证 / hearing"}],
        "calendar": {"2026": NOTICE},
        "policy": "P-1",
        "rule": "起算日不计，按工作日计满第4个工作日的24:00止 / the start day is not counted; the end of workday 4",
    }
    assert [day["counted"] for day in days] == [None] * 6 + [1, 2, 3, 4]
    holiday = "端午节 Dragon Boat Festival，不计 / holiday, not counted"
    assert days[3] == {"day": "2026-06-19", "kind": "HOLIDAY", "counted": None, "why": holiday, "notice": NOTICE}
    assert days[6] == {"day": "2026-06-22", "kind": "COUNTED", "counted": 1, "why": "计入 / counted"}


def test_a_fixed_instant_has_a_rule_of_its_own_and_shows_only_what_moved_it() -> None:
    told = fixed_assignment()
    assert (told["limit"], told["due_at"], told["in_time"]) == (None, "2026-03-06T07:30:00+00:00", "AT_OR_BEFORE")
    assert told["rule"] == "指定时刻，该时刻及以前为按时 / a fixed instant: at or before it is in time"
    assert told["days"] == [
        {"day": "2026-03-03", "kind": "SUSPENDED", "counted": None, "why": "核验"},
        {"day": "2026-03-04", "kind": "SUSPENDED", "counted": None, "why": "核验"},
    ]


def test_an_extension_is_told_and_each_year_names_its_calendar_or_none() -> None:
    told = unpublished_window()
    assert (told["extension_days"], told["provisional"], told["suspensions"]) == (1, True, [])
    assert told["calendar"] == {"2026": NOTICE, "2027": None}


def test_the_text_of_a_suspended_limit() -> None:
    assert text_of(suspended_white()) == [
        "白色督办单 / white slip：4个工作日，起算日 2026-06-16，计时中 / running",
        "  规则 rule：起算日不计，按工作日计满第4个工作日的24:00止 / the start day is not counted; the end of workday 4",
        "  政策版本 policy：P-1",
        "  历 calendar 2026：国办发明电〔2025〕7号",
        "  2026-06-16 周二 不计 起算日，不计 / start day, not counted",
        "  2026-06-17 周三 不计 听证 / hearing",
        "  2026-06-18 周四 不计 听证 / hearing",
        "  2026-06-19 周五 不计 端午节 Dragon Boat Festival，不计 / holiday, not counted（国办发明电〔2025〕7号）",
        "  2026-06-20 周六 不计 端午节 Dragon Boat Festival，不计 / holiday, not counted（国办发明电〔2025〕7号）",
        "  2026-06-21 周日 不计 端午节 Dragon Boat Festival，不计 / holiday, not counted（国办发明电〔2025〕7号）",
        "  2026-06-22 周一 第1日 计入 / counted",
        "  2026-06-23 周二 第2日 计入 / counted",
        "  2026-06-24 周三 第3日 计入 / counted",
        "  2026-06-25 周四 第4日 计入 / counted",
        "  期限 deadline：2026-06-25，2026-06-25T16:00:00+00:00 以前为按时",
    ]


def test_the_text_of_a_fixed_instant_that_was_missed() -> None:
    first, *_, last = text_of(fixed_assignment())
    assert first == "交办事项 / assignment：指定时刻，起算日 2026-03-02，逾期 / breached"
    assert last == "  期限 deadline：2026-03-06，2026-03-06T07:30:00+00:00 及以前为按时"


def test_the_text_of_a_year_without_a_calendar() -> None:
    lines = text_of(unpublished_window())
    assert lines[0] == "复核申请期 / review window：2天，起算日 2026-12-31，停止 / stopped"
    assert lines[4] == "  历 calendar 2027：尚未公布，按周一至周五及固定节日推算 / not published, provisional"
    assert lines[-1] == (
        "  期限 deadline：2027-01-04，2027-01-04T16:00:00+00:00 以前为按时"
        "（暂定：年历未公布，公布后重算，只延不缩 / provisional）"
    )


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("SLIP:YELLOW:1", "黄色督办单（第1次续期） / yellow slip"),
        ("SLIP:RED", "红色督办单 / red slip"),
        ("SLIP:BLUE", "BLUE色督办单 / blue slip"),
        ("DECISION:EXTENSION", "办公室对延期的决定 / office decision on an extension"),
        ("SOMETHING", "SOMETHING"),
    ],
)
def test_the_owner_of_a_clock_in_words(owner: str, text: str) -> None:
    assert owner_text(owner) == text


def test_a_state_without_a_name_is_shown_as_it_is() -> None:
    told = suspended_white() | {"state": "SLEEPING"}
    assert text_of(told)[0].endswith("起算日 2026-06-16，SLEEPING")
