"""A changed policy tried on recorded messages, in a process of its own: one at a time, bounded, and ended at will.

What is played is the command of the package `duban`, which knows the rules; the board knows how it is called and what it leaves.
The process holds one end of a pipe from the board: when that closes, however the board ended, the process ends too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, Protocol, cast
from zoneinfo import ZoneInfo

from board.errors import Refused, Unavailable
from board.ports import Trial

MESSAGES, BASE, CHANGED, PUBLISHED, RESULT = "messages.jsonl", "base.toml", "changed.toml", "published.json", "compare.json"
"""Files of the folder that the process is given: what is played, the policy that the services are started with, what differs from
it, the policies that were published, and what the process leaves."""
PREFIX = "duban-rehearsals-"
CANCELLED, TOO_LONG = "CANCELLED", "TOO_LONG"
"""Why a rehearsal was ended from here."""
TOLD_EVERY = 1_000
"""Messages after which the page is told how many were read."""


class Message(NamedTuple):
    """One recorded message as a line of the file; `arrived` where it counts for the day from which on they are recorded."""

    body: bytes
    arrived: datetime | None = None


class Source(Protocol):
    """Where the messages come from."""

    def read(self, now: datetime, pause: Callable[[float], bool]) -> Iterable[Message]:
        """All that arrived until now. `pause` waits so many seconds, and says whether nobody wants them any more. Unavailable or
        Refused, in words for people, where they cannot be had."""
        ...


class Rules(Protocol):
    """Who knows what a policy may say."""

    def hindrance(self) -> str:
        """Why nothing can be played here and what to do; empty where it can."""
        ...

    def in_force(self) -> Mapping[str, str]:
        """As of `board.ports.Rehearsals`."""
        ...

    def check(self, overrides: str) -> None:
        """Refused where the changed policy cannot be used, in the policy's own words."""
        ...

    def lay_out(self, place: Path) -> None:
        """Put beside the messages what the process must know of the policy in force."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """How the process is called, how long it may take, and in which zone its last day ends."""

    command: Sequence[str]
    seconds: float
    zone: ZoneInfo


@dataclass(slots=True)
class Running:
    """A rehearsal on its way, and why we ended it, if we did."""

    ended: str = ""
    process: subprocess.Popen[bytes] | None = None
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, spawn: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes] | None:
        """Start the process, unless nobody waits for it any more."""
        with self._lock:
            if not self.ended:
                self.process = spawn()
            return self.process

    def end(self, why: str) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self.ended = self.ended or why
            self.over.set()
            if self.process is not None:
                self.process.kill()


class Rehearsals:
    """What the rehearsal page asks (`board.ports.Rehearsals`). Threads of the board call it."""

    def __init__(self, source: Source, rules: Rules, now: Callable[[], datetime], way: Way) -> None:
        self._source, self._rules, self._now, self._way = source, rules, now, way
        self._lock = threading.Lock()
        self._trial: Trial | None = None
        self._running: Running | None = None
        self._follower: threading.Thread | None = None

    def hindrance(self) -> str:
        """Why nothing can be played here."""
        return self._rules.hindrance()

    def in_force(self) -> Mapping[str, str]:
        """The policy of the city."""
        return self._rules.in_force()

    def latest(self) -> Trial | None:
        """How far it is, or what came of it."""
        return self._trial

    def start(self, overrides: str, by: str) -> None:
        """Begin beside the board: read, then play."""
        self._rules.check(overrides)
        with self._lock:
            if self._running is not None:
                raise Refused("BUSY", "另一场演练正在进行 / another rehearsal runs; wait for it or cancel it")
            now = self._now()
            until = now.astimezone(self._way.zone).date()
            self._trial = Trial("RUNNING", by, overrides, 0, until.isoformat(), reading=True)
            self._running = Running()
            told = (self._running, overrides, now, until)
            self._follower = threading.Thread(target=self._follow, args=told, name="rehearsal", daemon=True)
            self._follower.start()

    def cancel(self) -> None:
        """End the one that runs."""
        with self._lock:
            if self._running is not None:
                self._running.end(CANCELLED)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the one that runs has ended."""
        if self._follower is not None:
            self._follower.join(timeout)

    def _follow(self, running: Running, overrides: str, now: datetime, until: date) -> None:
        """The whole life of one; whatever happens, the next may begin."""
        limit = threading.Timer(self._way.seconds, running.end, (TOO_LONG,))
        limit.daemon = True
        limit.start()
        try:
            with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as scratch:
                ended = self._lived(running, Path(scratch), overrides, now, until)
        except (Refused, Unavailable) as error:
            ended = self._failed(running, str(error.detail if isinstance(error, Refused) else error))
        except Exception as error:  # the page must tell of it, and not stand for ever
            ended = self._failed(running, f"{type(error).__name__}: {error}")
            raise
        finally:
            limit.cancel()
            with self._lock:
                self._trial, self._running = ended, None

    def _lived(self, running: Running, place: Path, overrides: str, now: datetime, until: date) -> Trial:
        (place / CHANGED).write_text(overrides, "utf-8")
        self._rules.lay_out(place)
        self._read(running, place / MESSAGES, now)
        trial = cast(Trial, self._trial)
        if not trial.messages:
            return self._failed(running, "没有记录任何报文 / no messages are recorded")
        code, last = self._played(running, place, until)
        if code == 0 and not running.ended:
            found = json.loads((place / RESULT).read_bytes())
            return replace(cast(Trial, self._trial), state="DONE", share=1.0, found=found)
        if code < 0 and not running.ended:
            last = f"演练进程被信号{-code}终止 / signal {-code} ended its process; is there memory enough?"
        return self._failed(running, last)

    def _read(self, running: Running, file: Path, now: datetime) -> None:
        """Write the messages down, a line each."""
        number, first = 0, None
        with file.open("wb") as lines:
            for message in self._source.read(now, running.over.wait):
                if running.ended:
                    return
                lines.write(message.body + b"\n")
                number += 1
                if message.arrived is not None:
                    first = min(first or message.arrived, message.arrived)
                if number % TOLD_EVERY == 0:
                    self._trial = replace(cast(Trial, self._trial), messages=number)
        since = first.astimezone(self._way.zone).date().isoformat() if first is not None else ""
        self._trial = replace(cast(Trial, self._trial), messages=number, since=since, reading=False)

    def _played(self, running: Running, place: Path, until: date) -> tuple[int, str]:
        """Read how far the process is until it ends: its exit code, and its last line."""
        process = running.begin(lambda: spawned(self._way.command, place, until))
        if process is None:
            return 0, ""
        assert process.stdout is not None
        last = b""
        with process:
            for line in process.stdout:
                last = line
                if line.startswith(b"{"):
                    self._trial = replace(cast(Trial, self._trial), share=float(json.loads(line)["share"]))
            return process.wait(), last.decode("utf-8", "replace").strip()

    def _failed(self, running: Running, why: str) -> Trial:
        trial = replace(cast(Trial, self._trial), reading=False)
        if running.ended == CANCELLED:
            return replace(trial, state=CANCELLED)
        if running.ended == TOO_LONG:
            minutes = f"{self._way.seconds / 60:.0f}"
            why = f"超过{minutes}分钟，已停止 / it took more than {minutes} minutes and was stopped"
        return replace(trial, state="FAILED", detail=why)


def spawned(command: Sequence[str], place: Path, until: date) -> subprocess.Popen[bytes]:
    """The process, which leaves nothing outside the folder, however it ends. Ctrl-C reaches the board only."""
    pipe, within = subprocess.PIPE, {**os.environ, "TMPDIR": str(place)}
    asked = [*command, str(place), until.isoformat()]
    return subprocess.Popen(asked, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=within, start_new_session=True)


def sweep() -> None:
    """Remove what boards that were killed have left: the messages in it are no longer anybody's."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and (int(owner) == os.getpid() or not Path(f"/proc/{owner}").exists()):
            shutil.rmtree(folder, ignore_errors=True)
