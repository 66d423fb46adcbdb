"""The command line: wrong input is one clear line and exit code 2; nothing heavy is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from duban.cli import main

EVENT = {
    "specversion": "1.0",
    "id": "m-1",
    "source": "/office",
    "type": "matter.submitted.v1",
    "time": "2026-03-02T09:00:00+08:00",
    "data": {},
}


def duban(*arguments: object, **environment: str) -> Result:
    return CliRunner(env={"AMQP_URL": "", "SPEED": "", "FRESH": "", "FOR": "", **environment}).invoke(
        main, [str(a) for a in arguments]
    )


def complaint(result: Result) -> str:
    """The one line that was said; anything else fails."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    assert "Traceback" not in result.output
    return result.stderr.strip().splitlines()[-1]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(EVENT) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("command", ["rehearse", "explain", "run", "publish", "watch", "print", "bulletin"])
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    text = duban(command, "--help").output
    assert "/ " in text and any("\u4e00" <= letter <= "\u9fff" for letter in text)
    assert command in duban("--help").output


def test_help_loads_no_library_that_takes_time() -> None:
    program = "import sys; from duban.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "alembic", "rich", "kombu", "amqp", "nameko", "eventlet", "marshmallow"} & set(loaded)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere.jsonl" in complaint(duban("rehearse", tmp_path / "nowhere.jsonl"))


@pytest.mark.parametrize("until", ["2026-13-01", "tomorrow", "2026-02-30", "20260101"])
def test_a_date_that_is_none_is_named(events: Path, until: str) -> None:
    assert until in complaint(duban("rehearse", events, "--until", until))


def test_a_policy_that_is_not_toml_is_named(events: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[approval\nred =", "utf-8")
    assert "policy.toml: not TOML" in complaint(duban("rehearse", events, "--policy", policy))


def test_every_wrong_policy_key_is_named_at_once(events: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('colour = "green"\nissue_time = "25:00"\n[approval]\nred = "perhaps"\n', "utf-8")
    text = complaint(duban("rehearse", events, "--policy", policy))
    assert all(word in text for word in ("colour", "issue_time", "approval.red"))


def test_a_policy_that_is_not_utf8_is_named(events: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_bytes(b'timezone = "\xff"\n')
    assert "not TOML" in complaint(duban("rehearse", events, "--policy", policy))


def test_an_output_folder_that_cannot_be_made_is_named(events: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert "file" in complaint(duban("rehearse", events, "--out", tmp_path / "file" / "below"))


@pytest.mark.parametrize(("option", "value"), [("--speed", "0"), ("--speed", "fast"), ("--for", "never"), ("--for", "-3s")])
def test_a_pace_or_length_that_is_none_is_named(option: str, value: str, tmp_path: Path) -> None:
    assert value in complaint(duban("run", option, value, "--folder", tmp_path))


def test_publishing_and_watching_need_a_broker(events: Path) -> None:
    assert "AMQP_URL" in complaint(duban("publish", events))
    assert "AMQP_URL" in complaint(duban("watch"))


@pytest.mark.parametrize("url", ["amqp://guest:secret@127.0.0.1:1/", "http://broker", "amqp://"])
def test_a_broker_that_is_not_there_is_one_line_and_never_shows_the_password(events: Path, url: str) -> None:
    for command in (["publish", events], ["watch", "#"]):
        text = complaint(duban(*command, AMQP_URL=url))
        assert text.startswith("duban: ") and "secret" not in text
