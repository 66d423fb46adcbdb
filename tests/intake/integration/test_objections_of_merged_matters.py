"""What is handled as one goes to another unit as one: an accepted objection takes merged parts along, in any order."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from event_contracts.inbound import DuplicateResolved, ObjectionDecided, ObjectionFiled


@pytest.fixture
def bench(new_bench: Any) -> Any:
    """One on SQLite; what the databases could see differently is tried `on_both`."""
    return new_bench()


def decided(outcome: str = "ACCEPTED", new_unit: str | None = "JTJ") -> ObjectionDecided:
    return ObjectionDecided(
        matter="M-01", unit="ZJJ", outcome=outcome, decided_by="李文静", new_unit=new_unit, reasons="属交通职责"
    )


def story(bench: Any, matter: Any, at: Any, decision: ObjectionDecided, merged_on: int = 4) -> list[Any]:
    second = replace(matter(external_ref="M-02"), title="另一来源")
    return [
        bench.delivery("OFFICE", matter(), at(2), "s1"),
        bench.delivery("OFFICE", second, at(3), "s2"),
        bench.delivery(
            "OFFICE", DuplicateResolved(matter="M-02", into="M-01", outcome="MERGE", reason="同一"), at(merged_on), "m"
        ),
        bench.delivery("ZJJ", ObjectionFiled(matter="M-01", unit="ZJJ", grounds="非本单位职责"), at(5), "o"),
        bench.delivery("OFFICE", decision, at(6), "d"),
    ]


def final(bench: Any) -> Any:
    parts = bench.rows(
        "SELECT external_ref, unit, assignment.state, given_at FROM assignment JOIN matter USING (matter_id) ORDER BY 1, 2"
    )
    objections = bench.rows("SELECT objection, unit, outcome, new_unit FROM objection ORDER BY objection")
    return parts, objections, bench.rows("SELECT external_ref, state FROM matter ORDER BY 1")


def last_merged(bench: Any) -> list[str]:
    units: list[str] = bench.announced("matter.merged")[-1].data.units
    return units


@pytest.mark.parametrize("seed", range(12))
def test_the_part_of_a_merged_matter_goes_along_whatever_the_order(new_bench: Any, matter: Any, at: Any, seed: int) -> None:
    bench = new_bench()
    messages = story(bench, matter, at, decided())
    Random(seed).shuffle(messages)
    for message in [*messages, *messages]:
        bench.receive(message)
    assert bench.refused() == {}
    parts, objections, states = final(bench)
    assert [(row["external_ref"], row["unit"], row["state"]) for row in parts] == [
        ("M-01", "JTJ", "DISPATCHED"),
        ("M-01", "ZJJ", "TRANSFERRED"),
        ("M-02", "JTJ", "DISPATCHED"),
        ("M-02", "ZJJ", "TRANSFERRED"),
    ]
    other = bench.rows("SELECT matter_id FROM matter WHERE external_ref = 'M-02'")[0]["matter_id"]
    assert [(row["objection"], row["new_unit"]) for row in objections] == [("o", "JTJ"), (f"o/{other}", "JTJ")]
    assert last_merged(bench) == ["JTJ"]
    assert states == [{"external_ref": "M-01", "state": "DISPATCHED"}, {"external_ref": "M-02", "state": "MERGED_INTO"}]


def test_escalation_hears_of_each_matter_under_an_id_of_its_own(bench: Any, matter: Any, at: Any) -> None:
    bench.receive(*story(bench, matter, at, decided()))
    told = [(event.data.external_ref, event.data.objection) for event in bench.announced("objection.decided")]
    assert len(set(told)) == len({of for _, of in told}) == 2
    filed = {event.data.objection for event in bench.announced("objection.filed")}
    assert filed == {of for _, of in told}
    names = [event.type for event in bench.announced() if event.data.external_ref == "M-02"][-4:]
    wanted = ("objection.filed", "objection.decided", "assignment.dispatched", "matter.merged")
    assert names == [f"intake.{name}.v1" for name in wanted]


def test_without_a_new_unit_both_parts_end(bench: Any, matter: Any, at: Any) -> None:
    bench.receive(*story(bench, matter, at, decided(new_unit=None)))
    parts, _, _ = final(bench)
    assert {row["state"] for row in parts} == {"TRANSFERRED"}
    assert last_merged(bench) == []


def test_a_refused_objection_and_one_from_before_the_merge_move_nothing_else(new_bench: Any, matter: Any, at: Any) -> None:
    refused = new_bench()
    refused.receive(*story(refused, matter, at, decided("REFUSED", None)))
    assert {row["unit"] for row in final(refused)[0]} == {"ZJJ"}
    before = new_bench()
    before.receive(*story(before, matter, at, decided(), merged_on=9))
    own = [(row["external_ref"], row["unit"], row["state"]) for row in final(before)[0]]
    assert ("M-02", "ZJJ", "DISPATCHED") in own and ("M-02", "JTJ", "DISPATCHED") not in own


def test_parted_again_the_matter_goes_on_with_its_new_unit(bench: Any, matter: Any, at: Any) -> None:
    bench.receive(*story(bench, matter, at, decided()))
    bench.send("OFFICE", DuplicateResolved(matter="M-02", into="M-01", outcome="DISTINCT", reason="不同"), at(9))
    assert bench.rows("SELECT state FROM matter WHERE external_ref = 'M-02'") == [{"state": "DISPATCHED"}]
    parts, _, _ = final(bench)
    assert ("M-02", "JTJ", "DISPATCHED") in [(row["external_ref"], row["unit"], row["state"]) for row in parts]
