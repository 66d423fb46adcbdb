"""A unit says "not our duty": once, in its window; and what follows when the office agrees."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from event_contracts.inbound import CutMarked, ObjectionDecided, ObjectionFiled
from event_contracts.notify import NoticeServed
from intake.domain.matter import matter_id


@pytest.fixture
def objection() -> Any:
    def make(unit: str = "ZJJ") -> ObjectionFiled:
        return ObjectionFiled(matter="M-01", unit=unit, grounds="不属本单位职责")

    return make


@pytest.fixture
def decision() -> Any:
    def make(outcome: str = "ACCEPTED", unit: str = "ZJJ", **changes: Any) -> ObjectionDecided:
        return ObjectionDecided(matter="M-01", unit=unit, outcome=outcome, decided_by="李文静", **changes)

    return make


def served(bench: Any, day: int, at: Any, unit: str = "ZJJ") -> None:
    (row,) = bench.rows(f"SELECT assignment_id FROM assignment WHERE unit = '{unit}'")
    fact = NoticeServed(
        matter_id=matter_id("OFFICE", "M-01"),
        notice_id="n",
        kind="ASSIGNMENT",
        unit=unit,
        about=row["assignment_id"],
        served_at=at(day),
        served_on=date(2026, 3, day),
        mode="SIGNED",
    )
    bench.hear(fact, at(day))


def test_an_objection_in_time_is_announced(bench: Any, matter: Any, objection: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    served(bench, 2, at)
    bench.send("ZJJ", objection(), at(5, 23), id_="o")
    (event,) = bench.announced("objection.filed")
    assert (event.data.unit, event.data.objection, event.data.filed_at) == ("ZJJ", "o", at(5, 23))
    assert bench.refused() == {}


def test_an_objection_after_three_workdays_is_late(bench: Any, matter: Any, objection: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    served(bench, 2, at)
    bench.send("ZJJ", objection(), at(6, 0), id_="o")
    assert bench.refused() == {"o": "INADMISSIBLE_LATE"}
    assert bench.announced("objection.filed") == []


def test_an_objection_is_not_believed_long_after_the_queue_was_read_beyond_its_window(
    bench: Any, matter: Any, objection: Any, at: Any
) -> None:
    bench.send("OFFICE", matter())
    served(bench, 2, at)
    bench.send("DUBAN", CutMarked(number=1), at(6, 0))
    bench.send("ZJJ", objection(), at(5, 23), id_="o")
    assert bench.refused() == {"o": "INADMISSIBLE_LATE"}


def test_an_objection_that_stood_in_the_queue_is_taken_however_late_it_is_read(
    bench: Any, matter: Any, objection: Any, at: Any
) -> None:
    bench.send("OFFICE", matter())
    served(bench, 2, at)
    bench.send("DUBAN", CutMarked(number=1), at(5, 23))
    bench.send("ZJJ", objection(), at(5, 22), id_="o")
    bench.send("DUBAN", CutMarked(number=2), at(6, 0))
    assert bench.refused() == {}
    assert len(bench.announced("objection.filed")) == 1


def test_a_unit_objects_once(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision("REFUSED"), at(4))
    bench.send("ZJJ", objection(), at(4, 10), id_="again")
    assert bench.refused() == {"again": "ASSIGNMENT_FINAL"}
    (event,) = bench.announced("objection.decided")
    assert (event.data.outcome, event.data.new_unit) == ("REFUSED", None)


def test_an_accepted_objection_gives_the_part_to_the_new_unit(
    bench: Any, matter: Any, objection: Any, decision: Any, at: Any
) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision(new_unit="HBJ", reasons="属生态环境职责"), at(4))
    first, second = bench.announced("assignment.dispatched")
    assert (second.data.unit, second.data.role, second.data.limit) == ("HBJ", "LEAD", first.data.limit)
    assert (second.time, second.data.parties) == (at(4), ["HBJ", "ZJJ"])
    assert second.data.assignment_id != first.data.assignment_id
    assert bench.rows("SELECT unit, state FROM assignment ORDER BY unit") == [
        {"unit": "HBJ", "state": "DISPATCHED"},
        {"unit": "ZJJ", "state": "TRANSFERRED"},
    ]


def test_the_first_unit_has_no_part_any_more_and_the_new_one_finishes(
    bench: Any, matter: Any, objection: Any, decision: Any, claim: Any, verify: Any, at: Any
) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision(new_unit="HBJ"), at(4))
    bench.send("ZJJ", claim(), at(5), id_="old")
    bench.send("HBJ", claim("HBJ"), at(5))
    bench.send("OFFICE", verify("HBJ"), at(6))
    assert bench.refused() == {"old": "NOT_PARTY"}
    assert len(bench.announced("matter.closed")) == 1


def test_a_part_may_come_back_as_final(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision(new_unit="HBJ"), at(4))
    bench.send("HBJ", objection("HBJ"), at(5))
    bench.send("OFFICE", decision(unit="HBJ", new_unit="ZJJ"), at(6))
    bench.send("ZJJ", objection(), at(7), id_="again")
    assert bench.refused() == {"again": "ASSIGNMENT_FINAL"}
    ids = [event.data.assignment_id for event in bench.announced("assignment.dispatched")]
    assert len(set(ids)) == 3
    assert bench.rows("SELECT unit, state, role FROM assignment WHERE state = 'DISPATCHED'") == [
        {"unit": "ZJJ", "state": "DISPATCHED", "role": "LEAD"}
    ]


def test_submission_objection_and_decision_in_one_batch(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.receive(
        bench.delivery("OFFICE", matter(), at(2)),
        bench.delivery("ZJJ", objection(), at(3)),
        bench.delivery("OFFICE", decision(new_unit="HBJ"), at(4)),
    )
    assert bench.refused() == {}
    assert [row["unit"] for row in bench.rows("SELECT unit FROM assignment WHERE state = 'DISPATCHED'")] == ["HBJ"]
    assert bench.rows("SELECT outcome FROM objection") == [{"outcome": "ACCEPTED"}]


def test_without_a_new_unit_the_matter_is_gone(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision(), at(4))
    assert bench.rows("SELECT state FROM matter") == [{"state": "TRANSFERRED"}]
    assert bench.announced("matter.closed") == []


def test_a_unit_with_a_part_cannot_be_the_new_one(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.send("OFFICE", matter(helped=True))
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision(new_unit="SLJ"), at(4), id_="d")
    assert bench.refused() == {"d": "SCHEMA_INVALID"}


def test_a_decision_waits_for_its_objection(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("OFFICE", decision(new_unit="HBJ"), at(4))
    assert bench.announced("objection.decided") == []
    bench.send("ZJJ", objection(), at(3))
    assert len(bench.announced("objection.decided")) == 1


def test_an_objection_is_decided_once(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", objection(), at(3), id_="o")
    bench.send("OFFICE", decision("REFUSED", request="o"), at(4))
    bench.send("OFFICE", decision(new_unit="HBJ", request="o"), at(5), id_="d")
    assert bench.refused() == {"d": "ALREADY_USED"}


def test_a_fixed_day_moves_by_the_time_that_has_passed(bench: Any, matter: Any, objection: Any, decision: Any, at: Any) -> None:
    plain = matter()
    from dataclasses import replace

    part = replace(plain.assignments[0], limit=None, due_at=at(20))
    bench.send("OFFICE", matter(assignments=[part]), at(2))
    bench.send("ZJJ", objection(), at(3))
    bench.send("OFFICE", decision(new_unit="HBJ"), at(4))
    assert bench.announced("assignment.dispatched")[-1].data.due_at == at(22)
