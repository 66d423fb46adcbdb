"""`@every`: a service's due timers as a nameko entrypoint. All replicas tick; rows are claimed with SKIP LOCKED."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event
from nameko.extensions import Entrypoint

from service_chassis import logs
from service_chassis.backoff import BackOff
from service_chassis.entrypoints.dependencies import station_of
from service_chassis.errors import ConfigError, Retry
from service_chassis.metrics import Outstanding
from service_chassis.persistence import migrations
from service_chassis.station import Station

F = TypeVar("F", bound=Callable[..., Any])


class Every(Entrypoint):  # type: ignore[misc]
    """Calls its method every `tick_seconds`, again at once while it returns a full batch."""

    def __init__(self, **options: Any) -> None:
        super().__init__(expected_exceptions=(Retry,), **options)

    def setup(self) -> None:
        """Called by nameko before anything runs."""
        self._log = logs.logger()
        self._stopping = Event()
        self._stopped = Event()
        self._outstanding = Outstanding()

    def start(self) -> None:
        """Begin to tick."""
        self.container.spawn_managed_thread(self._run, identifier="ticks")

    def stop(self) -> None:
        """Finish the running tick. Called by nameko when the container stops."""
        self._stopping.send()
        with eventlet.Timeout(self._station.settings.stop_seconds, False):
            self._stopped.wait()

    @property
    def _station(self) -> Station:
        return station_of(self.container)

    def _run(self) -> None:
        back_off = BackOff()
        while not self._stopping.ready():
            self._station.health.beat()
            try:
                more = self._tick()
                back_off.reset()
            except Retry as fault:
                self._lose(fault)
                self._rest(back_off.pause())
                continue
            if not more:
                self._rest(self._station.settings.tick_seconds)
        self._stopped.send()

    def _tick(self) -> bool:
        """One look; whether there may be more to do at once."""
        station = self._station
        self._check_schema(station)
        done, began = Event(), time.perf_counter()

        def handle_result(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send((result, exc_info))
            return result, exc_info

        self.container.spawn_worker(self, (), {}, handle_result=handle_result)
        handled, failure = done.wait()
        if failure is not None:
            error = failure[1]
            raise (error if isinstance(error, Retry) else Retry(f"timers: {type(error).__name__}: {error}"))
        station.metrics.timers.inc(handled)
        station.metrics.tick_seconds.observe(time.perf_counter() - began)
        station.health.report("database", True, "connected")
        self._count_markers(station)
        return bool(handled)

    def _count_markers(self, station: Station) -> None:
        runtime = station.runtime
        if not runtime.service.knows_the_cut:
            return
        with runtime.database.begin() as session:
            issued, returned = runtime.cut.issued(session), runtime.cut.returned(session)
        station.metrics.cut_issued.set(issued)
        station.metrics.cut_returned.set(returned)
        station.metrics.cut_lag.set(self._outstanding.seconds(issued, returned, time.monotonic()))

    def _check_schema(self, station: Station) -> None:
        """A newer schema that takes something away may mean other timers: such a process waits until it is replaced."""
        service = station.runtime.service
        try:
            migrations.check(station.runtime.database, service.MIGRATIONS)
        except ConfigError as error:
            station.health.report("schema", False, str(error))
            raise Retry(f"schema: {error}") from error
        station.health.report("schema", True, "known")

    def _lose(self, fault: Retry) -> None:
        self._log.warning("tick failed", action="tick.retry", reason=str(fault))
        self._station.metrics.retries.labels("database").inc()
        self._station.health.report("database", False, str(fault))
        self._station.runtime.database.close()

    def _rest(self, seconds: float) -> None:
        with eventlet.Timeout(seconds, False):
            self._stopping.wait()


def every(method: F) -> F:
    """Mark a method `(self) -> int` that is called every `tick_seconds`, again at once while it returns more than 0."""
    marked: F = Every.decorator()(method)
    return marked
