"""White before the limit ends (domain.md d.4): a reporting cycle without accepted progress, and progress behind the plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts import intake
from event_contracts.event import TimeLimit

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"
MONTHLY = {"cycle": {"amount": 1, "unit": "MONTH"}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def assigned(
    city: Any, day: str, *, days: int | None = 200, stones: dict[str, int] | None = None, source: str = "DOCUMENT"
) -> None:
    """A matter that is served on `day`, with a limit in workdays or none, and milestones by date."""
    about = {"matter_id": MATTER, "external_ref": "M-1", "submitted_by": "OFFICE", "title": "老旧小区改造"}
    city.say(
        intake.AssignmentDispatched(
            **about,
            assignment_id="a1",
            unit="ZJJ",
            role="LEAD",
            deliverable="报告",
            standard="全部完成",
            limit=TimeLimit(amount=days, unit="WORKDAY") if days else None,
            milestones=[
                intake.PlannedMilestone(due_on=date.fromisoformat(due), percent=percent)
                for due, percent in (stones or {}).items()
            ],
            source_type=source,
            parties=["ZJJ"],
        ),
        at(f"{day} 08:35"),
    )
    city.say(city.served("a1", "ASSIGNMENT", at(f"{day} 10:00")), at(f"{day} 10:00"))


def report(city: Any, when: str, percent: int | None, id_: str = "p1", arrives: str | None = None) -> None:
    """A unit's report of progress, as intake announces it."""
    fact = intake.ProgressReported(matter_id=MATTER, unit="ZJJ", filing=id_, reported_at=at(when), text="…", percent=percent)
    city.say(fact, at(when), arrives=at(arrives) if arrives else None)


def decide(city: Any, when: str, reported: str, percent: int | None, id_: str = "p1", *, accepted: bool = True) -> None:
    """The office's answer to a report."""
    kind = intake.ProgressAccepted if accepted else intake.ProgressReturned
    about = {"matter_id": MATTER, "unit": "ZJJ", "filing": id_, "reported_at": at(reported), "decided_by": "陈立"}
    city.say(kind(**about, percent=percent), at(when))


def accepted(city: Any, reported: str, decided: str, percent: int | None = 50, id_: str = "p1") -> None:
    report(city, reported, percent, id_)
    decide(city, decided, reported, percent, id_)


# ---- cycles


def test_a_whole_reporting_cycle_without_accepted_progress_leads_to_a_white(city_with: Callable[..., Any]) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    city.until(at("2026-04-02 23:59"))
    assert city.slips() == []

    city.until(at("2026-04-03 00:00"))
    white = city.slip("WHITE")
    assert (white["ground"], white["liability_date"], white["issued_at"]) == ("NO_PROGRESS", "2026-04-03", "2026-04-02T16:00:00Z")
    issued = city.published("escalation.slip.issued.v1")[-1].data
    assert (
        issued.reason == "第1个报告周期至2026-04-02止，期内无认可的进展，无进展；发白色督办单提醒，不扣分，责任日期2026-04-03。"
    )
    assert city.outcomes() == {("ZJJ", "ESCALATED"): 1}


def test_cycles_are_off_unless_the_policy_has_a_length_for_them(city: Any) -> None:
    assigned(city, "2026-03-02")
    city.until(at("2026-08-01 00:00"))
    assert city.slips() == []


def test_a_cycle_with_accepted_progress_leads_to_nothing_and_says_so_and_the_next_one_without_leads_to_a_white(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    accepted(city, "2026-03-30 16:00", "2026-03-31 10:00")
    city.until(at("2026-05-05 00:00"))
    assert city.slips() == []
    assert city.outcomes() == {("ZJJ", "PROGRESS_MADE"): 1}

    city.until(at("2026-05-07 00:00"))
    assert (city.slip("WHITE")["ground"], city.slip("WHITE")["liability_date"]) == ("NO_PROGRESS", "2026-05-07")


def test_a_report_that_waits_for_the_office_holds_the_white_until_it_is_returned(city_with: Callable[..., Any]) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    report(city, "2026-04-02 16:00", 30)
    city.until(at("2026-04-08 00:00"))
    assert city.slips() == []
    assert city.outcomes() == {("ZJJ", "PROGRESS_PENDING"): 1}

    decide(city, "2026-04-08 11:00", "2026-04-02 16:00", 30, accepted=False)
    city.until(at("2026-04-08 12:00"))
    white = city.slip("WHITE")
    assert (white["liability_date"], white["issued_at"]) == ("2026-04-08", "2026-04-08T03:00:00Z")


def test_a_report_from_within_the_cycle_that_is_read_late_withdraws_the_white(city_with: Callable[..., Any]) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    city.until(at("2026-04-03 09:00"))
    report(city, "2026-04-02 16:00", 30, arrives="2026-04-03 10:00")
    decide(city, "2026-04-03 11:00", "2026-04-02 16:00", 30)

    white = city.slip("WHITE")
    assert (white["state"], white["cause"]) == ("WITHDRAWN", "LATE_ARRIVING_TIMELY_REPORT")

    city.until(at("2026-05-07 00:00"))
    assert city.slips() == [("WHITE", 0, "WITHDRAWN"), ("WHITE", 0, "ISSUED")]


def test_a_report_after_the_cycle_does_not_take_its_white_back(city_with: Callable[..., Any]) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    city.until(at("2026-04-03 09:00"))
    accepted(city, "2026-04-03 10:00", "2026-04-03 11:00")
    assert city.slips() == [("WHITE", 0, "ISSUED")]


@pytest.mark.parametrize("outcome", ["verify", "reject"])
def test_a_claim_of_completion_holds_the_white_of_a_cycle(city_with: Callable[..., Any], outcome: str) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    city.claim(at("2026-04-02 16:00"))
    city.until(at("2026-04-07 09:00"))
    assert city.slips() == []
    assert city.outcomes() == {("ZJJ", "VERIFICATION_PENDING"): 1}

    getattr(city, outcome)(at("2026-04-07 10:00"), at("2026-04-02 16:00"))
    city.until(at("2026-05-20 00:00"))
    assert [row["ground"] for row in city.lists()["slips"]] == ([] if outcome == "verify" else ["NO_PROGRESS"])


def test_where_the_policy_wants_a_person_the_white_of_a_cycle_waits_for_an_approval(city_with: Callable[..., Any]) -> None:
    city = city_with(progress=MONTHLY, approval={"white": "required"})
    assigned(city, "2026-03-02")
    city.until(at("2026-04-07 00:00"))
    assert city.slips() == []
    drafts = city.published("escalation.slip.proposed.v1")
    assert [event.data.ground for event in drafts] == ["NO_PROGRESS"]
    assert city.outcomes() == {("ZJJ", "AWAITING_APPROVAL"): 1}

    city.request("slip.approved", at("2026-04-07 09:00"), colour="WHITE", by="李文静")
    white = city.slip("WHITE")
    assert (white["ground"], white["liability_date"], white["issued_at"]) == ("NO_PROGRESS", "2026-04-03", "2026-04-07T01:00:00Z")


def test_no_check_is_made_once_a_slip_is_in_force(city_with: Callable[..., Any]) -> None:
    city = city_with(progress=MONTHLY)
    assigned(city, "2026-03-02")
    city.until(at("2026-04-03 00:00"))
    assert not [kind for kind, _ in city.timers() if kind == "progress"]


# ---- standing supervision


def test_standing_supervision_has_a_monthly_cycle_and_no_limit(city: Any) -> None:
    assigned(city, "2026-03-02", days=None, source="EIGHT_RULES")
    accepted(city, "2026-03-20 10:00", "2026-03-21 10:00")
    city.until(at("2026-05-06 00:00"))
    assert city.slips() == []

    city.until(at("2026-05-07 00:00"))
    white = city.slip("WHITE")
    assert (white["ground"], white["liability_date"]) == ("NO_PROGRESS", "2026-05-07")
    assert [clock["owner"] for clock in city.lists()["deadlines"]] == []


# ---- milestones


def test_progress_behind_the_plan_by_more_than_the_tolerance_leads_to_a_white(city: Any) -> None:
    assigned(city, "2026-03-02", stones={"2026-03-31": 30, "2026-04-30": 60})
    accepted(city, "2026-03-30 16:00", "2026-03-31 10:00", 20)
    accepted(city, "2026-04-29 16:00", "2026-04-30 10:00", 49, "p2")
    city.until(at("2026-04-30 23:59"))
    assert city.slips() == []
    assert city.outcomes() == {("ZJJ", "PROGRESS_MADE"): 1}

    city.until(at("2026-05-06 00:00"))
    white = city.slip("WHITE")
    assert (white["ground"], white["liability_date"]) == ("SLOW_PROGRESS", "2026-05-06")
    assert city.published("escalation.slip.issued.v1")[-1].data.reason == (
        "计划至2026-04-30完成60%，认可进展49%，落后超过允许幅度，进展缓慢；发白色督办单提醒，不扣分，责任日期2026-05-06。"
    )


# ---- told in advance


def test_the_checks_to_come_are_named_when_the_limit_begins(city_with: Callable[..., Any]) -> None:
    city = city_with(progress={**MONTHLY, "tolerance": 10}, reminders=[])
    assigned(city, "2026-03-02", days=50, stones={"2026-03-20": 30, "2026-05-12": 100})
    (armed,) = city.published("escalation.clock.armed.v1")
    assert armed.data.deadline == date(2026, 5, 14)
    assert [(f"{day.on:%m-%d}", day.kind, day.percent) for day in armed.data.ahead] == [
        ("03-20", "MILESTONE", 20),
        ("04-02", "CYCLE", None),
        ("05-06", "CYCLE", None),  # 05-02 to 05-05 are days off
        ("05-12", "MILESTONE", 90),
    ]
