"""`@read_queue`: one of a service's two queues as a nameko entrypoint, in batches, acknowledged after the commit.

nameko's own consumer acknowledges what it cannot decode and what its handler failed on (stack.md P-2, P-3), so nothing of it
is used but the extension API. Life of a batch: `QueueReader` takes it → the container spawns a worker → the service method
commits → `settle` acknowledges. A fault before that drops the connection; the messages are then still in their queue.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension

from service_chassis import logs
from service_chassis.backoff import BackOff
from service_chassis.entrypoints.dependencies import station_of
from service_chassis.errors import Retry
from service_chassis.messaging.batch_consumer import Batch, BatchConsumer
from service_chassis.messaging.topology import queue_name
from service_chassis.persistence.leader import probe
from service_chassis.station import Station

F = TypeVar("F", bound=Callable[..., Any])

HEARTBEAT_PAUSE = 2.0
IDLE_SECONDS = 1.0
"""How often an idle reader says that it is alive."""


class QueueReader(ProviderCollector, SharedExtension):  # type: ignore[misc]
    """Reads all queues of the service on one connection; hands batches to their entrypoints, one at a time."""

    def setup(self) -> None:
        """Called by nameko before anything runs."""
        self._log = logs.logger()
        self._stopping = False
        self._stopped = Event()
        self._wake = Semaphore(0)

    def start(self) -> None:
        """Begin to read; the loop ends with `stop`."""
        self.container.spawn_managed_thread(self._run, identifier="queue reader")

    def stop(self) -> None:
        """Finish the running batch and its ack, then leave. Called by nameko when the container stops."""
        self._stopping = True
        self._wake.release()
        with eventlet.Timeout(self._station.settings.stop_seconds, False):
            self._stopped.wait()

    @property
    def _station(self) -> Station:
        return station_of(self.container)

    def _run(self) -> None:
        back_off = BackOff()
        while not self._stopping:
            try:
                self._session(back_off)
            except Retry as fault:
                self._lose(fault)
                self._rest(back_off.pause())
        self._stopped.send()

    def _session(self, back_off: BackOff) -> None:
        """Database first: a delivery without a database only raises its count."""
        station = self._station
        probe(station.runtime.database)
        station.health.report("database", True, "connected")
        lanes = {queue_name(station.runtime.service.name, entry.kind): entry for entry in self._providers}
        consumer = BatchConsumer(station.broker, station.connection_name, sorted(lanes), station.settings.batch, self._on_arrival)
        station.health.report("broker", True, "connected")
        session = _Session(consumer, self._wake)
        session.start()
        try:
            self._handle(session, lanes, back_off)
        except BaseException:
            session.end()
            consumer.drop()
            raise
        session.end()
        consumer.close()

    def _on_arrival(self) -> None:
        if self._wake.balance <= 0:
            self._wake.release()

    def _handle(self, session: _Session, lanes: dict[str, QueueEntrypoint], back_off: BackOff) -> None:
        health = self._station.health
        while not self._stopping:
            health.beat()
            session.check()
            batch = session.consumer.take()
            if batch is None:
                self._wake.acquire(timeout=IDLE_SECONDS)
                continue
            lanes[batch.queue].hand_over(batch)
            session.check()
            session.consumer.settle(batch)
            back_off.reset()

    def _lose(self, fault: Retry) -> None:
        """Drop the database's connections, too: what became of a commit without an answer is seen by the inbox."""
        part = "broker" if str(fault).startswith("broker") else "database"
        self._log.warning("session lost", action="consume.retry", part=part, reason=str(fault))
        self._station.metrics.retries.labels(part).inc()
        self._station.health.report(part, False, str(fault))
        self._station.runtime.database.close()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            self._station.health.beat()
            eventlet.sleep(min(left, 0.2))


class _Session:
    """The two greenlets of a connection: one reads frames, one keeps the heartbeat while transactions run."""

    def __init__(self, consumer: BatchConsumer, wake: Semaphore) -> None:
        self.consumer = consumer
        self._wake = wake
        self._fault: Retry | None = None
        self._greenlets: list[Any] = []

    def start(self) -> None:
        self._greenlets = [eventlet.spawn(self._guard, self._read), eventlet.spawn(self._guard, self._beat)]

    def end(self) -> None:
        for greenlet in self._greenlets:
            greenlet.kill()

    def check(self) -> None:
        """Raise what one of the greenlets ran into."""
        if self._fault is not None:
            raise self._fault

    def _guard(self, loop: Any) -> None:
        try:
            loop()
        except Retry as fault:
            self._fault = fault
        except Exception as error:  # a fault in the client library must not kill the container (trap P11)
            self._fault = Retry(f"broker: {type(error).__name__}: {error}")
        self._wake.release()

    def _read(self) -> None:
        while True:
            self.consumer.read()

    def _beat(self) -> None:
        while True:
            eventlet.sleep(HEARTBEAT_PAUSE)
            self.consumer.beat()


class QueueEntrypoint(Entrypoint):  # type: ignore[misc]
    """The entrypoint of one queue (`inbound` or `events`); its method gets `(self, batch)`."""

    reader = QueueReader()

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(expected_exceptions=(Retry,), **options)
        self.kind = kind

    def setup(self) -> None:
        """Called by nameko before anything runs."""
        self.reader.register_provider(self)

    def stop(self) -> None:
        """Called by nameko when the container stops; the reader waits for us, so first ask it to finish."""
        self.reader.stop()
        self.reader.unregister_provider(self)

    def hand_over(self, batch: Batch) -> None:
        """Have the service's method handle a batch; returns after its commit, raises what it raised."""
        station, done, began = station_of(self.container), Event(), time.perf_counter()

        def handle_result(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send(exc_info)
            return result, exc_info

        self.container.spawn_worker(self, (batch,), {}, handle_result=handle_result)
        failure = done.wait()
        if failure is not None:
            raise _as_retry(failure[1]).with_traceback(failure[2])
        station.metrics.batch_size.labels(batch.queue).observe(len(batch.deliveries))
        station.metrics.batch_seconds.labels(batch.queue).observe(time.perf_counter() - began)


def _as_retry(error: BaseException) -> Retry:
    """What comes out of a batch is a passing fault; anything else was parked. If it was not, nothing is acknowledged either."""
    if isinstance(error, Retry):
        return error
    return Retry(f"handler: {type(error).__name__}: {error}")


def read_queue(kind: str) -> Callable[[F], F]:
    """Mark a method `(self, batch)` as the reader of the service's `inbound` or `events` queue."""
    mark: Callable[[F], F] = QueueEntrypoint.decorator(kind)
    return mark
