"""A submitted matter is registered and dispatched, once, or refused with the reason (domain.md a′.1, d.3, AC-20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from event_contracts.event import TimeLimit
from event_contracts.inbound import Authorisation, Informant, MatterSubmitted, SubmittedAssignment, SubmittedSource

Make = Callable[..., MatterSubmitted]
PAIR = [
    SubmittedAssignment(unit="ZJJ", role="LEAD", deliverable="答复"),
    SubmittedAssignment(unit="SLJ", role="SUPPORTING", deliverable="意见"),
]
DESIGNATED = Authorisation(principal="GOVERNMENT", basis="DECISION", until=date(2026, 3, 2))


def test_a_matter_of_the_office_is_registered_and_dispatched_at_once(bench: Any, matter: Make, at: Any) -> None:
    bench.send("OFFICE", matter(helped=True), at(2), "s1")
    registered, *dispatched = bench.announced()
    assert [event.type for event in (registered, *dispatched)] == [
        "intake.matter.registered.v1",
        "intake.assignment.dispatched.v1",
        "intake.assignment.dispatched.v1",
    ]
    assert [(event.sequence, event.time, event.causationid) for event in (registered, *dispatched)] == [
        (1, at(2), "s1"),
        (2, at(2), "s1"),
        (3, at(2), "s1"),
    ]
    assert (registered.data.external_ref, registered.data.submitted_by, registered.data.state) == ("M-01", "OFFICE", "REGISTERED")
    assert registered.data.section == "DECISION_SUPERVISION"
    assert registered.policyversion == bench.policy.version
    assert [(item.unit, item.role) for item in registered.data.assignments] == [("ZJJ", "LEAD"), ("SLJ", "SUPPORTING")]
    assert [(event.data.unit, event.data.limit.amount) for event in dispatched] == [("ZJJ", 20), ("SLJ", 10)]


def test_what_was_registered_is_kept(bench: Any, matter: Make) -> None:
    bench.send("OFFICE", matter())
    (row,) = bench.rows("SELECT external_ref, submitted_by, state, kind, source_number, section FROM matter")
    assert row == {
        "external_ref": "M-01",
        "submitted_by": "OFFICE",
        "state": "DISPATCHED",
        "kind": "ROUTINE",
        "source_number": "咸办发〔2026〕12号",
        "section": "DECISION_SUPERVISION",
    }


def test_the_same_message_twice_is_one_matter(bench: Any, matter: Make) -> None:
    bench.send("OFFICE", matter(), id_="s1")
    bench.send("OFFICE", matter(), id_="s1")
    assert len(bench.announced("matter.registered")) == 1
    assert bench.refused() == {}


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two batches"])
def test_a_reference_is_used_once_by_each_submitter(bench: Any, matter: Make, at: Any, together: bool) -> None:
    first, second = bench.delivery("OFFICE", matter(), at(2), "s1"), bench.delivery("OFFICE", matter(title="别的"), at(3), "s2")
    for batch in [[first, second]] if together else [[first], [second]]:
        bench.receive(*batch)
    assert bench.refused() == {"s2": "ALREADY_USED"}
    assert bench.rows("SELECT title FROM matter") == [{"title": "老旧小区改造"}]


def test_two_submitters_may_use_the_same_reference(bench: Any, matter: Make) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", matter())
    assert {event.data.submitted_by for event in bench.announced("matter.registered")} == {"OFFICE", "ZJJ"}


def test_a_unit_without_authority_over_another_is_refused_and_nothing_is_dispatched(bench: Any, matter: Make) -> None:
    bench.send("JYJ", matter(), id_="s1")
    assert bench.refused() == {"s1": "AUTHORITY_MISSING"}
    assert bench.announced() == []


@pytest.mark.parametrize(("day", "code"), [(2, None), (3, "AUTHORITY_MISSING")], ids=["last day", "day after"])
def test_a_designation_counts_by_the_local_day_of_the_message(
    bench: Any, matter: Make, at: Any, day: int, code: str | None
) -> None:
    bench.send("JYJ", matter(authorisation=DESIGNATED), at(day, 0, 30), "s1")
    assert bench.refused().get("s1") == code
    assert len(bench.announced("matter.registered")) == (code is None)


def test_a_basis_that_is_none_of_the_three_is_no_authority(bench: Any, matter: Make) -> None:
    bench.send("JYJ", matter(authorisation=replace(DESIGNATED, basis="工作需要")), id_="s1")
    (entry,) = bench.refusals()
    assert entry["code"] == "AUTHORITY_MISSING"


def test_a_matter_needs_exactly_one_lead(bench: Any, matter: Make) -> None:
    both = [PAIR[0], replace(PAIR[1], role="LEAD")]
    bench.send("OFFICE", matter(assignments=both), id_="s1")
    assert bench.refused() == {"s1": "SCHEMA_INVALID"}
    assert bench.rows("SELECT 1 AS one FROM matter") == []


@pytest.mark.parametrize(
    ("source", "lead", "supporting"),
    [
        (SubmittedSource(type="NPC_SUGGESTION"), (3, "MONTH"), (1, "MONTH")),
        (SubmittedSource(type="NPC_SUGGESTION", difficult=True), (6, "MONTH"), (1, "MONTH")),
        (SubmittedSource(type="NETIZEN_MESSAGE"), (10, "WORKDAY"), (5, "WORKDAY")),
    ],
)
def test_a_limit_left_out_is_the_one_of_the_source(
    bench: Any, matter: Make, source: SubmittedSource, lead: tuple[int, str], supporting: tuple[int, str]
) -> None:
    bench.send("OFFICE", matter(source=source, assignments=PAIR))
    found = [(event.data.limit.amount, event.data.limit.unit) for event in bench.announced("assignment.dispatched")]
    assert found == [lead, supporting]


def test_standing_supervision_is_dispatched_without_a_limit(bench: Any, matter: Make) -> None:
    bench.send("OFFICE", matter(source=SubmittedSource(type="EIGHT_RULES"), assignments=PAIR[:1]))
    (event,) = bench.announced("assignment.dispatched")
    assert (event.data.limit, event.data.due_at) == (None, None)


def test_a_fixed_instant_is_passed_on_as_it_is(bench: Any, matter: Make, at: Any) -> None:
    part = replace(PAIR[0], due_at=at(20, 18))
    bench.send("OFFICE", matter(assignments=[part]))
    (event,) = bench.announced("assignment.dispatched")
    assert (event.data.limit, event.data.due_at) == (None, at(20, 18))


def test_a_part_without_a_standard_has_the_matters(bench: Any, matter: Make) -> None:
    limit = TimeLimit(amount=5, unit="DAY")
    parts = [replace(PAIR[0], standard="自己的标准", limit=limit), replace(PAIR[1], limit=limit)]
    bench.send("OFFICE", matter(assignments=parts))
    assert [event.data.standard for event in bench.announced("assignment.dispatched")] == ["自己的标准", "全部完成并通过现场核验"]


def test_an_informant_is_kept_apart_and_never_told(bench: Any, matter: Make) -> None:
    source = SubmittedSource(type="NETIZEN_MESSAGE", informant=Informant(name="某某群众", contact="13900000000"))
    bench.send("OFFICE", matter(source=source))
    assert bench.rows("SELECT name, contact FROM informant") == [{"name": "某某群众", "contact": "13900000000"}]
    told = bench.everything_told()
    assert "某某群众".encode() not in told
    assert b"13900000000" not in told
    assert b"informant" not in told


def test_a_bad_matter_does_not_stop_the_rest_of_its_batch(bench: Any, matter: Make, at: Any) -> None:
    bench.receive(
        bench.delivery("OFFICE", matter(), at(2), "good1"),
        bench.delivery("JYJ", matter(external_ref="M-02"), at(2), "bad"),
        bench.delivery("OFFICE", matter(external_ref="M-03"), at(2), "good2"),
    )
    assert bench.refused() == {"bad": "AUTHORITY_MISSING"}
    assert [event.data.external_ref for event in bench.announced("matter.registered")] == ["M-01", "M-03"]
