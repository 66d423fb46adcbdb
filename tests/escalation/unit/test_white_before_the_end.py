"""A white on a failed check of progress, before the limit of the assignment ends (domain.md d.4, triggers of white)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.acts import Approval, ParkedHold
from escalation.domain.clock import Course, End, Reckoning
from escalation.domain.ladder import next_step
from escalation.domain.progress import Check, Failed
from escalation.domain.relief import Relief, Wait
from escalation.domain.steps import Draft, Hold, Issue, Nothing, Rules, Standing
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


AUTO = {"WHITE": "auto", "YELLOW": "auto", "RED": "required"}
RULES = Rules(RECKONING, time(8, 30), AUTO, max_renewals=1)
END = End(date(2026, 3, 24), at("2026-03-25 00:00"), provisional=False, fixed=False)
CYCLE = Check("CYCLE", 1, End(date(2026, 3, 9), at("2026-03-10 00:00"), False, False), cycle=Limit(5, "WORKDAY"))
FAILED = Failed(CYCLE, None, pending=False, let_go=None)
ISSUED = Issue("WHITE", 0, "NO_PROGRESS", date(2026, 3, 10), at("2026-03-10 08:30"), "DUBAN", clocked=True)
NOW = at("2026-03-15 12:00")


def step(rules: Rules = RULES, **more: Any) -> Any:
    known: dict[str, Any] = {"course": Course("RUNNING", None, END, 0, claimed=False), "passed": False, "failed": FAILED}
    return next_step(Standing(None, 0, **(known | more)), rules, NOW)


def test_a_failed_check_leads_to_a_white_on_the_next_workday_at_the_hour_of_issue() -> None:
    assert step() == ISSUED


def test_a_check_that_would_bring_its_white_after_the_end_of_the_limit_brings_none() -> None:
    late = replace(CYCLE, end=END)
    assert step(failed=replace(FAILED, check=late)) == Nothing("LIMIT_RUNNING")
    exactly = replace(CYCLE, end=End(date(2026, 3, 24), at("2026-03-24 00:00"), False, fixed=True))
    same = Course("RUNNING", None, replace(END, due_instant=at("2026-03-24 00:00"), fixed=True), 0, claimed=False)
    assert isinstance(step(course=same, failed=replace(FAILED, check=exactly)), Issue)


def test_a_standing_matter_without_an_end_gets_its_white_too() -> None:
    assert step(course=Course("RUNNING", None, None, 0, claimed=False)) == ISSUED


def test_a_claim_that_waits_holds_it() -> None:
    assert step(course=Course("PENDING", at("2026-03-09 09:00"), END, 0, claimed=True)) == Hold("VERIFICATION_PENDING")


def test_a_reason_a_parked_message_and_a_report_that_wait_hold_it() -> None:
    asked = Relief(waits=(Wait("JUSTIFICATION_PENDING", at("2026-03-09 09:00"), None),))
    assert step(relief=asked) == Hold("JUSTIFICATION_PENDING")
    parked = ParkedHold(at("2026-03-09 09:00"), at("2026-03-20 00:00"))
    assert step(holds=[parked]) == Hold("PARKED", at("2026-03-20 00:00"))
    assert step(failed=replace(FAILED, pending=True)) == Hold("PROGRESS_PENDING")


@pytest.mark.parametrize(
    ("more", "day", "when"),
    [
        ({"failed": replace(FAILED, let_go=at("2026-03-12 10:00"))}, 12, "2026-03-12 10:00"),
        ({"failed": replace(FAILED, let_go=at("2026-03-09 10:00"))}, 10, "2026-03-10 08:30"),
        ({"failed": replace(FAILED, let_go=at("2026-03-10 00:00"))}, 10, "2026-03-10 08:30"),
        (
            {"holds": [ParkedHold(at("2026-03-09 09:00"), at("2026-03-20 00:00"), at("2026-03-11 10:00"))]},
            11,
            "2026-03-11 10:00",
        ),
        (
            {"relief": Relief(waits=(Wait("X", at("2026-03-09 09:00"), at("2026-03-13 10:00")),))},
            13,
            "2026-03-13 10:00",
        ),
    ],
)
def test_what_held_it_moves_liability_and_hour_to_its_end(more: dict[str, Any], day: int, when: str) -> None:
    assert step(**more) == replace(ISSUED, liability_date=date(2026, 3, day), at=at(when))


def test_the_latest_end_of_several_holds_counts() -> None:
    released = ParkedHold(at("2026-03-09 09:00"), at("2026-03-20 00:00"), at("2026-03-11 10:00"))
    found = step(holds=[released], failed=replace(FAILED, let_go=at("2026-03-12 10:00")))
    assert found.at == at("2026-03-12 10:00")


def test_where_the_policy_wants_an_approval_or_a_hold_ran_out_it_is_only_drafted() -> None:
    by_person = replace(RULES, approval=AUTO | {"WHITE": "required"})
    assert step(by_person) == Draft("WHITE", "NO_PROGRESS", date(2026, 3, 10))
    approved = step(by_person, approvals=[Approval("WHITE", at("2026-03-10 09:00"), "周建国")])
    assert approved == replace(ISSUED, at=at("2026-03-10 09:00"), by="周建国", clocked=False)
    expired = ParkedHold(at("2026-03-09 09:00"), at("2026-03-12 00:00"))
    assert step(holds=[expired]) == Draft("WHITE", "NO_PROGRESS", date(2026, 3, 10))


def test_when_the_limit_itself_has_passed_only_a_white_that_can_be_issued_goes_before_it() -> None:
    assert step(passed=True) == ISSUED
    overdue = step(passed=True, failed=replace(FAILED, pending=True))
    assert (overdue.ground, overdue.liability_date) == ("OVERDUE", date(2026, 3, 25))
