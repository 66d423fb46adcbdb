"""A running city tries a changed policy on its own messages: in a process of its own, one at a time, ended at will."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from board.errors import Refused
from board.ports import Trial
from board.rehearsing.process import Rehearsals, Running, spawned
from duban.arrivals import of_event
from duban.rehearsing_beside import COMMAND, acts, of_the_city, play, recorded, told, under_changes
from ground_rules.policy import load_policy
from service_chassis.errors import ConfigError

NOW = datetime(2026, 4, 10, 2, 0, tzinfo=UTC)


def submitted(ref: str, at: str) -> bytes:
    part = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 5, "unit": "WORKDAY"}}
    data = {"external_ref": ref, "title": ref, "source": {"type": "DOCUMENT"}, "standard": "完成", "assignments": [part]}
    about = {"specversion": "1.0", "id": f"s-{ref}", "source": "/office", "type": "matter.submitted.v1", "time": at}
    return json.dumps(about | {"data": data}).encode()


PAST, COMING = submitted("R-1", "2026-03-02T09:00:00+08:00"), submitted("R-2", "2026-04-13T09:00:00+08:00")
STORY = [of_event(json.loads(body), body) for body in (PAST, COMING)]
ACT = submitted("R-3", "2026-04-01T09:00:00+08:00")


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsals]:
    """A city on 10 April, whose board sent one act, and lost one; its temporary files go into `temporary`."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with closing(sqlite3.connect(tmp_path / "board.sqlite")) as database, database:
        database.execute("CREATE TABLE act(id TEXT, at TEXT, state TEXT, body TEXT)")
        rows = [("a", "2026-04-01", "SENT", ACT.decode()), ("b", "2026-04-02", "FAILED", "never left")]
        database.executemany("INSERT INTO act VALUES (?, ?, ?, ?)", rows)
    found = of_the_city(tmp_path, STORY, lambda: NOW, load_policy())
    yield found
    found.cancel()
    found.join()


def ended(city: Rehearsals) -> Trial:
    city.join()
    found = city.latest()
    assert found is not None
    return found


def test_what_has_reached_the_city_is_played_and_nothing_of_what_is_still_to_come(tmp_path: Path, city: Rehearsals) -> None:
    assert recorded(STORY, NOW, tmp_path) == [PAST, ACT]
    assert recorded(STORY, NOW + timedelta(days=30), tmp_path) == [PAST, COMING, ACT]
    assert acts(tmp_path / "not-there.sqlite") == []


def test_the_difference_by_unit_comes_of_the_policy_in_force_and_the_changed_one(city: Rehearsals) -> None:
    city.start('limits.white = { amount = 40, unit = "WORKDAY" }', "王敏")
    with pytest.raises(Refused, match="BUSY"):
        city.start("outage_credit = true", "另一人")
    found = ended(city)
    assert (found.state, found.detail, found.by, found.messages, found.until) == ("DONE", "", "王敏", 2, "2026-04-10")
    assert found.found is not None
    policies = found.found["policies"]
    assert [(row["key"], row["a"], row["b"]) for row in policies["parameters"]] == [("limits.white", "10 WORKDAY", "40 WORKDAY")]
    assert policies["a"]["version"] == load_policy().version  # what the city runs under, not the defaults of rehearsals
    (unit,) = found.found["units"]
    assert (unit["a"]["slips"]["YELLOW"], unit["b"]["slips"]["YELLOW"]) == (1, 0)
    assert found.share == 1.0


@pytest.mark.parametrize(("text", "told"), [("x = ", "nvalid"), ("colour = 1", "colour"), ("[limits]\nwhite = 3", "white")])
def test_a_policy_that_cannot_be_used_is_refused_in_the_policys_words(city: Rehearsals, text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        city.start(text, "王敏")
    assert city.latest() is None


def test_one_that_is_cancelled_ends_and_leaves_nothing_and_the_next_may_begin(tmp_path: Path, city: Rehearsals) -> None:
    city.start("outage_credit = true", "王敏")
    city.cancel()
    assert ended(city).state == "CANCELLED"
    assert list((tmp_path / "temporary").iterdir()) == []
    city.start("outage_credit = true", "王敏")
    city.cancel()
    assert ended(city).state == "CANCELLED"


def test_one_that_takes_too_long_or_is_killed_says_so(city: Rehearsals, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = replace(city._way, seconds=0.0)
    monkeypatch.setattr(city, "_way", hasty)
    city.start("outage_credit = true", "王敏")
    found = ended(city)
    assert (found.state, "was stopped" in found.detail) == ("FAILED", True)
    monkeypatch.undo()
    begin = Running.begin

    def killed(running: Running, spawn: Any) -> Any:
        process = begin(running, spawn)
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(Running, "begin", killed)
    city.start("outage_credit = true", "王敏")
    assert "signal 9" in ended(city).detail


def test_when_the_city_is_gone_its_rehearsal_ends_too_and_takes_the_messages_with_it(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "messages.jsonl").write_bytes(PAST)
    (place / "changed.toml").write_text("", "utf-8")
    process = spawned(COMMAND, place, date(9990, 1, 1))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    assert process.wait(60) == 3
    process.stdout.close()
    assert not place.exists()


def published(version: str, day: str, **parameters: Any) -> dict[str, Any]:
    return {"version": version, "effective_from": day, "parameters": parameters, "by": "李书记"}


def test_what_was_published_counts_and_a_change_holds_in_it_too(tmp_path: Path) -> None:
    """The city was started with 8 workdays, published 6, and asks what 40 would have done all along."""
    later = published("2026-B", "2026-03-10", limits={"white": {"amount": 6, "unit": "WORKDAY"}}, outage_credit=True)
    act = {
        "specversion": "1.0",
        "id": "p",
        "source": "/office",
        "type": "policy.published.v1",
        "time": "2026-03-03T09:00:00+08:00",
    }
    act |= {"data": later}
    (tmp_path / "messages.jsonl").write_bytes(PAST + b"\n" + json.dumps(act).encode() + b"\n")
    (tmp_path / "base.toml").write_text('limits.white = { amount = 8, unit = "WORKDAY" }\n', "utf-8")
    (tmp_path / "published.json").write_text(json.dumps([later]), "utf-8")
    (tmp_path / "changed.toml").write_text('limits.white = { amount = 40, unit = "WORKDAY" }\ncalendar = "none"', "utf-8")
    assert told(tmp_path, datetime(2026, 3, 9, tzinfo=UTC))["limits.white"] == "8 WORKDAY"
    assert told(tmp_path, NOW)["limits.white"] == "6 WORKDAY"
    changed = under_changes(tmp_path, {"limits": {"white": 1, "red": 2}, "calendar": "none"})
    assert changed is not None
    (same, other) = changed.read_bytes().splitlines()
    parameters = {"limits.white": 1, "limits.red": 2, "outage_credit": True}  # the calendar is not for publications
    assert (same, json.loads(other)["data"]["parameters"]) == (PAST, parameters)
    found = play(tmp_path, date(2026, 4, 10))
    rows = {row["key"]: (row["a"], row["b"]) for row in found["policies"]["parameters"]}
    assert rows["limits.white"] == ("6 WORKDAY", "40 WORKDAY")
    (unit,) = found["units"]
    assert (unit["a"]["slips"]["YELLOW"], unit["b"]["slips"]["YELLOW"]) == (1, 0)
    assert found["totals"]["b"]["refused"] == 0


def test_what_the_policy_of_the_start_says_holds_on_both_sides(tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_bytes(PAST + b"\n")
    (tmp_path / "base.toml").write_text('yellow.deduction = "0.10"\n', "utf-8")
    (tmp_path / "changed.toml").write_text('limits.yellow = { amount = 6, unit = "WORKDAY" }', "utf-8")
    found = play(tmp_path, date(2026, 4, 10))
    assert [row["key"] for row in found["policies"]["parameters"]] == ["limits.yellow"]
    assert (found["totals"]["a"]["points"], found["totals"]["b"]["points"]) == ("-0.10", "-0.10")


def test_changes_that_do_not_fit_the_policy_of_the_start_are_told_and_so_is_a_bad_one_of_the_start(tmp_path: Path) -> None:
    (tmp_path / "changed.toml").write_text("[limits]\nwhite = 3", "utf-8")
    with pytest.raises(ConfigError, match=r"^limits.white"):
        told(tmp_path, NOW)
    (tmp_path / "base.toml").write_text("colour = 1", "utf-8")
    with pytest.raises(ConfigError, match=r"^DUBAN_POLICY: colour"):
        told(tmp_path, NOW)
