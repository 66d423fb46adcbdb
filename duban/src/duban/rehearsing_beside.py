"""A changed policy tried on what a running city has recorded, in a process of its own: one at a time, bounded, and ended at will.

The city's messages are those of its story that have arrived and the acts that its board has sent. The process holds one end of a
pipe from the city: when that closes, however the city ended, the process ends too.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

import orjson
from board.errors import Refused
from board.ports import Trial
from ground_rules.policy import Policy, PolicyError, load_policy
from service_chassis.errors import ConfigError

from duban import compare
from duban.arrivals import Arrival
from duban.progress import Progress

MESSAGES, CHANGED, RESULT = "messages.jsonl", "changed.toml", "compare.json"
MOST_SECONDS = 1800.0
"""After which a rehearsal is given up; the sample city's year takes fifteen."""
LEAST_URGENT = 15
"""How much the process steps back for the city (`nice`)."""
CANCELLED, TOO_LONG = "CANCELLED", "TOO_LONG"
"""Why a rehearsal was ended from here."""
TOLD_SECONDS = 0.25
"""Pause between two lines of progress."""


@dataclass(slots=True)
class Running:
    """The process that plays, and why we ended it, if we did."""

    process: subprocess.Popen[bytes]
    ended: str = ""

    def end(self, why: str) -> None:
        """Nobody waits for it any more."""
        self.ended = self.ended or why
        self.process.kill()


class Rehearsals:
    """What the board asks of the city (`board.ports.Rehearsals`). Threads of the board call it."""

    def __init__(self, folder: Path, arrivals: Sequence[Arrival], now: Callable[[], datetime], policy: Policy) -> None:
        self._folder, self._arrivals, self._now, self._policy = folder, arrivals, now, policy
        self._lock = threading.Lock()
        self._trial: Trial | None = None
        self._running: Running | None = None
        self._follower: threading.Thread | None = None

    def in_force(self) -> Mapping[str, str]:
        """The policy of the city."""
        return {row.key: row.value for row in self._policy.rows}

    def latest(self) -> Trial | None:
        """How far it is, or what came of it."""
        return self._trial

    def start(self, overrides: str, by: str) -> None:
        """Begin in a process of its own."""
        check(overrides)
        with self._lock:
            if self._running is not None:
                raise Refused("BUSY", "另一场演练正在进行 / another rehearsal runs; wait for it or cancel it")
            now = self._now()
            lines = recorded(self._arrivals, now, self._folder)
            scratch = tempfile.TemporaryDirectory(prefix="duban-rehearsals-")
            place = Path(scratch.name)
            (place / MESSAGES).write_bytes(b"".join(line + b"\n" for line in lines))
            (place / CHANGED).write_text(overrides, "utf-8")
            until = now.astimezone(self._policy.zone).date()
            self._trial = Trial("RUNNING", by, overrides, len(lines), until.isoformat())
            self._running = Running(spawned(place, until))
            self._follower = threading.Thread(target=self._follow, args=(self._running, scratch), name="rehearsal", daemon=True)
            self._follower.start()

    def cancel(self) -> None:
        """End the one that runs."""
        with self._lock:
            if self._running is not None:
                self._running.end(CANCELLED)

    def join(self) -> None:
        """Wait until the one that runs has ended."""
        if self._follower is not None:
            self._follower.join()

    def _follow(self, running: Running, scratch: tempfile.TemporaryDirectory[str]) -> None:
        """Read how far the process is until it ends, then what came of it."""
        assert running.process.stdout is not None and running.process.stdin is not None
        limit = threading.Timer(MOST_SECONDS, running.end, (TOO_LONG,))
        limit.daemon = True
        limit.start()
        last = b""
        with scratch, running.process:
            for line in running.process.stdout:
                last = line
                if line.startswith(b"{"):
                    self._trial = replace(cast(Trial, self._trial), share=float(orjson.loads(line)["share"]))
            code = running.process.wait()
            limit.cancel()
            ended = self._ended(running, code, Path(scratch.name), last.decode("utf-8", "replace").strip())
        with self._lock:
            self._trial, self._running = ended, None

    def _ended(self, running: Running, code: int, place: Path, last: str) -> Trial:
        trial = cast(Trial, self._trial)
        if running.ended == CANCELLED:
            return replace(trial, state=CANCELLED)
        if code == 0:
            return replace(trial, state="DONE", share=1.0, found=orjson.loads((place / RESULT).read_bytes()))
        minutes = f"{MOST_SECONDS / 60:.0f}"
        if running.ended == TOO_LONG:
            last = f"超过{minutes}分钟，已停止 / it took more than {minutes} minutes and was stopped"
        elif code < 0:
            last = f"演练进程被信号{-code}终止 / signal {-code} ended its process; is there memory enough?"
        return replace(trial, state="FAILED", detail=last)


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


def spawned(place: Path, until: date) -> subprocess.Popen[bytes]:
    """The process, which leaves nothing outside the folder, however it ends. Ctrl-C reaches the city only."""
    command = [sys.executable, "-m", "duban.rehearsing_beside", str(place), until.isoformat()]
    pipe, within = subprocess.PIPE, {**os.environ, "TMPDIR": str(place)}
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=within, start_new_session=True)


# ---------------------------------------------------------------- in the process


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


def end_with_the_city() -> None:
    """Wait for the end of the pipe, and end at once: nothing that this process leaves is needed then."""
    os.read(sys.stdin.fileno(), 1)  # not through the buffer, whose lock the interpreter wants at its own end
    os._exit(3)


def main(place: Path, until: date) -> int:
    """Compare, and leave the result in the folder; what stops it is said in one line."""
    os.nice(LEAST_URGENT)
    threading.Thread(target=end_with_the_city, daemon=True).start()
    wanted = compare.Wanted(place / MESSAGES, None, place / CHANGED, until, as_lived=True, shown=Lines)
    try:
        found: dict[str, Any] = compare.compare(wanted, lambda told: None)
    except ConfigError as error:
        print(str(error), flush=True)
        return 2
    (place / RESULT).write_bytes(compare.encoded(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])))
