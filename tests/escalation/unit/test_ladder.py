"""The decision table of domain.md d.4, row by row, and the settled questions of d.17 that are in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.acts import Approval, ParkedHold, Proposal
from escalation.domain.clock import Claim, Course, End, Reckoning
from escalation.domain.determination import Finding
from escalation.domain.ladder import next_step
from escalation.domain.review import Review
from escalation.domain.steps import Draft, Hold, Issue, Nothing, Rules, Standing
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


AUTO = {"WHITE": "auto", "YELLOW": "auto", "RED": "auto"}
RULES = Rules(RECKONING, time(0, 0), {**AUTO, "RED": "required"}, max_renewals=1)
ALL_AUTO = replace(RULES, approval=AUTO)
OFFICE_HOURS = replace(RULES, issue_time=time(8, 30))

END = End(date(2026, 3, 24), at("2026-03-25 00:00"), provisional=False, fixed=False)
"""A limit whose last day is Tuesday 2026-03-24."""
FRIDAY = End(date(2026, 3, 27), at("2026-03-28 00:00"), provisional=False, fixed=False)
NOW = at("2026-04-20 12:00")


def course(status: str = "RUNNING", when: str | None = None, end: End | None = END, late: tuple[Claim, ...] = ()) -> Course:
    return Course(status, at(when) if when else None, end, 0, status != "RUNNING", late)


def standing(colour: str | None, **more: Any) -> Standing:
    known = {
        "renewal": 0,
        "course": course(),
        "passed": True,
        "issued_at": at("2026-03-17 00:00"),
        "served_at": at("2026-03-17 10:00"),
    }
    return Standing(colour, **(known | more))


def step(colour: str | None, rules: Rules = RULES, now: datetime = NOW, **more: Any) -> Any:
    return next_step(standing(colour, **more), rules, now)


URGED = {"urges": [at("2026-03-20 09:00")]}


def finding(progress_class: str, when: str = "2026-03-25 09:00") -> Finding:
    return Finding(progress_class, at(when), "赵明远", "理由")


# ---- before the end


@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW", "RED"])
def test_done_in_time_leads_to_nothing(colour: str | None) -> None:
    assert step(colour, course=course("DONE", "2026-03-20 10:00")) == Nothing("DONE_IN_TIME")


@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW"])
def test_a_claim_in_time_that_waits_for_its_verdict_holds_the_ladder(colour: str | None) -> None:
    assert step(colour, course=course("PENDING", "2026-03-20 10:00")) == Hold("VERIFICATION_PENDING")


def test_a_limit_that_was_not_served_does_not_run() -> None:
    assert step("WHITE", course=course(end=None), passed=False) == Nothing("NOT_SERVED")


def test_a_limit_that_has_not_passed_under_the_cut_leads_to_nothing_however_late_it_is() -> None:
    assert step("WHITE", passed=False) == Nothing("LIMIT_RUNNING")


# ---- assignment and white


def test_an_overdue_assignment_gets_a_white_on_the_next_workday() -> None:
    found = step(None)
    assert isinstance(found, Issue)
    assert (found.colour, found.ground, found.liability_date) == ("WHITE", "OVERDUE", date(2026, 3, 25))
    assert (found.at, found.by, found.clocked) == (at("2026-03-25 00:00"), "DUBAN", True)


def test_an_overdue_white_becomes_a_yellow() -> None:
    found = step("WHITE")
    assert (found.colour, found.renewal, found.ground) == ("YELLOW", 0, "OVERDUE")


def test_the_liability_date_is_the_first_workday_after_a_friday() -> None:
    found = step("WHITE", course=course(end=FRIDAY))
    assert (found.liability_date, found.at) == (date(2026, 3, 30), at("2026-03-30 00:00"))


def test_a_slip_is_issued_at_the_issue_time_of_its_day() -> None:
    assert step("WHITE", OFFICE_HOURS).at == at("2026-03-25 08:30")


def test_a_claim_in_time_rejected_after_the_end_gives_a_yellow_for_poor_work_dated_the_rejection() -> None:
    found = step("WHITE", course=course("REJECTED", "2026-03-27 16:00"))
    assert (found.colour, found.ground, found.liability_date) == ("YELLOW", "BELOW_STANDARD", date(2026, 3, 27))
    assert found.at == at("2026-03-27 16:00")


def test_a_rejection_on_a_saturday_is_followed_on_monday() -> None:
    found = step("WHITE", course=course("REJECTED", "2026-03-28 16:00"))
    assert (found.liability_date, found.at) == (date(2026, 3, 30), at("2026-03-30 00:00"))


def test_a_fixed_instant_on_a_workday_gives_the_slip_at_that_instant_whatever_the_issue_time() -> None:
    end = End(date(2026, 3, 24), at("2026-03-24 15:30"), provisional=False, fixed=True)
    found = step(None, OFFICE_HOURS, course=course(end=end))
    assert (found.at, found.liability_date) == (at("2026-03-24 15:30"), date(2026, 3, 24))


def test_a_fixed_instant_on_a_sunday_gives_the_slip_on_monday_at_the_issue_time() -> None:
    end = End(date(2026, 3, 29), at("2026-03-29 15:30"), provisional=False, fixed=True)
    found = step(None, OFFICE_HOURS, course=course(end=end))
    assert (found.at, found.liability_date) == (at("2026-03-30 08:30"), date(2026, 3, 30))


def late(verdict: str | None) -> Claim:
    decided = at("2026-03-26 10:00") if verdict else None
    return Claim("c", at("2026-03-25 08:00"), at("2026-03-25 08:00"), verdict, decided)


@pytest.mark.parametrize("verdict", [None, "VERIFIED", "REJECTED"])
def test_a_claim_after_the_end_does_not_prevent_the_next_colour(verdict: str | None) -> None:
    assert step("WHITE", course=course(late=(late(verdict),))).colour == "YELLOW"


@pytest.mark.parametrize(
    ("verdict", "expected"), [(None, Hold("VERIFICATION_PENDING")), ("VERIFIED", Nothing("DONE_LATE")), ("REJECTED", None)]
)
def test_where_the_policy_only_records_late_completion_it_does(verdict: str | None, expected: Any) -> None:
    found = step("WHITE", replace(RULES, late_completion="RECORD_ONLY"), course=course(late=(late(verdict),)))
    assert (found if expected else found.colour) == (expected or "YELLOW")


# ---- approvals


def test_where_the_policy_wants_an_approval_the_machine_only_drafts() -> None:
    rules = replace(RULES, approval={**AUTO, "YELLOW": "required"})
    found = step("WHITE", rules)
    assert isinstance(found, Draft)
    assert (found.colour, found.ground, found.liability_date) == ("YELLOW", "OVERDUE", date(2026, 3, 25))


def test_an_approval_after_the_hour_issues_the_draft_at_its_own_time_but_keeps_the_liability_date() -> None:
    rules = replace(RULES, approval={**AUTO, "YELLOW": "required"})
    found = step("WHITE", rules, approvals=[Approval("YELLOW", at("2026-03-26 08:40"), "赵明远")])
    assert (found.at, found.by, found.clocked) == (at("2026-03-26 08:40"), "赵明远", False)
    assert found.liability_date == date(2026, 3, 25)


def test_an_approval_before_the_end_counts_for_nothing() -> None:
    rules = replace(RULES, approval={**AUTO, "YELLOW": "required"})
    assert isinstance(step("WHITE", rules, approvals=[Approval("YELLOW", at("2026-03-24 23:59"), "赵明远")]), Draft)


def test_an_approval_before_the_hour_waits_for_it() -> None:
    rules = replace(OFFICE_HOURS, approval={**AUTO, "YELLOW": "required"})
    found = step("WHITE", rules, approvals=[Approval("YELLOW", at("2026-03-25 07:00"), "赵明远")])
    assert (found.at, found.clocked) == (at("2026-03-25 08:30"), True)


def test_an_approval_of_another_colour_counts_for_nothing() -> None:
    rules = replace(RULES, approval={**AUTO, "YELLOW": "required"})
    assert isinstance(step("WHITE", rules, approvals=[Approval("WHITE", at("2026-03-26 08:40"), "赵明远")]), Draft)


# ---- a white by the office


PROPOSED = [Proposal("WHITE", at("2026-03-02 08:50"), "陈立", "NO_PROGRESS")]
APPROVED = [Approval("WHITE", at("2026-03-02 09:00"), "李文静")]
RUNNING = {"passed": False, "course": course()}


def test_a_proposed_white_is_issued_when_it_is_approved_and_its_liability_date_is_that_day() -> None:
    found = step(None, proposals=PROPOSED, approvals=APPROVED, **RUNNING)
    assert (found.colour, found.ground, found.at) == ("WHITE", "NO_PROGRESS", at("2026-03-02 09:00"))
    assert (found.liability_date, found.by, found.clocked) == (date(2026, 3, 2), "李文静", False)


def test_a_white_approved_on_a_sunday_has_mondays_liability_date() -> None:
    found = step(None, proposals=PROPOSED, approvals=[Approval("WHITE", at("2026-03-08 09:00"), "李文静")], **RUNNING)
    assert (found.at, found.liability_date) == (at("2026-03-08 09:00"), date(2026, 3, 9))


def test_a_proposal_without_approval_and_an_approval_without_proposal_do_nothing() -> None:
    assert step(None, proposals=PROPOSED, **RUNNING) == Nothing("LIMIT_RUNNING")
    assert step(None, approvals=APPROVED, **RUNNING) == Nothing("LIMIT_RUNNING")


def test_an_approval_before_its_proposal_does_nothing() -> None:
    early = [Approval("WHITE", at("2026-03-02 08:00"), "李文静")]
    assert step(None, proposals=PROPOSED, approvals=early, **RUNNING) == Nothing("LIMIT_RUNNING")


def test_the_offices_white_waits_while_a_claim_is_pending_and_follows_its_rejection() -> None:
    made = Claim("c", at("2026-03-02 08:55"), at("2026-03-02 08:55"))
    held = step(None, proposals=PROPOSED, approvals=APPROVED, claims=[made], **RUNNING)
    assert held == Hold("VERIFICATION_PENDING")
    rejected = replace(made, verdict="REJECTED", decided_at=at("2026-03-03 10:00"))
    assert step(None, proposals=PROPOSED, approvals=APPROVED, claims=[rejected], **RUNNING).at == at("2026-03-03 10:00")
    verified = replace(made, verdict="VERIFIED", decided_at=at("2026-03-03 10:00"))
    assert step(None, proposals=PROPOSED, approvals=APPROVED, claims=[verified], **RUNNING) == Nothing("DONE_IN_TIME")


def test_a_claim_after_the_approval_does_not_stop_the_offices_white() -> None:
    later = Claim("c", at("2026-03-02 09:01"), at("2026-03-02 09:01"))
    found = step(
        None, proposals=PROPOSED, approvals=APPROVED, claims=[later], passed=False, course=course("PENDING", "2026-03-02 09:01")
    )
    assert isinstance(found, Issue)


def test_a_completion_after_the_approval_does_not_undo_the_offices_white() -> None:
    done = course("DONE", "2026-03-20 10:00")
    later = Claim("c", at("2026-03-20 10:00"), at("2026-03-20 10:00"), "VERIFIED", at("2026-03-21 10:00"))
    found = step(None, proposals=PROPOSED, approvals=APPROVED, claims=[later], passed=False, course=done)
    assert (found.colour, found.at) == ("WHITE", at("2026-03-02 09:00"))


def test_of_the_clock_and_the_office_the_earlier_one_issues_the_white() -> None:
    late_approval = [Approval("WHITE", at("2026-03-26 09:00"), "李文静")]
    by_clock = step(None, proposals=PROPOSED, approvals=late_approval)
    assert (by_clock.ground, by_clock.by) == ("OVERDUE", "DUBAN")
    by_office = step(None, proposals=PROPOSED, approvals=APPROVED)
    assert (by_office.ground, by_office.by) == ("NO_PROGRESS", "李文静")


# ---- yellow


def test_a_yellow_without_a_finding_waits_for_one() -> None:
    assert step("YELLOW", ALL_AUTO) == Hold("AWAITING_DETERMINATION")


def test_no_movement_is_found_by_machine_after_an_urging_without_progress() -> None:
    found = step("YELLOW", ALL_AUTO, **URGED)
    assert (found.colour, found.ground, found.at, found.by) == ("RED", "NO_MOVEMENT", at("2026-03-25 00:00"), "DUBAN")
    assert found.clocked
    assert found.finding.by == "DUBAN"


@pytest.mark.parametrize(
    "fact",
    [
        {"progress": [at("2026-03-20 09:00")]},
        {"progress": [at("2026-03-17 00:00")]},
        {"course": replace(course(), claimed=True)},
        {"urges": [at("2026-03-17 09:59")]},
        {"urges": [at("2026-03-25 00:00")]},
        {"urges": []},
    ],
)
def test_the_machine_finds_nothing_with_progress_or_a_claim_or_without_an_urging_in_the_term(fact: dict[str, Any]) -> None:
    assert step("YELLOW", ALL_AUTO, **(URGED | fact)) == Hold("AWAITING_DETERMINATION")


def test_progress_outside_the_term_does_not_count_as_movement() -> None:
    outside = [at("2026-03-16 23:59"), at("2026-03-25 00:00")]
    assert step("YELLOW", ALL_AUTO, progress=outside, **URGED).colour == "RED"


def test_a_red_by_machine_waits_for_approval_by_default() -> None:
    found = step("YELLOW", **URGED)
    assert isinstance(found, Draft)
    assert (found.colour, found.ground, found.liability_date) == ("RED", "NO_MOVEMENT", date(2026, 3, 25))


@pytest.mark.parametrize("progress_class", ["NO_MOVEMENT", "PERFUNCTORY_POOR"])
def test_an_official_finding_leads_to_a_red_that_waits_for_approval(progress_class: str) -> None:
    drafted = step("YELLOW", findings=[finding(progress_class)])
    assert (drafted.colour, drafted.ground) == ("RED", progress_class)
    approval = Approval("RED", at("2026-03-25 10:00"), "周建国")
    issued = step("YELLOW", findings=[finding(progress_class)], approvals=[approval])
    assert (issued.colour, issued.at, issued.by, issued.clocked) == ("RED", at("2026-03-25 10:00"), "周建国", False)
    assert issued.liability_date == date(2026, 3, 25)


def test_an_approval_of_a_red_before_the_finding_does_not_count() -> None:
    early = Approval("RED", at("2026-03-25 08:00"), "周建国")
    assert isinstance(step("YELLOW", findings=[finding("NO_MOVEMENT")], approvals=[early]), Draft)


def test_a_finding_before_the_end_waits_for_the_end() -> None:
    found = step("YELLOW", ALL_AUTO, findings=[finding("PERFUNCTORY_POOR", "2026-03-20 09:00")])
    assert (found.at, found.clocked) == (at("2026-03-25 00:00"), True)


def test_a_later_official_finding_replaces_the_machines() -> None:
    found = step("YELLOW", findings=[finding("PERFUNCTORY_POOR")], **URGED)
    assert (found.ground, found.finding.by) == ("PERFUNCTORY_POOR", "赵明远")


def test_improvement_renews_the_yellow_under_its_old_ground() -> None:
    found = step("YELLOW", findings=[finding("SUBSTANTIVE_IMPROVEMENT")], ground="OVERDUE")
    assert (found.colour, found.renewal, found.ground) == ("YELLOW", 1, "OVERDUE")
    assert (found.at, found.by, found.clocked) == (at("2026-03-25 09:00"), "赵明远", False)


def test_improvement_found_while_a_red_waits_for_approval_renews_instead() -> None:
    found = step("YELLOW", findings=[finding("NO_MOVEMENT"), finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-26 09:00")])
    assert (found.colour, found.renewal) == ("YELLOW", 1)


def test_improvement_found_after_the_red_was_approved_comes_too_late() -> None:
    findings = [finding("NO_MOVEMENT"), finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-26 09:00")]
    found = step("YELLOW", findings=findings, approvals=[Approval("RED", at("2026-03-25 10:00"), "周建国")])
    assert found.colour == "RED"


def test_improvement_bars_red_even_when_a_red_is_approved_afterwards() -> None:
    rules = replace(RULES, max_renewals=0)
    approvals = [Approval("RED", at("2026-03-26 10:00"), "周建国")]
    assert step("YELLOW", rules, findings=[finding("SUBSTANTIVE_IMPROVEMENT")], approvals=approvals) == Hold("RENEWALS_EXHAUSTED")


# ---- after the last renewal


def test_after_the_last_renewal_improvement_holds_until_the_leading_group_renews() -> None:
    facts: dict[str, Any] = {"renewal": 1, "findings": [finding("SUBSTANTIVE_IMPROVEMENT")]}
    assert step("YELLOW", **facts) == Hold("RENEWALS_EXHAUSTED")
    found = step("YELLOW", approvals=[Approval("YELLOW", at("2026-03-26 10:00"), "周建国")], **facts)
    assert (found.colour, found.renewal, found.at, found.by) == ("YELLOW", 2, at("2026-03-26 10:00"), "周建国")


def test_after_the_last_renewal_the_machine_finds_nothing() -> None:
    assert step("YELLOW", ALL_AUTO, renewal=1, **URGED) == Hold("AWAITING_DETERMINATION")


def test_after_the_last_renewal_a_red_needs_a_new_finding_and_an_approval_whatever_the_policy() -> None:
    facts: dict[str, Any] = {"renewal": 1, "findings": [finding("NO_MOVEMENT")]}
    assert isinstance(step("YELLOW", ALL_AUTO, **facts), Draft)
    found = step("YELLOW", ALL_AUTO, approvals=[Approval("RED", at("2026-03-26 10:00"), "周建国")], **facts)
    assert (found.colour, found.by) == ("RED", "周建国")


def test_after_a_red_nothing_more_is_done_by_machine() -> None:
    assert step("RED", ALL_AUTO) == Nothing("LADDER_ENDED")


# ---- holds


def hold(since: str, until: str, released: str | None = None) -> ParkedHold:
    return ParkedHold(at(since), at(until), at(released) if released else None)


OPEN = hold("2026-03-24 10:00", "2026-03-26 00:00")


@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW"])
def test_an_unreadable_message_holds_the_ladder_until_its_hold_expires(colour: str | None) -> None:
    found = step(colour, ALL_AUTO, now=at("2026-03-25 12:00"), holds=[OPEN], **URGED)
    assert found == Hold("PARKED", at("2026-03-26 00:00"))


@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW"])
def test_when_the_hold_expires_the_machine_only_drafts(colour: str | None) -> None:
    found = step(colour, ALL_AUTO, now=at("2026-03-26 00:00"), holds=[OPEN], **URGED)
    expected = Hold("AWAITING_DETERMINATION") if colour == "YELLOW" else Draft
    assert found == expected if isinstance(expected, Hold) else isinstance(found, expected)


def test_when_the_message_is_released_the_ladder_goes_on_and_liability_starts_that_day() -> None:
    released = hold("2026-03-24 10:00", "2026-03-26 00:00", "2026-03-25 15:00")
    found = step("WHITE", holds=[released])
    assert (found.liability_date, found.at) == (date(2026, 3, 25), at("2026-03-25 15:00"))


def test_a_release_after_the_expiry_still_lets_the_ladder_go_on() -> None:
    released = hold("2026-03-24 10:00", "2026-03-26 00:00", "2026-03-27 15:00")
    assert step("WHITE", holds=[released]).liability_date == date(2026, 3, 27)


def test_a_hold_that_ended_before_the_deadline_changes_nothing() -> None:
    before = [hold("2026-03-18 10:00", "2026-03-20 00:00"), hold("2026-03-18 10:00", "2026-03-26 00:00", "2026-03-19 09:00")]
    found = step("WHITE", holds=before)
    assert (found.liability_date, found.at, found.clocked) == (date(2026, 3, 25), at("2026-03-25 00:00"), True)


def test_the_offices_white_waits_for_a_hold_too() -> None:
    found = step(None, now=at("2026-03-25 12:00"), proposals=PROPOSED, approvals=APPROVED, holds=[OPEN], **RUNNING)
    assert found == Hold("PARKED", at("2026-03-26 00:00"))


# ---- after a slip fell by a person's decision


FELL = {"fell_at": at("2026-03-26 10:00")}


@pytest.mark.parametrize("colour", [None, "WHITE"])
def test_after_a_person_withdrew_the_next_slip_nothing_climbs_by_itself(colour: str | None) -> None:
    assert step(colour, ALL_AUTO, **FELL) == Hold("FELL_BEFORE")


def test_after_a_withdrawn_red_nothing_climbs_by_itself() -> None:
    assert step("YELLOW", ALL_AUTO, **URGED, **FELL) == Hold("FELL_BEFORE")


def test_the_office_may_propose_and_approve_another_one() -> None:
    proposals = [Proposal("YELLOW", at("2026-03-27 09:00"), "陈立")]
    approvals = [Approval("YELLOW", at("2026-03-27 10:00"), "赵明远")]
    found = step("WHITE", proposals=proposals, approvals=approvals, **FELL)
    assert (found.colour, found.at, found.by) == ("YELLOW", at("2026-03-27 10:00"), "赵明远")


def test_what_was_proposed_before_the_fall_does_not_count() -> None:
    proposals = [Proposal("YELLOW", at("2026-03-25 09:00"), "陈立")]
    approvals = [Approval("YELLOW", at("2026-03-27 10:00"), "赵明远")]
    assert step("WHITE", proposals=proposals, approvals=approvals, **FELL) == Hold("FELL_BEFORE")


# ---- at equal instants: reports, then decisions, then clocks


def test_a_claim_at_the_instant_of_the_approval_still_holds_the_offices_white() -> None:
    same = Claim("c", at("2026-03-02 09:00"), at("2026-03-02 09:00"))
    found = step(None, proposals=PROPOSED, approvals=APPROVED, claims=[same], **RUNNING)
    assert found == Hold("VERIFICATION_PENDING")


def test_an_approval_at_the_hour_of_the_clock_goes_before_the_clock() -> None:
    found = step(None, proposals=PROPOSED, approvals=[Approval("WHITE", at("2026-03-25 00:00"), "李文静")])
    assert (found.ground, found.by) == ("NO_PROGRESS", "李文静")


def test_an_approval_at_the_instant_of_what_it_approves_counts() -> None:
    together = [Approval("WHITE", PROPOSED[0].at, "李文静")]
    assert step(None, proposals=PROPOSED, approvals=together, **RUNNING).at == PROPOSED[0].at
    rules = replace(RULES, approval={**AUTO, "YELLOW": "required"})
    found = step("WHITE", rules, approvals=[Approval("YELLOW", at("2026-03-25 00:00"), "赵明远")])
    assert (found.by, found.at, found.clocked) == ("赵明远", at("2026-03-25 00:00"), False)


def test_an_approval_at_the_instant_of_a_new_finding_does_not_count_for_the_old_one() -> None:
    findings = [finding("NO_MOVEMENT"), finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-26 09:00")]
    found = step("YELLOW", findings=findings, approvals=[Approval("RED", at("2026-03-26 09:00"), "周建国")])
    assert (found.colour, found.renewal) == ("YELLOW", 1)


def test_of_two_findings_at_one_instant_the_last_counts() -> None:
    found = step("YELLOW", ALL_AUTO, findings=[finding("NO_MOVEMENT"), finding("SUBSTANTIVE_IMPROVEMENT")])
    assert (found.colour, found.renewal) == ("YELLOW", 1)


def test_a_hold_that_ends_with_the_limit_does_not_cover_it() -> None:
    found = step("WHITE", holds=[hold("2026-03-24 10:00", "2026-03-25 00:00")])
    assert isinstance(found, Issue)


# ---- several things at once


def test_of_two_holds_the_longer_one_counts() -> None:
    both = [OPEN, hold("2026-03-24 10:00", "2026-03-27 00:00")]
    assert step("WHITE", now=at("2026-03-25 12:00"), holds=both) == Hold("PARKED", at("2026-03-27 00:00"))
    by_office = step(None, now=at("2026-03-25 12:00"), proposals=PROPOSED, approvals=APPROVED, holds=both, **RUNNING)
    assert by_office == Hold("PARKED", at("2026-03-27 00:00"))


@pytest.mark.parametrize(
    ("rejected", "released"), [("2026-03-26 16:00", "2026-03-27 15:00"), ("2026-03-27 15:00", "2026-03-26 16:00")]
)
def test_of_a_rejection_and_a_release_the_later_one_ends_the_hold(rejected: str, released: str) -> None:
    held = hold("2026-03-24 10:00", "2026-03-30 00:00", released)
    found = step("WHITE", course=course("REJECTED", rejected), holds=[held])
    assert (found.liability_date, found.at) == (date(2026, 3, 27), at("2026-03-27 15:00"))


def test_after_a_fall_the_clock_never_comes_before_the_office() -> None:
    proposals = [Proposal("WHITE", at("2026-03-27 09:00"), "陈立", "NO_PROGRESS")]
    approvals = [Approval("WHITE", at("2026-03-27 10:00"), "李文静")]
    found = step(None, proposals=proposals, approvals=approvals, **FELL)
    assert (found.ground, found.at, found.by) == ("NO_PROGRESS", at("2026-03-27 10:00"), "李文静")


def test_a_proposal_at_the_instant_of_the_fall_does_not_count() -> None:
    proposals = [Proposal("YELLOW", FELL["fell_at"], "陈立")]
    approvals = [Approval("YELLOW", at("2026-03-27 10:00"), "赵明远")]
    assert step("WHITE", proposals=proposals, approvals=approvals, **FELL) == Hold("FELL_BEFORE")


def test_what_the_office_approved_before_the_hour_waits_for_it() -> None:
    fell = {"fell_at": at("2026-03-25 01:00")}
    proposals = [Proposal("YELLOW", at("2026-03-25 02:00"), "陈立")]
    early, later = at("2026-03-25 07:00"), at("2026-03-25 09:00")
    for when, expected in [(early, (at("2026-03-25 08:30"), True)), (later, (later, False))]:
        approvals = [Approval("YELLOW", when, "赵明远")]
        found = step("WHITE", OFFICE_HOURS, proposals=proposals, approvals=approvals, **fell)
        assert (found.at, found.clocked) == expected


def test_a_renewal_by_the_leading_group_counts_from_the_end_on_and_at_once() -> None:
    facts: dict[str, Any] = {"renewal": 1, "findings": [finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-20 09:00")]}
    before = Approval("YELLOW", at("2026-03-24 10:00"), "周建国")
    assert step("YELLOW", approvals=[before], **facts) == Hold("RENEWALS_EXHAUSTED")
    after = Approval("YELLOW", at("2026-03-25 10:00"), "周建国")
    assert not step("YELLOW", approvals=[after], **facts).clocked


def test_where_no_renewal_is_allowed_the_machine_still_finds_on_the_first_yellow() -> None:
    assert step("YELLOW", replace(ALL_AUTO, max_renewals=0), **URGED).colour == "RED"


# ---- a review of the slip in force (policy `review_suspends_ladder`)

SUSPENDING = replace(ALL_AUTO, review_suspends=True)
FOUND = {"findings": [finding("NO_MOVEMENT", "2026-03-25 00:00")]}


def review(filed: str, decided: str | None = None) -> Review:
    return Review("r", "y", "YELLOW", at(filed), "UPHELD" if decided else None, at(decided) if decided else None)


@pytest.mark.parametrize(("filed", "held"), [("2026-03-20 09:00", True), ("2026-03-25 00:00", True), ("2026-03-26 09:00", False)])
def test_a_pending_review_holds_the_next_colour_if_it_was_applied_for_before_that_was_due(filed: str, held: bool) -> None:
    found = step("YELLOW", SUSPENDING, **FOUND, reviews=[review(filed)])
    assert (found == Hold("REVIEW_PENDING")) == held
    assert isinstance(step("YELLOW", ALL_AUTO, **FOUND, reviews=[review(filed)]), Issue)


def test_a_pending_review_holds_a_draft_too() -> None:
    rules = replace(RULES, review_suspends=True)
    assert isinstance(step("YELLOW", rules, **FOUND), Draft)
    assert step("YELLOW", rules, **FOUND, reviews=[review("2026-03-26 09:00")]) == Hold("REVIEW_PENDING")
    assert isinstance(step("YELLOW", rules, **FOUND, reviews=[review("2026-03-20 09:00", "2026-04-08 09:00")]), Draft)


@pytest.mark.parametrize(
    ("filed", "decided", "liability"),
    [
        ("2026-03-20 09:00", "2026-04-08 09:00", date(2026, 4, 8)),
        ("2026-03-20 09:00", "2026-04-11 09:00", date(2026, 4, 13)),
        ("2026-03-20 09:00", "2026-03-23 09:00", date(2026, 3, 25)),
        ("2026-03-26 09:00", "2026-04-08 09:00", date(2026, 3, 25)),
    ],
)
def test_liability_dates_from_the_decision_only_where_the_review_held_it(filed: str, decided: str, liability: date) -> None:
    found = step("YELLOW", SUSPENDING, **FOUND, reviews=[review(filed, decided)])
    assert found.liability_date == liability
    assert step("YELLOW", ALL_AUTO, **FOUND, reviews=[review(filed, decided)]).liability_date == date(2026, 3, 25)
