"""Everything that one process of a service has, built once by `cli` and handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from service_chassis.clock import Clock, SystemClock
from service_chassis.config import Settings
from service_chassis.declare import Service
from service_chassis.delivery import Runtime, Tally
from service_chassis.flow import Flow
from service_chassis.health import Health
from service_chassis.messaging.connection import Broker
from service_chassis.metrics import Metrics
from service_chassis.persistence.database import Database


@dataclass(frozen=True, slots=True)
class Station:
    """One process: its settings, its service, its servers, and what it tells the outside."""

    settings: Settings
    runtime: Runtime
    broker: Broker
    health: Health
    metrics: Metrics
    role: str
    another: Callable[[], Service]
    """One more object of the same service, for a thread of its own."""

    @property
    def connection_name(self) -> str:
        """How the broker's lists show our connections."""
        return f"{self.runtime.service.name}.{self.role}"


def runtime_of(service: Service, database: Database, clock: Clock, settings: Settings, metrics: Metrics) -> Runtime:
    """The service with its database, clock and counters. The grace of the cut is for real time only (delivery.md, head no. 9)."""
    real = isinstance(clock, SystemClock)

    def on_batch(queue: str, tally: Tally) -> None:
        metrics.consumed.labels(queue).inc(tally.consumed)
        metrics.duplicates.labels(queue).inc(tally.duplicates)
        metrics.refused.labels(queue).inc(tally.refused)
        metrics.parked.labels(queue).inc(tally.parked)
        metrics.waiting.labels(queue).inc(tally.waiting)
        metrics.put_off.labels(queue).inc(tally.put_off)
        metrics.disordered.labels(queue).inc(tally.disordered)
        metrics.handler_seconds.labels(queue).observe(tally.handler_seconds)

    return Runtime(
        service,
        database,
        clock,
        cut_interval=settings.cut_seconds if real else 0.0,
        cut_grace=timedelta(seconds=settings.grace_seconds if real else 0),
        on_batch=on_batch,
        flow=Flow(settings.flow),
    )
