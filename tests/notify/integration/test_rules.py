"""Days until deemed service are counted on the published calendar and policy; a moved deadline is told (domain.md d.5.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.escalation import (
    CalendarPublished,
    ClockExtended,
    ClockMoved,
    ClockReprojected,
    ClockResumed,
    ClockSuspended,
    PolicyPublished,
)

ZONE = ZoneInfo("Asia/Shanghai")


def local(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE).astimezone(UTC)


def calendar(*off: int, notice: str = "补充通知") -> CalendarPublished:
    return CalendarPublished(year=2026, days_off=[date(2026, 3, day) for day in off], makeup_workdays=[], notice=notice)


def reprojected(owner: str = "SLIP:WHITE", previous: int = 16, now: int = 17) -> ClockReprojected:
    return ClockReprojected(
        matter_id="M-01",
        unit="ZJJ",
        owner=owner,
        deadline=date(2026, 3, now),
        due_instant=local(now + 1),
        provisional=False,
        previous_deadline=date(2026, 3, previous),
        year=2026,
        notice="补充通知",
    )


def test_a_published_day_off_is_no_day_of_deemed_service(bench: Any, assignment: Any) -> None:
    bench.tell(calendar(3))
    bench.tell(assignment)
    assert bench.announced("dispatched")[0].data.deemed_at == local(5)


def test_without_a_publication_the_shipped_calendar_counts(bench: Any, assignment: Any) -> None:
    bench.tell(assignment)
    assert bench.announced("dispatched")[0].data.deemed_at == local(4)


def test_of_two_notices_for_a_year_the_later_one_counts(bench: Any, assignment: Any) -> None:
    bench.tell(calendar(3), time=local(1))
    bench.tell(calendar(4, notice="更正"), time=local(2))
    bench.tell(assignment)
    assert bench.announced("dispatched")[0].data.deemed_at == local(4)


@pytest.mark.parametrize(("effective", "served"), [(date(2026, 3, 2), True), (date(2026, 3, 3), False)])
def test_a_published_policy_is_in_force_from_its_day(bench: Any, assignment: Any, effective: date, served: bool) -> None:
    bench.tell(PolicyPublished(version="2026-2", effective_from=effective, parameters={"service": "immediate"}))
    bench.tell(assignment)
    assert bool(bench.announced("served")) is served
    assert (bench.announced("dispatched")[0].policyversion == "2026-2") is served


def test_a_deadline_that_moved_is_told_to_the_unit(bench: Any) -> None:
    bench.tell(reprojected())
    told = bench.notices(kind="DEADLINE_CHANGED")
    assert [(notice["addressee"], notice["colour"]) for notice in told] == [("HEAD", "WHITE"), ("LIAISON", "WHITE")]


@pytest.mark.parametrize("fact", [reprojected(previous=17), reprojected(owner="REVIEW"), reprojected(owner="DECISION:EXTENSION")])
def test_nobody_is_told_of_a_day_that_stayed_or_of_the_offices_own_limit(bench: Any, fact: ClockReprojected) -> None:
    bench.tell(fact)
    assert bench.notices(kind="DEADLINE_CHANGED") == []


CLOCK = {"matter_id": "M-01", "unit": "ZJJ", "owner": "SLIP:WHITE", "deadline": date(2026, 3, 17), "due_instant": local(18)}


@pytest.mark.parametrize(
    "fact",
    [
        ClockSuspended(**CLOCK, suspended_from=date(2026, 3, 5), reason="STATUTORY_PROCEDURE", remaining=7),
        ClockExtended(**CLOCK, days=3, reason="EXTENSION", previous_deadline=date(2026, 3, 12)),
        ClockResumed(**CLOCK, reason="SUSPENSION_ENDED"),
        ClockMoved(**CLOCK, reason="MERGED", previous_deadline=date(2026, 3, 25)),
    ],
    ids=["suspended", "extended", "resumed", "merged"],
)
def test_the_unit_is_told_when_its_limit_stands_still_becomes_longer_or_runs_again(bench: Any, fact: Any) -> None:
    bench.tell(fact)
    assert [notice["addressee"] for notice in bench.notices(kind="DEADLINE_CHANGED")] == ["HEAD", "LIAISON"]


def test_a_lead_that_waited_is_told_once(bench: Any) -> None:
    bench.tell(ClockResumed(**CLOCK, reason="AWAITING_OTHER_UNIT"))
    assert bench.notices(kind="DEADLINE_CHANGED") == []
    bench.tell(ClockExtended(**CLOCK, days=6, reason="AWAITING_OTHER_UNIT", previous_deadline=date(2026, 3, 9)))
    assert len(bench.notices(kind="DEADLINE_CHANGED")) == 2
