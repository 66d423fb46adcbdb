"""One matter of each source through all three doors, the broker's, HTTP and a file: the same facts are announced."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Any

from event_contracts.event import TimeLimit
from event_contracts.inbound import MatterSubmitted, SubmittedAssignment, SubmittedSource
from event_contracts.vocabulary import SOURCE_TYPES, STATUTORY_CLOCK
from intake.doors.exporting import COLUMNS
from intake.doors.files import Sender, bring_in
from intake.doors.ledger import HEADS, SOURCES
from web_door import Web

CHINESE = {word: zh for zh, word in SOURCES.items()}


def submitted(source: str) -> MatterSubmitted:
    """A matter from this source; without a limit where the rules give it one."""
    limit = None if source in STATUTORY_CLOCK else TimeLimit(amount=10, unit="WORKDAY")
    lead = SubmittedAssignment(unit="ZJJ", role="LEAD", deliverable="完成情况报告", limit=limit)
    help_ = SubmittedAssignment(unit="SLJ", role="SUPPORTING", deliverable="意见", limit=TimeLimit(amount=5, unit="WORKDAY"))
    return MatterSubmitted(
        external_ref=f"{source}-1",
        title="老旧小区改造",
        source=SubmittedSource(type=source, number="第3号", issuer="市政府办", clause="第二条"),
        standard="全部完成并通过现场核验",
        subject_terms=["小区", "改造"],
        assignments=[lead, help_],
    )


def as_row(matter: MatterSubmitted, part: SubmittedAssignment) -> dict[str, str]:
    """The same as a row of the ledger."""
    return {
        "编号": matter.external_ref,
        "督查事项": matter.title,
        "来源": CHINESE[matter.source.type],
        "文号": matter.source.number or "",
        "来源单位": matter.source.issuer or "",
        "条款": matter.source.clause or "",
        "标准要求": matter.standard,
        "主题词": "、".join(matter.subject_terms),
        "责任单位": part.unit,
        "主协办": "主办" if part.role == "LEAD" else "协办",
        "交办成果": part.deliverable,
        "期限": f"{part.limit.amount}个工作日" if part.limit else "",
    }


def by_the_broker(bench: Any, matter: MatterSubmitted, _folder: Path) -> None:
    bench.send("OFFICE", matter, bench.runtime.clock.now())


def by_http(bench: Any, matter: MatterSubmitted, _folder: Path) -> None:
    plain = {name: value for name, value in asdict(matter).items() if value is not None}
    assert Web(bench.runtime, bench.policy).post("OFFICE", matter.TYPE, plain, matter.external_ref).status_code == 201


def by_a_file(bench: Any, matter: MatterSubmitted, folder: Path) -> None:
    place = folder / "ledger.csv"
    rows = [as_row(matter, part) for part in matter.assignments]
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = bring_in(place, Sender("OFFICE", "王芳"), bench.runtime, bench.policy.zone, lambda *_: None)
    assert found.bad == []


def announced(bench: Any) -> list[tuple[Any, ...]]:
    """All facts: type, subject, time and data; each door makes ids of its own for what came in."""
    return [(event.type, event.subject, event.time, event.sequence, event.data) for event in bench.announced()]


def test_every_source_is_the_same_matter_by_whichever_door(new_bench: Any, tmp_path: Path) -> None:
    doors = {door: new_bench() for door in (by_the_broker, by_http, by_a_file)}
    for source in SOURCE_TYPES:
        for door, bench in doors.items():
            door(bench, submitted(source), tmp_path)
        told = [announced(bench) for bench in doors.values()]
        registered = [fact[4] for fact in told[0] if fact[0] == "intake.matter.registered.v1"]
        assert registered[-1].external_ref == f"{source}-1"
        assert told[0] == told[1] == told[2], source


def test_the_doors_know_the_same_sources_and_columns() -> None:
    assert set(SOURCES.values()) == set(SOURCE_TYPES)
    assert [column.key for column in COLUMNS[: len(HEADS)]] == [head.key for head in HEADS]
