"""The office is on the clock too: its own limits, its own list of what it decided late, and nobody's breach (domain.md f.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.explaining import as_text, explain
from escalation.metrics import board
from escalation.store import tables
from escalation.store.ladders import figures
from prometheus_client import CollectorRegistry, generate_latest
from service_chassis.shown import FromTables
from sqlalchemy import select

ZONE = ZoneInfo("Asia/Shanghai")
EVIDENCE = [{"kind": "DOCUMENT", "sha256": "cd" * 32}]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def clock(city: Any, owner: str) -> tuple[str, str]:
    with city.database.begin() as session:
        (found,) = session.execute(select(tables.clock).where(tables.clock.c.owner == owner))
    return found.deadline.isoformat(), found.state


def late(city: Any) -> list[tuple[str, str, str | None]]:
    return [(row["owner"], row["due"], row["decided_at"]) for row in city.lists()["late_decisions"]]


def page(city: Any) -> str:
    with city.database.begin() as session:
        found = figures(session)
    registry = CollectorRegistry()
    registry.register(FromTables(lambda: board(found, 1, None)))
    return generate_latest(registry).decode()


def file(city: Any, time: str) -> str:
    found: str = city.request("justification.filed", at(time), "ZJJ", category="FUNDS_NOT_ALLOCATED", evidence=EVIDENCE)
    return found


def decide(city: Any, time: str) -> None:
    city.request("justification.decided", at(time), outcome="REFUSED", decided_by="赵明远")


def test_the_office_has_three_workdays_for_a_reason(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    assert clock(city, "DECISION:JUSTIFICATION") == ("2026-06-09", "RUNNING")
    decide(city, "2026-06-09 23:59")
    city.until(at("2026-06-12 00:00"))
    assert (clock(city, "DECISION:JUSTIFICATION"), late(city)) == (("2026-06-09", "STOPPED"), [])


def test_what_the_office_decides_too_late_stands_on_its_list_and_is_nobodys_breach(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    city.until(at("2026-06-10 00:00"))
    assert clock(city, "DECISION:JUSTIFICATION") == ("2026-06-09", "BREACHED")
    assert late(city) == [("DECISION:JUSTIFICATION", "2026-06-09T16:00:00Z", None)]
    assert 'supervision_decisions_overdue{kind="DECISION:JUSTIFICATION"} 1.0' in page(city)
    decide(city, "2026-06-11 10:00")
    assert late(city) == [("DECISION:JUSTIFICATION", "2026-06-09T16:00:00Z", "2026-06-11T02:00:00Z")]
    assert "supervision_decisions_overdue{" not in page(city)
    assert city.lists()["breaches"] == []
    assert city.published("escalation.deadline.breached.v1") == []


def test_a_decision_that_is_read_before_its_late_limit_was_noticed_is_late_all_the_same(city: Any) -> None:
    city.white_by_office("2026-06-01")
    city.until(at("2026-06-12 08:00"))
    file(city, "2026-06-04 10:00")
    decide(city, "2026-06-12 09:00")
    assert [(owner, decided) for owner, _, decided in late(city)] == [("DECISION:JUSTIFICATION", "2026-06-12T01:00:00Z")]


def test_an_extension_has_its_own_limit(city: Any) -> None:
    city.white_by_office("2026-06-01")
    city.request("extension.requested", at("2026-06-05 10:00"), "ZJJ", days=2, reason="到货延迟")
    assert clock(city, "DECISION:EXTENSION") == ("2026-06-10", "RUNNING")
    city.request("extension.decided", at("2026-06-10 10:00"), granted_days=2, decided_by="赵明远")
    assert clock(city, "DECISION:EXTENSION") == ("2026-06-10", "STOPPED")


def test_the_finding_at_the_end_of_a_yellow_has_one_too(city: Any) -> None:
    city.white_by_office("2026-03-02")
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.until(at("2026-03-25 00:00"))
    assert clock(city, "DECISION:DETERMINATION") == ("2026-03-27", "RUNNING")
    assert {row["owner"] for row in city.lists()["deadlines"]} == {"SLIP:WHITE", "SLIP:YELLOW", "REVIEW_WINDOW"}
    city.until(at("2026-03-30 09:00"))
    assert [owner for owner, _, _ in late(city)] == ["DECISION:DETERMINATION"]
    found = {"progress_class": "PERFUNCTORY_POOR", "reasons": "敷衍", "decided_by": "周正", "evidence": EVIDENCE}
    city.request("determination.made", at("2026-03-30 10:00"), **found)
    assert late(city) == [("DECISION:DETERMINATION", "2026-03-27T16:00:00Z", "2026-03-30T02:00:00Z")]


def test_a_finding_in_time_stops_it_and_no_limit_is_armed_where_none_is_needed(city: Any) -> None:
    city.white_by_office("2026-03-02")
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.until(at("2026-03-25 00:00"))
    found = {"progress_class": "PERFUNCTORY_POOR", "reasons": "敷衍", "decided_by": "周正", "evidence": EVIDENCE}
    city.request("determination.made", at("2026-03-26 10:00"), **found)
    city.until(at("2026-04-10 00:00"))
    assert (clock(city, "DECISION:DETERMINATION")[1], late(city)) == ("STOPPED", [])


def test_a_yellow_that_is_done_in_time_asks_for_no_finding(city: Any) -> None:
    city.white_by_office("2026-03-02")
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.claim(at("2026-03-23 10:00"))
    city.verify(at("2026-03-24 10:00"), at("2026-03-23 10:00"))
    city.until(at("2026-04-10 00:00"))
    with city.database.begin() as session:
        assert not session.execute(select(tables.clock).where(tables.clock.c.owner == "DECISION:DETERMINATION")).all()


def test_every_running_limit_of_the_office_has_a_timer(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    city.request("extension.requested", at("2026-06-05 10:00"), "ZJJ", days=2, reason="到货延迟")
    assert "supervision_clocks_armed_without_next_action 0.0" in page(city)


def test_the_offices_limits_are_explained_like_all_others(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    with city.database.begin() as session:
        text = as_text(explain(session, city.policy, "M-1"))
    assert "办公室对正当理由的决定 / office decision on a justification：3个工作日，起算日 2026-06-04" in text


def test_a_decision_that_was_made_in_time_but_arrives_a_day_late_is_in_time_and_one_backdated_by_weeks_is_not(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-02 10:00")
    city.until(at("2026-06-08 10:00"))
    assert clock(city, "DECISION:JUSTIFICATION") == ("2026-06-05", "BREACHED")
    decide(city, "2026-06-05 17:00")
    assert (clock(city, "DECISION:JUSTIFICATION"), late(city)) == (("2026-06-05", "STOPPED"), [])

    city.request("extension.requested", at("2026-06-08 11:00"), "ZJJ", days=2, reason="到货延迟")
    city.until(at("2026-06-22 10:00"))
    city.request("extension.decided", at("2026-06-09 10:00"), granted_days=0, decided_by="赵明远")
    assert clock(city, "DECISION:EXTENSION") == ("2026-06-11", "BREACHED")
    assert [decided for owner, _, decided in late(city) if owner == "DECISION:EXTENSION"] == ["2026-06-09T02:00:00Z"]
