"""What the office and lead units send: proposals, approvals, withdrawals, determinations, urgings; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
EVIDENCE = [{"kind": "PHOTO", "sha256": "ef" * 32}]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def test_a_proposed_white_is_a_draft_until_it_is_approved(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立", ground="NO_PROGRESS", reason="久拖未动")
    assert city.slips() == []
    assert city.published("escalation.slip.proposed.v1")[0].data.state == "DRAFT"
    city.request("slip.approved", at("2026-03-02 09:00"), colour="WHITE", by="李文静")

    white = city.slip("WHITE")
    assert (white["ground"], white["issued_at"], white["liability_date"]) == ("NO_PROGRESS", "2026-03-02T01:00:00Z", "2026-03-02")
    assert white["reason"] == "办公室认定该事项无进展（久拖未动），经李文静批准发白色督办单，以示提醒，不扣分。"
    assert [e.data.approved_by for e in city.published("escalation.slip.approved.v1")] == ["李文静"]


def test_what_the_office_wrote_on_the_slip_goes_before_the_defaults(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    limit = {"amount": 20, "unit": "WORKDAY"}
    wanted = {"standard": "管网通水", "requirements": ["明确责任人"], "limit": limit}
    city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立", **wanted)
    city.request("slip.approved", at("2026-03-02 09:00"), colour="WHITE", by="李文静")
    city.sign("WHITE", at("2026-03-02 10:00"))

    issued = city.published("escalation.slip.issued.v1")[0].data
    assert (issued.standard, issued.requirements, issued.limit.amount) == ("管网通水", ["明确责任人"], 20)
    assert city.slip("WHITE")["deadline"] == "2026-03-30"


def test_a_second_white_on_the_same_ladder_is_refused(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立")
    again = city.request("slip.proposed", at("2026-03-02 08:55"), colour="WHITE", by="陈立")
    city.request("slip.approved", at("2026-03-02 09:00"), colour="WHITE", by="李文静")
    later = city.request("slip.proposed", at("2026-03-03 08:55"), colour="WHITE", by="陈立")

    assert city.refusals() == [(again, "DUPLICATE_LADDER"), (later, "DUPLICATE_LADDER")]
    assert city.slips() == [("WHITE", 0, "ISSUED")]


def test_approving_a_slip_that_was_issued_does_nothing(city: Any) -> None:
    city.white_by_office()
    city.request("slip.approved", at("2026-03-03 09:00"), colour="WHITE", by="李文静")

    assert (city.refusals(), city.slips()) == ([], [("WHITE", 0, "SERVED")])
    assert len(city.published("escalation.slip.approved.v1")) == 1


def test_a_unit_without_a_part_in_the_matter_cannot_be_carded(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    refused = city.request("slip.proposed", at("2026-03-02 08:50"), unit="SLJ", colour="WHITE", by="陈立")
    assert city.refusals() == [(refused, "NOT_PARTY")]


def test_a_direct_start_at_a_higher_colour_is_refused(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    yellow = city.request("slip.proposed", at("2026-03-02 08:50"), colour="YELLOW", by="陈立")
    red = city.request("slip.proposed", at("2026-03-02 08:51"), colour="RED", by="陈立")
    approval = city.request("slip.approved", at("2026-03-02 08:52"), colour="RED", by="周建国")

    assert city.refusals() == [(yellow, "NOT_EMPOWERED"), (red, "RED_BARRED"), (approval, "RED_BARRED")]


def test_a_proposed_white_that_nobody_approves_is_issued_by_the_clock_when_the_assignment_runs_out(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=4)
    city.serve(at("2026-03-02 08:40"))
    city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立", ground="SLOW_PROGRESS")
    city.until(at("2026-03-09 00:00"))
    city.request("slip.approved", at("2026-03-10 09:00"), colour="WHITE", by="李文静")

    assert city.slips() == [("WHITE", 0, "ISSUED")]
    assert (city.slip("WHITE")["ground"], city.slip("WHITE")["issued_at"]) == ("OVERDUE", "2026-03-08T16:00:00Z")


def test_the_clock_of_the_assignment_stops_while_a_white_of_the_office_runs(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=4)
    city.serve(at("2026-03-02 08:40"))
    city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立")
    city.request("slip.approved", at("2026-03-02 09:00"), colour="WHITE", by="李文静")
    city.until(at("2026-03-10 00:00"))

    assert [d["state"] for d in city.lists()["deadlines"] if d["owner"] == "ASSIGNMENT"] == ["STOPPED"]
    assert [e.data.reason for e in city.published("escalation.clock.stopped.v1")] == ["SUPERSEDED"]
    assert city.lists()["breaches"] == []


# ---- approvals that the policy demands


def test_a_yellow_that_needs_approval_is_drafted_at_the_deadline_and_issued_when_approved(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"yellow": "required"})
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED")]
    assert city.outcomes()["ZJJ", "AWAITING_APPROVAL"] == 1
    city.request("slip.approved", at("2026-03-17 08:40"), colour="YELLOW", by="赵明远")

    yellow = city.slip("YELLOW")
    assert (yellow["issued_at"], yellow["liability_date"], yellow["ground"]) == ("2026-03-17T00:40:00Z", "2026-03-17", "OVERDUE")
    assert city.published("escalation.slip.issued.v1")[-1].data.issued_by == "赵明远"


def test_a_draft_that_is_not_wanted_any_more_is_dropped_and_the_unit_never_hears_of_it(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"yellow": "required"})
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.claim(at("2026-03-16 23:50"), arrives=at("2026-03-17 08:00"))
    city.request("slip.approved", at("2026-03-17 08:40"), colour="YELLOW", by="赵明远")
    city.verify(at("2026-03-18 10:00"), at("2026-03-16 23:50"))

    assert city.slips() == [("WHITE", 0, "LIFTED")]
    assert city.published("escalation.slip.withdrawn.v1") == []


def test_a_refused_draft_is_not_drafted_again_until_the_office_proposes(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"yellow": "required"})
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.request("slip.withdrawn", at("2026-03-17 09:00"), colour="YELLOW", by="赵明远", reason="情况特殊")
    city.until(at("2026-04-17 00:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED")]
    assert city.outcomes()["ZJJ", "FELL_BEFORE"] >= 1
    city.request("slip.proposed", at("2026-04-17 09:00"), colour="YELLOW", by="陈立")
    city.request("slip.approved", at("2026-04-17 10:00"), colour="YELLOW", by="赵明远")

    assert city.slips()[1] == ("YELLOW", 0, "ISSUED")
    assert city.slip("YELLOW")["issued_at"] == "2026-04-17T02:00:00Z"


# ---- withdrawals


def test_a_withdrawn_yellow_takes_the_red_down_and_nothing_climbs_by_itself_again(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True)
    city.auto_serve = lambda issued: issued
    city.white_by_office()
    city.until(at("2026-03-25 00:00"))
    city.request("slip.withdrawn", at("2026-03-26 09:00"), colour="YELLOW", by="周建国", reason="认定有误")
    city.until(at("2026-12-31 00:00"))

    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "WITHDRAWN"), ("RED", 0, "VACATED_BY_CASCADE")]
    assert city.slip("YELLOW")["cause"] == "WITHDRAWN_BY_OFFICE"
    assert {r["state"] for r in city.lists()["referrals"]} == {"RECALLED"}
    assert city.published("escalation.review.lapsed.v1") == []


def test_withdrawing_a_slip_that_is_not_there_is_refused(city: Any) -> None:
    city.white_by_office()
    refused = city.request("slip.withdrawn", at("2026-03-03 09:00"), colour="RED", by="周建国")
    assert city.refusals() == [(refused, "UNKNOWN_MATTER")]


def test_withdrawing_a_white_lets_the_assignments_clock_run_on(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"), days=20)
    city.serve(at("2026-03-02 08:40"))
    city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立")
    city.request("slip.approved", at("2026-03-02 09:00"), colour="WHITE", by="李文静")
    city.request("slip.withdrawn", at("2026-03-03 09:00"), colour="WHITE", by="李文静")
    city.until(at("2026-04-30 00:00"))

    assert city.slips() == [("WHITE", 0, "WITHDRAWN")]
    assert [b["owner"] for b in city.lists()["breaches"]] == ["ASSIGNMENT"]
    assert city.outcomes()["ZJJ", "FELL_BEFORE"] >= 1


# ---- determinations


def _to_the_end_of_the_yellow(city: Any) -> None:
    """AC-09: yellow of 2026-07-16, deadline 07-23."""
    city.white_by_office("2026-07-01")
    city.until(at("2026-07-16 00:00"))
    city.sign("YELLOW", at("2026-07-16 10:00"))
    city.until(at("2026-07-24 08:00"))


def _improved(city: Any, when: str) -> str:
    made: str = city.request(
        "determination.made",
        at(when),
        progress_class="SUBSTANTIVE_IMPROVEMENT",
        reasons="主体完成八成",
        decided_by="赵明远",
        evidence=EVIDENCE,
    )
    return made


def test_improvement_renews_the_yellow_under_the_same_number_and_bars_a_red(city: Any) -> None:
    _to_the_end_of_the_yellow(city)
    _improved(city, "2026-07-24 09:00")
    city.sign("YELLOW", at("2026-07-24 11:00"), renewal=1)
    refused = city.request("slip.approved", at("2026-07-24 14:00"), colour="RED", by="周建国")
    city.claim(at("2026-07-30 10:00"))
    city.verify(at("2026-07-30 16:00"), at("2026-07-30 10:00"))
    city.until(at("2026-08-07 00:00"))

    first, renewed = city.slip("YELLOW", 0), city.slip("YELLOW", 1)
    assert (first["state"], first["deadline"]) == ("DETERMINED", "2026-07-23")
    assert (renewed["state"], renewed["issued_at"], renewed["deadline"]) == ("LIFTED", "2026-07-24T01:00:00Z", "2026-07-31")
    assert renewed["number"] == first["number"]
    assert city.refusals() == [(refused, "RED_BARRED")]
    assert [e.data.renewal for e in city.published("escalation.slip.renewed.v1")] == [1]
    assert len(city.published("escalation.slip.issued.v1")) == 2


def test_after_the_last_renewal_only_the_leading_group_renews_again(city: Any) -> None:
    _to_the_end_of_the_yellow(city)
    _improved(city, "2026-07-24 09:00")
    city.sign("YELLOW", at("2026-07-24 11:00"), renewal=1)
    city.until(at("2026-08-01 00:00"))
    _improved(city, "2026-08-03 09:00")
    assert city.slips()[-1] == ("YELLOW", 1, "EXPIRED")
    assert city.outcomes()["ZJJ", "RENEWALS_EXHAUSTED"] >= 1
    city.request("slip.approved", at("2026-08-03 15:00"), colour="YELLOW", by="周建国")

    assert city.slips()[-2:] == [("YELLOW", 1, "DETERMINED"), ("YELLOW", 2, "ISSUED")]
    assert city.slip("YELLOW", 2)["number"] == city.slip("YELLOW", 0)["number"]


def test_after_the_last_renewal_a_red_needs_a_new_finding_and_an_approval(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"})
    _to_the_end_of_the_yellow(city)
    _improved(city, "2026-07-24 09:00")
    city.sign("YELLOW", at("2026-07-24 11:00"), renewal=1)
    city.request("urge.sent", at("2026-07-28 09:00"), by="OFFICE")
    city.until(at("2026-08-03 00:00"))
    assert city.slips()[-1] == ("YELLOW", 1, "EXPIRED")
    found = {"progress_class": "PERFUNCTORY_POOR", "reasons": "敷衍", "decided_by": "赵明远", "evidence": EVIDENCE}
    city.request("determination.made", at("2026-08-03 09:00"), **found)
    assert city.slips()[-1][0] == "YELLOW"
    city.request("slip.approved", at("2026-08-03 10:00"), colour="RED", by="周建国")

    assert (city.slip("RED")["ground"], city.slip("RED")["liability_date"]) == ("PERFUNCTORY_POOR", "2026-08-03")


def test_a_finding_of_poor_work_or_improvement_needs_evidence(city: Any) -> None:
    _to_the_end_of_the_yellow(city)
    bare = {"progress_class": "SUBSTANTIVE_IMPROVEMENT", "reasons": "好", "decided_by": "赵明远"}
    refused = city.request("determination.made", at("2026-07-24 09:00"), **bare)

    assert city.refusals() == [(refused, "SCHEMA_INVALID")]
    assert city.slips()[-1] == ("YELLOW", 0, "EXPIRED")


# ---- urgings


def test_an_urging_by_the_lead_comes_from_the_leads_own_account(city: Any) -> None:
    fact = city.registered("ZJJ", "00000000-0000-4000-8000-000000000001", "M-1")
    other = city.registered("SLJ", "00000000-0000-4000-8000-000000000001", "M-1").assignments[0]
    object.__setattr__(other, "role", "SUPPORTING")
    fact.assignments.append(other)
    city.say(fact, at("2026-03-02 09:00"))
    city.request("urge.sent", at("2026-03-03 09:00"), sender="ZJJ", unit="SLJ", by="LEAD", reported_block=True)
    refused = city.request("urge.sent", at("2026-03-04 09:00"), sender="SLJ", unit="ZJJ", by="LEAD")

    assert [(e.data.unit, e.data.by, e.data.count) for e in city.published("escalation.urge.sent.v1")] == [("SLJ", "LEAD", 1)]
    assert city.refusals() == [(refused, "SENDER_MISMATCH")]


def test_urgings_are_counted(city: Any) -> None:
    city.white_by_office()
    for day in ("2026-03-04", "2026-03-05"):
        city.request("urge.sent", at(f"{day} 09:00"), by="OFFICE")
    assert [e.data.count for e in city.published("escalation.urge.sent.v1")] == [1, 2]


def test_a_short_term_is_urged_by_machine_at_its_service_and_only_once(city_with: Callable[..., Any]) -> None:
    city = city_with(automatic_urging=True, limits={"white": {"amount": 1, "unit": "WORKDAY"}})
    city.white_by_office()
    city.until(at("2026-03-03 23:00"))

    urged = city.published("escalation.urge.sent.v1")
    assert [(e.data.urged_at, e.data.automatic) for e in urged] == [(at("2026-03-02 10:00"), True)]


def test_a_stopped_slip_is_not_urged_by_machine(city_with: Callable[..., Any]) -> None:
    city = city_with(automatic_urging=True)
    city.white_by_office()
    city.claim(at("2026-03-10 10:00"))
    city.until(at("2026-03-16 23:00"))
    assert city.published("escalation.urge.sent.v1") == []


def test_a_slip_without_a_standard_cannot_be_proposed(city: Any) -> None:
    fact = city.registered("ZJJ", "00000000-0000-4000-8000-000000000001", "M-1")
    object.__setattr__(fact, "standard", "  ")
    city.say(fact, at("2026-03-02 08:35"))
    refused = city.request("slip.proposed", at("2026-03-02 08:50"), colour="WHITE", by="陈立")
    assert city.refusals() == [(refused, "SCHEMA_INVALID")]
    assert city.published("escalation.slip.proposed.v1") == []
