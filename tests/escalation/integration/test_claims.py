"""Claims: verified, rejected, late, and late to arrive (domain.md d.4, d.5.6, AC-16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def _clock(city: Any, owner: str) -> dict[str, Any]:
    return next(row for row in city.lists()["deadlines"] if row["owner"] == owner)


def test_an_assignment_done_in_time_stops_its_clock_and_no_slip_follows(city: Any) -> None:
    city.assign(at("2026-03-02 09:00"), days=4)
    city.serve(at("2026-03-02 10:00"))
    city.claim(at("2026-03-05 15:00"))
    city.verify(at("2026-03-09 10:00"), at("2026-03-05 15:00"))
    city.until(at("2026-06-01 00:00"))

    assert city.slips() == []
    assert (_clock(city, "ASSIGNMENT")["state"], city.lists()["breaches"]) == ("STOPPED", [])
    assert city.timers() == []


def test_while_a_claim_is_pending_over_the_deadline_nothing_happens_and_the_reason_is_recorded(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-13 15:20"))
    city.until(at("2026-04-30 00:00"))

    assert city.slips() == [("WHITE", 0, "SERVED")]
    assert city.lists()["breaches"] == []
    assert city.outcomes()["ZJJ", "VERIFICATION_PENDING"] >= 1


def test_a_claim_rejected_before_the_deadline_resumes_the_clock_without_the_days_of_verification(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-04 10:00"))
    city.reject(at("2026-03-06 16:00"), at("2026-03-04 10:00"))
    assert (_clock(city, "SLIP:WHITE")["state"], _clock(city, "SLIP:WHITE")["deadline"]) == ("RUNNING", "2026-03-19")
    city.until(at("2026-03-20 00:00"))

    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "ISSUED")]
    assert city.slip("YELLOW")["ground"] == "OVERDUE"
    assert [e.data.reason for e in city.published("escalation.clock.resumed.v1")] == ["REJECTED"]
    reminders = [e.time for e in city.published("escalation.deadline.approaching.v1")]
    assert reminders == [at("2026-03-16 08:30"), at("2026-03-18 08:30")]


def test_a_claim_in_time_rejected_after_the_deadline_gives_a_yellow_below_standard_and_no_breach(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-16 15:00"))
    city.reject(at("2026-03-18 16:00"), at("2026-03-16 15:00"))

    yellow = city.slip("YELLOW")
    assert (yellow["ground"], yellow["liability_date"], yellow["issued_at"]) == (
        "BELOW_STANDARD",
        "2026-03-18",
        "2026-03-18T08:00:00Z",
    )
    assert [b for b in city.lists()["breaches"] if b["owner"] == "SLIP:WHITE"] == []
    assert city.slips()[0] == ("WHITE", 0, "EXPIRED")


def test_a_rejection_on_a_saturday_gives_the_yellow_on_monday(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-16 15:00"))
    city.reject(at("2026-03-21 16:00"), at("2026-03-16 15:00"))
    city.until(at("2026-03-23 00:00"))

    assert (city.slip("YELLOW")["liability_date"], city.slip("YELLOW")["issued_at"]) == ("2026-03-23", "2026-03-22T16:00:00Z")


def test_an_assignment_rejected_after_its_limit_gets_a_white_below_standard(city: Any) -> None:
    city.assign(at("2026-03-02 09:00"), days=4)
    city.serve(at("2026-03-02 10:00"))
    city.claim(at("2026-03-06 15:00"))
    city.reject(at("2026-03-10 09:00"), at("2026-03-06 15:00"))

    assert (city.slip("WHITE")["ground"], city.slip("WHITE")["liability_date"]) == ("BELOW_STANDARD", "2026-03-10")


def test_a_claim_after_the_deadline_but_before_the_issue_does_not_prevent_the_next_colour(city_with: Callable[..., Any]) -> None:
    city = city_with(issue_time="08:30")
    city.white_by_office()
    city.claim(at("2026-03-17 07:00"))
    city.until(at("2026-03-17 08:30"))
    assert city.slip("YELLOW")["issued_at"] == "2026-03-17T00:30:00Z"
    city.verify(at("2026-03-18 10:00"), at("2026-03-17 07:00"))

    yellow = city.slip("YELLOW")
    assert (yellow["state"], yellow["ended_at"]) == ("LIFTED", "2026-03-17T00:30:00Z")
    assert city.slips()[0] == ("WHITE", 0, "EXPIRED")


def test_a_late_claim_verified_before_the_issue_lifts_the_next_slip_at_its_issue(city_with: Callable[..., Any]) -> None:
    city = city_with(issue_time="08:30")
    city.white_by_office()
    city.claim(at("2026-03-17 07:00"))
    city.verify(at("2026-03-17 08:00"), at("2026-03-17 07:00"))
    city.until(at("2026-03-17 08:30"))

    assert (city.slip("YELLOW")["state"], city.slip("YELLOW")["ended_at"]) == ("LIFTED", "2026-03-17T00:30:00Z")
    types = [m.type.removeprefix("escalation.") for m in city.published("escalation.slip.issued.v1", "escalation.slip.lifted.v1")]
    assert types == ["slip.issued.v1", "slip.issued.v1", "slip.lifted.v1"]


def test_a_report_in_time_that_arrives_before_the_issue_prevents_the_slip_and_undoes_the_breach(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(issue_time="08:30")
    city.white_by_office()
    city.until(at("2026-03-17 07:59"))
    assert [b["owner"] for b in city.lists()["breaches"]] == ["SLIP:WHITE"]
    city.claim(at("2026-03-16 23:50"), arrives=at("2026-03-17 08:00"))
    city.until(at("2026-03-17 12:00"))
    city.verify(at("2026-03-19 10:00"), at("2026-03-16 23:50"))

    assert city.slips() == [("WHITE", 0, "LIFTED")]
    assert city.lists()["breaches"] == []


def _late_arrival(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.claim(at("2026-03-16 23:50"), arrives=at("2026-03-18 09:00"))


def test_a_report_in_time_that_arrives_after_the_issue_withdraws_the_slip_by_itself(city: Any) -> None:
    _late_arrival(city)

    yellow = city.slip("YELLOW")
    assert (yellow["state"], yellow["cause"]) == ("WITHDRAWN", "LATE_ARRIVING_TIMELY_COMPLETION")
    withdrawn = city.published("escalation.slip.withdrawn.v1")
    assert [(e.data.colour, e.data.cause) for e in withdrawn] == [("YELLOW", "LATE_ARRIVING_TIMELY_COMPLETION")]
    assert city.slips()[0] == ("WHITE", 0, "SERVED")
    city.verify(at("2026-03-19 10:00"), at("2026-03-16 23:50"))
    city.until(at("2026-12-31 00:00"))
    assert city.slips() == [("WHITE", 0, "LIFTED"), ("YELLOW", 0, "WITHDRAWN")]
    assert city.published("escalation.review.lapsed.v1") == []
    assert city.timers() == []


def test_when_that_report_is_then_rejected_a_new_yellow_is_issued_under_a_new_number(city: Any) -> None:
    _late_arrival(city)
    city.reject(at("2026-03-20 10:00"), at("2026-03-16 23:50"))

    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "WITHDRAWN"), ("YELLOW", 0, "ISSUED")]
    again = city.slip("YELLOW")
    assert (again["ground"], again["liability_date"], again["number"]) == (
        "BELOW_STANDARD",
        "2026-03-20",
        "咸督办〔2026〕黄字第2号",
    )


def test_a_report_that_arrives_after_the_window_waits_for_a_person_and_the_slip_stands(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.claim(at("2026-03-16 23:50"), arrives=at("2026-03-20 09:00"))

    assert city.slips()[1][:2] == ("YELLOW", 0)
    assert city.slip("YELLOW")["state"] == "ISSUED"


def test_where_the_policy_asks_a_person_no_late_report_withdraws_a_slip(city_with: Callable[..., Any]) -> None:
    city = city_with(late_report={"mode": "person", "window": {"amount": 3, "unit": "WORKDAY"}})
    _late_arrival(city)

    assert city.slip("YELLOW")["state"] == "SERVED"


def test_a_red_that_stood_on_a_withdrawn_yellow_falls_with_it_and_its_referrals_are_recalled(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True, late_report={"window": {"amount": 30, "unit": "WORKDAY"}})
    city.auto_serve = lambda issued: issued
    city.white_by_office()
    city.until(at("2026-03-25 00:00"))
    assert [colour for colour, _, _ in city.slips()] == ["WHITE", "YELLOW", "RED"]
    city.claim(at("2026-03-16 12:00"), arrives=at("2026-03-26 09:00"))

    assert city.slips()[1:] == [("YELLOW", 0, "WITHDRAWN"), ("RED", 0, "VACATED_BY_CASCADE")]
    assert city.slip("RED")["vacated_by"] == city.slip("YELLOW")["number"]
    assert {r["state"] for r in city.lists()["referrals"]} == {"RECALLED"}
    events = city.published("escalation.slip.withdrawn.v1")
    assert [(e.data.colour, e.data.cause) for e in events] == [("YELLOW", "LATE_ARRIVING_TIMELY_COMPLETION")]
    fallen = city.published("escalation.slip.vacated.v1")
    assert [(e.data.colour, e.data.cascade_root) for e in fallen] == [("RED", events[0].data.slip_id)]
    assert len(city.published("escalation.referral.recalled.v1")) == 3
    assert len({e.correlationid for e in [*events, *fallen]}) == 1
    city.until(at("2026-03-26 10:00"))
    assert city.timers() == []


def test_a_red_done_in_its_limit_is_lifted(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True)
    city.auto_serve = lambda issued: issued
    city.white_by_office()
    city.until(at("2026-03-26 00:00"))
    city.claim(at("2026-03-27 09:00"))
    city.verify(at("2026-03-30 09:00"), at("2026-03-27 09:00"))

    assert (city.slip("RED")["state"], city.slip("RED")["ended_at"]) == ("LIFTED", "2026-03-27T01:00:00Z")
    assert {r["state"] for r in city.lists()["referrals"]} == {"CREATED"}


def test_a_claim_before_the_slip_is_served_stops_its_clock_before_it_runs(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.claim(at("2026-03-17 08:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.until(at("2026-06-01 00:00"))

    assert _clock(city, "SLIP:YELLOW")["state"] == "STOPPED"
    assert city.slips()[1] == ("YELLOW", 0, "SERVED")
    city.verify(at("2026-06-01 10:00"), at("2026-03-17 08:00"))
    assert city.slip("YELLOW")["ended_at"] == "2026-03-17T00:00:00Z"


def test_an_unserved_slip_neither_runs_nor_reminds(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-06-01 00:00"))

    assert city.slips()[1] == ("YELLOW", 0, "ISSUED")
    assert city.slip("YELLOW")["deadline"] is None
