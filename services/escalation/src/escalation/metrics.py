"""What operators see of the ladder (domain.md d.16). No unit or matter is ever a label.

Counters are the process's own; the gauges are read from the tables by the role `api` when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Metrics:
    """Escalation's own counters, on one registry per service object."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.issued = Counter("supervision_slips_issued_total", "Slips issued", ["colour", "ground"], registry=self.registry)
        self.outcomes = Counter(
            "supervision_sweep_outcomes_total", "Why due candidates did or did not escalate", ["outcome"], registry=self.registry
        )
        self.lag = Histogram(
            "supervision_deadline_lag_seconds",
            "From the instant a limit ran out to the moment that was established",
            buckets=(0.1, 1, 5, 30, 60, 300, 1800, 3600, 14400, 86400),
            registry=self.registry,
        )
        self.overturned = Counter("supervision_reviews_overturned", "Slips that a review overturned", registry=self.registry)
        self.withdrawn = Counter("supervision_slips_withdrawn_total", "Slips that fell", ["cause"], registry=self.registry)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tables say at one moment."""

    active: Mapping[str, int]
    """Slips whose limit still runs or is not served yet, by colour."""
    waiting: Mapping[str, int]
    """Ladders whose limit has passed and that do not go on, by reason."""
    unacknowledged: Mapping[str, int]
    """Referrals without a receipt, by body."""
    reviews_pending: int
    """Applications for a review that the reviewers have not decided."""
    overdue: Mapping[str, int]
    """Decisions that the office owes and is late with, by the owner of the limit."""
    without_next_action: int
    """Running clocks that no timer will look at: must be 0."""


class Board(Collector):
    """The gauges, read when they are asked for."""

    def __init__(self, read: Callable[[], Figures]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._read()
        yield _by("supervision_slips_active", "Slips whose limit has not ended", "colour", found.active)
        yield _by("supervision_ladders_waiting", "Ladders that do not go on although their limit passed", "reason", found.waiting)
        yield _by("supervision_referrals_unacknowledged", "Referrals without a receipt", "body", found.unacknowledged)
        text = "Applications for a review that wait for the reviewers"
        yield GaugeMetricFamily("supervision_reviews_pending", text, value=found.reviews_pending)
        yield _by("supervision_decisions_overdue", "Decisions that the office is late with", "kind", found.overdue)
        text = "Running clocks that no timer will look at; must be 0"
        yield GaugeMetricFamily("supervision_clocks_armed_without_next_action", text, value=found.without_next_action)

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing up front: registering must not read the database."""
        return []


def _by(name: str, text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, text, labels=[label])
    for value, count in sorted(values.items()):
        gauge.add_metric([value], count)
    return gauge
