"""What one board tells Prometheus, on an address of its own (`BOARD_METRICS`): the pages' address is everybody's.

Names are a contract, and no matter, unit or person is ever a label (docs/metrics.md, which is made from `SHOWN`). What stands in
the tables is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from board.errors import ConfigError

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Shown(NamedTuple):
    """One metric, with everything that docs/metrics.md says of it."""

    name: str
    kind: str
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


PAGES = Shown("duban_board_pages_total", COUNTER, "Pages served, by the first digit of their status", ("answer",))
PAGE_SECONDS = Shown("duban_board_page_seconds", HISTOGRAM, "From a request to its page", (), SECONDS)
NOT_SIGNED_ON = Shown("duban_board_sign_on_failures_total", COUNTER, "Sign-ons that were refused, too many tries included")
FEED_LAG = Shown("duban_board_feed_lag_seconds", GAUGE, "How long ago all that had been published by then was read and folded")
BROKEN = Shown("duban_board_broken_rows", GAUGE, "Subjects whose events cannot be folded: their rows stay as they were")
PENDING = Shown("duban_board_acts_pending_rows", GAUGE, "Acts of the last seven days that no event came of and nobody refused")
PENDING_OLDEST = Shown("duban_board_acts_pending_oldest_seconds", GAUGE, "Age of the oldest of them")
FAILED = Shown("duban_board_acts_failed_rows", GAUGE, "Acts of the last seven days that the broker did not confirm")

SHOWN = (PAGES, PAGE_SECONDS, NOT_SIGNED_ON, FEED_LAG, BROKEN, PENDING, PENDING_OLDEST, FAILED)
"""The whole set, in the order of docs/metrics.md."""

Figures = Iterable[tuple[Shown, float]]


class Metrics:
    """What one process counts, and what it reads when it is asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._pages = Counter(PAGES.name, PAGES.text, PAGES.labels, registry=self.registry)
        self._seconds = Histogram(PAGE_SECONDS.name, PAGE_SECONDS.text, buckets=PAGE_SECONDS.buckets, registry=self.registry)
        self._not_signed_on = Counter(NOT_SIGNED_ON.name, NOT_SIGNED_ON.text, registry=self.registry)

    def served(self, status: int, seconds: float) -> None:
        """A page left."""
        self._pages.labels(f"{status // 100}xx").inc()
        self._seconds.observe(seconds)

    def not_signed_on(self) -> None:
        """Somebody was not let in."""
        self._not_signed_on.inc()

    def watch(self, read: Callable[[], Figures]) -> None:
        """Ask for these whenever the page is asked for."""
        self.registry.register(_Read(read))

    def serve(self, host: str, port: int) -> tuple[int, Callable[[], None]]:
        """Answer /metrics in threads; the port (0 takes a free one), and what ends it. ConfigError where the address is taken."""
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise ConfigError(f"BOARD_METRICS {host}:{port}: {error.strerror}") from error

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join(2.0)

        return int(server.server_port), stop


class _Read(Collector):
    def __init__(self, read: Callable[[], Figures]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        for shown, value in self._read():
            family: Any = GaugeMetricFamily(shown.name, shown.text)
            family.add_metric([], value)
            yield family

    def describe(self) -> list[Metric]:
        """Nothing up front: registering must not read the database."""
        return []
