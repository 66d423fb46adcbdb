"""A policy is in force from its day on; what was issued before keeps its own (domain.md B5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

NEW: dict[str, Any] = {"limits": {"white": {"amount": 7, "unit": "WORKDAY"}}, "yellow": {"deduction": "0.50", "max_renewals": 2}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def publish(city: Any, when: str, effective: str, version: str = "2026-2", parameters: Any = NEW) -> str:
    name = city.rule("policy.published", at(when), version=version, effective_from=effective, parameters=parameters)
    return str(name)


def issued(city: Any) -> list[Any]:
    return city.published("escalation.slip.issued.v1")


def test_a_running_white_keeps_its_limit_and_the_yellow_after_it_costs_what_is_in_force_on_its_day(city: Any) -> None:
    city.auto_serve = lambda instant: instant
    city.white_by_office()
    publish(city, "2026-03-03 09:00", "2026-03-10")
    assert city.slip("WHITE")["deadline"] == "2026-03-16"
    city.until(at("2026-03-17 12:00"))
    white, yellow = issued(city)
    assert (white.data.deduction, white.policyversion) == (None, city.policy.version)
    assert (yellow.data.deduction, yellow.policyversion) == (Decimal("0.50"), "2026-2")


def test_a_slip_before_the_effective_day_is_under_the_policy_of_the_start(city: Any) -> None:
    city.auto_serve = lambda instant: instant
    city.white_by_office()
    publish(city, "2026-03-03 09:00", "2026-03-18")
    city.until(at("2026-03-17 12:00"))
    assert issued(city)[1].data.deduction == Decimal("0.30")


def test_a_white_on_the_effective_day_has_the_new_limit(city: Any) -> None:
    publish(city, "2026-02-20 09:00", "2026-03-02")
    city.white_by_office()
    assert city.slip("WHITE")["deadline"] == "2026-03-11"


def test_a_running_yellow_keeps_its_number_of_renewals(city: Any) -> None:
    city.auto_serve = lambda instant: instant
    city.white_by_office()
    city.until(at("2026-03-18 08:00"))
    publish(city, "2026-03-18 09:00", "2026-03-19")
    evidence = [{"kind": "DOCUMENT", "sha256": "a" * 64}]
    for day in ("2026-03-25", "2026-04-02"):
        city.request(
            "determination.made", at(f"{day} 09:00"), progress_class="SUBSTANTIVE_IMPROVEMENT", reasons="有", decided_by="李",
            evidence=evidence,
        )  # fmt: skip
    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "DETERMINED"), ("YELLOW", 1, "EXPIRED")]


def test_every_wrong_key_is_named(city: Any) -> None:
    wrong = {"limits": {"white": {"amount": -1}}, "yellow": {"deducton": "0.30"}, "timezone": "UTC", "colours": ["RED"]}
    name = publish(city, "2026-03-03 09:00", "2026-03-10", parameters=wrong)
    assert city.refusals() == [(name, "SCHEMA_INVALID")]
    (detail,) = city.refusal_details()
    assert all(key in detail for key in ("limits.white.amount", "yellow.deducton", "timezone", "colours"))
    assert city.refused_fields() == ["/data/parameters/yellow/deducton"]
    assert city.published("escalation.policy.published.v1") == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limits": {"white": {"amount": -10, "unit": "WORKDAY"}}}, "limits/white/amount"),
        ({"review": {"window": 0}}, "review/window"),
        ({"yellow": {"deduction": "-0.30"}}, "yellow/deduction"),
        ({"yellow": {"deduction": 0.3}}, "yellow/deduction"),
        ({"limits": 10}, "limits"),
        ({"rehearsal": {"outages": []}}, "rehearsal/outages"),
    ],
)
def test_a_refusal_points_at_the_wrong_parameter(city: Any, parameters: dict[str, Any], field: str) -> None:
    publish(city, "2026-03-03 09:00", "2026-03-10", parameters=parameters)
    assert city.refused_fields() == [f"/data/parameters/{field}"]


@pytest.mark.parametrize(
    ("version", "effective", "word"),
    [("2026-2", "2026-04-01", "2026-2"), ("2026-3", "2026-03-10", "effective_from"), ("2026-3", "2026-03-01", "effective_from")],
    ids=["version again", "same day", "in the past"],
)
def test_overlaps_and_backdating_are_refused(city: Any, version: str, effective: str, word: str) -> None:
    publish(city, "2026-03-03 09:00", "2026-03-10")
    name = publish(city, "2026-03-04 09:00", effective, version)
    assert city.refusals() == [(name, "SCHEMA_INVALID")]
    assert word in city.refusal_details()[0]
    assert city.refused_fields() == ["/data/version" if word == "2026-2" else "/data/effective_from"]


def test_the_same_policy_twice_is_one(city: Any) -> None:
    publish(city, "2026-03-03 09:00", "2026-03-10")
    publish(city, "2026-03-04 09:00", "2026-03-10")
    assert len(city.published("escalation.policy.published.v1")) == 1 and city.refusals() == []


def test_a_published_policy_changes_only_what_it_names(city_with: Any) -> None:
    city = city_with(issue_time="10:00")
    publish(city, "2026-03-03 09:00", "2026-03-10")
    found = city.service.rulebook.at(at("2026-03-11 00:00")).policy
    assert (found.issue_time.hour, found.yellow.max_renewals, found.version) == (10, 2, "2026-2")


def test_a_slip_keeps_the_late_report_rule_that_it_was_issued_under(city: Any) -> None:
    city.white_by_office()
    city.rule("policy.published", at("2026-03-16 09:00"), version="p2", effective_from="2026-03-18", parameters=PERSON)
    city.until(at("2026-03-18 08:00"))
    city.claim(at("2026-03-16 15:00"), arrives=at("2026-03-18 09:00"))
    assert city.slip("YELLOW")["cause"] == "LATE_ARRIVING_TIMELY_COMPLETION"


def test_a_slip_of_the_new_policy_follows_its_late_report_rule(city: Any) -> None:
    city.white_by_office()
    city.rule("policy.published", at("2026-03-16 09:00"), version="p2", effective_from="2026-03-17", parameters=PERSON)
    city.until(at("2026-03-17 08:00"))
    city.claim(at("2026-03-16 15:00"), arrives=at("2026-03-17 09:00"))
    assert city.slip("YELLOW")["state"] == "ISSUED"


PERSON = {"late_report": {"mode": "person"}}
