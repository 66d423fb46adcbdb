"""A real chain in this process with its board on a free port; the test moves its clock, a thread does what pages ask for."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from duban.errands import Errands
from duban.pace import Pace
from duban.player import Player
from ground_rules.policy import load_policy
from service_chassis.clock import VirtualClock
from service_chassis.messaging.envelope import Outgoing

from duban import chain, site

STANDING = 1e-9
"""A pace at which nothing happens by itself."""


def at(text: str) -> datetime:
    """A local instant, e.g. `2026-03-02 09:00`."""
    return datetime.fromisoformat(f"{text}+08:00")


@dataclass
class City:
    """What a test does with it: move its clock, and send what other systems send."""

    base: str
    folder: Path
    errands: Errands
    player: Player
    pace: Pace

    def move_to(self, text: str) -> None:
        """Let everything up to this instant happen."""
        self.errands.ask(lambda: self._move(at(text)), 60.0)
        self.settle()

    def _move(self, instant: datetime) -> None:
        while (due := self.player.next_instant()) is not None and due <= instant:
            self.player.play(due)
        self.player.play(instant)
        self.pace.reach(instant)

    def send(self, name: str, data: dict[str, Any], sender: str = "OFFICE") -> None:
        """An inbound message at the city's instant."""
        source = "/office" if sender == "OFFICE" else f"/units/{sender}"
        event = {
            "specversion": "1.0", "id": str(uuid.uuid4()), "source": source, "type": f"{name}.v1",
            "time": self.pace.now().isoformat(), "datacontenttype": "application/json", "data": data,
        }  # fmt: skip
        body = json.dumps(event, ensure_ascii=False).encode()
        message = Outgoing(
            "duban.inbound", f"{sender}.{name}.v1", body, user_id="test", message_id=event["id"], type=event["type"]
        )
        self.errands.ask(lambda: self._deliver(message), 60.0)
        self.settle()

    def settle(self) -> None:
        """Until the board has read and folded everything that was published."""
        while not self._is_read():
            self.errands.ask(lambda: None, 60.0)

    def _is_read(self) -> bool:
        published = "SELECT coalesce(max(seq), 0) FROM archive"
        read = "SELECT (SELECT coalesce(max(value + 0), 0) FROM place), (SELECT count(*) FROM dirty)"
        with (
            closing(sqlite3.connect(self.folder / "broker.sqlite")) as broker,
            closing(sqlite3.connect(self.folder / "board.sqlite")) as board,
        ):
            return (*broker.execute(published).fetchone(), 0) == board.execute(read).fetchone()

    def _deliver(self, message: Outgoing) -> None:
        self.player.driver.deliver([message])
        self.player.driver.settle()
        self.player.driver.tick()


@contextmanager
def living(folder: Path, start: str) -> Iterator[City]:
    """The city while the block runs."""
    ready, over, found = threading.Event(), threading.Event(), []

    def run() -> None:
        clock, errands = VirtualClock(at(start)), Errands()
        with chain.opened(folder, load_policy(), clock, durable=True) as running:
            player, pace, told = Player(running.driver, clock, []), Pace(at(start), STANDING), io.StringIO()

            def act(message: Outgoing) -> None:
                running.driver.deliver([message])
                running.driver.settle()
                running.driver.tick()

            with site.beside(folder, site.Address("127.0.0.1", 0), running, [], errands, act, pace, told):
                found.append(City(told.getvalue().split()[-1], folder, errands, player, pace))
                ready.set()
                while not over.is_set():
                    errands.run(0.05)

    thread = threading.Thread(target=run, name="city")
    thread.start()
    try:
        while not ready.wait(0.2):
            assert thread.is_alive(), "the city did not start"
        yield found[0]
    finally:
        over.set()
        thread.join()
