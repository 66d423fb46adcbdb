"""A deployed board gets the messages of a rehearsal at the services' doors, or says which door did not open and why."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from board import config
from board.errors import ConfigError, Refused, Unavailable
from board.ports import Trial
from board.rehearsing import doors as reading
from board.rehearsing import process
from board.rehearsing.doors import Doors
from board.rehearsing.process import Message, Rehearsals, Way
from board.rehearsing.rules import RulesOfTheCommand

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
Answer = tuple[int, dict[str, str], bytes]


def event(id_: str, time: str, recorded: str, **more: str) -> dict[str, Any]:
    return {"id": id_, "type": "progress.reported.v1", "time": time, "recordedtime": recorded, "data": {"text": "办"}} | more


def page(*events: dict[str, Any], more: str | None = None) -> Answer:
    return 200, {}, json.dumps({"items": events, "next": more}).encode()


class Door:
    """An HTTP server that gives these answers in turn, and what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                door.asked.append((parts.path, parse_qs(parts.query), self.headers["Authorization"]))
                status, headers, body = door.answers.pop(0) if door.answers else page()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def doors(door: Door) -> Doors:
    return Doors({"intake": door.url + "/"}, "duban_key", None, 400)


def read(doors: Doors, pauses: list[float] | None = None, until: int = 99) -> list[Message]:
    """All of it; pauses are written down, and after `until` of them nobody waits any more."""
    told = pauses if pauses is not None else []

    def pause(seconds: float) -> bool:
        told.append(seconds)
        return len(told) > until

    return list(doors.read(NOW, pause))


def test_page_after_page_is_asked_for_with_the_key_from_so_many_days_back(door: Door, doors: Doors) -> None:
    prompt = event("a", "2026-06-01T09:00:00+08:00", "2026-06-01T01:00:59Z", arrivaltime="1999-01-01T00:00:00Z")
    late = event("b", "2026-06-01T09:00:00+08:00", "2026-06-03T01:00:00Z")
    old, coming = (
        event("c", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        event("d", "2026-06-10T02:00:00Z", "2026-06-10T02:00:01Z"),
    )
    door.answers = [page(old, prompt, more="next-one"), page(late, coming)]
    found = read(doors)
    since = "2025-05-06T02:00:00Z"
    assert door.asked == [
        ("/v1/inbound", {"since": [since]}, "Bearer duban_key"),
        ("/v1/inbound", {"since": [since], "cursor": ["next-one"]}, "Bearer duban_key"),
    ]
    lines = {line["id"]: line for line in (json.loads(message.body) for message in found)}
    assert {id_: line.get("arrivaltime") for id_, line in lines.items()} == {"c": None, "a": None, "b": "2026-06-03T01:00:00Z"}
    assert all("recordedtime" not in line and line["data"] == {"text": "办"} for line in lines.values())
    arrived = {json.loads(message.body)["id"]: message.arrived for message in found}
    assert arrived["c"] is None  # published long ago: messages are not recorded from then on
    assert arrived["a"] == datetime(2026, 6, 1, 1, 0, 59, tzinfo=UTC)


def test_a_busy_door_is_asked_again_when_it_says_and_one_that_nobody_waits_for_is_left(door: Door, doors: Doors) -> None:
    one, pauses = page(event("a", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z")), list[float]()
    door.answers = [(429, {"Retry-After": "7"}, b""), (503, {"Retry-After": "3600"}, b""), (503, {}, b""), one]
    assert len(read(doors, pauses)) == 1
    assert pauses == [7.0, reading.LONGEST_PAUSE, 1.0]
    door.answers = [(503, {}, b"")] * 9
    assert read(doors, until=3) == []
    assert len(door.asked) == 4 + 4


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((403, {}, b""), "--scope replay"),
        ((401, {}, b""), "BOARD_DOORS_KEY"),
        ((404, {}, b""), "answers 404"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "answers 302"),  # no redirect takes the key elsewhere
        ((200, {}, b"<html>"), "does not answer"),
    ],
)
def test_a_door_that_does_not_open_is_named_with_what_to_do(
    door: Door, doors: Doors, answer: Answer, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "TRIES", 2)
    door.answers = [answer] * 2
    with pytest.raises(Unavailable, match=f"intake.*{told}"):
        read(doors)


def test_a_door_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TRIES", 2)
    with pytest.raises(Unavailable, match="the door of notify does not answer"):
        read(Doors({"notify": "http://127.0.0.1:1"}, "k", None, 1))


# ---------------------------------------------------------------- the process, played by a few lines of Python

PLAYER = """
import json, pathlib, sys
if sys.argv[1] == "--policy":
    place = pathlib.Path(sys.argv[2])
    changed = (place / "changed.toml").read_text()
    if "wrong" in changed:
        print("noise"); print("limits.white: wrong"); sys.exit(2)
    if "crash" in changed:
        sys.exit(1)
    print(json.dumps({"limits.white": (place / "base.toml").read_text() + (place / "published.json").read_text()}))
else:
    place = pathlib.Path(sys.argv[1])
    lines = (place / "messages.jsonl").read_text().splitlines()
    print(json.dumps({"share": 0.5}), flush=True)
    result = {"read": lines, "until": sys.argv[2], "base": (place / "base.toml").read_text()}
    result["beside"] = sorted(path.name for path in place.iterdir())
    (place / "compare.json").write_text(json.dumps(result))
"""
COMMAND = (sys.executable, "-S", "-c", PLAYER)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


class Source:
    """Messages, and what happens while they are read."""

    def __init__(self, *messages: Message, during: Callable[[], Any] = lambda: None) -> None:
        self.messages, self.during = messages, during

    def read(self, now: datetime, pause: Callable[[float], bool]) -> Iterator[Message]:
        for message in self.messages:
            self.during()
            yield message


def rehearsals(source: Any, command: tuple[str, ...] = COMMAND) -> Rehearsals:
    rules = RulesOfTheCommand(command, "base", lambda: [{"version": "1"}], NOW.date)
    return Rehearsals(source, rules, lambda: NOW, Way(command, 60.0, ZoneInfo("Asia/Shanghai")))


def ended(running: Rehearsals) -> Trial:
    running.join()
    found = running.latest()
    assert found is not None
    return found


def test_what_was_read_is_played_and_nothing_stays_behind(temporary: Path) -> None:
    kept = [Message(b"old"), Message(b"b", NOW - timedelta(days=3)), Message(b"a", NOW - timedelta(days=9))]
    running = rehearsals(Source(*kept))
    running.start("x = 1", "王敏")
    found = ended(running)
    assert (found.state, found.by, found.messages, found.since, found.until, found.reading, found.share) == (
        "DONE", "王敏", 3, "2026-06-01", "2026-06-10", False, 1.0
    )  # fmt: skip
    assert found.found == {
        "read": ["old", "b", "a"], "until": "2026-06-10", "base": "base",
        "beside": ["base.toml", "changed.toml", "messages.jsonl", "published.json"],
    }  # fmt: skip
    assert list(temporary.iterdir()) == []


def test_one_that_is_cancelled_while_it_reads_is_over_and_the_next_may_begin(temporary: Path) -> None:
    source = Source(*[Message(b"a")] * 5)
    running = rehearsals(source)
    source.during = running.cancel
    running.start("", "王敏")
    assert ended(running).state == "CANCELLED"
    assert list(temporary.iterdir()) == []
    source.during = lambda: None
    running.start("", "王敏")
    assert ended(running).state == "DONE"


def test_what_keeps_it_from_being_played_is_told(temporary: Path) -> None:
    def away() -> None:
        raise Unavailable("the door of intake")

    for source, told in ((Source(Message(b"a"), during=away), "the door of intake"), (Source(), "no messages are recorded")):
        running = rehearsals(source)
        running.start("", "王敏")
        found = ended(running)
        assert (found.state, told in found.detail) == ("FAILED", True)
    assert list(temporary.iterdir()) == []


def test_the_policy_is_asked_of_the_command_and_a_wrong_change_is_refused_in_its_words() -> None:
    running = rehearsals(Source())
    assert running.hindrance() == ""
    assert running.in_force() == {"limits.white": 'base[{"version": "1"}]'}
    with pytest.raises(Refused, match=r"POLICY: limits\.white: wrong$"):
        running.start("wrong", "王敏")
    with pytest.raises(Refused, match="BOARD_REHEARSE_PYTHON"):
        running.start("crash", "王敏")
    assert running.latest() is None


def test_the_policy_is_asked_anew_when_one_is_published_and_each_day_and_not_in_between() -> None:
    versions, days = ["1"], [NOW.date()]
    rules = RulesOfTheCommand(COMMAND, "", lambda: [{"version": each} for each in versions], lambda: days[-1])
    first = rules.in_force()
    assert rules.in_force() is first
    days.append(NOW.date() + timedelta(days=1))
    second = rules.in_force()
    assert (second is first, second == first) == (False, True)
    versions.append("2")
    assert rules.in_force()["limits.white"] == '[{"version": "1"}, {"version": "2"}]'


@pytest.mark.parametrize("command", [("/nowhere/python",), (sys.executable, "-S", "-c", "import nothing_like_that")])
def test_where_the_command_is_not_installed_the_page_says_what_to_install(command: tuple[str, ...]) -> None:
    assert "install the package `duban`" in rehearsals(Source(), command).hindrance()


def test_what_a_killed_board_left_is_removed_and_what_lives_is_not(temporary: Path) -> None:
    left, living = temporary / f"{process.PREFIX}999999999-abc", temporary / f"{process.PREFIX}1-abc"
    mine = temporary / f"{process.PREFIX}{os.getpid()}-abc"  # in a container every process has the number of the one before it
    for place in (left, mine, living, temporary / "other"):
        place.mkdir()
        (place / "messages.jsonl").write_text("secret")
    process.sweep()
    assert sorted(each.name for each in temporary.iterdir()) == [living.name, "other"]


# ---------------------------------------------------------------- settings

HERE = {"BOARD_DATABASE_URL": "sqlite://", "BOARD_AMQP_URL": "amqp://board:secret@localhost/duban"}
ADDRESSES = "intake=http://127.0.0.1:9104 escalation=https://e, scoring=https://s/x notify=https://n"
WHOLE = HERE | {"BOARD_DOORS": ADDRESSES, "BOARD_DOORS_KEY": "duban_secret"}


def test_doors_key_and_days_make_rehearsals_possible_and_without_doors_there_are_none(tmp_path: Path) -> None:
    assert config.read(HERE).rehearsing is None
    found = config.read(WHOLE).rehearsing
    assert found is not None
    assert found.doors == {
        "intake": "http://127.0.0.1:9104",
        "escalation": "https://e",
        "scoring": "https://s/x",
        "notify": "https://n",
    }
    assert (found.key, found.ca, found.days, found.python) == ("duban_secret", None, 400, sys.executable)
    file = tmp_path / "key"
    file.write_text("duban_other\n")
    file.chmod(0o400)
    told = {key: value for key, value in WHOLE.items() if key != "BOARD_DOORS_KEY"}
    told |= {"BOARD_DOORS_KEY_FILE": str(file), "BOARD_REHEARSE_DAYS": "30", "BOARD_REHEARSE_PYTHON": "/opt/python"}
    found = config.read(told).rehearsing
    assert found is not None
    assert (found.key, found.days, found.python) == ("duban_other", 30, "/opt/python")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"BOARD_DOORS": "intake=http://127.0.0.1"}, "BOARD_DOORS: the services' HTTP doors"),
        ({"BOARD_DOORS": ADDRESSES.replace("https://e", "e")}, "BOARD_DOORS: the services' HTTP doors"),
        ({"BOARD_DOORS": ADDRESSES.replace("https://e", "http://srv")}, "http://srv is read in the clear"),
        ({"BOARD_DOORS_KEY": ""}, "BOARD_DOORS_KEY is missing"),
        ({"BOARD_REHEARSE_DAYS": "0"}, "BOARD_REHEARSE_DAYS: a whole number"),
        ({"BOARD_DOORS_CA": "/nowhere"}, "BOARD_DOORS_CA: /nowhere is no file"),
        ({"BOARD_DOORS": ""}, "BOARD_DOORS_KEY needs BOARD_DOORS"),
    ],
)
def test_what_is_wrong_with_them_is_named(changed: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        config.read(WHOLE | changed)
    assert "duban_secret" not in str(refused.value)


def test_doors_in_the_clear_are_allowed_where_nobody_can_listen() -> None:
    clear = {"BOARD_DOORS": ADDRESSES.replace("https://e", "http://srv"), "BOARD_PLAINTEXT": "allow"}
    found = config.read(WHOLE | clear).rehearsing
    assert found is not None
    assert found.doors["escalation"] == "http://srv"
