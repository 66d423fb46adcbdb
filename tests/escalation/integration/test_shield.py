"""The lead's shield: with an urging in good time and a report to the office, days of waiting are not counted (domain.md d.9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.explaining import as_text, explain
from event_contracts import intake
from event_contracts.event import TimeLimit

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def item(unit: str, role: str, days: int) -> Any:
    limit = TimeLimit(amount=days, unit="WORKDAY")
    return intake.AssignmentItem(assignment_id=f"{MATTER}/{unit}", unit=unit, role=role, deliverable="报告", limit=limit)


def matter(city: Any, lead_days: int = 20, other_days: int = 10) -> None:
    """AC-14: ZJJ leads until 06-15, SLJ supports until 06-01; both served on 05-18."""
    about = {"matter_id": MATTER, "external_ref": "M-14", "submitted_by": "OFFICE", "title": "老旧小区改造"}
    parts = [item("ZJJ", "LEAD", lead_days), item("SLJ", "SUPPORTING", other_days)]
    source = intake.SourceRecord(type="DOCUMENT")
    fact = intake.MatterRegistered(
        **about, kind="DAILY", section="SPECIAL", standard="全部完成", source=source, state="REGISTERED", assignments=parts
    )
    city.say(fact, at("2026-05-18 08:35"))
    for unit in ("ZJJ", "SLJ"):
        city.serve(at("2026-05-18 10:00"), unit=unit)


def urge(city: Any, time: str, *, reported: bool = True) -> None:
    city.request("urge.sent", at(time), "ZJJ", unit="SLJ", by="LEAD", reported_block=reported)


def deliver(city: Any, claimed: str, verified: str | None, verdict: str = "verified", id_: str = "s1") -> None:
    """SLJ claims; the office finds it true, or wanting."""
    city.say(intake.CompletionClaimed(matter_id=MATTER, unit="SLJ", claim=id_, claimed_at=at(claimed)), at(claimed))
    if verified is not None:
        about = {"matter_id": MATTER, "unit": "SLJ", "claim": id_, "claimed_at": at(claimed)}
        if verdict == "verified":
            fact: Any = intake.CompletionVerified(**about, verified_by="陈立")
        else:
            fact = intake.CompletionRejected(**about, rejected_by="陈立")
        city.say(fact, at(verified))


def lead(city: Any, owner: str = "ASSIGNMENT") -> tuple[str, str, int]:
    (found,) = [row for row in city.lists()["deadlines"] if (row["unit"], row["owner"]) == ("ZJJ", owner)]
    return found["deadline"], found["state"], found["suspended_days"]


def of_lead(city: Any, *kinds: str) -> list[Any]:
    return [m.data for m in city.published(*(f"escalation.clock.{kind}.v1" for kind in kinds)) if m.data.unit == "ZJJ"]


def test_a_lead_that_urged_in_good_time_and_reported_waits_without_loss(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-27 23:00")
    city.until(at("2026-06-02 12:00"))
    assert lead(city)[1] == "SUSPENDED"
    deliver(city, "2026-06-09 10:00", "2026-06-09 16:00")
    assert lead(city) == ("2026-06-24", "RUNNING", 6)
    (stopped,), (longer,) = of_lead(city, "suspended"), of_lead(city, "extended")
    assert (stopped.suspended_from.isoformat(), stopped.reason, stopped.remaining) == ("2026-06-02", "AWAITING_OTHER_UNIT", 10)
    assert (longer.days, longer.reason, longer.previous_deadline.isoformat()) == (6, "AWAITING_OTHER_UNIT", "2026-06-15")
    city.until(at("2026-06-25 00:00"))
    assert [(s["unit"], s["colour"]) for s in city.lists()["slips"]] == [("SLJ", "WHITE"), ("ZJJ", "WHITE")]


def test_while_the_lead_waits_nobody_reminds_it_and_nothing_is_breached(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00")
    city.until(at("2026-07-20 10:00"))
    assert lead(city)[1] == "SUSPENDED"
    assert not [row for row in city.lists()["breaches"] if row["unit"] == "ZJJ"]
    assert not [m for m in city.published("escalation.deadline.approaching.v1") if m.data.unit == "ZJJ"]


@pytest.mark.parametrize(
    ("urged", "reported"),
    [("2026-05-28 00:00", True), ("2026-05-26 10:00", False)],
    ids=["a day too late", "not reported"],
)
def test_without_both_in_time_there_is_no_shield(city: Any, urged: str, reported: bool) -> None:
    matter(city)
    urge(city, urged, reported=reported)
    city.until(at("2026-06-16 00:00"))
    assert lead(city)[:2] == ("2026-06-15", "BREACHED")


def test_the_block_may_be_reported_after_the_urging_but_before_the_other_limit_ends(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00", reported=False)
    urge(city, "2026-06-01 18:00", reported=True)
    city.until(at("2026-06-02 12:00"))
    assert lead(city)[1] == "SUSPENDED"


def test_the_office_urging_the_other_unit_is_no_shield(city: Any) -> None:
    matter(city)
    city.request("urge.sent", at("2026-05-26 10:00"), unit="SLJ", by="OFFICE", reported_block=True)
    city.until(at("2026-06-16 00:00"))
    assert lead(city)[1] == "BREACHED"


def test_another_unit_that_delivers_in_time_changes_nothing_for_the_lead(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00")
    deliver(city, "2026-06-01 10:00", "2026-06-03 10:00")
    assert lead(city) == ("2026-06-15", "RUNNING", 0)


def test_what_is_delivered_counts_from_its_claim_while_it_is_checked(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00")
    deliver(city, "2026-06-09 10:00", None)
    assert lead(city) == ("2026-06-24", "RUNNING", 6)


def test_what_was_delivered_and_rejected_was_not_delivered(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00")
    deliver(city, "2026-06-09 10:00", "2026-06-11 10:00", "rejected")
    assert lead(city)[1] == "SUSPENDED"
    deliver(city, "2026-06-12 10:00", "2026-06-12 15:00", id_="s2")
    assert lead(city) == ("2026-06-29", "RUNNING", 9)


def test_the_lead_waits_only_once_the_other_units_own_reason_was_refused(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00")
    evidence = [{"kind": "DOCUMENT", "sha256": "cd" * 32}]
    city.request(
        "justification.filed", at("2026-06-01 10:00"), "SLJ", unit="SLJ", category="FUNDS_NOT_ALLOCATED", evidence=evidence
    )
    city.until(at("2026-06-02 12:00"))
    assert lead(city)[1] == "RUNNING"
    city.request("justification.decided", at("2026-06-03 10:00"), unit="SLJ", outcome="REFUSED", decided_by="赵明远")
    assert lead(city)[1] == "SUSPENDED"
    deliver(city, "2026-06-09 10:00", "2026-06-09 16:00")
    assert lead(city) == ("2026-06-24", "RUNNING", 6)


def test_an_urging_that_says_it_was_early_but_came_long_after_is_no_shield(city: Any) -> None:
    matter(city)
    city.until(at("2026-06-12 10:00"))
    urge(city, "2026-05-26 10:00")
    assert lead(city)[1] == "RUNNING"


def test_an_urging_that_waited_in_the_queue_over_an_outage_is_a_shield(city: Any) -> None:
    matter(city)
    city.driver._is_down = lambda service: service == "escalation"
    urge(city, "2026-05-26 10:00")
    city.until(at("2026-06-12 10:00"))
    city.driver._is_down = lambda service: False
    city.until(at("2026-06-12 11:00"))
    assert lead(city)[1] == "SUSPENDED"


def test_a_lead_whose_own_limit_ended_first_has_nothing_to_wait_for(city: Any) -> None:
    matter(city, lead_days=5)
    urge(city, "2026-05-22 10:00")
    city.until(at("2026-06-03 10:00"))
    assert lead(city)[:2] == ("2026-05-25", "BREACHED")


def test_the_slip_that_the_lead_has_stands_still_too(city: Any) -> None:
    matter(city, lead_days=8)
    urge(city, "2026-05-26 10:00")
    city.until(at("2026-05-29 00:00"))
    city.sign("WHITE", at("2026-05-29 10:00"))
    city.until(at("2026-06-02 12:00"))
    assert lead(city, "SLIP:WHITE")[1] == "SUSPENDED"
    deliver(city, "2026-06-03 10:00", "2026-06-03 12:00")
    assert lead(city, "SLIP:WHITE") == ("2026-06-16", "RUNNING", 2)


def test_the_explanation_of_the_leads_deadline_says_for_whom_it_waited(city: Any) -> None:
    matter(city)
    urge(city, "2026-05-26 10:00")
    deliver(city, "2026-06-09 10:00", "2026-06-09 16:00")
    with city.database.begin() as session:
        told = explain(session, city.policy, "M-14", "ZJJ")
    (clock,) = [found for found in told[0]["clocks"] if found["owner"] == "ASSIGNMENT"]
    assert clock["suspensions"] == [
        {"from": "2026-06-02", "to": "2026-06-09", "why": "中止计时，不计：等待其他单位 / waits for another unit"}
    ]
    assert "2026-06-09 周二 不计 中止计时，不计：等待其他单位" in as_text(told)
