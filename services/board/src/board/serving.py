"""The web server around the application: waitress, in threads; it says so where its address is taken."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waitress.server import create_server  # type: ignore[import-untyped]

from board import metrics
from board.clock import Clock
from board.domain.texts import as_text, moment
from board.errors import ConfigError
from board.ports import Feed, Outbox
from board.projector import Projector
from board.site import Site
from board.store import acting, writing
from board.store.database import Database
from board.web import create_app

WORKERS = 8
"""Threads for pages, beside those of the browsers that listen for news."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the board listens."""

    host: str
    port: int
    proxy: str | None = None
    """Whose word on who asks is believed (`BOARD_PROXY`): failed sign-ons close an address, and behind a proxy all share one."""

    def __str__(self) -> str:
        return f"http://{'[' + self.host + ']' if ':' in self.host else self.host}:{self.port}"


def server(site: Site, at: Address) -> Any:
    """A waitress server, bound; ConfigError where the address is taken or not ours."""
    told = {"trusted_proxy": at.proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}} if at.proxy else {}
    threads = WORKERS + site.live
    try:
        return create_server(
            create_app(site), host=at.host, port=at.port, threads=threads, ident="board", channel_timeout=60, **told
        )
    except OSError as error:
        hint = "give another address, or --board off" if error.errno == 98 else "give another address"  # noqa: PLR2004 - EADDRINUSE
        raise ConfigError(f"the board cannot listen on {at.host}:{at.port}: {error.strerror}; {hint}") from error


@contextlib.contextmanager
def board(
    url: str, feed: Feed, outbox: Outbox, clock: Clock, at: Address, told_at: Address | None = None, **looks: Any
) -> Iterator[Address]:
    """A whole board while the block runs: its database, the thread that follows the feed, and the web server.

    `told_at` is where Prometheus asks (unset: nowhere); `looks` are further fields of `Site`. ConfigError for an address that is
    taken or a database that cannot be named.
    """
    database = Database(url)
    database.prepare()
    site = Site(database, Projector(database, feed, outbox), outbox, clock, **looks)
    with measured(site, told_at), served(site, at) as found:
        yield found


@contextlib.contextmanager
def measured(site: Site, at: Address | None) -> Iterator[Address | None]:
    """Answer /metrics while the block runs; returns where."""
    if at is None:
        yield None
        return
    site.metrics.watch(lambda: figures(site))
    port, stop = site.metrics.serve(at.host, at.port)
    try:
        yield Address(at.host, port)
    finally:
        stop()


LOOKED_BACK = timedelta(days=7)
"""How far acts are looked at: an old one that no event came of is on `/acts`, and wakes nobody."""


def figures(site: Site) -> metrics.Figures:
    """What stands in the tables, and how far behind the feed the model is."""
    now = site.now()
    with site.database.reading() as connection:
        pending, oldest, failed = acting.backlog(connection, as_text(now - LOOKED_BACK))
        broken = writing.broken_subjects(connection)
    age = max(0.0, (now - moment(oldest)).total_seconds()) if oldest else 0.0
    yield metrics.FEED_LAG, time.monotonic() - site.projector.current_at
    yield metrics.BROKEN, broken
    yield metrics.PENDING, pending
    yield metrics.PENDING_OLDEST, age
    yield metrics.FAILED, failed


@contextlib.contextmanager
def served(site: Site, at: Address) -> Iterator[Address]:
    """Serve in threads while the block runs; returns where (port 0 takes a free one)."""
    running, ending = server(site, at), threading.Event()

    def answer() -> None:
        while True:
            try:
                running.run()
                return
            except OSError:
                if not ending.is_set():
                    raise
                # It waited for a socket that was just closed: once more, without it, until those who asked have their answers.

    stop_projector = site.projector.start()
    thread = threading.Thread(target=answer, name="board-web", daemon=True)
    thread.start()
    try:
        yield Address(at.host, int(running.effective_port))
    finally:
        stop_projector()
        running.task_dispatcher.shutdown(cancel_pending=True, timeout=3)  # streams end by themselves: the projector has stopped
        ending.set()
        running.close()
        thread.join(2.0)
        site.database.close()
