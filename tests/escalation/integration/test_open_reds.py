"""What becomes of a red that nobody ends: a report to the leading group at the end of every limit period (domain.md d.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def red(city_with: Callable[..., Any]) -> Any:
    """A red issued and served on 2026-03-25; its five workdays end with 04-01, the next five with 04-09 (Qingming)."""
    city = city_with(approval={"red": "auto"})
    city.white_by_office()
    city.sign("YELLOW", at("2026-03-17 10:00"))
    finding = {"progress_class": "NO_MOVEMENT", "reasons": "无", "decided_by": "高远"}
    city.request("determination.made", at("2026-03-25 00:00"), **finding)
    city.sign("RED", at("2026-03-25 10:00"))
    assert city.slip("RED")["deadline"] == "2026-04-01"
    return city


def reports(city: Any) -> list[tuple[int, date, datetime]]:
    return [(m.data.count, m.data.period_end, m.time) for m in city.published("escalation.slip.reported.v1")]


FIRST = (1, date(2026, 4, 1), at("2026-04-02 00:00"))
SECOND = (2, date(2026, 4, 9), at("2026-04-10 00:00"))


def test_the_leading_group_is_told_after_every_limit_period(red: Any) -> None:
    red.until(at("2026-04-10 00:00"))
    assert reports(red) == [FIRST, SECOND]
    (told, _) = red.published("escalation.slip.reported.v1")
    assert (told.data.colour, told.data.state, told.data.unit) == ("RED", "EXPIRED", "ZJJ")
    assert red.outcomes()["ZJJ", "RED_REPORT"] == 2


def test_the_report_goes_out_at_the_hour_of_slips_on_a_workday(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, issue_time="09:15", limits={"red": {"amount": 3, "unit": "DAY"}})
    city.white_by_office()
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.request("determination.made", at("2026-03-31 09:15"), progress_class="NO_MOVEMENT", reasons="无", decided_by="高远")
    city.sign("RED", at("2026-03-31 10:00"))
    city.until(at("2026-04-07 09:15"))
    assert reports(city) == [(1, date(2026, 4, 3), at("2026-04-07 09:15"))]


def test_a_red_that_was_done_in_time_is_reported_to_nobody(red: Any) -> None:
    red.claim(at("2026-04-01 17:00"))
    red.verify(at("2026-04-03 10:00"), at("2026-04-01 17:00"))
    red.until(at("2026-06-30 00:00"))
    assert reports(red) == []


def test_work_that_was_done_late_ends_the_reports(red: Any) -> None:
    red.until(at("2026-04-02 08:00"))
    red.claim(at("2026-04-07 17:00"))
    red.verify(at("2026-04-13 10:00"), at("2026-04-07 17:00"))
    red.until(at("2026-06-30 00:00"))
    assert reports(red) == [FIRST]
    assert ("red_report", red.published("escalation.slip.reported.v1")[0].data.slip_id) not in red.timers()


def test_a_claim_that_is_being_checked_holds_the_report_until_it_is_rejected(red: Any) -> None:
    red.claim(at("2026-04-09 17:00"))
    red.until(at("2026-04-14 09:00"))
    assert reports(red) == [FIRST]
    red.reject(at("2026-04-14 10:00"), at("2026-04-09 17:00"))
    assert reports(red) == [FIRST, (2, date(2026, 4, 9), at("2026-04-14 10:00"))]


@pytest.mark.parametrize("colour", ["RED", "YELLOW"])
def test_a_red_that_fell_is_reported_no_more(red: Any, colour: str) -> None:
    red.until(at("2026-04-02 08:00"))
    red.request("slip.withdrawn", at("2026-04-03 10:00"), colour=colour, by="赵明远", reason="有误")
    red.until(at("2026-06-30 00:00"))
    assert reports(red) == [FIRST]
    assert "red_report" not in {kind for kind, _ in red.timers()}


def test_a_suspended_red_is_not_reported_and_its_periods_leave_out_the_days(red: Any) -> None:
    red.request("justification.filed", at("2026-03-30 09:00"), "ZJJ", category="STATUTORY_PROCEDURE", evidence=EVIDENCE)
    red.request(
        "justification.decided",
        at("2026-03-30 10:00"),
        outcome="GRANTED",
        effect="SUSPEND",
        suspended_from="2026-03-30",
        decided_by="赵明远",
    )
    red.until(at("2026-04-13 09:00"))
    assert reports(red) == []
    red.request("clock.resumed", at("2026-04-13 10:00"), on="2026-04-10")
    red.until(at("2026-04-29 00:00"))
    assert reports(red) == [(1, date(2026, 4, 15), at("2026-04-16 00:00")), (2, date(2026, 4, 22), at("2026-04-23 00:00"))]


def test_a_reason_that_waits_for_the_office_holds_the_report_until_it_is_refused(red: Any) -> None:
    red.request("justification.filed", at("2026-04-01 09:00"), "ZJJ", category="STATUTORY_PROCEDURE", evidence=EVIDENCE)
    red.until(at("2026-04-02 20:00"))
    assert reports(red) == []
    red.request("justification.decided", at("2026-04-03 10:00"), outcome="REFUSED", reasons="无", decided_by="赵明远")
    assert reports(red) == [(1, date(2026, 4, 1), at("2026-04-03 10:00"))]


def test_a_waived_red_is_reported_no_more(red: Any) -> None:
    red.request("justification.filed", at("2026-04-01 09:00"), "ZJJ", category="STATUTORY_PROCEDURE", evidence=EVIDENCE)
    red.request("justification.decided", at("2026-04-03 10:00"), outcome="GRANTED", effect="WAIVE", decided_by="赵明远")
    red.until(at("2026-06-30 00:00"))
    assert reports(red) == []


EVIDENCE = [{"kind": "DOCUMENT", "sha256": "a" * 64}]
