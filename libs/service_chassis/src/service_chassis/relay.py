"""Outbox → broker: one active per service, the others stand by.

Rows leave in the order of their ids, below the xid horizon. Only the confirmed prefix is marked. A barrier row leaves after
every row before it is confirmed, so that no marker overtakes a report that the broker refused at first. What belongs into the
audit chain is sealed before it is published, in the same order (persistence/seals.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from service_chassis import logs
from service_chassis.backoff import BackOff
from service_chassis.clock import Clock
from service_chassis.errors import Retry
from service_chassis.health import Health
from service_chassis.messaging.publisher import PublishFault
from service_chassis.metrics import Metrics
from service_chassis.persistence.leader import Leader
from service_chassis.persistence.outbox import Row

STANDBY_SECONDS = 1.0
STATE_SECONDS = 5.0
"""How often refusals that nobody heard are counted."""
FIRST_PAUSE = 0.002


class Publishes(Protocol):
    """What the relay needs of a publisher."""

    unheard: int

    def publish(self, rows: Sequence[Row]) -> int:
        """Publish in order; all confirmed on return, else `PublishFault`."""
        ...

    def tick(self) -> None:
        """Keep the connection alive."""
        ...

    def drop(self) -> None:
        """Throw the connection away."""
        ...


def segments(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in pieces, each of which begins with a barrier (but perhaps the first)."""
    start = 0
    for index, row in enumerate(rows):
        if row.barrier and index > start:
            yield rows[start:index]
            start = index
    if start < len(rows):
        yield rows[start:]


class Relay:
    """Publishes one service's outbox until told to stop."""

    def __init__(
        self,
        leader: Leader,
        publisher: Callable[[], Publishes],
        clock: Clock,
        *,
        batch: int,
        longest_pause: float,
        health: Health,
        metrics: Metrics,
    ) -> None:
        self._leader, self._open_publisher, self._clock = leader, publisher, clock
        self._batch, self._longest_pause = batch, longest_pause
        self._health, self._metrics = health, metrics
        self._publisher: Publishes | None = None
        self._stopping = threading.Event()
        self._log = logs.logger()

    def stop(self) -> None:
        """End after the batch that is under way; may be called from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Lead or stand by until `stop`. Faults of either server are waited out."""
        back_off = BackOff()
        while not self._stopping.is_set():
            try:
                self._lead(back_off)
            except Retry as fault:
                self._lose(fault)
                self._stopping.wait(back_off.pause())
        self._close()

    def _lead(self, back_off: BackOff) -> None:
        while not self._leader.try_lead():
            self._health.beat()
            self._health.report("database", True, "standing by")
            self._health.report("broker", True, "standing by")
            if self._stopping.wait(STANDBY_SECONDS):
                return
        self._publisher = self._open_publisher()
        self._log.info("relay leads", action="relay.lead")
        self._metrics.leads.set(1)
        self._health.report("database", True, "leading")
        self._health.report("broker", True, "connected")
        self._pump(back_off)

    def _pump(self, back_off: BackOff) -> None:
        """Publish while there is something; rest a little longer each time there is not."""
        pause, rested = FIRST_PAUSE, STATE_SECONDS
        while not self._stopping.is_set():
            self._health.beat()
            if self.publish_once():
                pause, rested = FIRST_PAUSE, rested + FIRST_PAUSE
                back_off.reset()
                continue
            assert self._publisher is not None
            self._publisher.tick()
            if rested >= STATE_SECONDS:
                self._count()
                rested = 0.0
            self._stopping.wait(pause)
            rested, pause = rested + pause, min(pause * 2, self._longest_pause)

    def publish_once(self) -> int:
        """Publish and mark the next batch; returns how many rows left. A fault marks the confirmed prefix first."""
        assert self._publisher is not None
        rows = self._leader.pending(self._batch, self._clock.now())
        confirmed = 0
        try:
            for piece in segments(rows):
                confirmed += self._publisher.publish(piece)
        except PublishFault as fault:
            confirmed += fault.confirmed
            raise
        finally:
            now = self._clock.now()
            self._leader.mark(rows[:confirmed], now)
            self._tell(rows[:confirmed], now)
        return len(rows)

    def _count(self) -> None:
        assert self._publisher is not None
        unheard, self._publisher.unheard = self._publisher.unheard, 0
        self._metrics.unheard.inc(unheard)

    def _tell(self, confirmed: Sequence[Row], now: datetime) -> None:
        self._metrics.published.inc(len(confirmed))
        if confirmed and (oldest := confirmed[0].announced_at) is not None:
            self._metrics.relay_lag.observe(max(0.0, (now - oldest).total_seconds()))

    def _lose(self, fault: Retry) -> None:
        """Drop both sessions; the lock goes with the database's."""
        part = "broker" if isinstance(fault, PublishFault) or str(fault).startswith("broker") else "database"
        self._log.warning("relay lost a server", action="relay.retry", part=part, reason=str(fault))
        self._metrics.retries.labels(part).inc()
        self._health.report(part, False, str(fault))
        self._close()

    def _close(self) -> None:
        if self._publisher is not None:
            self._publisher.drop()
            self._publisher = None
        self._metrics.leads.set(0)
        self._leader.close()
