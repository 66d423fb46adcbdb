"""`duban run` may be killed at any point: started again it goes on, nothing is lost and nothing happens twice."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

UNTIL = "2026-02-05"
"""By then the opening scene has reached its reds."""

AS_FAST_AS_POSSIBLE = "1e9"

KILLED_AFTER = (1, 2, 5, 12, 23, 40, 77)
"""Lines of output after which the process is killed, start by start."""


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    program = "from duban.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "run",
        "--folder",
        str(folder),
        "--speed",
        AS_FAST_AS_POSSIBLE,
        "--board",
        "off",
        *options,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return out


def published(folder: Path) -> list[dict[str, Any]]:
    """Everything that was ever published, from the broker's archive."""
    with sqlite3.connect(folder / "broker.sqlite") as db:
        found = [json.loads(body) for (body,) in db.execute("SELECT body FROM archive ORDER BY seq")]
    db.close()
    return found


def table(folder: Path, service: str, query: str) -> list[Any]:
    with sqlite3.connect(folder / f"{service}.sqlite") as db:
        found = db.execute(query).fetchall()
    db.close()
    return found


def by_id(events: list[dict[str, Any]]) -> dict[str, str]:
    """id → content; an event that was published again is the same event."""
    found: dict[str, str] = {}
    for event in events:
        content = json.dumps(event, sort_keys=True, ensure_ascii=False)
        assert found.setdefault(event["id"], content) == content
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    finish(start(folder, "--until", UNTIL))
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    for lines in KILLED_AFTER:
        process = start(folder, "--until", UNTIL)
        assert process.stdout is not None
        for _ in range(lines):
            if not process.stdout.readline():
                break
        process.kill()
        process.communicate()
    finish(start(folder, "--until", UNTIL))
    return folder


def test_the_same_events_are_published_as_without_being_killed(undisturbed: Path, killed: Path) -> None:
    want, got = by_id(published(undisturbed)), by_id(published(killed))
    assert {event["type"] for event in published(killed)} >= {"escalation.slip.issued.v1", "scoring.score.deducted.v1"}
    assert set(want) - set(got) == set(), "lost"
    assert set(got) - set(want) == set(), "twice"
    assert got == want


def test_the_ledger_of_points_is_the_same(undisturbed: Path, killed: Path) -> None:
    def entries(folder: Path) -> dict[str, str]:
        return by_id([event for event in published(folder) if event["type"].startswith("scoring.")])

    assert entries(killed) == entries(undisturbed) != {}


def test_nothing_is_left_in_a_queue_or_an_outbox(killed: Path) -> None:
    with sqlite3.connect(killed / "broker.sqlite") as db:
        assert db.execute("SELECT count(*) FROM message").fetchone() == (0,)
    db.close()
    for service in ("intake", "escalation", "scoring", "notify"):
        assert table(killed, service, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)]


def test_no_message_of_the_story_is_refused_or_parked(undisturbed: Path) -> None:
    for service in ("intake", "escalation", "scoring", "notify"):
        assert table(undisturbed, service, "SELECT type, code, detail FROM refusal") == []
        assert table(undisturbed, service, "SELECT code, reason FROM parked") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_asked_and_goes_on_at_the_next_start(
    tmp_path: Path, undisturbed: Path, number: signal.Signals
) -> None:
    process = start(tmp_path, "--until", UNTIL)
    assert process.stdout is not None
    for _ in range(8):
        process.stdout.readline()
    process.send_signal(number)
    assert "stopped" in finish(process).splitlines()[-1]
    finish(start(tmp_path, "--until", UNTIL))
    assert by_id(published(tmp_path)) == by_id(published(undisturbed))


def test_it_can_be_started_over(tmp_path: Path) -> None:
    finish(start(tmp_path, "--until", "2026-01-06"))
    first = by_id(published(tmp_path))
    finish(start(tmp_path, "--until", "2026-01-04", "--fresh"))
    again = by_id(published(tmp_path))
    assert set(again) < set(first)


def test_a_second_one_on_the_same_folder_is_told_so(tmp_path: Path) -> None:
    process = start(tmp_path, "--speed", "1")
    try:
        assert process.stdout is not None
        process.stdout.readline()
        while not (tmp_path / "intake.sqlite").exists():
            assert process.poll() is None
        second = start(tmp_path)
        _, complaint = second.communicate(timeout=60)
        assert second.returncode == 2 and "another duban runs on" in complaint
    finally:
        process.terminate()
        process.communicate()
