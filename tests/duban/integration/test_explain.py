"""`duban explain`: why a matter is where it is, from what a rehearsal left or from a rehearsal that is played for it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from duban.cli import main

Row = dict[str, Any]

UNTIL = "2026-03-11"
POLICY = 'service = "immediate"\n'
"""Served on Mon 2026-03-02: five workdays end on 03-09, the white is issued on 03-10."""


def submitted(ref: str = "R-1", *units: str) -> Row:
    limit = {"amount": 5, "unit": "WORKDAY"}
    roles = zip(units or ("ZJJ",), ("LEAD", "SUPPORTING"), strict=False)
    parts = [{"unit": unit, "role": role, "deliverable": "报告", "limit": limit} for unit, role in roles]
    data = {"external_ref": ref, "title": "积水点整治", "source": {"type": "DOCUMENT"}, "standard": "完成", "assignments": parts}
    about = {"specversion": "1.0", "id": f"s-{ref}", "source": "/office", "type": "matter.submitted.v1"}
    return about | {"time": "2026-03-02T09:00:00+08:00", "data": data}


def duban(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with messages, a policy, and what their rehearsal left in `out`."""
    lines = [submitted(), submitted("R-2", "SLJ", "JTJ")]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    played = ("--policy", tmp_path / "policy.toml", "--until", UNTIL, "--out", tmp_path / "out")
    assert duban("rehearse", tmp_path / "events.jsonl", *played).exit_code == 0
    return tmp_path


def told(result: Result) -> list[Row]:
    assert result.exit_code == 0, result.stderr
    found: list[Row] = json.loads(result.stdout)
    return found


def complaint(result: Result) -> str:
    assert result.exit_code == 2 and not result.stdout
    (line,) = result.stderr.strip().splitlines()
    return line


def test_the_deadline_is_told_day_by_day(folder: Path) -> None:
    (entry,) = told(duban("explain", "R-1", "--out", folder / "out", "--json"))
    assignment = next(clock for clock in entry["clocks"] if clock["owner"] == "ASSIGNMENT")
    assert assignment["deadline"] == "2026-03-09"
    assert {day["day"]: day["counted"] for day in assignment["days"]} == {
        "2026-03-02": None,
        "2026-03-03": 1,
        "2026-03-04": 2,
        "2026-03-05": 3,
        "2026-03-06": 4,
        "2026-03-07": None,
        "2026-03-08": None,
        "2026-03-09": 5,
    }


def test_for_people_it_is_a_text_in_chinese(folder: Path) -> None:
    text = duban("explain", "R-1", "--out", folder / "out").stdout
    assert "积水点整治" in text and "现状 why" in text
    assert "2026-03-07 周六 不计" in text and "2026-03-09 周一 第5日" in text


def test_it_says_why_the_slip_was_issued(folder: Path) -> None:
    (entry,) = told(duban("explain", "R-1", "--out", folder / "out", "--json"))
    assert [(slip["colour"], slip["liability_date"]) for slip in entry["slips"]] == [("WHITE", "2026-03-10")]
    assert [row["reason"] for row in entry["outcomes"] if row["about"] == "ASSIGNMENT"] == ["ESCALATED"]


def test_messages_can_be_rehearsed_for_the_answer(folder: Path) -> None:
    played = ("--events", folder / "events.jsonl", "--policy", folder / "policy.toml", "--until", UNTIL, "--json")
    assert told(duban("explain", "R-1", *played)) == told(duban("explain", "R-1", "--out", folder / "out", "--json"))


def test_what_the_rehearsal_left_remembers_its_policy(folder: Path) -> None:
    versions = {clock["policy"] for clock in told(duban("explain", "R-1", "--out", folder / "out", "--json"))[0]["clocks"]}
    (folder / "out" / "policy.toml").write_text("", "utf-8")
    default = {clock["policy"] for clock in told(duban("explain", "R-1", "--out", folder / "out", "--json"))[0]["clocks"]}
    assert versions != default


def test_all_units_of_a_matter_are_told_or_only_the_one_that_is_asked_for(folder: Path) -> None:
    both = told(duban("explain", "R-2", "--out", folder / "out", "--json"))
    assert [(entry["unit"], entry["role"]) for entry in both] == [("JTJ", "SUPPORTING"), ("SLJ", "LEAD")]
    one = told(duban("explain", "R-2", "--unit", "JTJ", "--out", folder / "out", "--json"))
    assert one == both[:1]


def test_a_matter_may_be_named_by_our_id(folder: Path) -> None:
    (entry,) = told(duban("explain", "R-1", "--out", folder / "out", "--json"))
    assert told(duban("explain", entry["matter_id"], "--out", folder / "out", "--json")) == [entry]


def test_asking_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    told(duban("explain", "R-1", "--out", folder / "out", "--json"))
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_a_database_that_somebody_is_writing_can_be_asked(folder: Path) -> None:
    writer = sqlite3.connect(folder / "out" / "escalation.sqlite", isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert told(duban("explain", "R-1", "--out", folder / "out", "--json"))
    finally:
        writer.close()


# ---------------------------------------------------------------- wrong questions


def test_a_matter_that_nobody_knows_is_named(folder: Path) -> None:
    assert "R-9" in complaint(duban("explain", "R-9", "--out", folder / "out"))


def test_a_unit_that_has_no_part_is_named(folder: Path) -> None:
    assert "JTJ" in complaint(duban("explain", "R-1", "--unit", "JTJ", "--out", folder / "out"))


def test_it_must_be_clear_where_to_look(folder: Path) -> None:
    assert "--events" in complaint(duban("explain", "R-1"))
    both = ("--events", folder / "events.jsonl", "--out", folder / "out")
    assert "--events" in complaint(duban("explain", "R-1", *both))


@pytest.mark.parametrize("option", ["--policy", "--until"])
def test_a_rehearsal_that_is_over_has_its_policy_and_its_end(folder: Path, option: str) -> None:
    value = folder / "policy.toml" if option == "--policy" else UNTIL
    assert option in complaint(duban("explain", "R-1", "--out", folder / "out", option, value))


def test_a_folder_that_no_rehearsal_left_is_named(tmp_path: Path) -> None:
    assert "escalation.sqlite" in complaint(duban("explain", "R-1", "--out", tmp_path))


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    (folder / "out" / "escalation.sqlite").write_bytes(b"not a database, but long enough to be read as one" * 40)
    assert "escalation.sqlite" in complaint(duban("explain", "R-1", "--out", folder / "out"))
