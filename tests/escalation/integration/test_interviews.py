"""Interviews: proposed by rule over all of a unit's matters, recalled with their ground, decided and held by persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
PANEL = ["郑浩", "何敏"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def matter(number: int) -> str:
    return f"00000000-0000-4000-8000-00000000000{number}"


def yellows(city: Any, count: int, unit: str = "ZJJ") -> None:
    """So many matters of one unit whose whites and yellows run out unheeded: yellows of 1 April, received at once."""
    city.auto_serve = lambda issued: issued
    for number in range(1, count + 1):
        city.assign(at("2026-03-02 08:35"), unit=unit, matter=matter(number), ref=f"M-{number}", days=10)
    for number in range(1, count + 1):
        city.serve(at("2026-03-02 09:00"), unit=unit, matter=matter(number))
    city.until(at("2026-04-01 00:00"))


def interviews(city: Any) -> list[tuple[str, str, str]]:
    return [(row["unit"], row["state"], row["proposed_at"]) for row in city.lists()["interviews"]]


def red(city: Any) -> None:
    city.auto_serve = lambda issued: issued
    city.white_by_office()
    city.until(at("2026-03-26 00:00"))


def red_city(city_with: Callable[..., Any]) -> Any:
    city = city_with(approval={"red": "auto"}, automatic_urging=True)
    red(city)
    return city


def test_one_red_proposes_an_interview_once_a_year(city_with: Callable[..., Any]) -> None:
    city = red_city(city_with)
    row = city.slip("RED")
    assert interviews(city) == [("ZJJ", "PROPOSED", row["issued_at"])]
    assert "红色" in city.lists()["interviews"][0]["reason"]
    city.until(at("2026-12-31 00:00"))
    assert len(city.published("escalation.interview.proposed.v1")) == 1


def test_three_yellows_count_when_they_are_effective_and_not_before(city: Any) -> None:
    yellows(city, 3)
    lapses = max(row["due_instant"] for row in city.lists()["deadlines"] if row["owner"] == "REVIEW_WINDOW")
    assert interviews(city) == []
    city.until(at("2026-06-01 00:00"))
    assert interviews(city) == [("ZJJ", "PROPOSED", lapses)]


def test_two_yellows_or_three_of_which_one_is_under_review_are_not_enough_until_it_is_upheld(
    city_with: Callable[..., Any],
) -> None:
    two = city_with()
    yellows(two, 2)
    two.until(at("2026-12-31 00:00"))
    assert interviews(two) == []

    city = city_with()
    yellows(city, 3)
    city.request("review.filed", at("2026-04-10 09:00"), "ZJJ", matter=matter(2), colour="YELLOW", grounds="不符")
    city.until(at("2026-05-10 00:00"))
    assert interviews(city) == []
    city.request("review.decided", at("2026-05-10 09:00"), matter=matter(2), colour="YELLOW", outcome="UPHELD", reviewers=PANEL)
    assert interviews(city) == [("ZJJ", "PROPOSED", "2026-05-10T01:00:00Z")]


def test_an_undecided_proposal_is_recalled_with_its_ground(city_with: Callable[..., Any]) -> None:
    city = red_city(city_with)
    city.request("slip.withdrawn", at("2026-03-27 09:00"), colour="RED", by="周建国", reason="错发")
    assert [state for _, state, _ in interviews(city)] == ["RECALLED"]
    assert len(city.published("escalation.interview.recalled.v1")) == 1
    assert any(kind == "interview" for kind, _ in city.timers()), (
        "what was issued meanwhile did not see the recall: it is asked once more"
    )
    city.until(at("2026-03-27 10:00"))
    assert not any(kind == "interview" for kind, _ in city.timers())
    nothing = city.rule("interview.decided", at("2026-03-28 09:00"), unit="ZJJ", outcome="SUMMON", by="赵明远")
    assert dict(city.refusals()) == {nothing: "UNKNOWN_MATTER"}


def test_proposal_and_recall_belong_to_the_story_of_the_slip_that_they_follow_from(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    evidence = [{"kind": "STATEMENT", "sha256": "ab" * 32}]
    found = {"progress_class": "NO_MOVEMENT", "decided_by": "赵明远", "reasons": "无", "evidence": evidence}
    city.request("determination.made", at("2026-03-25 09:00"), **found)
    approval = city.request("slip.approved", at("2026-03-25 10:00"), colour="RED", by="周建国")
    withdrawal = city.request("slip.withdrawn", at("2026-03-27 09:00"), colour="YELLOW", by="周建国", reason="错发")
    told = city.published("escalation.interview.proposed.v1", "escalation.interview.recalled.v1")
    assert [(e.correlationid, e.causationid) for e in told] == [(approval, approval), (withdrawal, withdrawal)]


def test_a_decided_proposal_stays_when_its_ground_falls(city_with: Callable[..., Any]) -> None:
    city = red_city(city_with)
    city.rule("interview.decided", at("2026-03-26 09:00"), unit="ZJJ", outcome="DECLINE", by="赵明远", reason="已当面说明")
    city.request("slip.withdrawn", at("2026-03-27 09:00"), colour="RED", by="周建国", reason="错发")
    assert [state for _, state, _ in interviews(city)] == ["DECLINED"]
    assert city.published("escalation.interview.declined.v1")[0].data.reason == "已当面说明"


def test_an_interview_is_summoned_and_held_each_once_and_in_this_order(city_with: Callable[..., Any]) -> None:
    city = red_city(city_with)
    early = city.rule("interview.held", at("2026-03-26 09:00"), unit="ZJJ", minutes="……")
    city.rule("interview.decided", at("2026-03-27 09:00"), unit="ZJJ", outcome="SUMMON", by="赵明远", persons=["张局长"])
    again = city.rule("interview.decided", at("2026-03-28 09:00"), unit="ZJJ", outcome="DECLINE", by="赵明远")
    city.rule("interview.held", at("2026-03-30 09:00"), unit="ZJJ", minutes="谈话记录", commitments=["五月底前完成"])
    twice = city.rule("interview.held", at("2026-03-31 09:00"), unit="ZJJ", minutes="……")
    other = city.rule("interview.decided", at("2026-03-31 10:00"), unit="SLJ", outcome="SUMMON", by="赵明远")

    assert [state for _, state, _ in interviews(city)] == ["HELD"]
    assert dict(city.refusals()) == {
        early: "UNKNOWN_MATTER",
        again: "ALREADY_USED",
        twice: "ALREADY_USED",
        other: "UNKNOWN_MATTER",
    }
    assert city.published("escalation.interview.summoned.v1")[0].data.persons == ["张局长"]
    assert city.published("escalation.interview.held.v1")[0].data.commitments == ["五月底前完成"]


def test_the_numbers_are_the_policys(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True, interview={"reds": 2})
    red(city)
    city.until(at("2026-12-31 00:00"))
    assert interviews(city) == []


def overdue(city: Any, number: int, day: str, unit: str = "ZJJ") -> None:
    """A matter of three workdays that nobody works on; it comes to a red by itself where the policy lets it."""
    city.assign(at(f"{day} 08:35"), unit=unit, matter=matter(number), ref=f"M-{number}", days=3)
    city.serve(at(f"{day} 09:00"), unit=unit, matter=matter(number))


def test_each_year_and_each_unit_is_counted_by_itself(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True)
    city.auto_serve = lambda issued: issued
    overdue(city, 1, "2026-03-02")
    overdue(city, 2, "2026-03-02", "SLJ")
    city.until(at("2026-06-01 00:00"))
    assert sorted(unit for unit, _, _ in interviews(city)) == ["SLJ", "ZJJ"]
    overdue(city, 3, "2027-03-01")
    city.until(at("2027-06-01 00:00"))
    assert sorted((row["unit"], row["year"]) for row in city.lists()["interviews"]) == [
        ("SLJ", 2026),
        ("ZJJ", 2026),
        ("ZJJ", 2027),
    ]


def test_yellows_of_another_unit_do_not_count(city: Any) -> None:
    yellows(city, 2)
    overdue(city, 3, "2026-04-02", "SLJ")
    city.until(at("2026-12-31 00:00"))
    assert len([row for row in city.lists()["slips"] if row["colour"] == "YELLOW"]) == 3
    assert interviews(city) == []


def test_a_proposal_that_was_recalled_is_made_again_when_the_number_is_reached_again(city_with: Callable[..., Any]) -> None:
    city = red_city(city_with)
    city.request("slip.withdrawn", at("2026-03-27 09:00"), colour="RED", by="周建国", reason="错发")
    overdue(city, 2, "2026-04-07")
    city.until(at("2026-07-01 00:00"))
    assert [state for _, state, _ in interviews(city)] == ["RECALLED", "PROPOSED"]


def test_an_application_that_becomes_known_late_takes_an_effective_yellow_back(city: Any) -> None:
    yellows(city, 3)
    city.until(at("2026-05-08 00:00"))
    assert [state for _, state, _ in interviews(city)] == ["PROPOSED"]
    city.request("review.filed", at("2026-04-10 09:00"), "ZJJ", matter=matter(2), colour="YELLOW", grounds="不符")
    assert city.refusals() == []
    assert [state for _, state, _ in interviews(city)] == ["RECALLED"]


def test_nobody_decides_before_the_proposal_or_meets_before_the_summons(city_with: Callable[..., Any]) -> None:
    city = red_city(city_with)
    before = city.rule("interview.decided", at("2026-03-24 09:00"), unit="ZJJ", outcome="SUMMON", by="赵明远")
    city.rule("interview.decided", at("2026-03-27 09:00"), unit="ZJJ", outcome="SUMMON", by="赵明远")
    early = city.rule("interview.held", at("2026-03-26 09:00"), unit="ZJJ", minutes="……")
    assert dict(city.refusals()) == {before: "UNKNOWN_MATTER", early: "UNKNOWN_MATTER"}
    assert [state for _, state, _ in interviews(city)] == ["SUMMONED"]
