"""Objections: the ladder waits for the office; an accepted one ends the unit's part with its slips (domain.md d.15, d.17)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts import intake
from event_contracts.event import TimeLimit

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def object_(city: Any, time: str) -> None:
    city.say(
        intake.ObjectionFiled(matter_id=MATTER, unit="ZJJ", objection="o1", filed_at=at(time), grounds="非本单位职责"), at(time)
    )


def decide(city: Any, time: str, outcome: str, new_unit: str | None = None) -> None:
    about = {"matter_id": MATTER, "unit": "ZJJ", "objection": "o1", "decided_by": "赵明远", "decided_at": at(time)}
    city.say(intake.ObjectionDecided(**about, outcome=outcome, new_unit=new_unit), at(time))


def dispatch(city: Any, time: str, unit: str, number: int = 0) -> None:
    """The unit is given the part, with ten workdays."""
    about = {"matter_id": MATTER, "external_ref": "M-1", "submitted_by": "OFFICE", "title": "老旧小区改造", "role": "LEAD"}
    limit = TimeLimit(amount=10, unit="WORKDAY")
    fact = intake.AssignmentDispatched(
        **about, assignment_id=f"{MATTER}/{unit}/{number}", unit=unit, deliverable="报告", standard="全部完成", limit=limit
    )
    city.say(fact, at(time))


def clock(city: Any, owner: str, unit: str = "ZJJ") -> tuple[str, str]:
    found = [row for row in city.lists()["deadlines"] if (row["owner"], row["unit"]) == (owner, unit)]
    return found[-1]["deadline"], found[-1]["state"]


def test_the_office_has_three_workdays_for_an_objection(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=10)
    city.serve(at("2026-03-02 10:00"))
    object_(city, "2026-03-04 10:00")
    assert clock(city, "DECISION:OBJECTION") == ("2026-03-09", "RUNNING")
    decide(city, "2026-03-10 10:00", "REFUSED")
    assert clock(city, "DECISION:OBJECTION") == ("2026-03-09", "BREACHED")
    assert [row["owner"] for row in city.lists()["late_decisions"]] == ["DECISION:OBJECTION"]


def test_while_an_objection_waits_nothing_escalates_and_a_refusal_dates_the_liability(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=2)
    city.serve(at("2026-03-02 10:00"))
    object_(city, "2026-03-04 10:00")
    city.until(at("2026-03-06 10:00"))
    assert (city.slips(), city.lists()["breaches"]) == ([], [])
    assert city.outcomes()["ZJJ", "OBJECTION_PENDING"] >= 1
    decide(city, "2026-03-09 10:00", "REFUSED")
    city.until(at("2026-03-09 11:00"))
    assert (city.slip("WHITE")["liability_date"], city.lists()["breaches"]) == ("2026-03-09", [])


def test_a_refusal_in_time_leaves_the_limit(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=5)
    city.serve(at("2026-03-02 10:00"))
    object_(city, "2026-03-04 10:00")
    decide(city, "2026-03-05 10:00", "REFUSED")
    city.until(at("2026-03-10 00:00"))
    assert city.slip("WHITE")["liability_date"] == "2026-03-10"


def test_an_accepted_objection_withdraws_the_white_and_ends_the_limit(city: Any) -> None:
    city.white_by_office("2026-03-02")
    city.serve(at("2026-03-02 11:00"))
    object_(city, "2026-03-04 10:00")
    decide(city, "2026-03-06 10:00", "ACCEPTED", "SLJ")
    dispatch(city, "2026-03-06 10:00", "SLJ")
    city.serve(at("2026-03-09 10:00"), unit="SLJ")
    white = city.slip("WHITE")
    assert (white["state"], white["cause"], white["ended_at"]) == ("WITHDRAWN", "OBJECTION_ACCEPTED", "2026-03-06T02:00:00Z")
    assert clock(city, "ASSIGNMENT")[1] == "STOPPED"
    city.until(at("2026-12-31 10:00"))
    assert not [row for row in city.lists()["slips"] if row["unit"] == "ZJJ" and row["state"] != "WITHDRAWN"]


def test_the_new_unit_has_its_full_limit_from_its_own_service(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=10)
    city.serve(at("2026-03-02 10:00"))
    object_(city, "2026-03-04 10:00")
    decide(city, "2026-03-06 10:00", "ACCEPTED", "SLJ")
    dispatch(city, "2026-03-06 10:00", "SLJ")
    fact = city.served(f"{MATTER}/SLJ/0", "ASSIGNMENT", at("2026-03-09 10:00"), unit="SLJ")
    city.say(fact, at("2026-03-09 10:00"))
    assert clock(city, "ASSIGNMENT", "SLJ") == ("2026-03-23", "RUNNING")
    assert clock(city, "ASSIGNMENT", "ZJJ")[1] == "STOPPED"


def test_a_part_that_comes_back_to_a_unit_begins_anew(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=10)
    city.serve(at("2026-03-02 10:00"))
    object_(city, "2026-03-04 10:00")
    decide(city, "2026-03-06 10:00", "ACCEPTED", "SLJ")
    dispatch(city, "2026-03-11 10:00", "ZJJ", 1)
    city.say(city.served(f"{MATTER}/ZJJ/1", "ASSIGNMENT", at("2026-03-11 11:00")), at("2026-03-11 11:00"))
    assert clock(city, "ASSIGNMENT") == ("2026-03-25", "RUNNING")
    city.until(at("2026-03-26 00:00"))
    assert city.slip("WHITE")["liability_date"] == "2026-03-26"


def test_the_same_dispatch_twice_does_not_begin_anew(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=10)
    city.serve(at("2026-03-02 10:00"))
    dispatch(city, "2026-03-03 10:00", "ZJJ", 1)
    assert clock(city, "ASSIGNMENT") == ("2026-03-16", "RUNNING")


def test_the_window_of_an_objection_is_shown_from_the_service_on_and_ends_when_it_is_used(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=10)
    assert not [row for row in city.lists()["deadlines"] if row["owner"] == "OBJECTION_WINDOW"]
    city.serve(at("2026-03-02 10:00"))
    assert clock(city, "OBJECTION_WINDOW") == ("2026-03-05", "RUNNING")
    object_(city, "2026-03-04 10:00")
    assert clock(city, "OBJECTION_WINDOW") == ("2026-03-05", "STOPPED")


def test_a_window_that_nobody_used_is_over_with_its_last_day(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=10)
    city.serve(at("2026-03-02 10:00"))
    city.progress(at("2026-03-05 23:00"), at("2026-03-05 23:30"))
    assert clock(city, "OBJECTION_WINDOW")[1] == "RUNNING"
    city.progress(at("2026-03-06 00:00"), at("2026-03-06 00:00"))
    assert clock(city, "OBJECTION_WINDOW")[1] == "STOPPED"


def test_a_petition_may_be_objected_to_for_five_workdays(city: Any) -> None:
    about = {"matter_id": MATTER, "external_ref": "M-1", "submitted_by": "OFFICE", "title": "信访", "role": "LEAD"}
    limit = TimeLimit(amount=60, unit="DAY")
    fact = intake.AssignmentDispatched(
        **about, assignment_id="a-1", unit="ZJJ", deliverable="报告", standard="办结", limit=limit, source_type="PETITION"
    )
    city.say(fact, at("2026-03-02 08:35"))
    city.say(city.served("a-1", "ASSIGNMENT", at("2026-03-02 10:00")), at("2026-03-02 10:00"))
    assert clock(city, "OBJECTION_WINDOW") == ("2026-03-09", "RUNNING")
