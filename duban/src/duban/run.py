"""`duban run`: the sample city on this machine, live, at a pace; stopped and started again at will.

It may be killed at any point. The instant that is about to be played is written down first; the next start plays it again as
a whole: messages of the story have ids of their own, so what was already taken in is dropped by the services' inboxes, and what
was announced but not yet published is still in their outboxes.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import IO

import orjson
from board.serving import Address
from ground_rules.limits import start_of_day
from ground_rules.policy import Policy, load_policy
from service_chassis.clock import VirtualClock
from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Outgoing

from duban import chain, printing_beside, site
from duban.arrivals import Arrival, of_event
from duban.board import Board
from duban.errands import Errands
from duban.live import View, view
from duban.pace import Pace
from duban.player import Player
from duban.sample_city import story

DAY_PER_SECOND = 86_400.0
"""Virtual seconds per real second; 1 is real time."""

AFTER_THE_STORY = timedelta(days=60)
"""How long the clocks go on after the last message of the story."""

NAP_SECONDS = 0.1
"""The longest sleep between two looks at the clock and at signals."""

POSITION, LOCK = "position.json", "lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to run: the folder of the city's files, virtual per real seconds, whether to start over, and when to stop by itself:
    after so many real seconds, or at the end of a local day of the city."""

    folder: Path
    speed: float
    fresh: bool = False
    lasting: float | None = None
    until: date | None = None
    slips: Path | None = None
    """Where slips are printed; None: nowhere."""
    board: Address | None = None
    """Where the board listens; None: nowhere."""


class Stop:
    """Set by Ctrl-C and SIGTERM; the loop ends after the instant that is being played."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once


def run(wanted: Wanted, out: IO[str]) -> None:
    """Run until stopped, until the time is up, or until the story is over."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with locked(wanted.folder):
            if wanted.fresh:
                forget(wanted.folder)
            with printing_beside.beside(wanted.folder, wanted.slips, wanted.fresh, out):
                _run(wanted, out, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(wanted: Wanted, out: IO[str], stop: Stop) -> None:
    policy = load_policy()
    arrivals = the_story(policy)
    position = read_position(wanted.folder)
    clock = VirtualClock(position or story.opening(policy))
    with chain.opened(wanted.folder, policy, clock, durable=True) as running:
        board, errands = Board(), Errands()
        city = City(running, board, Player(running.driver, clock, arrivals), wanted)
        city.recover(position)
        pace = Pace(clock.now(), wanted.speed)
        with site.beside(wanted.folder, wanted.board, running, arrivals, errands, city.act, pace, out) as counter:
            shown = view(out, board, policy.zone, pace.speed)
            try:
                why = loop(city, shown, wanted, stop, pace, errands, counter)
            except BaseException:
                shown.close("")
                raise
            shown.close(f"{why}；数据在 data in {wanted.folder}")


def the_story(policy: Policy) -> list[Arrival]:
    """The messages of the sample city in order of arrival."""
    return sorted(of_event(event, orjson.dumps(event)) for event in story.story(policy))


class City:
    """The chain with its story, its place in it, and the board."""

    def __init__(self, running: chain.Chain, board: Board, player: Player, wanted: Wanted) -> None:
        self.running, self.board, self.player, self.folder = running, board, player, wanted.folder
        self.end = player.arrivals[-1].instant + AFTER_THE_STORY
        if wanted.until is not None:
            self.end = min(self.end, start_of_day(wanted.until + timedelta(days=1), running.policy.zone))
        self._archived = 0

    def recover(self, position: datetime | None) -> None:
        """Play the instant once more that was under way when the process ended, and fill the board from the archive."""
        if position is not None:
            self.player.played = bisect_left(self.player.arrivals, position, key=lambda arrival: arrival.instant)
        self.player.play(self.player.clock.now())
        for _ in self.news():
            pass

    def news(self) -> Iterator[object]:
        """The lines of the events that were published since the last call."""
        for place, _, body in self.running.broker.archived(self._archived):
            self._archived = place
            line = self.board.apply(orjson.loads(body))
            if line is not None:
                yield line

    def next_instant(self) -> datetime | None:
        """When the next thing happens; None when the story, or the wanted part of it, is over."""
        instant = self.player.next_instant()
        return instant if instant is not None and instant < self.end else None

    def advance(self, now: datetime) -> None:
        """Nothing happens until `now`; what a person does next is done then."""
        self.player.clock.move_to(max(now, self.player.clock.now()))

    def act(self, message: Outgoing) -> None:
        """What a person does on the board reaches the chain now; the next start does not go back behind it."""
        write_position(self.folder, self.player.clock.now())
        self.running.driver.deliver([message])
        self.running.driver.settle()
        self.running.driver.tick()

    def play(self, instant: datetime, shown: View) -> None:
        """Let an instant happen, and tell what came of it."""
        write_position(self.folder, instant)
        self.player.play(instant)
        for line in self.news():
            shown.tell(line)  # type: ignore[arg-type]


def loop(city: City, shown: View, wanted: Wanted, stop: Stop, pace: Pace, errands: Errands, counter: site.Counter | None) -> str:
    """Play each instant when its time has come, and do what the board asks for in between; returns why it ended."""
    began = time.monotonic()
    while not stop.asked:
        if wanted.lasting is not None and time.monotonic() - began >= wanted.lasting:
            return "时间到 time is up"
        instant, now = city.next_instant(), pace.wanted()
        if instant is None:
            if counter is None or wanted.until is not None:
                told = "已到指定日期 the wanted day is over" if wanted.until else "故事讲完了 the story is over"
                return f"{told}（FRESH=1 重新开始 starts over）"
            pace.end()  # the board stays open until it is stopped
            errands.run(NAP_SECONDS)
            continue
        if instant <= now:
            city.play(instant, shown)
            pace.reach(instant)
            shown.show(instant)
            errands.run(0)
            continue
        city.advance(now)
        pace.reach(now)
        shown.show(now)
        errands.run(min(NAP_SECONDS, (instant - now).total_seconds() / pace.speed()))
        for line in city.news():
            shown.tell(line)  # type: ignore[arg-type]
    return "已停止，下次从这里继续 stopped, the next start goes on from here"


# ---------------------------------------------------------------- the folder


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process per folder; a second one is told so."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror or error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ConfigError(f"another duban runs on {folder}; stop it, or give another --folder") from None
    finally:
        os.close(descriptor)


def forget(folder: Path) -> None:
    """Delete the city's own files, and nothing else that may lie in the folder."""
    for pattern in ("*.sqlite", "*.sqlite-wal", "*.sqlite-shm", f"{POSITION}*"):
        for path in folder.glob(pattern):
            path.unlink()


def read_position(folder: Path) -> datetime | None:
    """The instant that was being played last, or None at the beginning."""
    try:
        return datetime.fromisoformat(json.loads((folder / POSITION).read_text("utf-8"))["instant"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{folder / POSITION} cannot be read ({error}); FRESH=1 starts over") from error


def write_position(folder: Path, instant: datetime) -> None:
    """Replace the file as a whole, so that being killed leaves the old or the new one."""
    path = folder / f"{POSITION}.new"
    with path.open("w", encoding="utf-8") as out:
        json.dump({"instant": instant.isoformat()}, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(path, folder / POSITION)
