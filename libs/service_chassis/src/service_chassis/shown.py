"""How a metric is declared: once, with everything that docs/metrics.md says of it. That page is made from these declarations.

Names follow Prometheus (`_total`, `_seconds`, base units) and are a contract. Labels are few and closed: no matter, unit, person
or event type is ever one, so that an unannounced inspection cannot be seen in a metric (delivery.md e.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"

CONSUME, TICK, RELAY, API, DELIVER = "consume", "tick", "relay", "api", "deliver"

LABELS = {
    "answer": "`2xx`, `3xx`, `4xx`, `5xx`",
    "body": "who receives a referral: `DISCIPLINE`, `ASSESSMENT`, `ORGANISATION`",
    "cause": "why a slip fell",
    "channel": "a channel of `DUBAN_CHANNELS`, or `NONE`",
    "colour": "`WHITE`, `YELLOW`, `RED`",
    "endpoint": "a webhook's name, of those that an operator has registered",
    "ground": "ground of a slip",
    "kind": "kind of a decision, entry or burden",
    "outcome": "what a sweep did with a candidate",
    "part": "`broker` or `database`; of a certificate also `…_own`, `…_ca`",
    "queue": "one of the service's two queues",
    "reason": "why a ladder waits",
    "section": "section of the office",
    "source": "kind of source of a matter, as `MAYOR_MEETING`",
    "standing": "`NEW`, `VERIFYING`, `ACTIVE`, `DISABLED`",
    "state": "`WAITING`, `TRYING`, `DELIVERED`, `FAILED`, `NOT_SENT`",
    "year": "year of assessment",
}
"""Every label that a metric of ours may have, and what it may hold. A new one is thought over here (tests/architecture)."""

Rows = Iterable[Sequence[Any]]
"""The values of a metric that is read from tables: its labels' values in order, then the number."""

_UNITS = (("_timestamp_seconds", "seconds since 1970"), ("_seconds", "seconds"), ("_rows", "rows"), ("_points", "points"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One metric. `roles` are the processes that show it; none means all of them."""

    name: str
    kind: str
    text: str
    labels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def unit(self) -> str:
        """In what it is counted, as the name says."""
        bare = self.name.removesuffix("_total")
        return next((unit for end, unit in _UNITS if bare.endswith(end)), "number")

    def shows_in(self, role: str | None) -> bool:
        """Whether processes of this role show it; None stands for a process that is all roles."""
        return role is None or not self.roles or role in self.roles

    def on(self, registry: CollectorRegistry | None) -> Any:
        """The object that counts, shown by `registry`; without one it counts and nobody sees it."""
        if self.kind == HISTOGRAM:
            return Histogram(self.name, self.text, self.labels, buckets=self.buckets, registry=registry)
        return (Counter if self.kind == COUNTER else Gauge)(self.name, self.text, self.labels, registry=registry)

    def filled(self, rows: Rows) -> Metric:
        """The metric with values that were just read."""
        kind = CounterMetricFamily if self.kind == COUNTER else GaugeMetricFamily
        family: CounterMetricFamily | GaugeMetricFamily = kind(self.name.removesuffix("_total"), self.text, labels=self.labels)
        for *labels, number in rows:
            family.add_metric([str(label) for label in labels], float(number))
        return family


class FromTables(Collector):
    """Metrics that are read from the database when they are asked for; for plain processes, never beside eventlet's hub."""

    def __init__(self, read: Callable[[], Iterable[tuple[Shown, Rows]]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """One family for each metric that `read` gives."""
        for shown, rows in self._read():
            yield shown.filled(rows)

    def describe(self) -> list[Metric]:
        """Nothing up front: registering must not read the database."""
        return []
