"""Approval before registration, look-back after closing, the plan of the year, and what was asked before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from event_contracts.inbound import (
    Authorisation,
    LookBackRecorded,
    MatterReopened,
    Override,
    Person,
    PersonsPublished,
    PlanItem,
    PlanPublished,
    RegistrationDecided,
    SubmittedSource,
)
from ground_rules.policy import load_policy
from intake import commands
from service_chassis.rulebook import Rulebook

APPROVAL = {"registration": {"approval": "required"}}


@pytest.fixture
def bench(new_bench: Any) -> Any:
    """One on SQLite; what the databases could see differently is tried `on_both`."""
    return new_bench()


def under(bench: Any, **parameters: Any) -> Any:
    """The same intake under another policy."""
    bench.runtime.service.rulebook = Rulebook(load_policy(parameters))
    return bench


def decided(outcome: str = "APPROVED", matter: str = "M-01") -> RegistrationDecided:
    return RegistrationDecided(matter=matter, outcome=outcome, by="李文静", reason="已研究")


# ---- approval before registration


@pytest.mark.parametrize("seed", range(5))
def test_what_waits_for_approval_reaches_no_unit_before_it(new_bench: Any, matter: Any, report: Any, at: Any, seed: int) -> None:
    bench = under(new_bench(), **APPROVAL)
    messages = [
        bench.delivery("OFFICE", matter(), at(2), "s"),
        bench.delivery("OFFICE", decided(), at(4), "d"),
        bench.delivery("ZJJ", report(), at(6), "r"),
    ]
    Random(seed).shuffle(messages)
    for message in [*messages, *messages]:
        bench.receive(message)
    assert bench.refused() == {}
    told = [event.type.split(".", 1)[1] for event in bench.announced()]
    assert told == ["matter.proposed.v1", "matter.registered.v1", "assignment.dispatched.v1", "progress.reported.v1"]
    assert bench.announced("assignment.dispatched")[0].time == at(4)


def test_a_refused_registration_is_told_and_its_reference_stays_taken(on_both: Any, matter: Any, at: Any) -> None:
    bench = under(on_both, **APPROVAL)
    bench.send("OFFICE", matter(), at(2))
    bench.send("OFFICE", decided("REFUSED"), at(3))
    bench.send("OFFICE", decided(), at(4), id_="late")
    bench.send("OFFICE", matter(title="另一事项"), at(5), id_="again")
    assert [event.data.reason for event in bench.announced("matter.declined")] == ["已研究"]
    assert bench.announced("matter.registered") == []
    assert bench.refused() == {"late": "ALREADY_USED", "again": "ALREADY_USED"}


@pytest.mark.parametrize(
    ("sender", "changes"),
    [
        ("OFFICE", {"approved_by": "李文静"}),
        ("OFFICE", {"source": SubmittedSource(type="LEADER_INSTRUCTION")}),
        ("OFFICE", {"source": SubmittedSource(type="MAJOR_DECISION")}),
        ("OFFICE", {"source": SubmittedSource(type="PETITION")}),
        ("ZJJ", {}),
    ],
)
def test_who_shows_a_basis_needs_no_further_approval(new_bench: Any, matter: Any, sender: str, changes: Any) -> None:
    bench = under(new_bench(), **APPROVAL)
    bench.send(sender, matter(**changes))
    assert len(bench.announced("matter.registered")) == 1


def test_only_who_may_approves(new_bench: Any, matter: Any, at: Any) -> None:
    bench = under(new_bench(), **APPROVAL)
    persons = [Person(name="李文静", capacities=[{"role": "OFFICER", "from": date(2026, 1, 1)}])]
    bench.send("OFFICE", PersonsPublished(persons=persons), at(1))
    bench.send("OFFICE", matter(), at(2))
    bench.send("OFFICE", decided(), at(3), id_="d")
    bench.send("OFFICE", matter(external_ref="M-02", approved_by="李文静"), at(3), id_="m")
    assert bench.refused() == {"d": "NOT_EMPOWERED", "m": "NOT_EMPOWERED"}


def test_without_the_policy_an_approval_has_nothing_to_decide(new_bench: Any, matter: Any, at: Any) -> None:
    bench = new_bench()
    bench.send("OFFICE", matter(), at(2))
    bench.send("OFFICE", decided(), at(3), id_="d")
    assert bench.refused() == {"d": "ALREADY_USED"}


# ---- look-back


def looked(passed: bool, unit: str | None = None) -> LookBackRecorded:
    return LookBackRecorded(matter="M-01", passed=passed, text="排水口再次堵塞", by="陈立", unit=unit)


@pytest.mark.parametrize("seed", range(5))
def test_a_look_back_that_fails_reopens_once_whatever_the_order(
    new_bench: Any, matter: Any, claim: Any, verify: Any, at: Any, seed: int
) -> None:
    bench = new_bench()
    messages = [
        bench.delivery("OFFICE", matter(), at(2), "s"),
        bench.delivery("ZJJ", claim(), at(4), "c"),
        bench.delivery("OFFICE", verify(), at(5), "v"),
        bench.delivery("OFFICE", looked(False), at(9), "l"),
    ]
    Random(seed).shuffle(messages)
    for message in [*messages, *messages]:
        bench.receive(message)
    assert bench.refused() == {}
    (event,) = bench.announced("matter.looked_back")
    assert (event.data.passed, event.time) == (False, at(9))
    (again,) = bench.announced("matter.reopened")
    assert (again.data.cause, again.data.reason) == ("LOOK_BACK", "排水口再次堵塞")
    assert bench.rows("SELECT state, attempt FROM assignment") == [{"state": "DISPATCHED", "attempt": 1}]


def test_a_look_back_that_passes_changes_nothing(bench: Any, matter: Any, claim: Any, verify: Any, at: Any) -> None:
    bench.send("OFFICE", matter(), at(2))
    bench.send("ZJJ", claim(), at(4))
    bench.send("OFFICE", verify(), at(5))
    bench.send("OFFICE", looked(True), at(9))
    bench.send("OFFICE", looked(True, "SLJ"), at(9), id_="foreign")
    assert bench.refused() == {"foreign": "NOT_PARTY"}
    assert bench.announced("matter.reopened") == []
    assert bench.rows("SELECT passed FROM look_back")[0]["passed"] == 1
    assert bench.rows("SELECT state FROM matter") == [{"state": "CLOSED"}]


def test_what_nobody_has_looked_at_is_listed_after_its_time(
    new_bench: Any, matter: Any, claim: Any, verify: Any, at: Any, tmp_path: Path
) -> None:
    bench, out = new_bench(), tmp_path / "look-backs.csv"
    station = SimpleNamespace(runtime=bench.runtime)

    def listed() -> bool:
        assert commands.COMMANDS["look-backs"].run(station, bench.policy, ["--out", str(out), "--by", "陈立"]) == 0
        return "M-01" in out.read_text("utf-8-sig")

    bench.send("OFFICE", matter(), at(2))
    bench.send("ZJJ", claim(), at(4))
    bench.send("OFFICE", verify(), at(5))
    assert not listed()
    bench.runtime.clock.move_to(at(5) + timedelta(days=100))
    assert listed()
    bench.send("OFFICE", looked(True), at(9))
    assert not listed()


def test_an_archived_matter_is_not_opened_again(bench: Any, matter: Any, at: Any) -> None:
    bench.send("OFFICE", matter(), at(2))
    with bench.database.begin() as session:
        session.exec_driver_sql("UPDATE matter SET state = 'ARCHIVED'")
    bench.send("OFFICE", MatterReopened(matter="M-01", reason="新批示"), at(9), id_="r")
    bench.send("OFFICE", looked(False), at(9), id_="l")
    assert bench.refused() == {"r": "ALREADY_USED", "l": "ALREADY_USED"}


# ---- the plan of the year


def plan(*, most: int | None = None, units: tuple[str, ...] = ("ZJJ",), name: str = "计划1号") -> PlanPublished:
    items = [PlanItem(item="老旧小区", units=list(units), content="改造", scope="主城区", most=most)]
    return PlanPublished(plan=name, year=2026, items=items, approved_by="市长")


BEYOND = Override(reason="防汛紧急", by="李文静")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"plan": "老旧小区"}, None),
        ({"plan": "老旧小区", "helped": True}, "AUTHORITY_MISSING"),
        ({"plan": "老旧小区", "helped": True, "override": BEYOND}, None),
        ({"plan": "没有这项"}, "AUTHORITY_MISSING"),
        ({}, None),
    ],
)
def test_a_matter_keeps_to_the_item_that_it_names(new_bench: Any, matter: Any, at: Any, changes: Any, code: str | None) -> None:
    bench = new_bench()
    bench.send("OFFICE", plan(), at(1))
    bench.send("OFFICE", matter(**changes), at(3), id_="m")
    assert bench.refused() == ({"m": code} if code else {})


def test_beyond_the_number_of_the_plan_only_with_a_reason_and_a_name(on_both: Any, matter: Any, at: Any) -> None:
    bench = on_both
    bench.send("OFFICE", plan(most=1), at(1))
    bench.receive(
        bench.delivery("OFFICE", matter(plan="老旧小区"), at(3), "first"),
        bench.delivery("OFFICE", matter(plan="老旧小区", external_ref="M-02"), at(4), "second"),
        bench.delivery("OFFICE", matter(plan="老旧小区", external_ref="M-03", override=BEYOND), at(5), "third"),
    )
    bench.send("OFFICE", matter(plan="老旧小区", external_ref="M-04"), at(6), id_="fourth")
    assert bench.refused() == {"second": "RATE_LIMITED", "fourth": "RATE_LIMITED"}


def test_once_required_what_the_office_starts_names_an_item(new_bench: Any, matter: Any, at: Any) -> None:
    bench = under(new_bench(), plan={"required": "required"})
    bench.send("OFFICE", matter(), at(1), id_="before")
    bench.send("OFFICE", plan(), at(2))
    bench.send("OFFICE", matter(external_ref="M-02"), at(3), id_="none")
    bench.send("OFFICE", matter(external_ref="M-03", source=SubmittedSource(type="PETITION")), at(3), id_="petition")
    assert bench.refused() == {"none": "AUTHORITY_MISSING"}


def test_a_newer_plan_counts_and_an_item_stands_in_one_plan(bench: Any, at: Any) -> None:
    bench.send("OFFICE", plan(units=("ZJJ", "SLJ")), at(5))
    bench.send("OFFICE", plan(), at(3))
    bench.send("OFFICE", plan(name="计划2号"), at(6), id_="other")
    assert bench.refused() == {"other": "ALREADY_USED"}
    assert len(bench.announced("plan.published")) == 1
    assert "SLJ" in str(bench.rows("SELECT units FROM plan_item"))


# ---- asked before


@pytest.fixture
def answered(bench: Any, matter: Any, claim: Any, verify: Any, at: Any) -> Any:
    """An intake in which ZJJ has answered M-01."""
    bench.send("OFFICE", matter(), at(2))
    bench.send("ZJJ", claim(), at(4))
    bench.send("OFFICE", verify(), at(5))
    return bench


def test_what_was_answered_is_refused_with_the_answer(answered: Any, matter: Any, at: Any) -> None:
    answered.send("OFFICE", matter(external_ref="M-02"), at(9), id_="again")
    assert answered.refused() == {"again": "DUPLICATE_LADDER"}
    detail = answered.refusals()[0]["detail"]
    assert "2026-03-05" in detail
    assert "M-01" in detail
    assert "已全部完成" in detail


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "另一事项"},
        {"source": SubmittedSource(type="DOCUMENT", number="另一文号")},
        {"source": SubmittedSource(type="DOCUMENT", number="咸办发〔2026〕12号", clause="二")},
        {"source": SubmittedSource(type="DOCUMENT")},
        {"override": BEYOND},
    ],
)
def test_what_differs_or_is_overridden_is_let_in(answered: Any, matter: Any, at: Any, changes: Any) -> None:
    answered.send("OFFICE", matter(external_ref="M-02", **changes), at(9))
    assert answered.refused() == {}


def test_what_is_not_answered_yet_is_only_suspected(bench: Any, matter: Any, at: Any) -> None:
    bench.send("OFFICE", matter(), at(2))
    bench.send("OFFICE", matter(external_ref="M-02"), at(3))
    assert bench.refused() == {}


def test_a_stranger_is_not_told_of_another_ones_matter(answered: Any, matter: Any, at: Any) -> None:
    shown = Authorisation(principal="GOVERNMENT", basis="DECISION")
    answered.send("SLJ", matter(external_ref="X-1", authorisation=shown), at(9))
    assert answered.refused() == {}


def test_a_policy_may_leave_it_to_the_officers(answered: Any, matter: Any, at: Any) -> None:
    under(answered, duplicates={"answered": "suspect"})
    answered.send("OFFICE", matter(external_ref="M-02"), at(9))
    assert answered.refused() == {}


# ---- urgency


@pytest.mark.parametrize(("urgency", "limit"), [("EXTRA_URGENT", 1), ("URGENT", 5), ("ORDINARY", 15), (None, 15)])
def test_an_urgent_instruction_has_its_own_limit(new_bench: Any, matter: Any, urgency: str | None, limit: int) -> None:
    bench = new_bench()
    source = SubmittedSource(type="LEADER_INSTRUCTION", urgency=urgency, difficult=urgency in ("URGENT", "EXTRA_URGENT"))
    lead = replace(matter().assignments[0], limit=None)
    bench.send("OFFICE", matter(source=source, assignments=[lead]))
    (event,) = bench.announced("assignment.dispatched")
    assert (event.data.limit.amount, event.data.reply.amount, event.data.urgency) == (limit, limit, urgency)
