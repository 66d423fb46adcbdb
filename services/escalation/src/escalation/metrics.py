"""What operators see of the ladder (domain.md d.16). No unit or matter is ever a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


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
        self.withdrawn = Counter("supervision_slips_withdrawn_total", "Slips that fell", ["cause"], registry=self.registry)
