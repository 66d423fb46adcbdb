"""Legitimate reasons: filed in time, decided by the office, with what follows for the clock and the ladder (d.4, d.5.5, d.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Asia/Shanghai")
EVIDENCE = [{"kind": "DOCUMENT", "sha256": "cd" * 32}]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def file(city: Any, time: str, category: str = "STATUTORY_PROCEDURE", **more: Any) -> str:
    found: str = city.request("justification.filed", at(time), "ZJJ", category=category, evidence=EVIDENCE, **more)
    return found


def grant(city: Any, time: str, effect: str, **more: Any) -> str:
    found: str = city.request("justification.decided", at(time), outcome="GRANTED", effect=effect, decided_by="赵明远", **more)
    return found


def refuse(city: Any, time: str, **more: Any) -> str:
    found: str = city.request(
        "justification.decided", at(time), outcome="REFUSED", decided_by="赵明远", reasons="证据不足", **more
    )
    return found


def resume(city: Any, time: str, on: str) -> str:
    found: str = city.request("clock.resumed", at(time), on=on)
    return found


def clock(city: Any, owner: str = "SLIP:WHITE") -> tuple[str, str, int]:
    (found,) = [row for row in city.lists()["deadlines"] if row["owner"] == owner]
    return found["deadline"], found["state"], found["suspended_days"]


def breaches(city: Any) -> list[str]:
    return [row["owner"] for row in city.lists()["breaches"]]


def reminded(city: Any) -> list[str]:
    found = city.published("escalation.deadline.approaching.v1")
    return [m.time.astimezone(ZONE).date().isoformat() for m in found if m.data.owner == "SLIP:WHITE"]


def suspended_white(city: Any) -> None:
    """AC-06: served 06-01, filed 06-04, granted 06-08, suspended from 06-05."""
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    grant(city, "2026-06-08 15:00", "SUSPEND", suspended_from="2026-06-05")


# ---------------------------------------------------------------- suspension


def test_a_suspended_clock_keeps_its_remaining_days(city: Any) -> None:
    suspended_white(city)
    assert clock(city) == ("2026-06-15", "SUSPENDED", 0)
    city.until(at("2026-06-23 12:00"))
    assert (breaches(city), reminded(city)) == ([], [])
    resume(city, "2026-06-24 17:00", "2026-06-24")
    assert clock(city) == ("2026-07-03", "RUNNING", 13)
    city.until(at("2026-07-03 23:00"))
    assert reminded(city) == ["2026-06-30", "2026-07-02"]
    city.until(at("2026-07-04 00:00"))
    assert breaches(city) == ["SLIP:WHITE"]


def test_a_suspended_clock_waits_for_no_timer(city: Any) -> None:
    suspended_white(city)
    kinds = {kind for kind, _ in city.timers()}
    assert not kinds & {"deadline", "reminder", "issue"}


def test_what_a_grant_and_its_end_do_is_announced(city: Any) -> None:
    suspended_white(city)
    resume(city, "2026-06-24 17:00", "2026-06-24")
    (filed,) = city.published("escalation.justification.filed.v1")
    assert (filed.data.owner, filed.data.category, filed.data.decide_by.isoformat()) == (
        "SLIP:WHITE",
        "STATUTORY_PROCEDURE",
        "2026-06-09",
    )
    (granted,) = city.published("escalation.justification.granted.v1")
    assert (granted.data.effect, granted.data.request) == ("SUSPEND", filed.data.request)
    (stopped,) = city.published("escalation.clock.suspended.v1")
    assert (stopped.data.suspended_from.isoformat(), stopped.data.remaining, stopped.data.reason) == (
        "2026-06-05",
        7,
        "STATUTORY_PROCEDURE",
    )
    left = stopped.data.explanation[-1]
    assert (left.kind, left.first.isoformat(), left.last, left.cause) == (
        "SUSPENDED",
        "2026-06-05",
        stopped.data.deadline,
        "STATUTORY_PROCEDURE",
    )
    resumed = [m for m in city.published("escalation.clock.resumed.v1") if m.data.owner == "SLIP:WHITE"]
    assert [m.data.deadline.isoformat() for m in resumed] == ["2026-07-03"]
    assert [run.kind for run in resumed[0].data.explanation] == ["START", "COUNTED", "SUSPENDED", "WORKDAYS"]


def test_a_suspension_cannot_start_before_the_day_of_filing(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    early = grant(city, "2026-06-08 15:00", "SUSPEND", suspended_from="2026-06-03")
    assert city.refusals() == [(early, "SUSPENSION_BEFORE_FILING")]
    grant(city, "2026-06-08 16:00", "SUSPEND", suspended_from="2026-06-04")
    assert (len(city.refusals()), clock(city)[1]) == (1, "SUSPENDED")


def test_force_majeure_may_have_begun_before_it_could_be_reported(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-10 10:00", "FORCE_MAJEURE")
    grant(city, "2026-06-11 10:00", "SUSPEND", suspended_from="2026-06-03")
    late = resume(city, "2026-06-11 11:00", "2026-06-04")
    assert city.refusals() == [(late, "SUSPENSION_BEFORE_FILING")]
    resume(city, "2026-06-11 12:00", "2026-06-05")
    assert clock(city) == ("2026-06-18", "RUNNING", 3)


def test_a_suspension_that_would_start_after_the_limit_is_refused(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-15 10:00")
    late = grant(city, "2026-06-18 10:00", "SUSPEND", suspended_from="2026-06-16")
    assert city.refusals() == [(late, "SCHEMA_INVALID")]


def test_one_word_ends_every_open_suspension_and_overlaps_merge(city: Any) -> None:
    suspended_white(city)
    file(city, "2026-06-09 10:00", "FUNDS_NOT_ALLOCATED")
    grant(city, "2026-06-10 10:00", "SUSPEND", suspended_from="2026-06-10")
    resume(city, "2026-06-24 17:00", "2026-06-24")
    assert clock(city) == ("2026-07-03", "RUNNING", 13)


def test_a_clock_can_be_suspended_a_second_time(city: Any) -> None:
    suspended_white(city)
    resume(city, "2026-06-12 09:00", "2026-06-11")
    assert clock(city) == ("2026-06-23", "RUNNING", 5)
    file(city, "2026-06-16 10:00", "AWAITING_SUPERIOR_APPROVAL")
    grant(city, "2026-06-16 15:00", "SUSPEND", suspended_from="2026-06-17")
    resume(city, "2026-06-18 15:00", "2026-06-18")
    assert clock(city) == ("2026-06-25", "RUNNING", 7)


def test_a_clock_that_was_resumed_is_not_resumed_again(city: Any) -> None:
    suspended_white(city)
    resume(city, "2026-06-24 17:00", "2026-06-24")
    again = resume(city, "2026-06-25 17:00", "2026-06-25")
    assert city.refusals() == [(again, "ALREADY_USED")]
    assert clock(city)[0] == "2026-07-03"


def test_a_suspension_does_not_end_before_it_begins(city: Any) -> None:
    suspended_white(city)
    early = resume(city, "2026-06-09 09:00", "2026-06-04")
    assert city.refusals() == [(early, "SCHEMA_INVALID")]
    assert clock(city)[1] == "SUSPENDED"


def test_the_word_to_resume_waits_for_the_suspension(city: Any) -> None:
    """Both are known late: the order in which they arrive does not matter."""
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    city.until(at("2026-06-09 10:00"))
    resume(city, "2026-06-09 09:00", "2026-06-09")
    assert clock(city) == ("2026-06-15", "RUNNING", 0)
    grant(city, "2026-06-08 15:00", "SUSPEND", suspended_from="2026-06-05")
    assert clock(city) == ("2026-06-18", "RUNNING", 3)
    assert not city.refusals()


def test_a_decision_waits_for_the_filing_that_it_answers(city: Any) -> None:
    city.white_by_office("2026-06-01")
    grant(city, "2026-06-08 15:00", "SUSPEND", suspended_from="2026-06-05")
    assert clock(city) == ("2026-06-15", "RUNNING", 0)
    file(city, "2026-06-04 10:00")
    assert (clock(city)[1], city.refusals()) == ("SUSPENDED", [])


def test_a_decision_that_came_before_its_filing_was_made_answers_nothing(city: Any) -> None:
    city.white_by_office("2026-06-01")
    refuse(city, "2026-06-03 15:00")
    file(city, "2026-06-04 10:00")
    assert not city.published("escalation.justification.refused.v1")


def test_a_filing_is_decided_once(city: Any) -> None:
    suspended_white(city)
    again = refuse(city, "2026-06-09 15:00")
    assert city.refusals() == [(again, "ALREADY_USED")]
    assert clock(city)[1] == "SUSPENDED"


def test_a_decision_names_the_filing_that_it_answers(city: Any) -> None:
    city.white_by_office("2026-06-01")
    first = file(city, "2026-06-04 10:00")
    file(city, "2026-06-05 10:00", "FUNDS_NOT_ALLOCATED")
    refuse(city, "2026-06-08 15:00", request=first)
    grant(city, "2026-06-08 16:00", "SUSPEND", suspended_from="2026-06-08")
    (refused,) = city.published("escalation.justification.refused.v1")
    assert (refused.data.request, refused.data.reasons) == (first, "证据不足")
    assert clock(city)[1] == "SUSPENDED"


def test_a_claim_during_a_suspension_is_in_time_however_late(city: Any) -> None:
    suspended_white(city)
    city.claim(at("2026-06-20 10:00"))
    assert clock(city)[1] == "STOPPED"
    city.verify(at("2026-06-22 10:00"), at("2026-06-20 10:00"))
    assert (city.slip("WHITE")["state"], city.slip("WHITE")["ended_at"]) == ("LIFTED", "2026-06-20T02:00:00Z")


def test_days_of_checking_inside_a_suspension_are_left_out_once(city: Any) -> None:
    suspended_white(city)
    city.claim(at("2026-06-10 10:00"))
    city.reject(at("2026-06-12 10:00"), at("2026-06-10 10:00"))
    assert clock(city)[1] == "SUSPENDED"
    resume(city, "2026-06-24 17:00", "2026-06-24")
    assert clock(city) == ("2026-07-03", "RUNNING", 13)
    city.claim(at("2026-06-26 10:00"), id_="c2")
    city.reject(at("2026-06-29 10:00"), at("2026-06-26 10:00"), id_="c2")
    assert clock(city) == ("2026-07-07", "RUNNING", 15)


def test_a_suspension_granted_while_a_claim_is_checked_shows_when_the_claim_is_rejected(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    city.claim(at("2026-06-05 10:00"))
    grant(city, "2026-06-08 15:00", "SUSPEND", suspended_from="2026-06-08")
    assert clock(city)[1] == "STOPPED"
    city.reject(at("2026-06-18 10:00"), at("2026-06-05 10:00"))
    assert clock(city)[1] == "SUSPENDED"
    resume(city, "2026-06-24 17:00", "2026-06-24")
    assert clock(city) == ("2026-07-03", "RUNNING", 13)


def test_a_suspension_across_the_new_year_is_counted_on_both_calendars_and_the_later_end_stays(city: Any) -> None:
    """With the notice alone, whose make-up Saturday counts, it would be 01-13; a re-projection never shortens (d.5.4)."""
    city.white_by_office("2026-12-21")
    file(city, "2026-12-24 10:00")
    grant(city, "2026-12-25 10:00", "SUSPEND", suspended_from="2026-12-25")
    days = {"days_off": ["2027-01-01", "2027-01-04"], "makeup_workdays": ["2027-01-09"]}
    city.rule("calendar.published", at("2026-12-28 09:00"), year=2027, notice="国办发明电〔2026〕9号", **days)
    assert clock(city)[1] == "SUSPENDED"
    resume(city, "2027-01-05 10:00", "2027-01-05")
    assert clock(city) == ("2027-01-14", "RUNNING", 6)


def test_a_review_window_runs_on_beside_a_suspension(city: Any) -> None:
    city.white_by_office("2026-03-02")
    city.until(at("2026-03-17 09:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    file(city, "2026-03-18 10:00")
    grant(city, "2026-03-19 10:00", "SUSPEND", suspended_from="2026-03-19")
    city.until(at("2026-04-17 12:00"))
    assert clock(city, "SLIP:YELLOW")[1] == "SUSPENDED"
    assert clock(city, "REVIEW_WINDOW")[1] == "STOPPED"
    assert len(city.published("escalation.review.lapsed.v1")) == 1


def test_the_end_of_a_suspension_that_is_told_late_is_no_breach_in_the_past(city: Any) -> None:
    suspended_white(city)
    city.until(at("2026-07-01 08:00"))
    resume(city, "2026-07-01 09:00", "2026-06-09")
    city.until(at("2026-07-01 10:00"))
    assert breaches(city) == []
    yellow = city.slip("YELLOW")
    assert (yellow["liability_date"], yellow["issued_at"]) == ("2026-07-01", "2026-07-01T01:00:00Z")


# ---------------------------------------------------------------- held, refused, extended, waived


def test_a_pending_reason_holds_the_ladder_over_the_deadline(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-15 10:00")
    city.until(at("2026-06-17 12:00"))
    assert (city.slips(), breaches(city)) == ([("WHITE", 0, "SERVED")], [])
    assert clock(city)[:2] == ("2026-06-15", "STOPPED")
    assert city.outcomes()["ZJJ", "JUSTIFICATION_PENDING"] >= 1


def test_a_reason_refused_after_the_deadline_dates_the_liability_from_the_refusal(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-15 10:00")
    refuse(city, "2026-06-18 11:00")
    city.until(at("2026-06-18 11:00"))
    yellow = city.slip("YELLOW")
    assert (yellow["liability_date"], yellow["issued_at"], yellow["ground"]) == (
        "2026-06-18",
        "2026-06-18T03:00:00Z",
        "OVERDUE",
    )
    assert (city.slip("WHITE")["state"], breaches(city)) == ("EXPIRED", [])


def test_a_reason_refused_in_time_changes_nothing(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    refuse(city, "2026-06-08 15:00")
    city.until(at("2026-06-16 00:00"))
    assert (breaches(city), city.slip("YELLOW")["liability_date"]) == (["SLIP:WHITE"], "2026-06-16")


def test_a_reason_after_the_deadline_is_refused(city: Any) -> None:
    city.white_by_office("2026-06-01")
    city.until(at("2026-06-16 12:00"))
    late = file(city, "2026-06-16 13:00", colour="WHITE")
    assert city.refusals() == [(late, "INADMISSIBLE_LATE")]


def test_a_reason_for_a_slip_that_does_not_exist_is_refused(city: Any) -> None:
    city.white_by_office("2026-06-01")
    wrong = file(city, "2026-06-02 13:00", colour="YELLOW")
    assert city.refusals() == [(wrong, "UNKNOWN_MATTER")]


def test_only_the_unit_itself_files_and_only_the_office_decides(city: Any) -> None:
    city.white_by_office("2026-06-01")
    office = city.request("justification.filed", at("2026-06-02 10:00"), category="FORCE_MAJEURE", evidence=EVIDENCE)
    unit = city.request(
        "justification.decided", at("2026-06-03 10:00"), "ZJJ", outcome="GRANTED", effect="WAIVE", decided_by="张三"
    )
    assert city.refusals() == [(office, "SENDER_MISMATCH"), (unit, "SENDER_MISMATCH")]


def test_a_reason_after_the_work_was_done_is_refused(city: Any) -> None:
    city.white_by_office("2026-06-01")
    city.claim(at("2026-06-03 10:00"))
    city.verify(at("2026-06-04 10:00"), at("2026-06-03 10:00"))
    late = file(city, "2026-06-05 10:00")
    assert city.refusals() == [(late, "INADMISSIBLE_LATE")]


def test_a_grant_of_more_days_lengthens_the_limit_in_its_own_days(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-15 10:00", "TASK_CHANGED_BY_SUPERVISOR")
    city.until(at("2026-06-16 12:00"))
    grant(city, "2026-06-17 10:00", "EXTEND", days=5)
    assert clock(city)[:2] == ("2026-06-23", "RUNNING")
    (longer,) = city.published("escalation.clock.extended.v1")
    assert (longer.data.days, longer.data.previous_deadline.isoformat(), longer.data.deadline.isoformat()) == (
        5,
        "2026-06-15",
        "2026-06-23",
    )
    city.until(at("2026-06-24 00:00"))
    assert (breaches(city), city.slip("YELLOW")["liability_date"]) == (["SLIP:WHITE"], "2026-06-24")


def test_a_few_days_granted_too_late_to_use_them_date_the_liability_from_the_grant(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-15 10:00")
    city.until(at("2026-06-25 09:00"))
    grant(city, "2026-06-25 10:00", "EXTEND", days=1)
    city.until(at("2026-06-25 11:00"))
    assert (breaches(city), city.slip("YELLOW")["liability_date"]) == ([], "2026-06-25")


def test_a_waived_limit_never_leads_to_a_colour(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-15 10:00", "TOLERANCE_DECIDED")
    city.until(at("2026-06-16 12:00"))
    grant(city, "2026-06-17 10:00", "WAIVE")
    city.until(at("2026-07-17 10:00"))
    assert (city.slips(), clock(city)[1], breaches(city)) == ([("WHITE", 0, "SERVED")], "STOPPED", [])
    (granted,) = city.published("escalation.justification.granted.v1")
    assert (granted.data.effect, granted.data.owner) == ("WAIVE", "SLIP:WHITE")
    again = file(city, "2026-07-18 10:00")
    assert city.refusals() == [(again, "ALREADY_USED")]


def test_a_waived_slip_is_lifted_when_the_work_is_done(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    grant(city, "2026-06-05 10:00", "WAIVE")
    stopped = [m.data.owner for m in city.published("escalation.clock.stopped.v1") if m.data.reason == "WAIVED"]
    assert stopped == ["SLIP:WHITE"]
    city.claim(at("2026-07-03 10:00"))
    city.verify(at("2026-07-04 10:00"), at("2026-07-03 10:00"))
    assert city.slips() == [("WHITE", 0, "LIFTED")]


@pytest.mark.parametrize(("effect", "more"), [("EXTEND", {"days": 5}), ("WAIVE", {})])
def test_a_reason_that_becomes_known_after_the_next_slip_takes_it_back(city: Any, effect: str, more: dict[str, Any]) -> None:
    """Invariant 4 with the fairness of AC-16: what was filed in time holds the ladder even where it arrives later."""
    city.white_by_office("2026-06-01")
    city.until(at("2026-06-17 08:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "ISSUED")]
    file(city, "2026-06-15 10:00")
    assert city.slips() == [("WHITE", 0, "SERVED"), ("YELLOW", 0, "WITHDRAWN")]
    assert city.slip("YELLOW")["cause"] == "LEGITIMATE_REASON"
    grant(city, "2026-06-18 10:00", effect, **more)
    assert (city.slips()[0], breaches(city)) == (("WHITE", 0, "SERVED"), [])


def test_a_reason_known_late_and_refused_brings_the_next_slip_back_from_the_refusal(city: Any) -> None:
    city.white_by_office("2026-06-01")
    city.until(at("2026-06-17 08:00"))
    file(city, "2026-06-15 10:00")
    refuse(city, "2026-06-18 10:00")
    city.until(at("2026-06-18 11:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "WITHDRAWN"), ("YELLOW", 0, "ISSUED")]
    assert city.slip("YELLOW")["liability_date"] == "2026-06-18"


def test_a_reason_that_arrives_too_late_to_be_believed_is_refused(city: Any) -> None:
    city.white_by_office("2026-06-01")
    city.until(at("2026-06-22 08:00"))
    late = file(city, "2026-06-15 10:00", colour="WHITE")
    assert city.refusals() == [(late, "INADMISSIBLE_LATE")]
    assert city.slip("YELLOW")["state"] == "ISSUED"


def test_no_white_by_the_office_while_a_reason_is_pending_for_the_assignment(city: Any) -> None:
    city.assign(at("2026-06-01 08:35"), days=10)
    city.serve(at("2026-06-01 10:00"))
    file(city, "2026-06-04 10:00")
    city.request("slip.proposed", at("2026-06-05 08:50"), colour="WHITE", by="陈立", standard="标准", ground="SLOW_PROGRESS")
    city.request("slip.approved", at("2026-06-05 09:00"), colour="WHITE", by="李文静")
    assert city.slips() == []
    refuse(city, "2026-06-08 10:00")
    assert city.slips() == [("WHITE", 0, "ISSUED")]


def test_a_slip_that_fell_takes_its_pending_reason_with_it(city: Any) -> None:
    city.white_by_office("2026-06-01")
    file(city, "2026-06-04 10:00")
    city.request("slip.withdrawn", at("2026-06-05 10:00"), colour="WHITE", by="赵明远", reason="发错")
    assert clock(city, "DECISION:JUSTIFICATION")[1] == "STOPPED"
    nothing = refuse(city, "2026-06-08 10:00")
    assert city.refusals() == [(nothing, "NOT_REVIEWABLE")]


def test_a_reason_of_a_renewed_yellow_concerns_the_renewal(city: Any) -> None:
    city.white_by_office("2026-07-01")
    city.until(at("2026-07-16 00:00"))
    city.sign("YELLOW", at("2026-07-16 10:00"))
    city.request(
        "determination.made",
        at("2026-07-24 10:00"),
        progress_class="SUBSTANTIVE_IMPROVEMENT",
        reasons="完成八成",
        evidence=EVIDENCE,
        decided_by="周正",
    )
    city.sign("YELLOW", at("2026-07-24 11:00"), renewal=1)
    file(city, "2026-07-27 10:00", colour="YELLOW")
    grant(city, "2026-07-28 10:00", "EXTEND", days=2)
    assert clock(city, "SLIP:YELLOW:1")[0] == "2026-08-04"
    assert clock(city, "SLIP:YELLOW")[0] == "2026-07-23"
