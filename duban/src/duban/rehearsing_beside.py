"""A changed policy tried on what a city has recorded, in a process of its own (`board.rehearsing` says how it is called).

The messages of a sample city are those of its story that have arrived and the acts that its board has sent; a deployed board
reads them at the services' doors. The process holds one end of a pipe from the board: when that closes, however the board ended,
the process ends too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson
from board.errors import Refused
from board.rehearsing.process import BASE, CHANGED, MESSAGES, PUBLISHED, RESULT, Message, Rehearsals, Way
from board.rehearsing.rules import ASKED
from ground_rules.policy import Policy, PolicyError, load_policy
from ground_rules.publication import Published, laid_over, publishable
from service_chassis.clock import SystemClock
from service_chassis.errors import ConfigError

from duban import compare
from duban.arrivals import Arrival
from duban.progress import Progress
from duban.rehearse import read_policy

MOST_SECONDS = 1800.0
"""After which a rehearsal of the sample city is given up; its year takes fifteen."""
COMMAND = (sys.executable, "-m", "duban.rehearsing_beside")
LEAST_URGENT = 15
"""How much the process steps back for the city (`nice`)."""
FIRST_TO_GO = 1000
"""How much rather it than the city is ended where memory runs out (`oom_score_adj`)."""
TOLD_SECONDS = 0.25
"""Pause between two lines of progress."""
GONE = threading.Event()
"""Set once nobody waits for this process: what fails from then on fails for want of its folder."""
REMOVALS = 100
"""How often the folder is removed at most while the rehearsal still writes there."""
FOR_B = "messages_b.jsonl"
PUBLICATION = "policy.published.v1"


# ---------------------------------------------------------------- the sample city


def of_the_city(folder: Path, arrivals: Sequence[Arrival], now: Callable[[], datetime], policy: Policy) -> Rehearsals:
    """What the board of a sample city asks."""
    return Rehearsals(_Story(folder, arrivals), _Rules(policy), now, Way(COMMAND, MOST_SECONDS, policy.zone))


@dataclass(frozen=True, slots=True)
class _Story:
    """The city's story until now, and what persons sent from its board (`board.rehearsing.process.Source`)."""

    folder: Path
    arrivals: Sequence[Arrival]

    def read(self, now: datetime, pause: Callable[[float], bool]) -> list[Message]:
        return [Message(body) for body in recorded(self.arrivals, now, self.folder)]


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of this process's own policy (`board.rehearsing.process.Rules`)."""

    policy: Policy

    def hindrance(self) -> str:
        return ""

    def in_force(self) -> Mapping[str, str]:
        return _rows(self.policy)

    def check(self, overrides: str) -> None:
        check(overrides)

    def lay_out(self, place: Path) -> None:
        """The city lives by the default policy."""


def check(overrides: str) -> None:
    """Refused where the changed policy cannot be used, in the policy's own words."""
    try:
        load_policy(tomllib.loads(overrides))
    except (tomllib.TOMLDecodeError, PolicyError) as error:
        raise Refused("POLICY", str(error)) from error


def recorded(arrivals: Sequence[Arrival], now: datetime, folder: Path) -> list[bytes]:
    """The messages that have reached the city: of its story until now, and what persons sent from the board."""
    return [arrival.body for arrival in arrivals if arrival.instant <= now] + acts(folder / "board.sqlite")


def acts(path: Path) -> list[bytes]:
    """The bodies of the acts that went out of the board; none while it has no file yet."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM act WHERE state <> 'FAILED' ORDER BY at, id").fetchall()
    except sqlite3.OperationalError:
        if path.is_file():
            raise Refused("BUSY", "看板正忙，请再试一次 / the board's file is busy; try again") from None
        return []
    return [body.encode("utf-8") for (body,) in rows]


# ---------------------------------------------------------------- in the process: what the policy is


def told(place: Path, now: datetime) -> dict[str, str]:
    """Parameter → value in force, of the policy in the folder and what was published. ConfigError, in the policy's words, for
    changes that cannot be laid over it."""
    base = _laid_over({}, place, BASE, "DUBAN_POLICY: ")
    _laid_over(base, place, CHANGED, "")
    return _rows(Published(load_policy(base), (), _published(place)).at(now))


def _laid_over(beneath: Mapping[str, Any], place: Path, name: str, said: str) -> dict[str, Any]:
    """The overrides of a file, where there is one, over others; ConfigError where they come to no policy."""
    file = _file(place, name)
    try:
        found = laid_over(beneath, tomllib.loads(file.read_text("utf-8") if file else ""))
        load_policy(found)
    except (tomllib.TOMLDecodeError, PolicyError) as error:
        raise ConfigError(f"{said}{' '.join(str(error).split())}") from error
    return found


def _rows(policy: Policy) -> dict[str, str]:
    return {row.key: row.value for row in policy.rows}


def _file(place: Path, name: str) -> Path | None:
    return place / name if (place / name).is_file() else None


def _published(place: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads((place / PUBLISHED).read_bytes()) if _file(place, PUBLISHED) else []
    return found


# ---------------------------------------------------------------- in the process: playing


class Lines(Progress):
    """How far both rehearsals together are, a line of JSON at a time."""

    begun = 0
    """Rehearsals that have begun in this process, of two."""

    def __init__(self, stream: IO[str], total: int, zone: ZoneInfo, label: str = "") -> None:
        super().__init__(stream, total, zone, label)
        self._before, self._of, self._at = Lines.begun / 2, total, 0.0
        Lines.begun += 1

    def show(self, instant: datetime, played: int) -> None:
        """Say it, now and then."""
        now = time.monotonic()
        if now - self._at >= TOLD_SECONDS:
            self._at = now
            print(f'{{"share": {self._before + played / max(self._of, 1) / 2:.3f}}}', flush=True)


def play(place: Path, until: date) -> dict[str, Any]:
    """Compare the policy in force with the changed one; a policy that was published on the way is changed alike."""
    changes = tomllib.loads((place / CHANGED).read_text("utf-8"))
    for_b = under_changes(place, changes)
    wanted = compare.Wanted(
        place / MESSAGES, _file(place, BASE), place / CHANGED, until, as_lived=True, shown=Lines, over_a=True, for_b=for_b
    )
    found = compare.compare(wanted, lambda told: None)
    if for_b is not None:
        found["policies"]["parameters"] = _differences(place, changes, until)
    return found


def under_changes(place: Path, changes: Mapping[str, Any]) -> Path | None:
    """The messages as they would have come had the changes held all along: in every policy that was published, too. None where
    none was."""
    lines, there = place / MESSAGES, False
    with lines.open("rb") as before, (place / FOR_B).open("wb") as after:
        for line in before:
            publishes = PUBLICATION.encode() in line
            there = there or publishes
            after.write(_republished(line, changes) if publishes else line)
    if there:
        return place / FOR_B
    (place / FOR_B).unlink()
    return None


def _republished(line: bytes, changes: Mapping[str, Any]) -> bytes:
    """One that no service could read stays as it is, to be refused on both sides alike."""
    event = orjson.loads(line)
    try:
        if event["type"] == PUBLICATION:
            event["data"]["parameters"] = laid_over(event["data"]["parameters"], publishable(changes))
    except (PolicyError, KeyError, TypeError, AttributeError):
        return line
    return orjson.dumps(event) + b"\n"


def _differences(place: Path, changes: Mapping[str, Any], day: date) -> list[dict[str, Any]]:
    """The parameters that differ on a day, with what was published by then."""
    published = _published(place)
    changed = [one | {"parameters": laid_over(one["parameters"], publishable(changes))} for one in published]
    a = read_policy(_file(place, BASE), rehearsal=False)[0]
    b = read_policy(place / CHANGED, rehearsal=False, beneath=_file(place, BASE))[0]
    sides = Published(a, (), published).on(day), Published(b, (), changed).on(day)
    found: list[dict[str, Any]] = compare.described(dict.fromkeys(compare.SIDES), *sides)["parameters"]
    return found


def step_back() -> None:
    """The city goes first: for the processor, and where memory runs out. Where a sandbox forbids it, both go on as they are."""
    with contextlib.suppress(OSError):
        os.nice(LEAST_URGENT)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO), "ascii")


def end_with_the_board(place: Path) -> None:
    """Wait for the end of the pipe, and end at once: nothing in the folder is needed then, and it holds what units reported."""
    os.read(sys.stdin.fileno(), 1)  # not through the buffer, whose lock the interpreter wants at its own end
    GONE.set()
    for _ in range(REMOVALS):
        shutil.rmtree(place, ignore_errors=True)
        if not place.exists():
            break
    os._exit(3)


def main(words: Sequence[str]) -> int:
    """Play, and leave the result in the folder; or tell the policy. What stops it is said in one line."""
    try:
        if words[0] == ASKED:
            print(orjson.dumps(told(Path(words[1]), SystemClock().now())).decode(), flush=True)
            return 0
        leave_the_result(Path(words[0]), date.fromisoformat(words[1]))
    except ConfigError as error:
        print(str(error), flush=True)
        return 2
    return 0


def leave_the_result(place: Path, until: date) -> None:
    """Play while the board lives."""
    step_back()
    guard = threading.Thread(target=end_with_the_board, args=(place,), daemon=True)
    guard.start()
    try:
        (place / RESULT).write_bytes(compare.encoded(play(place, until)))
    except Exception:
        if GONE.is_set():
            guard.join()  # it ends the process
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
