"""The main path of domain.md (e): AC-01, AC-02, AC-03, with every date and number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def test_a_white_done_in_time_is_lifted_with_the_date_of_the_claim_and_nothing_follows(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-13 15:20"))
    city.verify(at("2026-03-17 10:00"), at("2026-03-13 15:20"))
    city.until(at("2026-04-30 00:00"))

    white = city.slip("WHITE")
    assert (white["deadline"], white["due_instant"]) == ("2026-03-16", "2026-03-16T16:00:00Z")
    assert (white["state"], white["ended_at"], white["ground"]) == ("LIFTED", "2026-03-13T07:20:00Z", "SLOW_PROGRESS")
    assert white["number"] == "咸督办〔2026〕白字第1号"
    assert city.slips() == [("WHITE", 0, "LIFTED")]
    assert city.lists()["breaches"] == []


def test_two_reminders_come_three_and_one_workday_before_the_deadline_at_the_opening_of_the_window(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-16 23:59"))

    reminders = [(e.time, e.data.days_left) for e in city.published("escalation.deadline.approaching.v1")]
    assert reminders == [(at("2026-03-11 08:30"), 3), (at("2026-03-13 08:30"), 1)]


def test_the_last_day_has_a_reminder_where_the_policy_wants_one(city_with: Any) -> None:
    city = city_with(reminders=[3, 1, 0])
    city.white_by_office()
    city.until(at("2026-03-16 23:59"))

    reminders = [(e.time, e.data.days_left) for e in city.published("escalation.deadline.approaching.v1")]
    assert reminders == [(at("2026-03-11 08:30"), 3), (at("2026-03-13 08:30"), 1), (at("2026-03-16 08:30"), 0)]


def test_after_an_outage_a_reminder_waits_for_the_morning(city: Any) -> None:
    city.white_by_office()
    city.clock.move_to(at("2026-03-13 19:00"))  # escalation was down since before T−3
    city.until(at("2026-03-16 23:59"))

    reminders = [(e.time, e.data.days_left) for e in city.published("escalation.deadline.approaching.v1")]
    assert reminders == [(at("2026-03-16 08:30"), 0)]


def test_an_urgent_matter_reminds_at_any_hour(city: Any) -> None:
    fact = replace(city.registered("ZJJ", MATTER, "M-1", days=10), urgency="EXTRA_URGENT")
    city.say(fact, at("2026-03-02 08:35"))
    city.serve(at("2026-03-02 10:00"))
    city.clock.move_to(at("2026-03-13 19:00"))  # escalation was down since before T−3
    city.until(at("2026-03-16 23:59"))

    reminders = [(e.time, e.data.urgent) for e in city.published("escalation.deadline.approaching.v1")]
    assert reminders == [(at("2026-03-13 19:00"), True)]


def test_a_stopped_clock_reminds_nobody(city: Any) -> None:
    city.white_by_office()
    city.claim(at("2026-03-10 15:00"))
    city.until(at("2026-03-16 23:59"))

    assert city.published("escalation.deadline.approaching.v1") == []


def test_an_expired_white_becomes_a_yellow_on_the_next_workday_and_the_assignment_clock_stays_stopped(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.claim(at("2026-03-23 16:00"))
    city.verify(at("2026-03-24 10:00"), at("2026-03-23 16:00"))
    city.until(at("2026-12-31 00:00"))

    yellow = city.slip("YELLOW")
    assert (yellow["liability_date"], yellow["issued_at"]) == ("2026-03-17", "2026-03-16T16:00:00Z")
    assert (yellow["deadline"], yellow["due_instant"], yellow["state"]) == ("2026-03-24", "2026-03-24T16:00:00Z", "LIFTED")
    assert yellow["ground"] == "OVERDUE"
    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "LIFTED")]
    breaches = city.lists()["breaches"]
    assert [(b["owner"], b["at"]) for b in breaches] == [("SLIP:WHITE", "2026-03-16T16:00:00Z")]
    states = {(d["owner"], d["state"]) for d in city.lists()["deadlines"]}
    assert ("SLIP:YELLOW", "STOPPED") in states


def test_the_reason_on_a_yellow_names_colour_dates_and_rule_in_one_chinese_sentence(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))

    issued = city.published("escalation.slip.issued.v1")[-1].data
    assert issued.reason == (
        "白色督办单期限10个工作日，至2026-03-16届满，期内未完成，也无正当理由；"
        "发黄色督办单警告并责令限期整改，年度目标任务考核扣分，责任日期2026-03-17。"
    )


def test_a_slip_says_which_deadline_led_to_it_and_a_white_by_the_office_none(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))

    white, yellow = (event.data for event in city.published("escalation.slip.issued.v1"))
    assert white.breached_at is None
    assert yellow.breached_at == at("2026-03-17 00:00")


def test_the_review_window_of_a_yellow_lapses_after_thirty_calendar_days(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.until(at("2026-04-16 23:59"))
    assert city.published("escalation.review.lapsed.v1") == []
    city.until(at("2026-04-17 00:00"))

    lapsed = city.published("escalation.review.lapsed.v1")
    assert [(e.data.colour, e.data.lapsed_at) for e in lapsed] == [("YELLOW", at("2026-04-17 00:00"))]
    window = [d for d in city.lists()["deadlines"] if d["owner"] == "REVIEW_WINDOW"]
    assert [(w["deadline"], w["state"]) for w in window] == [("2026-04-16", "STOPPED")]


def _to_the_yellow_of_2017(city: Any) -> None:
    city.white_by_office("2017-03-06")
    city.until(at("2017-03-21 00:00"))
    city.sign("YELLOW", at("2017-03-21 10:00"))
    city.request("urge.sent", at("2017-03-24 09:30"), by="OFFICE")


def test_a_yellow_without_movement_becomes_a_red_with_three_referrals_once_it_is_approved(city: Any) -> None:
    _to_the_yellow_of_2017(city)
    city.until(at("2017-03-29 00:00"))
    assert city.slips()[-1] == ("YELLOW", 0, "DETERMINED")
    drafts = city.published("escalation.slip.proposed.v1")
    assert [d.data.colour for d in drafts] == ["WHITE", "RED"]
    city.request(
        "determination.made", at("2017-03-29 09:00"), progress_class="NO_MOVEMENT", reasons="无进展", decided_by="赵明远"
    )
    city.request("slip.approved", at("2017-03-29 10:00"), colour="RED", by="周建国")
    city.sign("RED", at("2017-03-29 11:00"))
    city.until(at("2017-04-05 00:00"))

    red = city.slip("RED")
    assert (red["ground"], red["liability_date"], red["issued_at"]) == ("NO_MOVEMENT", "2017-03-29", "2017-03-29T02:00:00Z")
    assert (red["deadline"], red["due_instant"], red["state"]) == ("2017-04-06", "2017-04-06T16:00:00Z", "SERVED")
    referrals = {(r["body"], r["kind"], r["state"]) for r in city.lists()["referrals"]}
    assert referrals == {
        ("DISCIPLINE", "EFFICACY_SUPERVISION", "CREATED"),
        ("ASSESSMENT", "EXCELLENCE_REVOCATION", "CREATED"),
        ("ORGANISATION", "ORGANISATIONAL_MEASURE", "CREATED"),
    }
    assert [b["at"] for b in city.lists()["breaches"]] == ["2017-03-20T16:00:00Z", "2017-03-28T16:00:00Z"]


def test_no_movement_is_found_by_the_machine_and_the_red_issued_where_the_policy_allows_it(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(approval={"red": "auto"})
    _to_the_yellow_of_2017(city)
    city.until(at("2017-03-29 00:00"))

    red = city.slip("RED")
    assert (red["ground"], red["issued_at"], red["number"]) == ("NO_MOVEMENT", "2017-03-28T16:00:00Z", "咸督办〔2017〕红字第1号")
    found = [e.data for e in city.published("escalation.determination.made.v1")]
    assert [(d.progress_class, d.decided_by) for d in found] == [("NO_MOVEMENT", "DUBAN")]


def test_the_machine_finds_nothing_without_an_urging_and_the_ladder_waits_for_a_determination(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(approval={"red": "auto"})
    city.white_by_office("2017-03-06")
    city.until(at("2017-03-21 00:00"))
    city.sign("YELLOW", at("2017-03-21 10:00"))
    city.until(at("2017-04-05 00:00"))

    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "EXPIRED")]
    assert ("ZJJ", "AWAITING_DETERMINATION") in city.outcomes()


def test_accepted_progress_inside_the_term_keeps_the_machine_from_finding_no_movement(
    city_with: Callable[..., Any],
) -> None:
    city = city_with(approval={"red": "auto"})
    _to_the_yellow_of_2017(city)
    city.progress(at("2017-03-27 10:00"), decided=at("2017-03-28 10:00"))
    city.until(at("2017-04-05 00:00"))

    assert [colour for colour, _, _ in city.slips()] == ["WHITE", "YELLOW"]


def test_automatic_urging_runs_the_whole_ladder_by_machine(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True)
    city.auto_serve = lambda issued: issued
    city.assign(at("2026-03-02 09:00"), days=3)
    city.serve(at("2026-03-02 09:00"))
    city.until(at("2026-12-31 00:00"))

    assert city.slips() == [("WHITE", 0, "EXPIRED"), ("YELLOW", 0, "DETERMINED"), ("RED", 0, "EXPIRED")]
    assert [row["liability_date"] for row in city.lists()["slips"]] == ["2026-03-06", "2026-03-23", "2026-03-31"]
    assert len(city.published("escalation.urge.sent.v1")) == 3
    assert len(city.lists()["referrals"]) == 3
    assert [kind for kind, _ in city.timers()] == ["red_report"]


def test_a_limit_given_as_an_instant_leads_to_a_slip_at_that_instant(city: Any) -> None:
    city.assign(at("2026-03-02 09:00"), due_at=at("2026-03-05 15:30"))
    city.serve(at("2026-03-02 09:00"))
    city.until(at("2026-03-05 15:30"))

    white = city.slip("WHITE")
    assert (white["issued_at"], white["liability_date"]) == ("2026-03-05T07:30:00Z", "2026-03-05")
    assert [b["at"] for b in city.lists()["breaches"]] == ["2026-03-05T07:30:00Z"]


def test_an_instant_on_a_day_off_leads_to_a_slip_on_the_next_workday(city: Any) -> None:
    city.assign(at("2026-03-02 09:00"), due_at=at("2026-03-07 15:30"))
    city.serve(at("2026-03-02 09:00"))
    city.until(at("2026-03-10 00:00"))

    white = city.slip("WHITE")
    assert (white["issued_at"], white["liability_date"]) == ("2026-03-08T16:00:00Z", "2026-03-09")
    assert [b["at"] for b in city.lists()["breaches"]] == ["2026-03-07T07:30:00Z"]


def test_a_claim_at_the_very_instant_of_a_fixed_limit_is_in_time(city: Any) -> None:
    city.assign(at("2026-03-02 09:00"), due_at=at("2026-03-05 15:30"))
    city.serve(at("2026-03-02 09:00"))
    city.until(at("2026-03-05 15:29"))
    city.clock.move_to(at("2026-03-05 15:30"))
    fact = city.fact(_claimed(at("2026-03-05 15:30")), at("2026-03-05 15:30"))
    city.broker.publish([fact])
    city.until(at("2026-03-20 00:00"))

    assert city.slips() == []
    assert city.lists()["breaches"] == []


def _claimed(time: datetime) -> Any:
    from event_contracts.intake import CompletionClaimed

    return CompletionClaimed(matter_id="00000000-0000-4000-8000-000000000001", unit="ZJJ", claim="c1", claimed_at=time)
