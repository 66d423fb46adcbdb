"""Plays messages and clocks instant by instant. A rehearsal does it as fast as it can, `duban run` at a pace.

At one instant: the messages in their order, each kind settled before the next, then the clocks (events.md, "Order").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Protocol

from service_chassis.clock import VirtualClock
from service_chassis.messaging.envelope import Outgoing

from duban.arrivals import Arrival

FAR = datetime.max.replace(tzinfo=UTC)


class Driver(Protocol):
    """What the in-process driver of the chassis offers."""

    def deliver(self, messages: Iterator[Outgoing]) -> None: ...

    def settle(self) -> int: ...

    def tick(self) -> int: ...

    def next_due(self) -> datetime | None: ...


class Player:
    """Moves one chain through time. `changes` are further instants at which something happens, such as the end of an outage."""

    def __init__(
        self, driver: Driver, clock: VirtualClock, arrivals: Sequence[Arrival], changes: Sequence[datetime] = ()
    ) -> None:
        self.driver, self.clock, self.arrivals = driver, clock, arrivals
        self.played = 0
        """How many of the arrivals have been delivered."""
        self._changes = sorted(changes)

    def next_instant(self) -> datetime | None:
        """The next instant at which anything happens, or None when nothing ever will."""
        now = self.clock.now()
        while self._changes and self._changes[0] <= now:
            self._changes.pop(0)
        message = self.arrivals[self.played].instant if self.played < len(self.arrivals) else FAR
        due = self.driver.next_due() or FAR
        found = min(message, max(due, now) if due <= now else due, *self._changes[:1])
        return None if found == FAR else max(found, now)

    def play(self, instant: datetime) -> None:
        """Let everything of this instant happen."""
        self.clock.move_to(instant)
        for _, group in groupby(self._take(instant), key=lambda arrival: arrival.rank):
            self.driver.deliver(arrival.outgoing() for arrival in group)
            self.driver.settle()
        self.driver.settle()
        self.driver.tick()

    def _take(self, instant: datetime) -> Iterator[Arrival]:
        while self.played < len(self.arrivals) and self.arrivals[self.played].instant <= instant:
            arrival = self.arrivals[self.played]
            self.played += 1
            yield arrival
