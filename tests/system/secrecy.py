"""Everything that a running chain leaves outside intake's own tables, to be searched for words that must not be there."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from acceptance import ZONE
from duban.chain import Chain, opened
from duban.player import Player
from ground_rules.policy import load_policy
from intake.trace import Wanted, sheet
from service_chassis import logs
from service_chassis.clock import VirtualClock
from service_chassis.metrics import Metrics

from duban import arrivals

Heard = dict[str, bytes]
"""Where → all that stands there."""


def traces(words: Iterable[str], heard: Mapping[str, bytes]) -> list[str]:
    """`where: word` for every word that stands somewhere, as UTF-8 or as JSON escapes it."""
    found = []
    for word in words:
        forms = {word.encode(), json.dumps(word).strip('"').encode()}
        found += [f"{where}: {word}" for where, text in heard.items() if any(form in text for form in forms)]
    return sorted(found)


@contextmanager
def every_log() -> Iterator[io.StringIO]:
    """All lines of all loggers, ours and those of libraries; only the rows that SQLAlchemy shows at its lowest level are not."""
    told = io.StringIO()
    structlog.configure(
        processors=[logs.traced, structlog.processors.add_log_level, *logs._WRITTEN],
        logger_factory=structlog.PrintLoggerFactory(file=told),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(told)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.INFO)
    try:
        yield told
    finally:
        logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)
        root.removeHandler(handler)
        root.setLevel(level)
        structlog.reset_defaults()


class Listener:
    """A chain on files, with an ear on every exchange that departments, the office or integrators may read."""

    def __init__(self, folder: Path, chain: Chain, clock: VirtualClock, lines: Iterable[str], told: io.StringIO) -> None:
        self.folder, self.chain, self.told = folder, chain, told
        for exchange in ("duban.events", "duban.rejected"):
            chain.broker.bind(exchange, "#", f"ear.{exchange}")
        reading = arrivals.order(line.encode() for line in lines)
        assert not reading.bad
        self.player = Player(chain.driver, clock, reading.arrivals)

    def until(self, local_time: str) -> Heard:
        """Play everything before a local instant; returns what can be heard, seen and read then."""
        end = datetime.fromisoformat(local_time).replace(tzinfo=ZONE)
        while (instant := self.player.next_instant()) is not None and instant < end:
            self.player.play(instant)
        return dict(self._heard())

    def _heard(self) -> Iterator[tuple[str, bytes]]:
        for queue in ("ear.duban.events", "ear.duban.rejected"):
            taken = self.chain.broker.take(queue, 10_000)
            yield queue, b"\n".join(each.routing_key.encode() + b" " + each.body for each in taken)
        yield "logs", self.told.getvalue().encode()
        yield "outcome", json.dumps(list(self.chain.reports()), ensure_ascii=False, default=str).encode()
        for runtime in self.chain.runtimes:
            yield f"metrics of {runtime.service.name}", self._metrics(runtime)
        yield "trace of clauses", self._clauses()
        for file in sorted(self.folder.iterdir()):
            yield f"the name of a file: {file.name}", file.name.encode()
            if not file.name.startswith("intake.sqlite"):
                yield file.name, file.read_bytes()

    def _metrics(self, runtime: Any) -> bytes:
        metrics = Metrics(runtime.service.name)
        metrics.include(runtime.service)
        metrics.watch(runtime.service.collectors(runtime.database, runtime.clock))
        return metrics.page()[1]

    def _clauses(self) -> bytes:
        """The list that intake makes of everything that is known of matters."""
        intake = next(runtime for runtime in self.chain.runtimes if runtime.service.name == "intake")
        with intake.database.begin() as session:
            rows = sheet(session, Wanted()).rows
        return json.dumps([list(row) for row in rows], ensure_ascii=False, default=str).encode()


@contextmanager
def listening(folder: Path, lines: Iterable[str]) -> Iterator[Listener]:
    """A chain in a folder of its own, closed on leaving."""
    clock = VirtualClock(datetime(2026, 6, 1, tzinfo=ZONE))
    with every_log() as told, opened(folder, load_policy(rehearsal=True), clock, durable=True) as chain:
        yield Listener(folder, chain, clock, lines, told)
