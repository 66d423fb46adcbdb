"""Feed → read model, in a thread of its own: keep what is new, then fold what it touched."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable

from board.errors import Unavailable
from board.ports import Feed, Outbox
from board.store import acting, writing
from board.store.database import Database

BATCH = 500
"""Events in one transaction."""
TOPICS = 200
"""Topics that are folded in one transaction."""
PAUSE_SECONDS = 2.0
"""Before the next try while the source or the database is away."""

LOOKS = 30
"""Looks at the feed before refusals are asked for again, after they could not be."""

LOG = logging.getLogger("board.projector")


class Projector:
    """Follows one feed. It may be stopped and killed at any point: the place is written with the events."""

    def __init__(self, database: Database, feed: Feed, outbox: Outbox | None = None) -> None:
        self.database, self.feed, self.outbox = database, feed, outbox
        self.changed = threading.Condition()
        self.version = 0
        """Grows with every change of the model; what waits for news waits on `changed`."""
        self.behind = True
        """Whether the feed still had more than was read at the last look."""
        self.current_at = time.monotonic()
        """When everything that there was had last been read and folded, by the machine's steady clock (at first: the start)."""
        self._stop = threading.Event()
        self._skip = 0

    @property
    def stopped(self) -> bool:
        """Whether the board is being closed."""
        return self._stop.is_set()

    def step(self) -> int:
        """Read and fold once; returns how many events were new."""
        with self.database.reading() as connection:
            place = writing.place_of(connection, self.feed.name)
        found = self.feed.after(place, BATCH)
        new = 0
        if found is not None:
            with self.database.writing() as connection:
                new = writing.keep(connection, self.feed.name, found.place, found.bodies)
        self.behind = found is not None and len(found.bodies) >= BATCH
        if not self.behind:  # while catching up, events are kept first and each matter is folded once
            new += self.fold()
            self.current_at = time.monotonic()
        if self._answers() or new:
            self._tell()
        return new

    def fold(self) -> int:
        """Fold everything that is marked; returns how many topics."""
        total = 0
        while True:
            with self.database.writing() as connection:
                done = writing.fold_some(connection, TOPICS)
            total += done
            if done < TOPICS:
                return total

    def _answers(self) -> bool:
        """Write down what services said about the acts that went out from here."""
        if self.outbox is None or self._skip > 0:
            self._skip -= 1
            return False
        try:
            answers = self.outbox.answers()
        except Unavailable as error:  # reading goes on: what is refused is told later
            LOG.warning("%s", json.dumps({"action": "no answers", "why": str(error)}, ensure_ascii=False))
            self._skip = LOOKS
            return False
        if answers:
            with self.database.writing() as connection:
                for answer in answers:
                    acting.refused(connection, answer.original_id, answer.code, answer.detail)
        return bool(answers)

    def _tell(self) -> None:
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """The version once it is another one than `seen`, at the latest after so many seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.version != seen or self._stop.is_set(), seconds)
            return self.version

    def follow(self) -> None:
        """Until stopped. What is away is waited for; a fault of ours is told and tried again, and nothing is skipped."""
        while not self._stop.is_set():
            try:
                self.step()
            except Unavailable as error:
                LOG.warning("%s", json.dumps({"action": "wait", "why": str(error)}, ensure_ascii=False))
                self._stop.wait(PAUSE_SECONDS)
            except Exception:
                LOG.exception("%s", json.dumps({"action": "retry"}))
                self._stop.wait(PAUSE_SECONDS)

    def start(self) -> Callable[[], None]:
        """Follow in a thread; returns what stops it."""
        thread = threading.Thread(target=self.follow, name="board-projector", daemon=True)
        thread.start()

        def stop() -> None:
            self._stop.set()
            self._tell()
            thread.join(5.0)

        return stop
