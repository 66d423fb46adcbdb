"""The time for the answer to a source: its reminders, and more of it for a petition (domain.md a′.2, d.5.8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts import intake
from event_contracts.event import TimeLimit

MATTER = "00000000-0000-4000-8000-000000000001"
SIXTY = TimeLimit(amount=60, unit="DAY")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def petition(city: Any, source: str = "PETITION", limit: TimeLimit = SIXTY, serve: bool = True) -> None:
    """Served on 2026-03-02: sixty days end with Friday 05-01, which is a holiday, so with 05-06."""
    plain = city.registered("ZJJ", MATTER, "P-1")
    items = [replace(plain.assignments[0], limit=limit)]
    owed = [intake.ReplyDuty(unit="ZJJ", limit=SIXTY)]
    source_of = intake.SourceRecord(type=source)
    city.say(replace(plain, assignments=items, replies=owed, source=source_of), at("2026-03-02 09:00"))
    if serve:
        city.serve(at("2026-03-02 10:00"))


def ask(city: Any, time: str, days: int = 30, **more: Any) -> str:
    found: str = city.request("extension.requested", at(time), "ZJJ", days=days, reason="案情复杂", **more)
    return found


def grant(city: Any, time: str, days: int, **more: Any) -> str:
    found: str = city.request("extension.decided", at(time), granted_days=days, decided_by="赵明远", **more)
    return found


def clocks(city: Any) -> dict[str, tuple[str, str]]:
    return {row["owner"]: (row["deadline"], row["state"]) for row in city.lists()["deadlines"]}


def reminders(city: Any) -> list[tuple[str, int]]:
    found = city.published("escalation.deadline.approaching.v1")
    return [(event.data.owner, event.data.days_left) for event in found]


def answered(city: Any, time: str) -> None:
    about = {"matter_id": MATTER, "external_ref": "P-1", "submitted_by": "OFFICE"}
    city.say(intake.ReplySent(**about, unit="ZJJ", reply="r", sent_at=at(time), to="来访人"), at(time))


SHORT = TimeLimit(amount=10, unit="WORKDAY")
LONG = TimeLimit(amount=200, unit="WORKDAY")


def test_the_unit_is_reminded_of_the_answer_that_it_owes(city: Any) -> None:
    petition(city, limit=LONG)
    city.until(at("2026-05-06 23:00"))
    assert reminders(city) == [("REPLY", 3), ("REPLY", 1)]


def test_one_reminder_tells_of_the_work_and_of_an_answer_on_the_same_day(city: Any) -> None:
    petition(city)
    city.until(at("2026-05-06 23:00"))
    assert reminders(city) == [("ASSIGNMENT", 3), ("ASSIGNMENT", 1)]


def test_who_has_answered_is_not_reminded(city: Any) -> None:
    petition(city, limit=LONG)
    answered(city, "2026-04-20 09:00")
    city.until(at("2026-05-06 23:00"))
    assert reminders(city) == []
    assert "reply_reminder" not in {kind for kind, _ in city.timers()}


def test_more_time_for_a_petitions_answer_moves_the_answer_alone(city: Any) -> None:
    petition(city, limit=LONG)
    asked = ask(city, "2026-04-20 09:00", owner="REPLY")
    grant(city, "2026-04-22 09:00", 30, request=asked)
    assert clocks(city)["REPLY"] == ("2026-06-01", "RUNNING")  # ninety days: 05-31, a Sunday
    assert clocks(city)["DECISION:EXTENSION"] == ("2026-04-23", "STOPPED")
    (longer,) = city.published("escalation.clock.extended.v1")
    assert (longer.data.owner, longer.data.days, longer.data.previous_deadline.isoformat()) == ("REPLY", 30, "2026-05-06")
    assert longer.data.deadline.isoformat() == "2026-06-01"
    (requested,) = city.published("escalation.extension.requested.v1")
    assert requested.data.owner == "REPLY"
    city.until(at("2026-06-02 00:00"))
    assert [(row["owner"], row["at"]) for row in city.lists()["breaches"]] == [("REPLY", "2026-06-01T16:00:00Z")]
    assert [days for owner, days in reminders(city) if owner == "REPLY"] == [3, 1]


def test_where_work_and_answer_are_one_limit_an_extension_moves_both(city: Any) -> None:
    petition(city)
    ask(city, "2026-04-20 09:00")
    grant(city, "2026-04-22 09:00", 30)
    assert clocks(city)["ASSIGNMENT"] == clocks(city)["REPLY"] == ("2026-06-01", "RUNNING")
    owners = [event.data.owner for event in city.published("escalation.clock.extended.v1")]
    assert sorted(owners) == ["ASSIGNMENT", "REPLY"]


def test_an_extension_of_work_with_a_limit_of_its_own_leaves_the_answer_alone(city: Any) -> None:
    petition(city, limit=TimeLimit(amount=100, unit="DAY"))
    ask(city, "2026-04-20 09:00")
    grant(city, "2026-04-22 09:00", 30)
    assert clocks(city)["REPLY"] == ("2026-05-06", "RUNNING")


@pytest.mark.parametrize(
    ("more", "code"),
    [({"days": 31}, "NOT_EMPOWERED"), ({"days": 30, "request": "r-0"}, None)],
)
def test_more_than_thirty_days_are_nobodys_to_grant(city: Any, more: dict[str, Any], code: str | None) -> None:
    petition(city, limit=LONG)
    ask(city, "2026-04-20 09:00", 40, owner="REPLY")
    name = grant(city, "2026-04-22 09:00", more["days"], owner="REPLY")
    assert city.refusals() == ([(name, code)] if code else [])


@pytest.mark.parametrize(
    ("source", "time", "code"),
    [
        ("PETITION", "2026-04-29 09:00", None),
        ("PETITION", "2026-04-30 09:00", "INADMISSIBLE_LATE"),
        ("NPC_SUGGESTION", "2026-04-20 09:00", "ALREADY_USED"),
    ],
)
def test_who_may_ask_for_more_time_to_answer_and_until_when(city: Any, source: str, time: str, code: str | None) -> None:
    petition(city, source, LONG)
    asked = ask(city, time, owner="REPLY")
    assert city.refusals() == ([(asked, code)] if code else [])


def test_it_is_asked_once_and_not_after_the_answer(city: Any) -> None:
    petition(city, limit=LONG)
    ask(city, "2026-04-10 09:00", 5, owner="REPLY")
    again = ask(city, "2026-04-11 09:00", 5, owner="REPLY")
    answered(city, "2026-04-12 09:00")
    late = ask(city, "2026-04-13 09:00", 5, owner="REPLY")
    assert city.refusals() == [(again, "ALREADY_USED"), (late, "INADMISSIBLE_LATE")]
    assert clocks(city)["DECISION:EXTENSION"][1] == "STOPPED"


def test_a_request_before_the_service_waits_for_it_and_a_unit_that_owes_none_is_refused(city: Any) -> None:
    petition(city, limit=LONG, serve=False)
    ask(city, "2026-03-02 09:30", owner="REPLY")
    city.serve(at("2026-03-02 10:00"))
    assert len(city.published("escalation.extension.requested.v1")) == 1
    city.assign(at("2026-03-03 09:00"), matter="00000000-0000-4000-8000-000000000009", ref="D-1")
    other = ask(city, "2026-03-04 09:30", owner="REPLY", matter="D-1")
    assert city.refusals() == [(other, "UNKNOWN_MATTER")]


def test_what_is_granted_after_the_end_undoes_the_breach(city: Any) -> None:
    petition(city, limit=LONG)
    ask(city, "2026-04-29 09:00", owner="REPLY")
    city.until(at("2026-05-07 09:00"))
    assert clocks(city)["REPLY"][1] == "BREACHED"
    grant(city, "2026-05-07 10:00", 30)
    assert clocks(city)["REPLY"] == ("2026-06-01", "RUNNING")
    assert city.lists()["breaches"] == []
