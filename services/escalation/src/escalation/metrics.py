"""What operators see of the ladder (domain.md d.16). No unit or matter is ever a label.

Counters are the process's own; the gauges are read from the tables by the role `api` when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry
from service_chassis.shown import API, CONSUME, COUNTER, GAUGE, HISTOGRAM, TICK, Rows, Shown

ISSUED = Shown("supervision_slips_issued_total", COUNTER, "Slips issued", ("colour", "ground"), (CONSUME, TICK))
WITHDRAWN = Shown("supervision_slips_withdrawn_total", COUNTER, "Slips that fell", ("cause",), (CONSUME, TICK))
OVERTURNED = Shown("supervision_reviews_overturned_total", COUNTER, "Slips that a review overturned", (), (CONSUME, TICK))
OUTCOMES = Shown(
    "supervision_sweep_outcomes_total", COUNTER, "Why due candidates did or did not escalate", ("outcome",), (CONSUME, TICK)
)
LAG = Shown(
    "supervision_deadline_lag_seconds",
    HISTOGRAM,
    "From the instant a limit ran out to the moment that was established",
    (),
    (CONSUME, TICK),
    (0.1, 1, 5, 30, 60, 300, 1800, 3600, 14400, 86400),
)
ACTIVE = Shown("supervision_slips_active", GAUGE, "Slips whose limit has not ended", ("colour",), (API,))
LADDERS_WAITING = Shown(
    "supervision_ladders_waiting", GAUGE, "Ladders that do not go on although their limit passed", ("reason",), (API,)
)
REFERRALS = Shown("supervision_referrals_unacknowledged", GAUGE, "Referrals without a receipt", ("body",), (API,))
REVIEWS = Shown("supervision_reviews_pending", GAUGE, "Applications for a review that the reviewers have not decided", (), (API,))
OVERDUE = Shown(
    "supervision_decisions_overdue",
    GAUGE,
    "Decisions that the office is late with, by the owner of the limit",
    ("kind",),
    (API,),
)
LOST = Shown(
    "supervision_clocks_armed_without_next_action", GAUGE, "Running clocks that no timer will look at; must be 0", (), (API,)
)
YEARS = Shown("supervision_calendar_years_published", GAUGE, "Years whose days off are known", (), (API,))
KNOWN_UNTIL = Shown(
    "supervision_calendar_until_timestamp_seconds",
    GAUGE,
    "Until when days off are known without a gap from this year on; not shown where every day is a workday",
    (),
    (API,),
)

SHOWN = (
    *(ISSUED, WITHDRAWN, OVERTURNED, OUTCOMES, LAG),
    *(ACTIVE, LADDERS_WAITING, REFERRALS, OVERDUE, REVIEWS, LOST, YEARS, KNOWN_UNTIL),
)


class Metrics:
    """Escalation's own counters, on one registry per service object."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.issued, self.withdrawn = ISSUED.on(self.registry), WITHDRAWN.on(self.registry)
        self.overturned, self.outcomes = OVERTURNED.on(self.registry), OUTCOMES.on(self.registry)
        self.lag = LAG.on(self.registry)


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


def board(found: Figures, years: int, known_until: datetime | None) -> Iterator[tuple[Shown, Rows]]:
    """The gauges; without `known_until` every day is a workday, and nothing about calendars is shown."""
    yield ACTIVE, sorted(found.active.items())
    yield LADDERS_WAITING, sorted(found.waiting.items())
    yield REFERRALS, sorted(found.unacknowledged.items())
    yield REVIEWS, [(found.reviews_pending,)]
    yield OVERDUE, sorted(found.overdue.items())
    yield LOST, [(found.without_next_action,)]
    if known_until is not None:
        yield YEARS, [(years,)]
        yield KNOWN_UNTIL, [(known_until.timestamp(),)]
