"""Who may decide (domain.md d.14): once persons were published they alone do, each in a capacity, on its days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts import intake
from sqlalchemy import text

ZONE = ZoneInfo("Asia/Shanghai")


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=ZONE).astimezone(UTC)


OFFICER, HEAD, DIRECTOR, DEPUTY, CHAIR = "周敏", "李文静", "赵明远", "王建国", "高志强"
OFFICES = {
    OFFICER: "OFFICER",
    HEAD: "SECTION_HEAD",
    DIRECTOR: "SUPERVISION_DIRECTOR",
    DEPUTY: "LEADING_GROUP_DEPUTY",
    CHAIR: "LEADING_GROUP_CHAIR",
    "刘强": "UNIT_HEAD",
}


def publish(city: Any, when: str = "2026-03-01 09:00", **more: tuple[str, date, date | None]) -> None:
    """The office's list of persons, and somebody who stands in: name=(role, from, to)."""
    held = [(name, role, date(2026, 1, 1), None) for name, role in OFFICES.items()]
    held += [(name, *row) for name, row in more.items()]
    persons = [
        intake.OfficePerson(name=name, capacities=[intake.Capacity(role=role, valid_from=first, valid_until=last)])
        for name, role, first, last in held
    ]
    city.say(intake.PersonsPublished(persons=persons), at(when))


def propose(city: Any, by: str = OFFICER, colour: str = "WHITE") -> str:
    return city.request("slip.proposed", at("2026-03-02 08:50"), colour=colour, by=by, standard="标准", ground="SLOW_PROGRESS")


def approve(city: Any, by: str, when: str = "2026-03-02 09:00", colour: str = "WHITE") -> str:
    return city.request("slip.approved", at(when), colour=colour, by=by)


def overdue(city: Any, until: str) -> None:
    """A white by the office of 2026-03-02, not done: the yellow of 03-17 is served at once."""
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    approve(city, HEAD)
    city.sign("WHITE", at("2026-03-02 10:00"))
    city.until(at(until))


def test_while_no_persons_are_published_anybody_is_accepted_and_no_capacity_recorded(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    propose(city, "某人")
    approve(city, "某人")
    assert city.slips() == [("WHITE", 0, "ISSUED")]
    assert city.published("escalation.slip.approved.v1")[0].data.capacity is None


@pytest.mark.parametrize("by", ["某人", "刘强"])
def test_a_stranger_and_the_head_of_a_unit_propose_nothing(city: Any, by: str) -> None:
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    message = propose(city, by)
    assert city.refusals() == [(message, "NOT_EMPOWERED")]
    assert city.refused_fields() == ["/data/by"]


@pytest.mark.parametrize(("by", "accepted"), [(OFFICER, False), (HEAD, True), (DIRECTOR, True), (CHAIR, True), ("刘强", False)])
def test_a_white_is_approved_by_a_section_head_or_somebody_above(city: Any, by: str, accepted: bool) -> None:
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    message = approve(city, by)
    assert bool(city.slips()) is accepted
    assert city.refusals() == ([] if accepted else [(message, "NOT_EMPOWERED")])


def test_the_decision_records_person_capacity_and_policy_version(city: Any) -> None:
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    approve(city, HEAD)
    event = city.published("escalation.slip.approved.v1")[0]
    assert (event.data.approved_by, event.data.capacity) == (HEAD, "SECTION_HEAD")
    assert event.policyversion == city.policy.version
    with city.database.begin() as session:
        kept = session.execute(text("SELECT data FROM journal WHERE kind = 'APPROVAL'")).scalar_one()
    assert '"capacity":"SECTION_HEAD"' in kept.replace(" ", "") and city.policy.version in kept


def test_who_approves_a_colour_is_policy(city_with: Callable[..., Any]) -> None:
    city = city_with(approver={"white": "SUPERVISION_DIRECTOR"})
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    approve(city, HEAD)
    assert city.slips() == []
    approve(city, DIRECTOR, "2026-03-02 09:30")
    assert city.slips() == [("WHITE", 0, "ISSUED")]


def test_somebody_who_stands_in_decides_on_these_days_only(city: Any) -> None:
    publish(city, 吴丽=("SECTION_HEAD", date(2026, 3, 2), date(2026, 3, 3)))
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    late = approve(city, "吴丽", "2026-03-04 09:00")
    assert city.refusals() == [(late, "NOT_EMPOWERED")]

    early = city.request("slip.approved", at("2026-03-03 17:00"), colour="WHITE", by="吴丽", arrives=at("2026-03-04 10:00"))
    assert early not in [id_ for id_, _ in city.refusals()]
    assert city.slip("WHITE")["issued_at"] == "2026-03-03T09:00:00Z"


def test_the_list_in_force_at_the_decision_counts_not_a_later_one(city: Any) -> None:
    publish(city, "2026-03-05 09:00")
    city.request("slip.withdrawn", at("2026-03-05 08:00"), colour="WHITE", by="某人", arrives=at("2026-03-05 10:00"))
    assert [code for _, code in city.refusals()] != ["NOT_EMPOWERED"]


@pytest.mark.parametrize(("by", "accepted"), [(DIRECTOR, False), (DEPUTY, False), (CHAIR, True)])
def test_a_red_is_approved_by_the_chair(city: Any, by: str, accepted: bool) -> None:
    publish(city)
    overdue(city, "2026-03-17 09:00")
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.until(at("2026-03-25 09:00"))
    details = {"progress_class": "NO_MOVEMENT", "reasons": "未动", "decided_by": OFFICER}
    city.request("determination.made", at("2026-03-25 10:00"), **details)
    message = approve(city, by, "2026-03-25 11:00", "RED")
    assert ("RED" in [colour for colour, *_ in city.slips()]) is accepted
    assert city.refusals() == ([] if accepted else [(message, "NOT_EMPOWERED")])


@pytest.mark.parametrize(("by", "accepted"), [(HEAD, False), (DIRECTOR, False), (DEPUTY, True), (CHAIR, True)])
def test_a_yellow_by_the_clock_is_withdrawn_by_somebody_above_the_director(city: Any, by: str, accepted: bool) -> None:
    publish(city)
    overdue(city, "2026-03-17 09:00")
    message = city.request("slip.withdrawn", at("2026-03-17 11:00"), colour="YELLOW", by=by, reason="发错")
    assert (city.slip("YELLOW")["state"] == "WITHDRAWN") is accepted
    assert city.refusals() == ([] if accepted else [(message, "NOT_EMPOWERED")])


@pytest.mark.parametrize(
    ("approver", "by", "accepted"), [(HEAD, HEAD, False), (HEAD, DIRECTOR, True), (DIRECTOR, DIRECTOR, False)]
)
def test_a_white_is_withdrawn_one_level_above_the_one_who_issued_it(city: Any, approver: str, by: str, accepted: bool) -> None:
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    approve(city, approver)
    city.request("slip.withdrawn", at("2026-03-02 11:00"), colour="WHITE", by=by, reason="发错")
    assert (city.slip("WHITE")["state"] == "WITHDRAWN") is accepted


def test_who_could_approve_a_draft_may_refuse_it(city: Any) -> None:
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    propose(city)
    city.request("slip.withdrawn", at("2026-03-02 11:00"), colour="WHITE", by=OFFICER, reason="不发")
    assert [code for _, code in city.refusals()] == ["NOT_EMPOWERED"]
    city.request("slip.withdrawn", at("2026-03-02 11:30"), colour="WHITE", by=HEAD, reason="不发")
    assert len(city.refusals()) == 1
    approve(city, HEAD, "2026-03-02 12:00")
    assert city.slips() == []


@pytest.mark.parametrize(
    ("kind", "fields", "pointer"),
    [
        ("determination.made", {"progress_class": "NO_MOVEMENT", "reasons": "未动", "decided_by": "刘强"}, "/data/decided_by"),
        ("justification.decided", {"outcome": "REFUSED", "reasons": "不成立", "decided_by": OFFICER}, "/data/decided_by"),
        ("extension.decided", {"granted_days": 1, "decided_by": OFFICER}, "/data/decided_by"),
    ],
)
def test_findings_and_decisions_on_requests_need_the_office_for_them(
    city: Any, kind: str, fields: dict[str, Any], pointer: str
) -> None:
    publish(city)
    overdue(city, "2026-03-06 09:00")
    city.request(kind, at("2026-03-06 11:00"), **fields)
    assert [code for _, code in city.refusals()] == ["NOT_EMPOWERED"]
    assert city.refused_fields() == [pointer]


def test_every_reviewer_must_hold_an_office_of_the_supervision_side(city: Any) -> None:
    publish(city)
    overdue(city, "2026-03-17 09:00")
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.request("review.filed", at("2026-04-10 10:00"), "ZJJ", colour="YELLOW", grounds="不服")
    decision = {"colour": "YELLOW", "outcome": "OVERTURNED", "reasons": "有误"}
    city.request("review.decided", at("2026-05-06 10:00"), reviewers=[DEPUTY, "某人"], **decision)
    assert [code for _, code in city.refusals()] == ["NOT_EMPOWERED"]
    city.request("review.decided", at("2026-05-06 11:00"), reviewers=[DEPUTY, DIRECTOR], **decision)
    assert city.slip("YELLOW")["state"] == "OVERTURNED"


@pytest.mark.parametrize(("by", "accepted"), [(None, False), (DIRECTOR, False), (DEPUTY, True)])
def test_a_policy_is_published_by_the_leading_group(city: Any, by: str | None, accepted: bool) -> None:
    publish(city)
    author = {"by": by} if by else {}
    details = {"version": "2026-2", "effective_from": "2026-04-01", "parameters": {"yellow": {"max_renewals": 2}}, **author}
    city.rule("policy.published", at("2026-03-10 10:00"), **details)
    assert bool(city.published("escalation.policy.published.v1")) is accepted
    assert [code for _, code in city.refusals()] == ([] if accepted else ["NOT_EMPOWERED"])


# ---- direct start at a colour


def test_a_ladder_does_not_start_at_a_higher_colour(city: Any) -> None:
    city.assign(at("2026-03-02 08:35"))
    propose(city, colour="YELLOW")
    assert [code for _, code in city.refusals()] == ["NOT_EMPOWERED"]


def test_where_the_policy_allows_it_the_office_starts_at_a_yellow_which_costs_nothing(city_with: Callable[..., Any]) -> None:
    city = city_with(direct_start=True)
    city.assign(at("2026-03-02 08:35"))
    propose(city, colour="YELLOW")
    approve(city, CHAIR, colour="YELLOW")
    assert city.slips() == [("YELLOW", 0, "ISSUED")]
    issued = city.published("escalation.slip.issued.v1")[0].data
    assert (str(issued.deduction), issued.previous_slip) == ("0.00", None)
    assert issued.reason == "办公室认定该事项进展缓慢，经高志强批准直接发黄色督办单；此前无过错，不扣分。"


def test_a_direct_start_is_approved_by_the_leading_group(city_with: Callable[..., Any]) -> None:
    city = city_with(direct_start=True)
    publish(city)
    city.assign(at("2026-03-02 08:35"))
    propose(city, colour="YELLOW")
    approve(city, DIRECTOR, colour="YELLOW")
    assert [code for _, code in city.refusals()] == ["NOT_EMPOWERED"]
    approve(city, DEPUTY, "2026-03-02 10:00", colour="YELLOW")
    assert city.slips() == [("YELLOW", 0, "ISSUED")]


def test_a_direct_start_that_was_withdrawn_does_not_come_back_by_itself(city_with: Callable[..., Any]) -> None:
    city = city_with(direct_start=True)
    city.assign(at("2026-03-02 08:35"))
    propose(city, colour="YELLOW")
    approve(city, CHAIR, colour="YELLOW")
    city.request("slip.withdrawn", at("2026-03-03 10:00"), colour="YELLOW", by=CHAIR, reason="发错")
    city.progress(at("2026-03-04 10:00"), at("2026-03-04 11:00"))
    assert city.slips() == [("YELLOW", 0, "WITHDRAWN")]
