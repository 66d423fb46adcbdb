"""A covert inspection leaves no trace outside intake before its conclusion is served (domain.md d.13 no. 12, delivery.md e.5).

The real chain is run on files, with unmistakable words for place, team, unit and days; everything else is read: every event and
refusal, other services' databases, the broker's file with its journal and archive, all logs, metrics, lists, file names, and what
the command line says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance import said
from click.testing import CliRunner
from covert import LEADER, MEMBER, PLACE, PLAN, SECRET, TEXT, UNIT, concluded, found, plan
from duban.cli import main
from intake.domain.inspection import Plan
from intake.store.inspections import Inspections
from secrecy import Listener, listening, traces


def decoy() -> str:
    """A matter of another unit, so that there is something to hear; its own days are others."""
    part = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 90, "unit": "WORKDAY"}}
    about: dict[str, Any] = {"external_ref": "DC-1", "title": "积水点整治", "source": {"type": "DOCUMENT"}, "standard": "完成"}
    return said("matter.submitted", "OFFICE", "2026-07-13 09:00", **about, assignments=[part])


def refused() -> list[str]:
    """Messages of the office that are refused, each in another way, and one that comes before its plan and waits."""
    return [
        concluded("2026-07-05 09:00", conclusion="JL-0", inspection="AF-8"),
        plan("2026-07-02 09:00", unit="ANFANGQV"),
        plan("2026-07-02 09:01", place=f"{PLACE}及周边"),
        plan("2026-07-02 09:02", mode="OPEN"),
        plan("2026-07-02 09:03", **{"from": "2026-07-07", "to": "2026-07-06"}),
        plan("2026-07-02 09:04", place=[PLACE]),
        plan("2026-07-02 09:05", team={"leader": LEADER, "members": MEMBER}),
        plan("2026-07-02 09:06", campaign="JZ-0"),
        found("2026-07-14 18:01", unit="ANFANGQV"),
        found("2026-07-14 18:02", evidence=[]),
        concluded("2026-07-16 09:00", conclusion="JL-1", unit="ANFANGQV"),
        concluded("2026-07-16 09:01", conclusion="JL-2", evidence=[]),
    ]


def probes() -> list[str]:
    """Units that try ids, of the covert inspection and of nothing at all."""
    tried = [("AF-9", "a"), ("XX-9", "b")]
    return [
        said(name, unit, f"2026-07-{day} 10:00", id_=f"{name}-{unit}-{mark}", matter=ref, unit=unit, **more)
        for ref, mark in tried
        for unit, day in ((UNIT[:-1] + "X", "14"), ("ZJJ", "15"))
        for name, more in (
            ("progress.reported", {"text": "x"}),
            ("notice.signed", {"signed_by": "x"}),
            ("review.filed", {"grounds": "x"}),
        )
    ]


def story() -> list[str]:
    main_line = [decoy(), plan("2026-07-01 09:00"), plan("2026-07-01 09:00"), found("2026-07-14 18:00")]
    return [*main_line, *refused(), *probes(), concluded("2026-07-17 09:00"), signed("2026-07-17 11:00")]


def signed(at: str) -> str:
    return said("notice.signed", UNIT, at, matter="JL-9", unit=UNIT, signed_by="办公室")


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report of what was found fails in the store, with an error that repeats it."""

    def fail(self: Inspections, reported: Any) -> None:
        raise KeyError(f"{PLACE} {reported.unit} {reported.evidence}")

    monkeypatch.setattr(Inspections, "add_reported", fail)


@pytest.mark.usefixtures("poisoned")
def test_before_its_conclusion_is_served_nothing_outside_intake_knows_of_it(tmp_path: Path) -> None:
    with listening(tmp_path, story()) as city:
        before = city.until("2026-07-17 08:00")
        assert traces((*SECRET, UNIT), before) == []
        assert b"message parked" in before["logs"] and b"KeyError" in before["logs"]
        assert before["ear.duban.rejected"].count(b"OFFICE.") >= len(refused()) - 2
        assert b"DC-1" in before["ear.duban.events"] and b"supervision_matters_open" in before["metrics of intake"]
        between = city.until("2026-07-17 10:00")
        assert traces(SECRET, between) == []
        assert {where.partition(":")[0] for where in traces([UNIT], between)} <= {
            "ear.duban.events", "outcome", "broker.sqlite", "broker.sqlite-wal", "notify.sqlite", "notify.sqlite-wal",
            "escalation.sqlite", "escalation.sqlite-wal",
        }  # fmt: skip
        after = city.until("2026-07-18 00:00")
        heard = traces((*SECRET, UNIT), {"events": after["ear.duban.events"]})
        assert heard == sorted(f"events: {word}" for word in (*SECRET, UNIT) if word not in ("2026-07-07", PLAN))
        city.chain.driver.finish()
        units_that_try_ids_hear_the_same_of_it_as_of_nothing(city)


def units_that_try_ids_hear_the_same_of_it_as_of_nothing(city: Listener) -> None:
    found = {row["id"]: row for report in city.chain.reports() for row in report.get("refusals", [])}
    pairs = {id_[:-2] for id_ in found if id_.endswith(("-a", "-b"))}
    assert len(pairs) == 6
    for pair in pairs:
        covert, nothing = ({key: found[f"{pair}-{mark}"][key] for key in ("type", "code", "detail")} for mark in "ab")
        assert covert == nothing and covert["code"] == "UNKNOWN_MATTER"


def test_the_checker_finds_an_inspection_that_is_not_treated_as_covert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plan, "covert", property(lambda self: False))
    with listening(tmp_path, [decoy(), plan("2026-07-01 09:00"), found("2026-07-14 18:00")]) as city:
        heard = city.until("2026-07-17 08:00")
    leaks = traces((PLACE, LEADER, UNIT, TEXT), heard)
    assert {where.partition(":")[0] for where in leaks} >= {"ear.duban.events", "broker.sqlite-wal", "outcome"}


def test_the_checker_finds_what_is_planted_in_each_kind_of_place() -> None:
    escaped = json.dumps({"place": PLACE})
    for where, text in (("logs", f"KeyError: {PLACE}"), ("notify.sqlite", f"\x00\x01{PLACE}\x02"), ("events", escaped)):
        assert traces([PLACE, UNIT], {where: text.encode()}) == [f"{where}: {PLACE}"]


def test_the_command_line_says_nothing_of_it_and_a_rehearsal_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("\n".join(story()) + "\n", "utf-8")
    out = tmp_path / "out"
    told: dict[str, bytes] = {}
    for command in (
        ["rehearse", str(tmp_path / "events.jsonl"), "--until", "2026-07-16", "--out", str(out), "--json"],
        ["explain", "AF-9", "--out", str(out)],
        ["explain", "DC-1", "--out", str(out)],
        ["trace", "AF-9", "--from", str(out)],
        ["trace", "DC-1", "--from", str(out)],
    ):
        told[" ".join(command[:2])] = CliRunner().invoke(main, command).output.encode()
    told |= {file.name: file.read_bytes() for file in out.iterdir()}
    assert "DC-1" in told["explain DC-1"].decode() and len(told) > 8
    assert traces((*SECRET, UNIT), told) == []
