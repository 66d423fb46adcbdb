"""The standard metric set: the same names for every service, in seconds, with few labels. One registry per service object.

No matter, unit or type is a label: an unannounced inspection must not be seen in a metric, and a label's values stay few.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """What every process of a service counts."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.service = service
        self._pages = [self.registry]
        self.consumed = self._counter("messages_consumed", "Messages handled, duplicates included", "queue")
        self.duplicates = self._counter("messages_duplicate", "Messages that were handled before", "queue")
        self.refused = self._counter("messages_refused", "Inbound messages refused; their senders were told", "queue")
        self.parked = self._counter("messages_parked", "Messages kept in the table parked for a person", "queue")
        self.waiting = self._counter("messages_waiting", "Messages kept until their matter is known", "queue")
        self.retries = self._counter("retries", "Sessions ended by a passing fault and opened anew", "part")
        self.batch_size = self._histogram("batch_messages", "Messages in one transaction", BATCH_SIZES, "queue")
        self.batch_seconds = self._histogram("batch_seconds", "From taking a batch to its commit", SECONDS, "queue")
        self.published = self._counter("events_published", "Outbox rows confirmed by the broker")
        self.unheard = self._counter("refusals_unheard", "Refusals for which no department had a queue")
        self.outbox_pending = self._gauge("outbox_pending_rows", "Outbox rows that are not published yet")
        self.outbox_oldest = self._gauge("outbox_oldest_seconds", "Age of the oldest of them")
        self.unsealed = self._gauge("audit_unsealed_rows", "Announced rows that are not in the audit chain yet")
        self.timers = self._counter("timers_handled", "Timers that became due and were handled")
        self.tick_seconds = self._histogram("tick_seconds", "One look for due timers", SECONDS)
        self.cut_issued = self._gauge("cut_issued", "Number of the newest marker")
        self.cut_returned = self._gauge("cut_returned", "Number of the newest marker that every path has brought back")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"duban_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"duban_{name}", text, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"duban_{name}", text, labels, buckets=buckets, registry=self.registry)

    def include(self, own: object) -> None:
        """Show the service's own counters, too (`service.metrics.registry`, where it has one)."""
        registry = getattr(getattr(own, "metrics", None), "registry", None)
        if isinstance(registry, CollectorRegistry):
            self._pages.append(registry)

    def watch(self, collectors: Iterable[Any]) -> None:
        """Add collectors that read the database when asked; for plain processes only, never beside eventlet's hub."""
        for collector in collectors:
            self.registry.register(collector)

    def page(self) -> tuple[str, bytes]:
        """Content type and text of `/metrics`."""
        return CONTENT_TYPE_LATEST, b"".join(generate_latest(registry) for registry in self._pages)
