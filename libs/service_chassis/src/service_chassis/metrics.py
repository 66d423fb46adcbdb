"""The standard metric set: the same names for every service. One registry per process; a role shows only what it can know.

What a process counts itself is on `Metrics`; what stands in the tables is read by the role `api` when it is asked (`tables`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service_chassis.shown import API, CONSUME, COUNTER, GAUGE, HISTOGRAM, RELAY, TICK, Rows, Shown

if TYPE_CHECKING:
    from service_chassis.persistence.backlog import Backlog

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
LAGS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1800.0, 3600.0)


def _by_queue(name: str, text: str) -> Shown:
    return Shown(f"duban_messages_{name}_total", COUNTER, text, ("queue",), (CONSUME,))


CONSUMED = _by_queue("consumed", "Messages handled, duplicates included")
DUPLICATES = _by_queue("duplicate", "Messages that were handled before, and dropped")
REFUSED = _by_queue("refused", "Inbound messages refused; their senders were told")
PARKED = _by_queue("parked", "Messages kept in the table parked for a person: dead letters")
WAITING = _by_queue("waiting", "Messages kept until their matter is known")
PUT_OFF = _by_queue("put_off", "Messages that come again later, because their handler failed")
DISORDERED = _by_queue("out_of_order", "Events that came after a later one about the same subject; must stay 0")
RETRIES = Shown(
    "duban_retries_total", COUNTER, "Sessions ended by a passing fault and opened anew", ("part",), (CONSUME, TICK, RELAY)
)
BATCH_SIZE = Shown("duban_batch_messages", HISTOGRAM, "Messages in one transaction", ("queue",), (CONSUME,), BATCH_SIZES)
BATCH_SECONDS = Shown("duban_batch_seconds", HISTOGRAM, "From taking a batch to its commit", ("queue",), (CONSUME,), SECONDS)
HANDLER_SECONDS = Shown(
    "duban_handler_seconds",
    HISTOGRAM,
    "The handlers of one batch, their statements included",
    ("queue",),
    (CONSUME,),
    SECONDS,
)
DATABASE_SECONDS = Shown("duban_database_seconds", HISTOGRAM, "One statement, from sending it to its answer", (), (), SECONDS)
PUBLISHED = Shown("duban_events_published_total", COUNTER, "Outbox rows confirmed by the broker", (), (RELAY,))
UNHEARD = Shown("duban_refusals_unheard_total", COUNTER, "Refusals for which no department had a queue", (), (RELAY,))
RELAY_LAG = Shown(
    "duban_relay_lag_seconds", HISTOGRAM, "From the announcement of a batch's oldest row to its confirm", (), (RELAY,), LAGS
)
TIMERS = Shown("duban_timers_handled_total", COUNTER, "Timers that became due and were handled", (), (TICK,))
TICK_SECONDS = Shown("duban_tick_seconds", HISTOGRAM, "One look for due timers", (), (TICK,), SECONDS)
CUT_ISSUED = Shown("duban_cut_issued", GAUGE, "Number of the newest marker", (), (TICK,))
CUT_RETURNED = Shown("duban_cut_returned", GAUGE, "Number of the newest marker that every path has brought back", (), (TICK,))
CUT_LAG = Shown("duban_cut_lag_seconds", GAUGE, "How long the oldest marker that is out has been away", (), (TICK,))
LEADS = Shown("duban_relay_leads", GAUGE, "1 in the relay that publishes, 0 in one that stands by", (), (RELAY,))
NOT_AFTER = Shown(
    "duban_certificate_not_after_timestamp_seconds",
    GAUGE,
    "When a certificate of TLS expires; 0: of no use",
    ("part",),
    (RELAY,),
)

OUTBOX_PENDING = Shown("duban_outbox_pending_rows", GAUGE, "Outbox rows that are not published yet", (), (API,))
OUTBOX_OLDEST = Shown("duban_outbox_oldest_seconds", GAUGE, "Age of the oldest of them", (), (API,))
UNSEALED = Shown("duban_audit_unsealed_rows", GAUGE, "Announced rows that are not in the audit chain yet", (), (API,))
PARKED_ROWS = Shown("duban_parked_rows", GAUGE, "Parked messages that nobody has decided about", ("queue",), (API,))
PARKED_OLDEST = Shown("duban_parked_oldest_seconds", GAUGE, "Age of the oldest of them", (), (API,))
WAITING_ROWS = Shown("duban_waiting_rows", GAUGE, "Messages that wait for their matter", (), (API,))
TIDIED = Shown("duban_tidied_timestamp_seconds", GAUGE, "When `tidy` last went through to its end; 0: never", (), (API,))

SHOWN = (
    *(CONSUMED, DUPLICATES, REFUSED, PARKED, WAITING, PUT_OFF, DISORDERED, RETRIES, BATCH_SIZE, BATCH_SECONDS, HANDLER_SECONDS),
    *(DATABASE_SECONDS, TIMERS, TICK_SECONDS, CUT_ISSUED, CUT_RETURNED, CUT_LAG, PUBLISHED, UNHEARD, RELAY_LAG, LEADS, NOT_AFTER),
    *(OUTBOX_PENDING, OUTBOX_OLDEST, UNSEALED, PARKED_ROWS, PARKED_OLDEST, WAITING_ROWS, TIDIED),
)
"""The whole set, in the order of docs/metrics.md."""


class Metrics:
    """What a process of a service counts."""

    def __init__(self, service: str, role: str | None = None) -> None:
        """Without a role everything is shown that a process can count."""
        self.registry = CollectorRegistry()
        self.service, self._role = service, role
        self._pages = [self.registry]
        self._before: list[Callable[[], Mapping[str, datetime]]] = []
        ProcessCollector(registry=self.registry)
        self.consumed, self.duplicates = self._make(CONSUMED), self._make(DUPLICATES)
        self.refused, self.parked = self._make(REFUSED), self._make(PARKED)
        self.waiting, self.put_off = self._make(WAITING), self._make(PUT_OFF)
        self.disordered, self.retries = self._make(DISORDERED), self._make(RETRIES)
        self.batch_size, self.batch_seconds = self._make(BATCH_SIZE), self._make(BATCH_SECONDS)
        self.handler_seconds, self.database_seconds = self._make(HANDLER_SECONDS), self._make(DATABASE_SECONDS)
        self.published, self.unheard = self._make(PUBLISHED), self._make(UNHEARD)
        self.relay_lag, self.leads = self._make(RELAY_LAG), self._make(LEADS)
        self.timers, self.tick_seconds = self._make(TIMERS), self._make(TICK_SECONDS)
        self.cut_issued, self.cut_returned, self.cut_lag = self._make(CUT_ISSUED), self._make(CUT_RETURNED), self._make(CUT_LAG)
        self.not_after = self._make(NOT_AFTER)

    def _make(self, shown: Shown) -> Any:
        return shown.on(self.registry if shown.shows_in(self._role) else None)

    def include(self, own: object) -> None:
        """Show the service's own counters, too (`service.metrics.registry`, where it has one)."""
        registry = getattr(getattr(own, "metrics", None), "registry", None)
        if isinstance(registry, CollectorRegistry):
            self._pages.append(registry)

    def watch(self, collectors: Iterable[Any]) -> None:
        """Add collectors that read the database when asked; for plain processes only, never beside eventlet's hub."""
        for collector in collectors:
            self.registry.register(collector)

    def ask_before(self, look: Callable[[], Mapping[str, datetime]]) -> None:
        """Ask when certificates expire, before each page; for plain processes only, never beside eventlet's hub."""
        self._before.append(look)

    def page(self) -> tuple[str, bytes]:
        """Content type and text of `/metrics`."""
        for look in self._before:
            for part, instant in look().items():
                self.not_after.labels(part).set(instant.timestamp())
        return CONTENT_TYPE_LATEST, b"".join(generate_latest(registry) for registry in self._pages)


def backlog(found: Backlog, now: datetime) -> Iterator[tuple[Shown, Rows]]:
    """What stands in the chassis' tables at one moment. The relay cannot tell it: when it has stopped, it tells nothing."""
    yield OUTBOX_PENDING, [(found.pending,)]
    yield OUTBOX_OLDEST, [(_age(found.oldest_pending, now),)]
    yield UNSEALED, [(found.unsealed,)]
    yield PARKED_ROWS, sorted(found.parked.items())
    yield PARKED_OLDEST, [(_age(found.oldest_parked, now),)]
    yield WAITING_ROWS, [(found.waiting,)]
    yield TIDIED, [(0.0 if found.tidied is None else found.tidied.timestamp(),)]


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


class Outstanding:
    """How long the oldest marker that is out has been away: markers are numbered, and this remembers when each was first seen."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}

    def seconds(self, issued: int, returned: int, now: float) -> float:
        """0 when every marker has come back; `now` by a monotonic clock."""
        if issued > returned:
            self._seen.setdefault(issued, now)
        self._seen = {number: since for number, since in self._seen.items() if number > returned}
        return now - min(self._seen.values()) if self._seen else 0.0


@contextmanager
def timed(histogram: Any, clock: Callable[[], float]) -> Iterator[None]:
    """Observe how long something took, also when it fails."""
    began = clock()
    try:
        yield
    finally:
        histogram.observe(clock() - began)
