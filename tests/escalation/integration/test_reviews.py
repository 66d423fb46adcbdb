"""Reviews from the application to the last consequence, on escalation's own tables (AC-10, AC-11, domain.md d.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, generate_latest

ZONE = ZoneInfo("Asia/Shanghai")
EVIDENCE = [{"kind": "STATEMENT", "sha256": "ab" * 32}]
PANEL = ["郑浩", "何敏"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def yellow_of_17_march(city: Any) -> None:
    """AC-02's yellow: issued on 17 March, received at 10:00."""
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))


def red_of_25_march(city: Any) -> None:
    """AC-11's red: found on 25 March, approved and received the same day."""
    yellow_of_17_march(city)
    find(city, "2026-03-25 09:00")
    city.request("slip.approved", at("2026-03-25 10:00"), colour="RED", by="周建国")
    city.sign("RED", at("2026-03-25 11:00"))


def find(city: Any, time: str) -> None:
    """An official finds that nothing moved."""
    finding = {"progress_class": "NO_MOVEMENT", "decided_by": "赵明远", "reasons": "无", "evidence": EVIDENCE}
    city.request("determination.made", at(time), **finding)


def file(city: Any, time: str, colour: str = "YELLOW", arrives: str | None = None) -> str:
    arrival = at(arrives) if arrives else None
    name: str = city.request("review.filed", at(time), "ZJJ", arrives=arrival, colour=colour, grounds="责任认定与事实不符")
    return name


def decide(city: Any, time: str, outcome: str = "OVERTURNED", colour: str = "YELLOW", **more: Any) -> str:
    said = {"reviewers": PANEL} | more
    name: str = city.request("review.decided", at(time), colour=colour, outcome=outcome, **said)
    return name


def clock(city: Any, owner: str) -> tuple[str, str]:
    found = [row for row in city.lists()["deadlines"] if row["owner"] == owner]
    return found[-1]["deadline"], found[-1]["state"]


def referral_states(city: Any) -> dict[str, str]:
    return {row["body"]: row["state"] for row in city.lists()["referrals"]}


# ---------------------------------------------------------------- applications


def late_decisions(city: Any, owner: str) -> list[str | None]:
    """When the office decided what it decided too late; None where it still owes the decision."""
    return [row["decided_at"] for row in city.lists()["late_decisions"] if row["owner"] == owner]


def test_an_application_stops_the_window_and_starts_the_reviewers_thirty_days(city: Any) -> None:
    yellow_of_17_march(city)
    assert clock(city, "REVIEW_WINDOW") == ("2026-04-16", "RUNNING")
    name = file(city, "2026-04-10 09:00")

    assert clock(city, "REVIEW_WINDOW") == ("2026-04-16", "STOPPED")
    assert clock(city, "REVIEW") == ("2026-05-11", "RUNNING")
    filed = city.published("escalation.review.filed.v1")[0].data
    assert (filed.review_id, filed.decide_by.isoformat(), filed.filed_at) == (name, "2026-05-11", at("2026-04-10 09:00"))
    city.until(at("2026-04-20 00:00"))
    assert city.published("escalation.review.lapsed.v1") == []


def test_an_application_after_the_window_is_refused_and_announced_as_inadmissible(city: Any) -> None:
    yellow_of_17_march(city)
    name = file(city, "2026-04-17 09:00")

    assert dict(city.refusals()) == {name: "INADMISSIBLE_LATE"}
    told = city.published("escalation.review.inadmissible.v1")[0].data
    assert (told.review_id, told.code, told.colour) == (name, "INADMISSIBLE_LATE", "YELLOW")
    assert len(city.published("escalation.review.lapsed.v1")) == 1


def test_an_application_made_in_the_window_counts_even_if_it_arrives_after_it(city: Any) -> None:
    yellow_of_17_march(city)
    city.until(at("2026-04-18 09:00"))
    assert len(city.published("escalation.review.lapsed.v1")) == 1
    file(city, "2026-04-10 09:00")

    assert (city.refusals(), clock(city, "REVIEW")) == ([], ("2026-05-11", "RUNNING"))


@pytest.mark.parametrize(("arrives", "believed"), [("2026-04-21 23:59", True), ("2026-04-22 00:00", False)])
def test_an_application_cannot_be_backdated_into_the_window(city: Any, arrives: str, believed: bool) -> None:
    yellow_of_17_march(city)
    name = file(city, "2026-04-10 09:00", arrives=arrives)

    assert dict(city.refusals()) == ({} if believed else {name: "INADMISSIBLE_LATE"})
    assert len(city.published("escalation.review.filed.v1")) == int(believed)
    assert [event.data.code for event in city.published("escalation.review.inadmissible.v1")] == (
        [] if believed else ["INADMISSIBLE_LATE"]
    )


def test_where_a_person_decides_about_late_reports_no_late_application_is_believed(city_with: Callable[..., Any]) -> None:
    city = city_with(late_report={"mode": "person"})
    yellow_of_17_march(city)
    name = file(city, "2026-04-10 09:00", arrives="2026-04-17 00:01")
    assert dict(city.refusals()) == {name: "INADMISSIBLE_LATE"}


def test_an_application_that_stood_in_the_queue_before_the_end_is_taken_however_late_it_is_read(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(late_report={"mode": "person"})
    yellow_of_17_march(city)
    city.until(at("2026-04-16 23:00"))
    city.clock.move_to(at("2026-05-20 09:00"))  # escalation was down; the application waits in its queue
    city.until = lambda instant: None  # so it is read before any clock is asked
    file(city, "2026-04-10 09:00")

    assert city.refusals() == []


def test_an_application_before_the_receipt_is_taken_and_no_window_runs_afterwards(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    file(city, "2026-03-17 09:00")
    city.sign("YELLOW", at("2026-03-17 10:00"))

    assert (city.refusals(), clock(city, "REVIEW_WINDOW")) == ([], ("2026-04-16", "STOPPED"))
    city.until(at("2026-04-18 00:00"))
    assert city.published("escalation.review.lapsed.v1") == []


@pytest.mark.parametrize("colour", ["WHITE", "RED"])
def test_a_white_and_a_slip_that_was_never_issued_are_not_reviewable(city: Any, colour: str) -> None:
    yellow_of_17_march(city)
    name = file(city, "2026-03-18 09:00", colour)
    assert dict(city.refusals()) == {name: "NOT_REVIEWABLE"}
    assert ("2026-03-09" in city.refusal_details()[0]) == (colour == "WHITE")


def test_a_second_application_and_one_about_a_withdrawn_slip_are_refused(city: Any) -> None:
    yellow_of_17_march(city)
    file(city, "2026-04-10 09:00")
    again = file(city, "2026-04-12 09:00")
    city.request("slip.withdrawn", at("2026-04-13 09:00"), colour="YELLOW", by="周建国", reason="错发")
    gone = file(city, "2026-04-14 09:00")

    assert dict(city.refusals()) == {again: "ALREADY_USED", gone: "NOT_REVIEWABLE"}
    assert clock(city, "REVIEW")[1] == "STOPPED"
    late = decide(city, "2026-04-15 09:00")
    assert dict(city.refusals())[late] == "NOT_REVIEWABLE"


# ---------------------------------------------------------------- decisions


def test_the_office_that_decides_too_late_stands_on_its_own_list_and_may_still_decide(city: Any) -> None:
    yellow_of_17_march(city)
    file(city, "2026-04-10 09:00")
    city.until(at("2026-05-12 00:00"))
    assert clock(city, "REVIEW") == ("2026-05-11", "BREACHED")
    assert late_decisions(city, "REVIEW") == [None]
    decide(city, "2026-05-20 09:00")
    assert late_decisions(city, "REVIEW") == ["2026-05-20T01:00:00Z"]

    assert (city.slip("YELLOW")["state"], clock(city, "REVIEW")[1]) == ("OVERTURNED", "BREACHED")
    assert not [e for e in city.published("escalation.deadline.breached.v1") if e.data.owner == "REVIEW"]
    assert not [row for row in city.lists()["breaches"] if row["owner"] == "REVIEW"]


def test_a_decision_in_time_stops_the_reviewers_clock(city: Any) -> None:
    yellow_of_17_march(city)
    file(city, "2026-04-10 09:00")
    decide(city, "2026-05-11 23:59", "UPHELD")
    city.until(at("2026-05-20 00:00"))
    assert clock(city, "REVIEW") == ("2026-05-11", "STOPPED")
    assert city.slip("YELLOW")["state"] == "EXPIRED"


def test_who_took_part_is_refused_and_another_panel_decides(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.claim(at("2026-03-23 16:00"))
    city.verify(at("2026-03-24 10:00"), at("2026-03-23 16:00"))
    file(city, "2026-04-10 09:00")
    barred = decide(city, "2026-05-05 09:00", reviewers=["郑浩", " 陈立 "])
    assert dict(city.refusals()) == {barred: "RECUSAL"}
    assert "陈立" in city.refusal_details()[0]
    assert city.slip("YELLOW")["state"] == "LIFTED"
    decide(city, "2026-05-06 09:00")
    assert city.slip("YELLOW")["state"] == "OVERTURNED"


def test_a_decision_without_an_application_before_it_or_a_second_time_is_refused(city: Any) -> None:
    yellow_of_17_march(city)
    none = decide(city, "2026-04-09 09:00")
    file(city, "2026-04-10 09:00")
    other = decide(city, "2026-04-11 09:00", request="another")
    decide(city, "2026-04-12 09:00", "UPHELD")
    twice = decide(city, "2026-04-13 09:00")
    once_more = file(city, "2026-04-14 09:00")

    assert dict(city.refusals()) == {
        none: "NOT_REVIEWABLE",
        other: "NOT_REVIEWABLE",
        twice: "ALREADY_USED",
        once_more: "NOT_REVIEWABLE",
    }
    assert [e.data.outcome for e in city.published("escalation.review.decided.v1")] == ["UPHELD"]


def test_a_calendar_that_is_published_moves_the_reviewers_limit_to_a_later_day(city: Any) -> None:
    city.white_by_office("2026-11-23")
    city.until(at("2026-12-08 00:00"))
    city.sign("YELLOW", at("2026-12-08 10:00"))
    file(city, "2026-12-31 09:00")
    assert clock(city, "REVIEW") == ("2027-02-01", "RUNNING")
    days = {"days_off": ["2027-01-01", "2027-02-01", "2027-02-02"], "makeup_workdays": ["2027-02-14"]}
    city.rule("calendar.published", at("2027-01-05 09:00"), year=2027, notice="国办发明电〔2026〕9号", **days)
    assert clock(city, "REVIEW") == ("2027-02-03", "RUNNING")
    city.until(at("2027-02-03 12:00"))
    assert clock(city, "REVIEW")[1] == "RUNNING"
    city.until(at("2027-02-04 00:00"))
    assert clock(city, "REVIEW")[1] == "BREACHED"


# ---------------------------------------------------------------- the cascade


CASCADE = (
    "escalation.review.decided.v1",
    "escalation.slip.overturned.v1",
    "escalation.slip.vacated.v1",
    "escalation.referral.recalled.v1",
)


def test_an_overturned_yellow_takes_the_red_and_its_referrals_with_it_in_causal_order_under_one_correlation(city: Any) -> None:
    red_of_25_march(city)
    file(city, "2026-04-10 09:00")
    name = decide(city, "2026-05-06 09:00")

    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "OVERTURNED"), ("RED", 0, "VACATED_BY_CASCADE")]
    assert city.slip("RED")["vacated_by"] == city.slip("YELLOW")["number"]
    assert set(referral_states(city).values()) == {"RECALLED"}
    told = city.published(*CASCADE)
    assert [e.type for e in told] == [*CASCADE, CASCADE[-1], CASCADE[-1]]
    assert {(e.correlationid, e.causationid) for e in told} == {(name, name)}
    root = told[1].data.slip_id
    assert [e.data.cascade_root for e in told[2:]] == [root] * 4
    assert city.published("escalation.slip.withdrawn.v1") == []


def test_after_an_overturned_yellow_nothing_climbs_by_itself_again(city: Any) -> None:
    red_of_25_march(city)
    file(city, "2026-04-10 09:00")
    decide(city, "2026-05-06 09:00")
    city.until(at("2026-12-31 00:00"))
    assert len(city.slips()) == 3
    assert ("ZJJ", "FELL_BEFORE") in city.outcomes()


def test_a_draft_above_a_fallen_slip_is_dropped_without_a_word(city: Any) -> None:
    yellow_of_17_march(city)
    city.request("slip.proposed", at("2026-03-26 09:00"), colour="RED", by="陈立")
    file(city, "2026-04-10 09:00")
    decide(city, "2026-05-06 09:00")
    with city.database.begin() as session:
        assert session.exec_driver_sql("SELECT state, standing, cause FROM slip WHERE colour = 'RED'").all() == [
            ("WITHDRAWN", 0, "DRAFT_OBSOLETE")
        ]
    assert city.published("escalation.slip.vacated.v1") == []


def test_a_renewal_falls_with_its_yellow(city: Any) -> None:
    yellow_of_17_march(city)
    city.request(
        "determination.made",
        at("2026-03-25 09:00"),
        progress_class="SUBSTANTIVE_IMPROVEMENT",
        decided_by="赵明远",
        reasons="八成完成",
        evidence=EVIDENCE,
    )
    file(city, "2026-04-10 09:00")
    decide(city, "2026-05-06 09:00")
    assert city.slips()[1:] == [("YELLOW", 0, "OVERTURNED"), ("YELLOW", 1, "VACATED_BY_CASCADE")]


def test_an_overturned_red_leaves_the_yellow_and_only_the_office_may_propose_another(city: Any) -> None:
    red_of_25_march(city)
    file(city, "2026-04-10 09:00", "RED")
    decide(city, "2026-05-06 09:00", colour="RED")
    city.until(at("2026-12-31 00:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "DETERMINED"), ("RED", 0, "OVERTURNED")]
    assert set(referral_states(city).values()) == {"RECALLED"}


def test_a_withdrawn_yellow_is_said_to_be_withdrawn_and_what_stood_on_it_vacated(city: Any) -> None:
    red_of_25_march(city)
    name = city.request("slip.withdrawn", at("2026-04-02 09:00"), colour="YELLOW", by="周建国", reason="错发")
    told = city.published("escalation.slip.withdrawn.v1", *CASCADE)
    assert [(e.type.split(".")[2], getattr(e.data, "colour", None)) for e in told[:2]] == [
        ("withdrawn", "YELLOW"),
        ("vacated", "RED"),
    ]
    assert [e.type for e in told[2:]] == [CASCADE[-1]] * 3
    assert {e.correlationid for e in told} == {name}


# ---------------------------------------------------------------- variations


def test_a_red_varied_to_yellow_falls_alone_and_varied_to_white_with_its_yellow(city_with: Callable[..., Any]) -> None:
    for new, states in [("YELLOW", ["DETERMINED", "OVERTURNED"]), ("WHITE", ["OVERTURNED", "OVERTURNED"])]:
        city = city_with()
        red_of_25_march(city)
        file(city, "2026-04-10 09:00", "RED")
        decide(city, "2026-05-06 09:00", "VARIED", "RED", new_colour=new)
        assert [state for _, _, state in city.slips()[1:]] == states
        assert city.slip("RED")["cause"] == "VARIED_BY_REVIEW"
        assert set(referral_states(city).values()) == {"RECALLED"}


def test_a_longer_limit_lets_the_yellow_run_again_and_what_followed_too_early_falls(city: Any) -> None:
    red_of_25_march(city)
    file(city, "2026-04-10 09:00")
    decide(city, "2026-05-06 09:00", "VARIED", new_limit={"amount": 60, "unit": "WORKDAY"})

    assert city.slips()[1:] == [("YELLOW", 0, "SERVED"), ("RED", 0, "VACATED_BY_CASCADE")]
    deadline, state = clock(city, "SLIP:YELLOW")
    assert (deadline > "2026-06-01", state) == (True, "RUNNING")
    extended = city.published("escalation.clock.extended.v1")[0].data
    assert (extended.days, extended.previous_deadline.isoformat()) == (55, "2026-03-24")
    city.until(at("2026-12-31 00:00"))
    assert clock(city, "SLIP:YELLOW") == (deadline, "BREACHED")
    assert ("ZJJ", "AWAITING_DETERMINATION") in city.outcomes(), "what was found about the shorter limit does not count"
    assert len(city.slips()) == 3


def test_a_claim_between_the_shorter_and_the_longer_end_was_in_time_after_all(city: Any) -> None:
    yellow_of_17_march(city)
    city.claim(at("2026-03-27 09:00"))
    city.verify(at("2026-03-30 09:00"), at("2026-03-27 09:00"))
    file(city, "2026-04-10 09:00")
    decide(city, "2026-04-15 09:00", "VARIED", new_limit={"amount": 10, "unit": "WORKDAY"})
    assert (city.slip("YELLOW")["state"], city.slip("YELLOW")["ended_at"]) == ("LIFTED", "2026-03-27T01:00:00Z")


def test_a_new_limit_beside_an_outcome_that_is_no_variation_is_not_given(city: Any) -> None:
    yellow_of_17_march(city)
    file(city, "2026-04-10 09:00")
    decide(city, "2026-04-15 09:00", "UPHELD", new_limit={"amount": 60, "unit": "WORKDAY"})
    assert clock(city, "SLIP:YELLOW") == ("2026-03-24", "BREACHED")


@pytest.mark.parametrize(
    "more", [{"new_colour": "RED"}, {"new_colour": "YELLOW"}, {"new_limit": {"amount": 3, "unit": "WORKDAY"}}]
)
def test_a_variation_to_the_units_harm_is_refused_and_changes_nothing(city: Any, more: dict[str, Any]) -> None:
    yellow_of_17_march(city)
    file(city, "2026-04-10 09:00")
    name = decide(city, "2026-04-15 09:00", "VARIED", **more)
    assert dict(city.refusals()) == {name: "SCHEMA_INVALID"}
    assert clock(city, "REVIEW")[1] == "RUNNING"


def test_a_red_that_came_after_the_longer_end_stands(city: Any) -> None:
    yellow_of_17_march(city)
    find(city, "2026-03-27 09:00")
    city.request("slip.approved", at("2026-03-30 10:00"), colour="RED", by="周建国")
    file(city, "2026-04-10 09:00")
    decide(city, "2026-05-06 09:00", "VARIED", new_limit={"amount": 6, "unit": "WORKDAY"})
    assert clock(city, "SLIP:YELLOW")[0] == "2026-03-25"
    assert city.slip("RED")["state"] != "VACATED_BY_CASCADE"


# ---------------------------------------------------------------- review_suspends_ladder


def test_a_review_holds_the_next_colour_only_where_the_policy_says_so(city_with: Callable[..., Any]) -> None:
    for suspends, liability in [(False, "2026-03-25"), (True, "2026-04-08")]:
        city = city_with(approval={"red": "auto"}, automatic_urging=True, review_suspends_ladder=suspends)
        yellow_of_17_march(city)
        file(city, "2026-03-20 09:00")
        city.until(at("2026-04-01 00:00"))
        assert (("ZJJ", "REVIEW_PENDING") in city.outcomes()) == suspends
        decide(city, "2026-04-08 09:00", "UPHELD")
        city.until(at("2026-04-10 00:00"))
        assert city.slip("RED")["liability_date"] == liability


# ---------------------------------------------------------------- hand-overs


def test_a_red_issued_while_the_yellow_is_under_review_is_handed_over_as_usual(city: Any) -> None:
    yellow_of_17_march(city)
    file(city, "2026-03-20 09:00")
    find(city, "2026-03-25 09:00")
    city.request("slip.approved", at("2026-03-25 10:00"), colour="RED", by="周建国")
    city.request("referral.acknowledged", at("2026-03-26 09:00"), body="DISCIPLINE")
    assert referral_states(city) == {"DISCIPLINE": "ACKNOWLEDGED", "ASSESSMENT": "CREATED", "ORGANISATION": "CREATED"}


def test_each_body_answers_for_its_own_hand_over_from_its_own_account(city: Any) -> None:
    red_of_25_march(city)
    city.request("referral.acknowledged", at("2026-03-26 09:00"), "DISCIPLINE", body="DISCIPLINE", by="吴桂英")
    city.request("referral.concluded", at("2026-03-27 09:00"), "ORGANISATION", body="ORGANISATION", outcome="已提醒谈话")
    other = city.request("referral.concluded", at("2026-03-28 09:00"), "DISCIPLINE", body="ASSESSMENT", outcome="已办结")

    assert dict(city.refusals()) == {other: "SENDER_MISMATCH"}
    assert referral_states(city) == {"DISCIPLINE": "ACKNOWLEDGED", "ASSESSMENT": "CREATED", "ORGANISATION": "CONCLUDED"}


def test_a_body_that_nothing_was_handed_over_to_knows_no_such_matter(city: Any) -> None:
    yellow_of_17_march(city)
    name = city.request("referral.acknowledged", at("2026-03-26 09:00"), "DISCIPLINE", body="DISCIPLINE")
    assert dict(city.refusals()) == {name: "UNKNOWN_MATTER"}


def test_a_receipt_from_before_the_recall_is_kept_when_it_arrives_after_it(city: Any) -> None:
    red_of_25_march(city)
    city.request("slip.withdrawn", at("2026-03-30 09:00"), colour="RED", by="周建国", reason="错发")
    city.request("referral.acknowledged", at("2026-03-29 09:00"), body="DISCIPLINE")
    row = next(row for row in city.lists()["referrals"] if row["body"] == "DISCIPLINE")
    assert (city.refusals(), row["state"], row["acknowledged_at"]) == ([], "RECALLED", "2026-03-29T01:00:00Z")


def test_a_pending_review_marks_the_referrals_but_an_outcome_stays_an_outcome(city: Any) -> None:
    red_of_25_march(city)
    city.request("referral.acknowledged", at("2026-04-01 09:00"), body="DISCIPLINE", by="孙立")
    city.request("referral.concluded", at("2026-04-02 09:00"), body="ASSESSMENT", outcome="已取消资格")
    assert referral_states(city) == {"DISCIPLINE": "ACKNOWLEDGED", "ASSESSMENT": "CONCLUDED", "ORGANISATION": "CREATED"}
    file(city, "2026-04-10 09:00")
    assert referral_states(city) == {"DISCIPLINE": "UNDER_REVIEW", "ASSESSMENT": "CONCLUDED", "ORGANISATION": "UNDER_REVIEW"}
    city.request("referral.acknowledged", at("2026-04-11 09:00"), body="ORGANISATION")
    assert referral_states(city)["ORGANISATION"] == "UNDER_REVIEW"
    decide(city, "2026-04-20 09:00", "UPHELD")
    assert referral_states(city) == {"DISCIPLINE": "ACKNOWLEDGED", "ASSESSMENT": "CONCLUDED", "ORGANISATION": "ACKNOWLEDGED"}
    assert [e.data.outcome for e in city.published("escalation.referral.concluded.v1")] == ["已取消资格"]


def test_receipts_and_outcomes_that_come_twice_too_late_without_a_red_or_from_the_unit_are_refused(city: Any) -> None:
    yellow_of_17_march(city)
    none = city.request("referral.acknowledged", at("2026-03-18 09:00"), body="DISCIPLINE")
    city.until(at("2026-03-25 00:00"))
    find(city, "2026-03-25 09:00")
    city.request("slip.approved", at("2026-03-25 10:00"), colour="RED", by="周建国")
    own = city.request("referral.acknowledged", at("2026-03-26 09:00"), "ZJJ", body="DISCIPLINE")
    city.request("referral.concluded", at("2026-03-27 09:00"), body="DISCIPLINE", outcome="已办结")
    city.request("referral.acknowledged", at("2026-03-26 10:00"), body="DISCIPLINE")
    assert referral_states(city)["DISCIPLINE"] == "CONCLUDED"
    ack = city.request("referral.acknowledged", at("2026-03-28 09:00"), body="DISCIPLINE")
    end = city.request("referral.concluded", at("2026-03-28 10:00"), body="DISCIPLINE", outcome="另一结果")
    city.request("slip.withdrawn", at("2026-03-30 09:00"), colour="RED", by="周建国", reason="错发")
    late = city.request("referral.acknowledged", at("2026-03-31 09:00"), body="ORGANISATION")

    assert dict(city.refusals()) == {
        none: "UNKNOWN_MATTER",
        own: "SENDER_MISMATCH",
        ack: "ALREADY_USED",
        end: "ALREADY_USED",
        late: "INADMISSIBLE_LATE",
    }
    assert set(referral_states(city).values()) == {"RECALLED"}


# ---------------------------------------------------------------- metrics


def shown(city: Any) -> str:
    registry = CollectorRegistry()
    for collector in city.service.collectors(city.database, city.clock):
        registry.register(collector)
    return generate_latest(registry).decode() + generate_latest(city.service.metrics.registry).decode()


def test_pending_reviews_overturned_ones_and_referrals_without_receipt_are_counted(city: Any) -> None:
    red_of_25_march(city)
    file(city, "2026-04-10 09:00")
    city.request("referral.acknowledged", at("2026-04-11 09:00"), body="DISCIPLINE")
    page = shown(city)
    assert "supervision_reviews_pending 1.0" in page
    assert "supervision_clocks_armed_without_next_action 0.0" in page
    assert 'supervision_referrals_unacknowledged{body="ORGANISATION"} 1.0' in page
    assert 'supervision_referrals_unacknowledged{body="DISCIPLINE"}' not in page
    decide(city, "2026-05-06 09:00")
    page = shown(city)
    assert "supervision_reviews_pending 0.0" in page
    assert "supervision_reviews_overturned_total 1.0" in page
    assert "supervision_referrals_unacknowledged{" not in page


def test_a_reviewers_limit_that_nobody_looks_at_shows(city: Any) -> None:
    yellow_of_17_march(city)
    city.until(at("2026-03-26 00:00"))
    file(city, "2026-04-10 09:00")
    with city.database.begin() as session:
        session.exec_driver_sql("DELETE FROM timer WHERE kind = 'review_decision'")
    assert "supervision_clocks_armed_without_next_action 1.0" in shown(city)
