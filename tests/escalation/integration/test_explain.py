"""Every date explains itself, and every ladder says why it is where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.explaining import as_text, explain


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def told(city: Any, matter: str = "M-1", unit: str | None = None) -> list[dict[str, Any]]:
    with city.database.begin() as session:
        return explain(session, city.policy, matter, unit)


def test_a_white_explains_its_deadline_day_by_day(city: Any) -> None:
    city.white_by_office()
    (entry,) = told(city)
    white = next(clock for clock in entry["clocks"] if clock["owner"] == "SLIP:WHITE")
    assert (white["deadline"], white["days"][-1]["counted"], white["days"][0]["kind"]) == ("2026-03-16", 10, "START")
    assert white["policy"] == city.policy.version and white["calendar"]["2026"]
    assert entry["why"] == "LIMIT_RUNNING"


def test_days_of_verification_are_left_out_with_their_reason(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-05 10:00"))
    city.reject(at("2026-03-06 10:00"), at("2026-03-05 10:00"))
    (entry,) = told(city)
    white = next(clock for clock in entry["clocks"] if clock["owner"] == "SLIP:WHITE")
    assert [day["kind"] for day in white["days"] if day["day"] in ("2026-03-05", "2026-03-06")] == ["SUSPENDED"] * 2
    assert white["deadline"] == white["days"][-1]["day"] == "2026-03-18"


def test_a_ladder_that_waits_says_for_what(city: Any) -> None:
    city.white_by_office()
    city.auto_serve = lambda instant: instant
    city.until(at("2026-04-10 12:00"))
    (entry,) = told(city)
    assert entry["why"] == "AWAITING_DETERMINATION"
    assert {"AWAITING_DETERMINATION", "ESCALATED"} <= {row["reason"] for row in entry["outcomes"]}


def test_the_window_of_an_objection_is_explained_too(city: Any) -> None:
    city.assign(at("2026-03-02 09:00"))
    city.serve(at("2026-03-02 10:00"))
    (entry,) = told(city)
    window = next(clock for clock in entry["clocks"] if clock["owner"] == "OBJECTION_WINDOW")
    assert (window["deadline"], window["state"], window["days"][-1]["counted"]) == ("2026-03-05", "RUNNING", 3)
    assert "退办申请期" in as_text([entry])
    city.until(at("2026-03-06 00:00"))
    city.white_by_office("2026-03-09")
    (entry,) = told(city)
    assert next(clock["state"] for clock in entry["clocks"] if clock["owner"] == "OBJECTION_WINDOW") == "STOPPED"


def test_the_text_is_chinese_first_and_names_rule_policy_and_calendar(city: Any) -> None:
    city.white_by_office()
    text = as_text(told(city))
    assert "白色督办单" in text and "起算日，不计" in text and city.policy.version in text and "国办发明电" in text


def test_a_matter_is_found_by_id_and_narrowed_to_a_unit(city: Any) -> None:
    city.white_by_office()
    assert [entry["unit"] for entry in told(city, "00000000-0000-4000-8000-000000000001", "ZJJ")] == ["ZJJ"]
    assert told(city, "M-1", "JTJ") == [] and told(city, "M-9") == []


# ---- the same in the events about the limit


def announced(city: Any, name: str, owner: str = "SLIP:WHITE") -> list[tuple[str, str, str, int | None, str | None]]:
    """The days of the newest such event about a limit: first, last, kind, number, cause."""
    fact = [event.data for event in city.published(f"escalation.clock.{name}.v1") if event.data.owner == owner][-1]
    assert fact.explanation[-1].last == fact.deadline
    return [(f"{run.first:%m-%d}", f"{run.last:%m-%d}", run.kind, run.counted, run.cause) for run in fact.explanation]


def test_a_limit_that_begins_says_which_days_count(city: Any) -> None:
    city.white_by_office()
    assert announced(city, "armed") == [
        ("03-02", "03-02", "START", None, None),
        ("03-03", "03-16", "WORKDAYS", 10, None),
    ]


def test_a_limit_that_runs_again_names_the_days_of_checking(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-05 10:00"))
    city.reject(at("2026-03-06 10:00"), at("2026-03-05 10:00"))
    assert announced(city, "resumed")[1:] == [
        ("03-03", "03-04", "COUNTED", 2, None),
        ("03-05", "03-06", "SUSPENDED", None, "VERIFICATION"),
        ("03-07", "03-18", "WORKDAYS", 10, None),
    ]


def test_what_the_events_say_is_what_explain_says(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-05 10:00"))
    city.reject(at("2026-03-06 10:00"), at("2026-03-05 10:00"))
    white = next(clock for clock in told(city)[0]["clocks"] if clock["owner"] == "SLIP:WHITE")
    of_days = [(day["day"][5:], day["kind"]) for day in white["days"] if day["kind"] in ("START", "SUSPENDED")]
    assert of_days == [("03-02", "START"), ("03-05", "SUSPENDED"), ("03-06", "SUSPENDED")]
    assert announced(city, "resumed")[2][:2] == ("03-05", "03-06")


# ---- and what is due before its end


def coming(city: Any, name: str, owner: str) -> list[tuple[str, str, int | None, int | None]]:
    fact = [event.data for event in city.published(f"escalation.clock.{name}.v1") if event.data.owner == owner][-1]
    return [(f"{day.on:%m-%d}", day.kind, day.days_left, day.percent) for day in fact.ahead]


def test_a_limit_that_begins_names_the_days_on_which_the_unit_is_reminded(city: Any) -> None:
    city.white_by_office()  # AC-01: the white ends on 03-16
    assert coming(city, "armed", "SLIP:WHITE") == [("03-11", "REMINDER", 3, None), ("03-13", "REMINDER", 1, None)]


def test_a_limit_that_stands_still_names_none_and_one_that_runs_again_those_of_its_new_end(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-05 10:00"))
    assert coming(city, "stopped", "SLIP:WHITE") == []
    city.reject(at("2026-03-06 10:00"), at("2026-03-05 10:00"))
    assert coming(city, "resumed", "SLIP:WHITE") == [("03-13", "REMINDER", 3, None), ("03-17", "REMINDER", 1, None)]


def test_the_day_of_the_machines_urging_is_named_where_the_policy_wants_it(city_with: Callable[..., Any]) -> None:
    city = city_with(automatic_urging=True, reminders=[0])
    city.white_by_office()
    assert coming(city, "armed", "SLIP:WHITE") == [("03-13", "URGE", None, None), ("03-16", "REMINDER", 0, None)]
