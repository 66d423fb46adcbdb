"""Extensions: asked for in good time, once for each slip, granted in part, none on a red (domain.md d.5.7, d.17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def ask(city: Any, time: str, days: int = 5, **more: Any) -> str:
    found: str = city.request("extension.requested", at(time), "ZJJ", days=days, reason="设备到货延迟", **more)
    return found


def answer(city: Any, time: str, days: int, **more: Any) -> str:
    found: str = city.request("extension.decided", at(time), granted_days=days, decided_by="赵明远", **more)
    return found


def clock(city: Any, owner: str = "SLIP:WHITE") -> tuple[str, str]:
    (found,) = [row for row in city.lists()["deadlines"] if row["owner"] == owner]
    return found["deadline"], found["state"]


def white_of_13_april(city: Any, **limit: Any) -> None:
    """AC-07: ten workdays from 04-13, so until 04-27."""
    city.assign(at("2026-04-13 08:35"))
    more = {"limit": limit} if limit else {}
    city.request(
        "slip.proposed", at("2026-04-13 08:50"), colour="WHITE", by="陈立", standard="标准", ground="SLOW_PROGRESS", **more
    )
    city.request("slip.approved", at("2026-04-13 09:00"), colour="WHITE", by="李文静")
    city.sign("WHITE", at("2026-04-13 10:00"))


def test_a_part_may_be_granted_and_moves_the_deadline_by_that(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00")
    answer(city, "2026-04-23 16:00", 3)
    assert clock(city) == ("2026-04-30", "RUNNING")
    (asked,) = city.published("escalation.extension.requested.v1")
    assert (asked.data.days, asked.data.owner, asked.data.decide_by.isoformat()) == (5, "SLIP:WHITE", "2026-04-27")
    (decided,) = city.published("escalation.extension.decided.v1")
    assert (decided.data.granted_days, decided.data.request) == (3, asked.data.request)
    (longer,) = city.published("escalation.clock.extended.v1")
    assert (longer.data.days, longer.data.previous_deadline.isoformat(), longer.data.deadline.isoformat()) == (
        3,
        "2026-04-27",
        "2026-04-30",
    )


def test_reminders_follow_the_new_deadline(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 07:00")
    answer(city, "2026-04-22 08:00", 5)
    city.until(at("2026-05-07 23:00"))
    found = city.published("escalation.deadline.approaching.v1")
    days = [m.time.astimezone(ZONE).date().isoformat() for m in found if m.data.owner == "SLIP:WHITE"]
    assert days == ["2026-04-29", "2026-05-06"]


def test_a_request_dated_before_its_last_day_must_have_come_by_then_where_a_person_decides(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(late_report={"mode": "person"})
    white_of_13_april(city)
    city.assign(at("2026-04-14 09:00"), matter="00000000-0000-4000-8000-000000000007", ref="M-7", due_at=at("2026-04-24 09:00"))
    city.serve(at("2026-04-14 09:00"), matter="00000000-0000-4000-8000-000000000007")
    city.until(at("2026-04-24 10:00"))  # a limit of another matter has passed, so all sent by then has been read
    late = city.request(
        "extension.requested", at("2026-04-23 10:00"), "ZJJ", days=3, reason="原因", arrives=at("2026-04-24 10:00")
    )
    assert city.refusals() == [(late, "INADMISSIBLE_LATE")]


def test_the_second_workday_before_the_deadline_is_the_last_day(city: Any) -> None:
    white_of_13_april(city)
    late = ask(city, "2026-04-24 00:00")
    assert city.refusals() == [(late, "INADMISSIBLE_LATE")]
    assert clock(city) == ("2026-04-27", "RUNNING")


def test_the_last_minute_of_that_day_is_in_time(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-23 23:59")
    answer(city, "2026-04-27 10:00", 5)
    assert (clock(city), city.refusals()) == (("2026-05-07", "RUNNING"), [])


def test_a_second_request_in_time_is_used_up_and_one_after_the_limit_is_late(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-20 10:00", 1)
    answer(city, "2026-04-21 16:00", 1)
    second = ask(city, "2026-04-22 10:00")
    city.until(at("2026-05-06 09:00"))
    third = ask(city, "2026-05-06 10:00", colour="WHITE")
    assert city.refusals() == [(second, "ALREADY_USED"), (third, "INADMISSIBLE_LATE")]


def test_a_request_that_is_pending_or_refused_was_the_one(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-15 10:00")
    pending = ask(city, "2026-04-16 10:00")
    answer(city, "2026-04-17 10:00", 0)
    refused = ask(city, "2026-04-20 10:00")
    assert city.refusals() == [(pending, "ALREADY_USED"), (refused, "ALREADY_USED")]
    assert clock(city) == ("2026-04-27", "RUNNING")
    assert not city.published("escalation.clock.extended.v1")


def test_a_pending_request_does_not_hold_the_ladder(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00")
    city.until(at("2026-04-28 00:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "ISSUED")]


def test_an_extension_granted_after_the_deadline_takes_the_next_slip_back(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00")
    city.until(at("2026-04-28 09:00"))
    answer(city, "2026-04-28 10:00", 3)
    assert city.slips() == [("WHITE", 0, "SERVED"), ("YELLOW", 0, "WITHDRAWN")]
    assert clock(city) == ("2026-04-30", "RUNNING")
    city.until(at("2026-05-06 00:00"))
    assert city.slip("YELLOW")["liability_date"] == "2026-05-06"
    assert [row["at"] for row in city.lists()["breaches"]] == ["2026-04-30T16:00:00Z"]


def test_more_than_the_cap_is_refused_and_can_be_decided_again(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00", 8)
    above = answer(city, "2026-04-23 10:00", 6)
    assert city.refusals() == [(above, "NOT_EMPOWERED")]
    answer(city, "2026-04-23 11:00", 5)
    assert clock(city)[0] == "2026-05-07"


def test_more_than_was_asked_is_refused(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00", 2)
    more = answer(city, "2026-04-23 10:00", 3)
    assert city.refusals() == [(more, "SCHEMA_INVALID")]


def test_where_the_policy_knows_no_part_it_is_all_or_nothing(city_with: Callable[..., Any]) -> None:
    city = city_with(extension={"partial": False})
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00")
    part = answer(city, "2026-04-23 10:00", 3)
    answer(city, "2026-04-23 11:00", 5)
    assert (city.refusals(), clock(city)[0]) == ([(part, "SCHEMA_INVALID")], "2026-05-07")


@pytest.mark.parametrize(
    ("limit", "granted", "deadline", "too_many"),
    [
        ({"amount": 20, "unit": "DAY"}, 10, "2026-05-13", 11),
        ({"amount": 1, "unit": "MONTH"}, 15, "2026-05-28", 16),
        ({"amount": 3, "unit": "WORKDAY"}, 1, "2026-04-17", 2),
    ],
)
def test_an_extension_of_calendar_days_rolls_over_and_half_the_limit_is_rounded_down(
    city: Any, limit: dict[str, Any], granted: int, deadline: str, too_many: int
) -> None:
    white_of_13_april(city, **limit)
    ask(city, "2026-04-14 10:00", 30)
    above = answer(city, "2026-04-14 11:00", too_many)
    answer(city, "2026-04-14 12:00", granted)
    assert (clock(city)[0], city.refusals()) == (deadline, [(above, "NOT_EMPOWERED")])


def test_a_fixed_instant_moves_by_calendar_days(city: Any) -> None:
    city.assign(at("2026-04-13 08:35"), due_at=at("2026-04-23 15:30"))
    city.serve(at("2026-04-13 09:00"))
    ask(city, "2026-04-20 10:00", 5)
    answer(city, "2026-04-21 10:00", 5)
    (found,) = [row for row in city.lists()["deadlines"] if row["owner"] == "ASSIGNMENT"]
    assert (found["deadline"], found["due_instant"]) == ("2026-04-28", "2026-04-28T07:30:00Z")


def test_a_decision_without_a_request_waits_for_it(city: Any) -> None:
    white_of_13_april(city)
    answer(city, "2026-04-23 16:00", 3)
    assert clock(city)[0] == "2026-04-27"
    ask(city, "2026-04-22 10:00")
    assert (clock(city)[0], city.refusals()) == ("2026-04-30", [])


def test_a_request_is_decided_once(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00")
    answer(city, "2026-04-23 10:00", 3)
    again = answer(city, "2026-04-23 11:00", 5)
    assert (city.refusals(), clock(city)[0]) == ([(again, "ALREADY_USED")], "2026-04-30")


def test_a_red_is_never_extended(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"})
    city.white_by_office("2026-03-02")
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    evidence = [{"kind": "DOCUMENT", "sha256": "cd" * 32}]
    found = {"progress_class": "PERFUNCTORY_POOR", "reasons": "敷衍", "decided_by": "周正", "evidence": evidence}
    city.request("determination.made", at("2026-03-25 09:00"), **found)
    city.sign("RED", at("2026-03-25 10:00"))
    never = ask(city, "2026-03-26 10:00", 1)
    assert city.refusals() == [(never, "ALREADY_USED")]


def test_suspended_days_and_an_extension_add_up(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-14 10:00", 3)
    answer(city, "2026-04-14 11:00", 3)
    evidence = [{"kind": "DOCUMENT", "sha256": "cd" * 32}]
    city.request("justification.filed", at("2026-04-15 10:00"), "ZJJ", category="FUNDS_NOT_ALLOCATED", evidence=evidence)
    decided = {"outcome": "GRANTED", "effect": "SUSPEND", "suspended_from": "2026-04-16", "decided_by": "赵明远"}
    city.request("justification.decided", at("2026-04-15 15:00"), **decided)
    city.request("clock.resumed", at("2026-04-17 17:00"), on="2026-04-17")
    assert clock(city)[0] == "2026-05-07"


def test_each_slip_has_a_request_of_its_own(city: Any) -> None:
    white_of_13_april(city)
    ask(city, "2026-04-22 10:00")
    answer(city, "2026-04-23 16:00", 0)
    city.until(at("2026-04-28 00:00"))
    city.sign("YELLOW", at("2026-04-28 10:00"))
    ask(city, "2026-04-29 10:00", 2)
    answer(city, "2026-04-30 10:00", 2)
    assert (clock(city, "SLIP:YELLOW")[0], city.refusals()) == ("2026-05-11", [])


def test_a_limit_of_a_matter_that_is_not_served_yet_can_be_extended(city: Any) -> None:
    city.assign(at("2026-04-13 08:35"), days=10)
    ask(city, "2026-04-13 09:00", 5)
    answer(city, "2026-04-13 10:00", 5)
    city.serve(at("2026-04-13 11:00"))
    assert clock(city, "ASSIGNMENT")[0] == "2026-05-07"
