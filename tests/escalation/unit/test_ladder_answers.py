"""The answers of the decision table in full: every field of a step, since the slip and its letter are made from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.acts import Approval, ParkedHold, Proposal
from escalation.domain.clock import Course, End, Reckoning
from escalation.domain.determination import Finding
from escalation.domain.ladder import next_step
from escalation.domain.relief import Relief, Wait
from escalation.domain.review import Review
from escalation.domain.steps import Draft, Hold, Issue, Nothing, Rules, Standing
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


AUTO = {"WHITE": "auto", "YELLOW": "auto", "RED": "auto"}
RULES = Rules(RECKONING, time(8, 30), {**AUTO, "RED": "required"}, max_renewals=1)
ALL_AUTO = replace(RULES, approval=AUTO)
BY_PERSON = replace(RULES, approval={"WHITE": "required", "YELLOW": "required", "RED": "required"})

END = End(date(2026, 3, 24), at("2026-03-25 00:00"), provisional=False, fixed=False)
LIABILITY = date(2026, 3, 25)
SCHEDULED = at("2026-03-25 08:30")
NOW = at("2026-04-20 12:00")
REJECTED = at("2026-03-26 16:00")
BELOW = Course("REJECTED", REJECTED, END, 0, claimed=True)


def step(colour: str | None, rules: Rules = RULES, **more: Any) -> Any:
    known: dict[str, Any] = {
        "renewal": 0,
        "course": Course("RUNNING", None, END, 0, claimed=False),
        "passed": True,
        "issued_at": at("2026-03-17 00:00"),
        "served_at": at("2026-03-17 10:00"),
        "ground": "OVERDUE",
    }
    return next_step(Standing(colour, **(known | more)), rules, NOW)


def approval(colour: str, when: str) -> Approval:
    return Approval(colour, at(when), "周建国")


def finding(progress_class: str, when: str) -> Finding:
    return Finding(progress_class, at(when), "赵明远", "理由")


def test_the_machines_yellow() -> None:
    assert step("WHITE") == Issue("YELLOW", 0, "OVERDUE", LIABILITY, SCHEDULED, "DUBAN", clocked=True)


def test_the_machines_yellow_for_poor_work_remembers_the_rejection() -> None:
    expected = Issue("YELLOW", 0, "BELOW_STANDARD", date(2026, 3, 26), REJECTED, "DUBAN", clocked=True, rejected_at=REJECTED)
    assert step("WHITE", course=BELOW) == expected


def test_a_draft_for_poor_work_remembers_the_rejection() -> None:
    assert step("WHITE", BY_PERSON, course=BELOW) == Draft("YELLOW", "BELOW_STANDARD", date(2026, 3, 26), rejected_at=REJECTED)


def test_an_approved_draft_for_poor_work() -> None:
    found = step("WHITE", BY_PERSON, course=BELOW, approvals=[approval("YELLOW", "2026-03-27 09:00")])
    day, when = date(2026, 3, 26), at("2026-03-27 09:00")
    assert found == Issue("YELLOW", 0, "BELOW_STANDARD", day, when, "周建国", clocked=False, rejected_at=REJECTED)


def test_an_approval_before_the_rejection_is_no_approval_of_what_followed_it() -> None:
    found = step("WHITE", BY_PERSON, course=BELOW, approvals=[approval("YELLOW", "2026-03-25 09:00")])
    assert isinstance(found, Draft)


def test_a_red_waits_for_its_approval_with_the_finding() -> None:
    found = finding("PERFUNCTORY_POOR", "2026-03-25 10:00")
    assert step("YELLOW", findings=[found]) == Draft("RED", "PERFUNCTORY_POOR", LIABILITY, found)


def test_an_approved_red_carries_the_finding() -> None:
    found = finding("NO_MOVEMENT", "2026-03-25 10:00")
    when = at("2026-03-25 11:00")
    expected = Issue("RED", 0, "NO_MOVEMENT", LIABILITY, when, "周建国", clocked=False, finding=found)
    assert step("YELLOW", findings=[found], approvals=[approval("RED", "2026-03-25 11:00")]) == expected


def test_a_red_by_machine_at_the_officials_finding() -> None:
    found = finding("NO_MOVEMENT", "2026-03-25 10:00")
    assert step("YELLOW", ALL_AUTO, findings=[found]) == Issue(
        "RED", 0, "NO_MOVEMENT", LIABILITY, found.at, "DUBAN", clocked=False, finding=found
    )


def test_a_red_by_machine_waits_for_its_hour_if_the_finding_came_before() -> None:
    found = finding("NO_MOVEMENT", "2026-03-24 10:00")
    assert step("YELLOW", ALL_AUTO, findings=[found]) == Issue(
        "RED", 0, "NO_MOVEMENT", LIABILITY, SCHEDULED, "DUBAN", clocked=True, finding=found
    )


def test_a_renewal_keeps_the_ground_and_names_who_found_the_improvement() -> None:
    found = finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-25 10:00")
    assert step("YELLOW", findings=[found]) == Issue(
        "YELLOW", 1, "OVERDUE", LIABILITY, found.at, "赵明远", clocked=False, finding=found
    )


def test_a_renewal_found_before_the_hour_waits_for_it() -> None:
    found = finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-25 07:00")
    assert step("YELLOW", findings=[found]) == Issue(
        "YELLOW", 1, "OVERDUE", LIABILITY, SCHEDULED, "赵明远", clocked=True, finding=found
    )


def test_a_renewal_by_the_leading_group_names_it_and_the_finding() -> None:
    found = finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-25 10:00")
    assert step("YELLOW", renewal=1, findings=[found], approvals=[approval("YELLOW", "2026-03-25 11:00")]) == Issue(
        "YELLOW", 2, "OVERDUE", LIABILITY, at("2026-03-25 11:00"), "周建国", clocked=False, finding=found
    )


def test_an_approval_after_a_later_finding_does_not_renew_by_the_older_one() -> None:
    improved, poor = finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-25 10:00"), finding("PERFUNCTORY_POOR", "2026-03-26 10:00")
    found = step("YELLOW", renewal=1, findings=[improved, poor], approvals=[approval("YELLOW", "2026-03-27 11:00")])
    assert found == Draft("RED", "PERFUNCTORY_POOR", LIABILITY, poor)


def test_an_approval_of_a_red_after_a_finding_of_improvement_does_not_count_for_the_older_finding() -> None:
    poor, improved = finding("PERFUNCTORY_POOR", "2026-03-25 10:00"), finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-26 10:00")
    found = step("YELLOW", findings=[poor, improved], approvals=[approval("RED", "2026-03-27 11:00")])
    assert found == Issue("YELLOW", 1, "OVERDUE", LIABILITY, improved.at, "赵明远", clocked=False, finding=improved)


def test_a_red_approved_at_the_instant_of_a_new_finding_waits() -> None:
    """The reviewers of 10:00 did not approve what was found at 10:00 anew."""
    poor, improved = finding("NO_MOVEMENT", "2026-03-25 10:00"), finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-26 10:00")
    found = step("YELLOW", findings=[poor, improved], approvals=[approval("RED", "2026-03-26 10:00")])
    assert found == Issue("YELLOW", 1, "OVERDUE", LIABILITY, improved.at, "赵明远", clocked=False, finding=improved)


def test_a_finding_at_the_end_itself_bars_the_machines_own() -> None:
    found = finding("SUBSTANTIVE_IMPROVEMENT", "2026-03-25 00:00")
    urged = [at("2026-03-20 09:00")]
    assert step("YELLOW", findings=[found], urges=urged) == Issue(
        "YELLOW", 1, "OVERDUE", LIABILITY, SCHEDULED, "赵明远", clocked=True, finding=found
    )


FELL = at("2026-03-26 09:00")
PROPOSED = Proposal("YELLOW", at("2026-03-27 09:00"), "李文静", "OVERDUE")


def test_after_a_fall_only_a_new_proposal_brings_the_next_slip() -> None:
    assert step("WHITE", fell_at=FELL) == Hold("FELL_BEFORE")
    found = step("WHITE", fell_at=FELL, proposals=[PROPOSED], approvals=[approval("YELLOW", "2026-03-27 10:00")])
    assert found == Issue("YELLOW", 0, "OVERDUE", LIABILITY, at("2026-03-27 10:00"), "周建国", clocked=False, proposal=PROPOSED)


def test_after_a_fallen_red_a_new_proposal_stands_on_the_same_finding() -> None:
    found = finding("NO_MOVEMENT", "2026-03-25 10:00")
    proposed = replace(PROPOSED, colour="RED")
    approved = [approval("RED", "2026-03-27 10:00")]
    assert step("YELLOW", findings=[found], fell_at=FELL, proposals=[proposed], approvals=approved) == Issue(
        "RED", 0, "NO_MOVEMENT", LIABILITY, at("2026-03-27 10:00"), "周建国", clocked=False, finding=found, proposal=proposed
    )


def test_the_offices_white_carries_its_proposal() -> None:
    proposed = Proposal("WHITE", at("2026-03-20 09:00"), "李文静", "NO_PROGRESS")
    running = {"passed": False, "issued_at": None, "served_at": None, "ground": ""}
    found = step(None, proposals=[proposed], approvals=[approval("WHITE", "2026-03-20 10:00")], **running)
    day, when = date(2026, 3, 20), at("2026-03-20 10:00")
    assert found == Issue("WHITE", 0, "NO_PROGRESS", day, when, "周建国", clocked=False, proposal=proposed)


def test_a_white_proposed_without_a_ground_is_for_slow_progress() -> None:
    proposed = Proposal("WHITE", at("2026-03-20 09:00"), "李文静")
    found = step(None, passed=False, proposals=[proposed], approvals=[approval("WHITE", "2026-03-20 10:00")])
    assert found.ground == "SLOW_PROGRESS"


def test_the_office_comes_first_where_the_assignment_has_no_end_yet() -> None:
    proposed = Proposal("WHITE", at("2026-03-20 09:00"), "李文静", "NO_PROGRESS")
    unserved = Course("RUNNING", None, None, 0, claimed=False)
    approved = [approval("WHITE", "2026-03-20 10:00")]
    found = step(None, course=unserved, passed=True, proposals=[proposed], approvals=approved)
    assert (found.colour, found.proposal) == ("WHITE", proposed)


# ---- reasons that wait, and reviews


WAIT = Wait("REASON_PENDING", at("2026-03-23 09:00"), None)


@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW"])
def test_a_request_that_waits_for_the_office_holds_every_colour(colour: str | None) -> None:
    assert step(colour, relief=Relief(waits=(WAIT,))) == Hold("REASON_PENDING")


@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW"])
def test_a_waived_limit_leads_to_nothing(colour: str | None) -> None:
    assert step(colour, course=Course("WAIVED", None, END, 0, claimed=False)) == Nothing("WAIVED")


def test_liability_dates_from_the_refusal_of_a_request_that_held_the_ladder() -> None:
    refused = replace(WAIT, decided_at=at("2026-03-30 10:00"))
    found = step("WHITE", relief=Relief(waits=(refused,)))
    assert found == Issue("YELLOW", 0, "OVERDUE", date(2026, 3, 30), at("2026-03-30 10:00"), "DUBAN", clocked=True)


def test_the_later_of_a_refusal_and_a_release_counts() -> None:
    refused = replace(WAIT, decided_at=at("2026-03-30 10:00"))
    released = ParkedHold(at("2026-03-24 09:00"), at("2026-04-01 00:00"), at("2026-03-31 10:00"))
    assert step("WHITE", relief=Relief(waits=(refused,)), holds=[released]).liability_date == date(2026, 3, 31)


def test_a_release_at_the_end_itself_does_not_move_the_liability() -> None:
    released = ParkedHold(at("2026-03-24 09:00"), at("2026-04-01 00:00"), END.due_instant)
    assert step("WHITE", holds=[released]).at == SCHEDULED


@pytest.mark.parametrize(
    ("filed", "decided", "issued"),
    [
        ("2026-03-24 10:00", "2026-03-25 00:00", "2026-03-25 08:30"),
        ("2026-03-24 10:00", "2026-03-25 10:00", "2026-03-25 10:00"),
        ("2026-03-25 08:30", "2026-03-27 10:00", "2026-03-27 10:00"),
        ("2026-03-25 08:31", "2026-03-27 10:00", "2026-03-25 08:30"),
    ],
)
def test_a_review_that_held_the_ladder_moves_the_hour_to_its_decision(filed: str, decided: str, issued: str) -> None:
    decided_review = Review("r", "s", "WHITE", at(filed), "UPHELD", at(decided))
    assert step("WHITE", replace(RULES, review_suspends=True), reviews=[decided_review]).at == at(issued)
