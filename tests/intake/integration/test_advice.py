"""Causes that come back are told once for each window; advice on them is given, answered and tracked, in any order."""

from __future__ import annotations

from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from event_contracts.escalation import JustificationGranted
from event_contracts.inbound import AdviceAnswered, AdviceIssued
from ground_rules.policy import load_policy
from intake import commands
from service_chassis.rulebook import Rulebook

FUNDS = "FUNDS_NOT_ALLOCATED"


def advise(*matters: str, by: str = "李文静") -> AdviceIssued:
    return AdviceIssued(advice="建议1号", cause=FUNDS, matters=list(matters), addressee="CZJ", text="按季预拨", by=by)


def answer(adopted: bool) -> AdviceAnswered:
    return AdviceAnswered(advice="建议1号", adopted=adopted, text="已收悉")


def reason(bench: Any, unit: str, at: Any) -> JustificationGranted:
    """A legitimate reason of a unit in the first matter."""
    ours = bench.rows("SELECT matter_id FROM matter WHERE external_ref = 'M-01'")[0]["matter_id"]
    return JustificationGranted(
        matter_id=ours, external_ref="M-01", submitted_by="OFFICE", unit=unit, request=f"r-{unit}", owner="ASSIGNMENT",
        category=FUNDS, effect="EXTEND", decided_by="李文静", decided_at=at, days=3,
    )  # fmt: skip


@pytest.fixture
def bench(new_bench: Any) -> Any:
    """One on SQLite; what the databases could see differently is tried `on_both`."""
    return new_bench()


@pytest.fixture
def three(bench: Any, matter: Any, claim: Any, reject: Any, at: Any) -> Any:
    """`three(chance)`: the same cause in two verdicts and a reason that was granted, doubled, in an order by chance."""

    def tell(chance: Random) -> Any:
        bench.send("OFFICE", matter(helped=True), at(1))
        bench.send("ZJJ", claim(), at(3))
        bench.send("SLJ", claim(unit="SLJ"), at(3))
        told: list[Any] = [
            lambda: bench.send("OFFICE", reject(cause=FUNDS), at(4), id_="v1"),
            lambda: bench.send("OFFICE", reject(unit="SLJ", cause=FUNDS), at(5), id_="v2"),
            lambda: bench.hear(reason(bench, "JYJ", at(6)), at(6), "escalation"),
            lambda: bench.hear(reason(bench, "JYJ", at(6)), at(6), "escalation"),
        ]
        chance.shuffle(told)
        for message in [*told, *told]:
            message()
        return bench

    return tell


@pytest.mark.parametrize("seed", range(4))
def test_a_cause_in_three_units_is_told_once_with_the_cases_behind_it(three: Any, at: Any, seed: int) -> None:
    bench = three(Random(seed))
    (event,) = bench.announced("recurrence.detected")
    assert (event.subject, event.time) == (f"CAUSE:{FUNDS}", at(6))
    assert (event.data.window_from.isoformat(), event.data.window_until.isoformat()) == ("2025-04-01", "2026-03-31")
    assert [(case.case, case.unit) for case in event.data.cases] == [("v1", "ZJJ"), ("v2", "SLJ"), ("r-JYJ", "JYJ")]


def test_cases_are_kept_once_on_both_databases(on_both: Any, matter: Any, at: Any) -> None:
    on_both.send("OFFICE", matter(), at(1))
    for unit in ("ZJJ", "SLJ", "JYJ", "JYJ"):
        on_both.hear(reason(on_both, unit, at(6)), at(6), "escalation")
    assert len(on_both.announced("recurrence.detected")) == 1
    assert len(on_both.rows("SELECT * FROM cause_case")) == 3


def test_a_verdict_that_was_not_taken_is_no_case(bench: Any, matter: Any, reject: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("OFFICE", reject(cause=FUNDS))
    assert bench.rows("SELECT * FROM cause_case") == []


def test_a_higher_threshold_is_not_reached(bench: Any, three: Any) -> None:
    bench.runtime.service.rulebook = Rulebook(load_policy({"recurrence": {"units": 4}}))
    assert three(Random(1)).announced("recurrence.detected") == []


@pytest.mark.parametrize("seed", range(6))
def test_advice_is_tracked_whatever_the_order(new_bench: Any, matter: Any, at: Any, seed: int) -> None:
    bench, chance = new_bench(), Random(seed)
    messages = [
        bench.delivery("OFFICE", matter(), at(1), "s"),
        bench.delivery("OFFICE", advise("M-01"), at(5), "a"),
        bench.delivery("CZJ", answer(False), at(6), "n"),
        bench.delivery("OFFICE", answer(True), at(8), "y"),
    ]
    chance.shuffle(messages)
    for message in [*messages, *messages]:
        bench.receive(message)
    assert bench.refused() == {}
    (issued,) = bench.announced("advice.issued")
    assert issued.data.matters == [bench.rows("SELECT matter_id FROM matter")[0]["matter_id"]]
    assert sorted(event.data.adopted for event in bench.announced("advice.answered")) == [False, True]
    assert bench.rows("SELECT adopted FROM advice_answer ORDER BY answered_at DESC LIMIT 1")[0]["adopted"] == 1


def test_nobody_but_the_addressee_answers_and_no_reference_is_used_twice(new_bench: Any, matter: Any, at: Any) -> None:
    bench = new_bench()
    bench.send("OFFICE", matter())
    bench.send("OFFICE", advise("M-01"), at(5))
    bench.send("ZJJ", answer(True), at(6), id_="other")
    bench.send("OFFICE", advise("M-01"), at(7), id_="again")
    assert bench.refused() == {"other": "NOT_PARTY", "again": "ALREADY_USED"}


def test_what_never_comes_is_refused_in_the_end(new_bench: Any, at: Any) -> None:
    bench = new_bench()
    bench.send("OFFICE", advise("M-99"), at(5), id_="a")
    bench.send("CZJ", answer(True), at(6), id_="y")
    assert bench.give_up() == 2
    assert bench.refused() == {"a": "UNKNOWN_MATTER", "y": "UNKNOWN_MATTER"}


def test_the_report_shows_causes_cases_and_adoption(three: Any, tmp_path: Path, at: Any) -> None:
    bench = three(Random(1))
    bench.send("OFFICE", advise("M-01"), at(7))
    bench.send("CZJ", answer(True), at(8))
    station = SimpleNamespace(runtime=bench.runtime)
    assert commands.COMMANDS["advice"].run(station, bench.policy, ["--out", str(tmp_path / "a.json"), "--by", "陈立"]) == 0
    text = (tmp_path / "a.json").read_text("utf-8")
    assert orjson.loads(text)
    for word in (FUNDS, "3个单位", "JYJ、SLJ、ZJJ", "建议1号", "已采纳 adopted"):
        assert word in text
    assert bench.rows("SELECT what FROM read_log") == [{"what": "advice"}]
