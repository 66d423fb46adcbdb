"""Inspections on intake's own tables: plans and their amendments, findings, conclusions, quotas, powers, and who may see what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import permutations
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.escalation import ConclusionOverturned, ConclusionVaried
from event_contracts.event import Evidence, TimeLimit
from event_contracts.inbound import (
    CampaignPlanned,
    ConclusionIssued,
    Finding,
    InspectionFound,
    InspectionPlanned,
    Override,
    Person,
    PersonsPublished,
    Team,
)
from event_contracts.notify import NoticeServed
from ground_rules.policy import load_policy
from intake import report
from intake.domain.inspection import conclusion_id
from intake.inspection_report import seen_by
from service_chassis import audit
from service_chassis.persistence.leader import Leader

ZONE = ZoneInfo("Asia/Shanghai")
PHOTO = [Evidence(kind="PHOTO", sha256="ab" * 32, place="大厅", collector="周敏")]
TEAM = Team(leader="孙立群", members=["何佳"])


def march(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE).astimezone(UTC)


def visit(**changes: Any) -> InspectionPlanned:
    told: dict[str, Any] = {"inspection": "AF-1", "mode": "OPEN", "unit": "QDQ", "place": "大厅", "plan": "方案一", "team": TEAM}
    return InspectionPlanned(**told | {"from": date(2026, 3, 6), "to": date(2026, 3, 10)} | changes)


def campaign(**changes: Any) -> CampaignPlanned:
    told: dict[str, Any] = {"campaign": "JZ-1", "period": "2026-H1", "units": ["QDQ", "ZJJ"], "tasks": ["甲", "乙"]}
    return CampaignPlanned(**told | {"team": TEAM, "plan": "方案二"} | changes)


def finding(name: str = "W-1", **changes: Any) -> Finding:
    told = {"text": "台账不符", "finding": name, "standard": "更正", "limit": TimeLimit(amount=20, unit="WORKDAY")}
    return Finding(**told | changes)  # type: ignore[arg-type]


def conclusion(**changes: Any) -> ConclusionIssued:
    told: dict[str, Any] = {"conclusion": "JL-1", "inspection": "AF-1", "unit": "QDQ", "findings": [finding()]}
    return ConclusionIssued(**told | {"evidence": PHOTO, "issued_by": "赵明远"} | changes)


def found(**changes: Any) -> InspectionFound:
    told: dict[str, Any] = {"inspection": "AF-1", "unit": "QDQ", "findings": [finding()], "evidence": PHOTO}
    return InspectionFound(**told | changes)


def served(ref: str = "JL-1", unit: str = "QDQ", day: int = 18) -> NoticeServed:
    id_ = conclusion_id(ref)
    about = {"matter_id": id_, "external_ref": ref, "submitted_by": "OFFICE", "notice_id": f"CONCLUSION:{id_}", "unit": unit}
    return NoticeServed(**about, kind="CONCLUSION", about=id_, served_at=march(day), served_on=date(2026, 3, day), mode="SIGNED")


REVIEWED: dict[str, Any] = {
    "matter_id": conclusion_id("JL-1"),
    "external_ref": "JL-1",
    "submitted_by": "OFFICE",
    "unit": "QDQ",
    "review_id": "r",
    "reviewers": ["钱志强"],
    "decided_at": march(25),
}
"""What a review of the conclusion says, whatever it decides."""


def whole(bench: Any, *, mode: str = "OPEN", **changes: Any) -> None:
    """Planned, found, concluded and served."""
    bench.send("OFFICE", visit(mode=mode), march(1))
    bench.send("OFFICE", found(), march(9))
    bench.send("OFFICE", conclusion(**changes), march(17))
    bench.hear(served(), march(18))


@pytest.fixture
def alone(new_bench: Callable[[], Any]) -> Any:
    """On SQLite alone: what the rules say is the same on both kinds of server, and a few tests ask both."""
    return new_bench()


# ---- plans


def test_an_open_inspection_is_told_and_counts_a_covert_one_does_neither(bench: Any) -> None:
    bench.send("OFFICE", visit(), march(1))
    bench.send("OFFICE", visit(inspection="AF-2", mode="COVERT", unit="SLJ"), march(1))
    assert [event.data.inspection for event in bench.announced()] == ["AF-1"]
    with bench.database.begin() as session:
        told = report.report(session, bench.policy)["burden"]
    assert [(row["unit"], row["month"], row["inspections"]) for row in told] == [("QDQ", "2026-03", 1)]


def test_the_same_plan_again_and_again_is_one(alone: Any) -> None:
    for number in range(3):
        alone.send("OFFICE", campaign(), march(1, 9 + number))
    (event,) = alone.announced("campaign.planned")
    assert len(event.data.items) == 4
    assert len(alone.rows("SELECT * FROM inspection_item")) == 4
    assert len(alone.rows("SELECT * FROM inspection_visit")) == 2


def test_a_campaign_is_amended_by_a_new_plan_only_and_nothing_is_doubled(bench: Any) -> None:
    bench.send("OFFICE", campaign(), march(1))
    bench.send("OFFICE", campaign(units=["QDQ", "ZJJ", "SLJ"]), march(2), "wider")
    bench.send("OFFICE", campaign(units=["QDQ", "SLJ"], plan="方案三"), march(3), "new")
    assert bench.refused() == {"wider": "AUTHORITY_MISSING"}
    rows = bench.rows("SELECT unit, task FROM inspection_item ORDER BY unit, task")
    assert {(row["unit"], row["task"]) for row in rows} == {(u, t) for u in ("QDQ", "SLJ") for t in ("甲", "乙")}
    assert [event.data.revision for event in bench.announced("campaign.planned")] == [1, 2]


def test_whatever_the_order_of_the_plans_the_same_one_is_in_force(new_bench: Callable[[], Any]) -> None:
    sent = [
        (campaign(), march(1), "a"),
        (campaign(units=["QDQ"]), march(2), "b"),
        (campaign(units=["QDQ", "SLJ"]), march(3), "c"),
        (campaign(units=["SLJ"], plan="方案三"), march(4), "d"),
    ]
    ends = set()
    for order in list(permutations(sent))[::5]:
        bench = new_bench()
        for data, time, id_ in order:
            bench.send("OFFICE", data, time, id_)
        rows = bench.rows("SELECT item FROM inspection_item ORDER BY item")
        ends.add((tuple(row["item"] for row in rows), bench.announced("campaign.planned")[-1].data.plan))
        assert bench.refused() == {"c": "AUTHORITY_MISSING"}, [id_ for _, _, id_ in order]
    assert len(ends) == 1


def test_a_visit_of_a_campaign_waits_for_it_and_goes_to_its_units_only(alone: Any) -> None:
    alone.send("OFFICE", visit(campaign="JZ-1"), march(2), "v1")
    alone.send("OFFICE", visit(inspection="AF-2", campaign="JZ-1", unit="SLJ"), march(2), "v2")
    assert alone.announced() == [] and alone.refused() == {}
    alone.send("OFFICE", campaign(), march(1))
    assert [event.data.inspection for event in alone.announced("inspection.planned")] == ["AF-1"]
    assert alone.refused() == {"v2": "AUTHORITY_MISSING"}


def test_what_comes_before_its_plan_waits_and_what_never_gets_one_is_refused(bench: Any) -> None:
    bench.send("OFFICE", conclusion(), march(17), "c")
    bench.send("OFFICE", found(), march(9), "f")
    assert bench.announced() == []
    bench.send("OFFICE", visit(), march(1))
    assert [event.type.split(".")[1:3] for event in bench.announced()] == [
        ["inspection", "planned"], ["inspection", "found"], ["conclusion", "issued"],
    ]  # fmt: skip
    bench.send("OFFICE", conclusion(conclusion="JL-2", inspection="AF-9"), march(17), "never")
    bench.give_up()
    assert bench.refused() == {"never": "UNKNOWN_MATTER"}


def test_a_plan_from_after_the_visit_is_none(alone: Any) -> None:
    alone.send("OFFICE", visit(), march(10))
    alone.send("OFFICE", found(), march(9), "f")
    alone.send("OFFICE", conclusion(), march(9), "c")
    assert alone.refused() == {"f": "AUTHORITY_MISSING", "c": "AUTHORITY_MISSING"}


def test_beyond_the_quota_a_plan_needs_a_named_override(new_bench: Callable[[], Any]) -> None:
    bench = new_bench()
    bench.runtime.service.__init__(load_policy({"quota": {"inspections": 1}}))
    bench.send("OFFICE", visit(inspection="AF-0", mode="COVERT"), march(1), "covert")
    bench.send("OFFICE", visit(), march(1), "first")
    bench.send("OFFICE", visit(inspection="AF-2"), march(2), "second")
    bench.send("OFFICE", visit(inspection="AF-3", override=Override(reason="群众反映集中", by="市长")), march(2), "third")
    bench.send("OFFICE", visit(inspection="AF-4", **{"from": date(2026, 4, 1), "to": date(2026, 4, 2)}), march(2), "april")
    assert bench.refused() == {"second": "RATE_LIMITED"}
    assert "QDQ" not in bench.refusals()[0]["detail"]


def test_once_persons_are_published_a_director_plans_and_concludes(alone: Any) -> None:
    roles = {"赵明远": "SUPERVISION_DIRECTOR", "陈立": "OFFICER"}
    people = [Person(name=name, capacities=[{"role": role, "from": date(2026, 1, 1)}]) for name, role in roles.items()]
    alone.send("OFFICE", PersonsPublished(persons=people), march(1))
    alone.send("OFFICE", visit(), march(2), "nobody")
    alone.send("OFFICE", visit(by="陈立"), march(2), "officer")
    alone.send("OFFICE", visit(by="赵明远"), march(2), "director")
    alone.send("OFFICE", conclusion(issued_by="陈立"), march(17), "by officer")
    alone.send("OFFICE", conclusion(), march(17), "by director")
    assert alone.refused() == {"nobody": "NOT_EMPOWERED", "officer": "NOT_EMPOWERED", "by officer": "NOT_EMPOWERED"}
    assert not [entry for entry in alone.refusals() if "陈立" in entry["detail"]]


# ---- conclusions


def test_an_open_conclusion_says_at_once_what_it_rests_on_and_who_took_part(alone: Any) -> None:
    whole(alone)
    (issued,) = alone.announced("conclusion.issued")
    assert (issued.data.sealed, issued.data.inspection, issued.data.findings[0].matter) == (False, "AF-1", "JL-1/W-1")
    assert issued.data.took_part == sorted(["孙立群", "何佳", "周敏", "赵明远"])
    assert alone.announced("conclusion.disclosed") == []


def test_a_covert_conclusion_is_sealed_until_it_is_served(bench: Any) -> None:
    bench.send("OFFICE", visit(mode="COVERT"), march(1))
    bench.send("OFFICE", found(), march(9))
    bench.send("OFFICE", conclusion(), march(17))
    (issued,) = bench.announced()
    assert issued.data.sealed and issued.data.unit == "QDQ"
    assert not [word for word in ("大厅", "孙立群", "台账", "W-1", "AF-1", "周敏") if word in bench.everything_told().decode()]
    bench.hear(served(), march(18))
    disclosed = bench.announced("conclusion.disclosed")[0].data
    assert (disclosed.place, disclosed.team.leader, disclosed.starts_on) == ("大厅", "孙立群", date(2026, 3, 6))
    assert disclosed.evidence[0].collector == "周敏"


def test_a_finding_with_a_standard_becomes_one_matter_when_the_conclusion_is_served(bench: Any) -> None:
    whole(bench, findings=[finding(), finding(), finding("W-2", standard=None, limit=None)])
    bench.hear(served(), march(19))
    (registered,) = bench.announced("matter.registered")
    source = registered.data.source
    assert (registered.data.external_ref, source.type, source.number, source.clause) == ("JL-1/W-1", "INSPECTION", "JL-1", "W-1")
    assert registered.time == march(18)
    assert [event.data.unit for event in bench.announced("assignment.dispatched")] == ["QDQ"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"conclusion": "JL-2"}, "ALREADY_USED"),
        ({"conclusion": "JL-1", "inspection": None, "matter": None}, "SCHEMA_INVALID"),
        ({"conclusion": "JL-2", "unit": "ZJJ"}, "AUTHORITY_MISSING"),
        ({"conclusion": "JL-2", "findings": [finding(unit="ZJJ")], "inspection": "AF-2"}, "SCHEMA_INVALID"),
        ({"conclusion": "JL-2", "findings": [finding(), finding(text="另一问题")], "inspection": "AF-2"}, "SCHEMA_INVALID"),
        ({"conclusion": "JL-2", "evidence": []}, "SCHEMA_INVALID"),
    ],
)
def test_a_conclusion_that_cannot_stand_is_refused(alone: Any, changes: dict[str, Any], code: str) -> None:
    whole(alone)
    alone.send("OFFICE", visit(inspection="AF-2"), march(1))
    alone.send("OFFICE", conclusion(**changes), march(20), "again")
    assert alone.refused() == {"again": code}


def test_a_conclusion_that_everything_was_in_order_is_served_and_listed_and_makes_no_matter(alone: Any) -> None:
    whole(alone, findings=[])
    (issued,) = alone.announced("conclusion.issued")
    assert issued.data.findings == [] and alone.announced("matter.registered") == []
    assert seen(alone, "陈立") == {"AF-1", "JL-1"}


def test_who_reported_late_took_part_too(alone: Any) -> None:
    whole(alone)
    late = [Evidence(kind="STATEMENT", sha256="cd" * 32, collector="冯涛")]
    alone.send("OFFICE", found(evidence=late), march(10))
    (told,) = alone.announced("conclusion.disclosed")
    assert "冯涛" in told.data.took_part


def test_what_falls_in_a_review_takes_its_open_matters_with_it(alone: Any) -> None:
    whole(alone, findings=[finding(), finding("W-2")])
    alone.hear(ConclusionVaried(**REVIEWED, findings=["W-2"]), march(25), "escalation")
    assert [event.data.external_ref for event in alone.announced("matter.withdrawn")] == ["JL-1/W-2"]
    alone.hear(ConclusionOverturned(**REVIEWED), march(26), "escalation")
    assert [event.data.external_ref for event in alone.announced("matter.withdrawn")] == ["JL-1/W-2", "JL-1/W-1"]


@pytest.mark.parametrize("review", [ConclusionOverturned(**REVIEWED), ConclusionVaried(**REVIEWED, findings=["W-2"])])
def test_a_review_that_is_read_before_its_service_takes_the_same_matters_with_it(
    new_bench: Callable[[], Any], review: Any
) -> None:
    told = []
    for early in (False, True):
        bench = new_bench()
        bench.send("OFFICE", visit(), march(1))
        bench.send("OFFICE", conclusion(findings=[finding(), finding("W-2")]), march(17))
        heard = [(review, march(25), "escalation"), (served(), march(18))]
        for each in heard if early else reversed(heard):
            bench.hear(*each)
        types = ("matter.registered", "matter.withdrawn")
        told.append([(type_, event.data, event.time) for type_ in types for event in bench.announced(type_)])
    assert told[0] == told[1]
    assert [fact.external_ref for type_, fact, _ in told[0] if type_ == "matter.withdrawn"] in (
        ["JL-1/W-2"],
        ["JL-1/W-1", "JL-1/W-2"],
    )


def test_a_conclusion_that_was_announced_stands_in_the_audit_chain(new_bench: Callable[[], Any], capsys: Any) -> None:
    for type_ in ("intake.conclusion.issued.v1", "intake.conclusion.disclosed.v1"):
        bench = new_bench()
        whole(bench, mode="COVERT")
        leader = Leader(bench.database, "relay", bench.runtime.service.sealed_types)
        assert leader.try_lead()
        leader.pending(100, bench.runtime.clock.now())
        leader.close()
        assert audit.run(bench.runtime, [], "verify-chain") == 0
        assert "2 links" in capsys.readouterr().out
        with bench.database.begin() as session:
            session.exec_driver_sql("UPDATE outbox SET body = replace(body, 'JL-1', 'JL-2') WHERE type = ?", (type_,))
        assert audit.run(bench.runtime, [], "verify-chain") == 1
        assert "changed" in capsys.readouterr().out


# ---- who sees it


def seen(alone: Any, viewer: str) -> set[str]:
    with alone.database.begin() as session:
        return {str(row[0]) for sheet in seen_by(session, viewer).sheets for row in sheet.rows}


def test_a_covert_inspection_is_seen_by_those_who_take_part_until_its_conclusion_is_served(bench: Any) -> None:
    bench.send("OFFICE", visit(inspection="MC-1"), march(1))
    bench.send("OFFICE", visit(mode="COVERT", by="赵明远"), march(1))
    bench.send("OFFICE", conclusion(), march(17))
    for name in ("孙立群", " 何佳 ", "赵明远"):
        assert seen(bench, name) == {"MC-1", "AF-1", "JL-1"}
    assert seen(bench, "陈立") == {"MC-1"}
    bench.hear(served(), march(18))
    assert seen(bench, "陈立") == {"MC-1", "AF-1", "JL-1"}


# ---- the same finding again and again


def coded(ref: str, unit: str, code: str = "FALSE_LEDGER", **changes: Any) -> ConclusionIssued:
    """A conclusion with two findings, of which one has a code."""
    findings = [finding(code=code, **changes), finding("W-2", text="无人值守")]
    return conclusion(conclusion=ref, inspection=f"AF-{ref}", unit=unit, findings=findings)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_finding_in_three_units_is_told_once_whatever_the_order(new_bench: Callable[[], Any], seed: int) -> None:
    bench, chance = new_bench(), Random(seed)
    units = {"JL-1": "QDQ", "JL-2": "ZJJ", "JL-3": "SLJ"}
    for day, (ref, unit) in enumerate(units.items(), 5):
        bench.send("OFFICE", visit(inspection=f"AF-{ref}", unit=unit), march(1))
        bench.send("OFFICE", coded(ref, unit), march(day))
    notices = [served(ref, unit) for ref, unit in units.items()] * 2
    chance.shuffle(notices)
    for notice in notices:
        bench.hear(notice, march(18))
    (event,) = bench.announced("recurrence.detected")
    assert (event.subject, event.time) == ("CAUSE:FALSE_LEDGER", march(7))
    assert [(case.external_ref, case.unit, case.found_at) for case in event.data.cases] == [
        (f"{ref}/W-1", unit, march(day)) for day, (ref, unit) in enumerate(units.items(), 5)
    ]


def test_a_finding_is_no_case_before_its_conclusion_is_served_and_stays_one_after_a_review(bench: Any) -> None:
    bench.send("OFFICE", visit(mode="COVERT"), march(1))
    bench.send("OFFICE", found(findings=[finding(code="FALSE_LEDGER")]), march(9))
    bench.send("OFFICE", conclusion(findings=[finding(code="FALSE_LEDGER", standard=None, limit=None)]), march(17))
    assert bench.rows("SELECT * FROM cause_case") == []
    bench.hear(served(), march(18))
    kept = bench.rows("SELECT matter_id, unit, cause FROM cause_case")
    assert kept == [{"matter_id": conclusion_id("JL-1"), "unit": "QDQ", "cause": "FALSE_LEDGER"}]
    bench.hear(ConclusionOverturned(**REVIEWED), march(25), "escalation")
    assert bench.rows("SELECT matter_id, unit, cause FROM cause_case") == kept
