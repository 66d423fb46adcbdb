"""Conclusions on escalation's own tables: the window, the review, recusal, and what falls (Decree 733 art. 17, domain.md d.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.explaining import explain
from escalation.store.ladders import figures
from event_contracts import intake, notify
from service_chassis import audit

ZONE = ZoneInfo("Asia/Shanghai")
ID, REF = "00000000-0000-4000-8000-00000000000c", "JL-1"
ABOUT = {"matter_id": ID, "external_ref": REF, "submitted_by": "OFFICE", "unit": "ZJJ"}
MATTER = "00000000-0000-4000-8000-00000000000d"
PANEL = ["钱志强", "冯涛"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def issued(*, sealed: bool = False, findings: tuple[str, ...] = ("W-1", "W-2")) -> Any:
    told: dict[str, Any] = {"sealed": True} if sealed else {"findings": items(findings), "took_part": ["孙立群", "赵明远"]}
    return intake.ConclusionIssued(**ABOUT, issued_at=at("2026-07-17 09:00"), **told)


def items(names: tuple[str, ...]) -> list[Any]:
    return [intake.FindingItem(finding=name, text="台账不符", matter=f"{REF}/{name}") for name in names]


def disclosed(*, names: tuple[str, ...] = ("孙立群", "赵明远")) -> Any:
    return intake.ConclusionDisclosed(
        **ABOUT,
        disclosed_at=at("2026-07-17 11:00"),
        issued_at=at("2026-07-17 09:00"),
        issued_by="赵明远",
        findings=items(("W-1", "W-2")),
        evidence=[],
        took_part=list(names),
    )


def served(when: str = "2026-07-17 11:00") -> Any:
    day = at(when).astimezone(ZONE).date()
    about = ABOUT | {"notice_id": f"CONCLUSION:{ID}", "kind": "CONCLUSION", "about": ID}
    return notify.NoticeServed(**about, served_at=at(when), served_on=day, mode="SIGNED")


def concluded(city: Any) -> None:
    city.say(issued(), at("2026-07-17 09:00"))
    city.say(served(), at("2026-07-17 11:00"))


def file(city: Any, when: str, **data: Any) -> str:
    name: str = city.request("review.filed", at(when), "ZJJ", **({"matter": REF, "grounds": "3号楼已封顶"} | data))
    return name


def decide(city: Any, when: str, outcome: str = "UPHELD", reviewers: list[str] | None = None, **data: Any) -> str:
    told = {"matter": REF, "outcome": outcome, "reviewers": reviewers or PANEL, "reasons": "现场复查"} | data
    name: str = city.request("review.decided", at(when), **told)
    return name


def clock(city: Any, owner: str) -> tuple[str, str, str]:
    (row,) = [row for row in city.lists()["deadlines"] if row["owner"] == owner and row["matter"] == REF]
    return row["unit"], row["deadline"], row["state"]


def told(city: Any) -> list[str]:
    types = ("confirmed", "contested", "contest_refused", "upheld", "overturned", "varied")
    return [event.type.split(".")[2] for event in city.published(*(f"escalation.conclusion.{name}.v1" for name in types))]


def test_the_window_is_thirty_days_from_service_and_rolls_over_a_sunday(city: Any) -> None:
    concluded(city)
    assert clock(city, "REVIEW_WINDOW") == ("ZJJ", "2026-08-17", "RUNNING")
    city.until(at("2026-08-19 00:00"))
    assert clock(city, "REVIEW_WINDOW") == ("ZJJ", "2026-08-17", "STOPPED")
    assert told(city) == ["confirmed"]


def test_an_application_on_the_last_day_stops_the_window_and_starts_the_reviewers_limit(city: Any) -> None:
    concluded(city)
    file(city, "2026-08-17 23:59")
    assert clock(city, "REVIEW_WINDOW")[2] == "STOPPED"
    assert clock(city, "REVIEW") == ("ZJJ", "2026-09-16", "RUNNING")
    with city.database.begin() as session:
        assert figures(session).reviews_pending == 1 and figures(session).without_next_action == 0
    decide(city, "2026-09-01 10:00")
    assert clock(city, "REVIEW")[2] == "STOPPED"
    assert told(city) == ["contested", "upheld"]


@pytest.mark.parametrize(
    ("first", "when", "code"),
    [
        (None, "2026-08-18 00:00", "INADMISSIBLE_LATE"),
        (None, "2026-07-17 08:59", "NOT_REVIEWABLE"),
        ("2026-08-01 09:00", "2026-08-02 09:00", "ALREADY_USED"),
    ],
)
def test_an_application_too_late_too_early_or_twice_is_refused_and_told(
    city: Any, first: str | None, when: str, code: str
) -> None:
    city.say(issued(), at("2026-07-17 09:00"))
    city.say(served(), at("2026-07-17 11:00"))
    if first is not None:
        file(city, first)
    name = file(city, when, arrives=max(at(when), at("2026-07-17 12:00")))
    assert city.refusals() == [(name, code)]
    assert told(city)[-1] == "contest_refused"


def test_a_decision_needs_an_application_and_comes_once(city: Any) -> None:
    concluded(city)
    early = decide(city, "2026-07-20 09:00")
    file(city, "2026-08-01 09:00")
    decide(city, "2026-08-05 09:00")
    again = decide(city, "2026-08-06 09:00", "OVERTURNED")
    assert dict(city.refusals()) == {early: "NOT_REVIEWABLE", again: "ALREADY_USED"}
    after = file(city, "2026-08-07 09:00")
    assert dict(city.refusals())[after] == "NOT_REVIEWABLE"


def test_nobody_reviews_what_he_took_part_in(city: Any) -> None:
    concluded(city)
    file(city, "2026-08-01 09:00")
    name = decide(city, "2026-08-05 09:00", reviewers=["钱志强", " 孙立群 "])
    assert city.refusals() == [(name, "RECUSAL")]
    assert clock(city, "REVIEW")[2] == "RUNNING"
    decide(city, "2026-08-06 09:00")
    assert told(city)[-1] == "upheld"


def test_who_is_told_later_to_have_taken_part_is_barred_too(city: Any) -> None:
    concluded(city)
    city.say(disclosed(names=("孙立群", "钱志强")), at("2026-07-20 09:00"))
    file(city, "2026-08-01 09:00")
    name = decide(city, "2026-08-05 09:00")
    assert city.refusals() == [(name, "RECUSAL")]


def test_about_a_sealed_conclusion_nothing_is_decided_before_it_is_told(city: Any) -> None:
    city.say(issued(sealed=True), at("2026-07-17 09:00"))
    city.say(served(), at("2026-07-17 11:00"))
    file(city, "2026-08-01 09:00")
    decide(city, "2026-08-05 09:00")
    assert told(city) == ["contested"]
    city.say(disclosed(), at("2026-08-06 09:00"))
    assert told(city) == ["contested", "upheld"]


def test_reviewers_who_are_late_stand_on_the_offices_own_list(city: Any) -> None:
    concluded(city)
    file(city, "2026-08-03 09:00")
    city.until(at("2026-09-10 00:00"))
    assert clock(city, "REVIEW") == ("ZJJ", "2026-09-02", "BREACHED")
    (late,) = city.lists()["late_decisions"]
    assert (late["matter"], late["owner"], late["decided_at"]) == (REF, "REVIEW", None)
    decide(city, "2026-09-11 09:00")
    assert city.lists()["late_decisions"][0]["decided_at"] is not None
    assert city.lists()["breaches"] == []


def test_to_vary_a_conclusion_its_findings_are_named(city: Any) -> None:
    concluded(city)
    file(city, "2026-08-01 09:00")
    none = decide(city, "2026-08-05 09:00", "VARIED", new_limit={"amount": 5, "unit": "WORKDAY"})
    unknown = decide(city, "2026-08-05 09:01", "VARIED", findings=["W-1", "W-9"])
    assert dict(city.refusals()) == {none: "SCHEMA_INVALID", unknown: "SCHEMA_INVALID"}
    assert city.refused_fields() == ["/data/findings", "/data/findings/1"]
    decide(city, "2026-08-05 09:02", "VARIED", findings=["W-1"])
    assert city.published("escalation.conclusion.varied.v1")[0].data.findings == ["W-1"]


def white_about(city: Any, name: str, matter: str) -> None:
    """The matter of a finding, five workdays, served on 20 July and not done."""
    city.assign(at("2026-07-17 11:00"), matter=matter, ref=f"{REF}/{name}", days=5)
    city.serve(at("2026-07-20 09:00"), matter=matter)


def test_slips_about_findings_that_fall_are_withdrawn_the_others_stay(city: Any) -> None:
    concluded(city)
    white_about(city, "W-1", MATTER)
    white_about(city, "W-2", MATTER[:-1] + "e")
    file(city, "2026-08-03 09:00")
    decide(city, "2026-08-05 09:00", "VARIED", findings=["W-1"])
    states = {(row["matter"], row["state"], row.get("cause")) for row in city.lists()["slips"]}
    assert (f"{REF}/W-1", "WITHDRAWN", "CONCLUSION_FELL") in states
    assert [state for matter, state, _ in states if matter == f"{REF}/W-2"] == ["ISSUED"]
    city.until(at("2026-12-01 00:00"))
    assert len([row for row in city.lists()["slips"] if row["matter"] == f"{REF}/W-1"]) == 1


def test_a_matter_that_was_merged_with_another_keeps_its_slip_for_the_other_source(city: Any) -> None:
    concluded(city)
    white_about(city, "W-1", MATTER)
    other = MATTER[:-1] + "e"
    city.assign(at("2026-07-21 09:00"), matter=other, ref="LY-1", days=30)
    about = {"matter_id": other, "external_ref": "LY-1", "submitted_by": "OFFICE", "into": MATTER, "into_ref": f"{REF}/W-1"}
    city.say(intake.MatterMerged(**about, units=["ZJJ"], merged_at=at("2026-07-22 09:00")), at("2026-07-22 09:00"))
    file(city, "2026-08-03 09:00")
    decide(city, "2026-08-05 09:00", "OVERTURNED")
    (white,) = [row for row in city.lists()["slips"] if row["matter"] == f"{REF}/W-1"]
    assert white["state"] != "WITHDRAWN"


def test_no_slip_can_be_proposed_on_a_conclusion(city: Any) -> None:
    concluded(city)
    city.request("slip.proposed", at("2026-07-20 09:00"), matter=REF, colour="WHITE", by="陈立", standard="标准")
    city.request("urge.sent", at("2026-07-20 10:00"), matter=REF, by="OFFICE")
    assert [code for _, code in city.refusals()] == ["NOT_PARTY", "NOT_PARTY"]
    assert city.slips() == []


def test_a_review_without_a_colour_about_a_slip_is_asked_for_it(city: Any) -> None:
    city.white_by_office()
    name = city.request("review.filed", at("2026-03-20 10:00"), "ZJJ", grounds="x")
    assert city.refusals() == [(name, "SCHEMA_INVALID")] and city.refused_fields() == ["/data/colour"]


def test_another_unit_hears_of_a_conclusion_what_it_hears_of_none(city: Any) -> None:
    concluded(city)
    for ref in (REF, "JL-404"):
        city.request("review.filed", at("2026-08-01 09:00"), "SLJ", matter=ref, unit="SLJ", grounds="x")
    city.driver.finish()
    assert [code for _, code in city.refusals()] == ["UNKNOWN_MATTER", "UNKNOWN_MATTER"]
    assert len(set(city.refusal_details())) == 1


def test_explain_tells_where_the_review_stands(city: Any) -> None:
    seen = []

    def why() -> str:
        with city.database.begin() as session:
            (entry,) = explain(session, city.policy, REF)
        return str(entry["why"])

    city.say(issued(), at("2026-07-17 09:00"))
    seen.append(why())
    city.say(served(), at("2026-07-17 11:00"))
    seen.append(why())
    file(city, "2026-08-01 09:00")
    seen.append(why())
    decide(city, "2026-08-05 09:00", "OVERTURNED")
    seen.append(why())
    assert seen == ["NOT_SERVED", "REVIEW_WINDOW_RUNNING", "REVIEW_PENDING", "REVIEW_OVERTURNED"]


def test_a_calendar_that_is_published_later_makes_the_window_longer(city: Any) -> None:
    city.say(issued(), at("2026-07-17 09:00"))
    city.say(served("2026-12-10 11:00"), at("2026-12-10 11:00"))
    assert clock(city, "REVIEW_WINDOW")[1] == "2027-01-11"
    days = [date(2027, 1, day).isoformat() for day in (1, 2, 3, 11, 12)]
    city.rule(
        "calendar.published", at("2026-12-20 09:00"), year=2027, days_off=days, makeup_workdays=[], notice="国办发明电〔2026〕9号"
    )
    city.until(at("2026-12-20 10:00"))
    assert clock(city, "REVIEW_WINDOW")[1] == "2027-01-13"


def test_whatever_the_order_of_the_facts_the_state_is_the_same(city_with: Callable[..., Any]) -> None:
    ends = set()
    for order in permutations(("issued", "served", "disclosed")):
        city = city_with()
        facts = {"issued": issued(sealed=True), "served": served(), "disclosed": disclosed()}
        city.until(at("2026-07-18 09:00"))
        for name in order:
            city.broker.publish([city.fact(facts[name], at("2026-07-17 11:00"), id_=name)])
            city.driver.settle()
        city.broker.publish([city.fact(facts["served"], at("2026-07-17 11:00"), id_="served")])
        city.driver.settle()
        file(city, "2026-08-01 09:00")
        decide(city, "2026-08-05 09:00")
        ends.add((clock(city, "REVIEW_WINDOW"), clock(city, "REVIEW"), tuple(told(city)), tuple(city.refusals())))
    assert ends == {
        (("ZJJ", "2026-08-17", "STOPPED"), ("ZJJ", "2026-08-31", "STOPPED"), ("contested", "upheld"), ()),
    }


def test_what_a_review_made_of_a_conclusion_stands_in_the_audit_chain(city: Any, capsys: Any) -> None:
    concluded(city)
    file(city, "2026-07-20 09:00")
    decide(city, "2026-07-24 09:00", "OVERTURNED")
    assert told(city)[-1] == "overturned"
    assert audit.run(city.runtime, [], "verify-chain") == 0
    with city.database.begin() as session:
        forged = "UPDATE outbox SET body = replace(body, '现场复查', '无') WHERE type = 'escalation.conclusion.overturned.v1'"
        assert session.exec_driver_sql(forged).rowcount == 1
    assert audit.run(city.runtime, [], "verify-chain") == 1
    assert "changed" in capsys.readouterr().out
