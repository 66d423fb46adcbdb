"""How long the board's pages take with a million matters in its model, and how quickly the model is built from events.

    .venv/bin/python tests/load/board_pages.py [--matters 1000000] [--url sqlite:////tmp/board-load.sqlite] [--times 100]

Without `--url` it works in the database of `DUBAN_TEST_DATABASE_URL` (`make board` gives a private one), else in a file that
is removed afterwards; a model that is there already is measured as it is. Pages are asked for one after the other through the
application as a browser would, signed on as an officer, without any cache. Milliseconds: median, the slowest of a hundred, and
at work: the processor's own time, of this process and of its sessions in the database, which other work on the machine does not
change. The exit code is 1 where a median is above the goal.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "board"))

from board.projector import Projector
from board.site import Site
from board.store import tables
from board.store.database import Database
from board.web import create_app
from board_model import NOW, bar, fill
from conftest import Browser, Collected, Desk, Hands, ListFeed
from published import everything, under_another_name
from sqlalchemy import func, select, text

GOAL_MS = 200
ONE = "m-4711"


@dataclass(frozen=True)
class Took:
    """Milliseconds of one page."""

    median: float
    slowest: float
    at_work: float


def pages() -> Iterator[tuple[str, str]]:
    """What is asked for."""
    yield "city overview with its light board", "/"
    yield "matters, open", "/matters?state=OPEN"
    yield "matters, all", "/matters"
    yield "matters, deep in the list", f"/matters?after={ONE}"
    yield "matters of a unit", "/matters?unit=U007"
    yield "matters, overdue and red", "/matters?state=OPEN&colour=RED&late=1"
    yield "search, 1 character: 改", "/matters?q=改"
    yield "search, 2 characters: 小区", "/matters?q=小区"
    yield "search, 3 characters: 文林路", "/matters?q=文林路"
    yield "search, 4 characters: 老旧小区", "/matters?q=老旧小区"
    yield "search, two words: 文林路 小区", "/matters?q=文林路 小区"
    yield "search, a word that all have", "/matters?q=督查事项"
    yield "search, among the open of a unit", "/matters?q=小区&unit=U007&state=OPEN"
    yield "search, a reference", "/matters?q=XY2026-0007"
    yield "search, nothing", "/matters?q=量子计算"
    yield "office desk", "/office"
    yield "a unit's desk", "/u/U007"
    yield "a matter", f"/m/{ONE}"
    yield "assessment of a year", "/assessment"


def measured(browser: Browser, path: str, times: int, of_database: Callable[[], float]) -> Took:
    """One page so often."""
    took, before = [], time.process_time() + of_database()
    for _ in range(times):
        began = time.perf_counter()
        answer = browser.get(path)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"{path}: {answer.status_code}")
    worked = (time.process_time() + of_database() - before) * 1000 / times
    took.sort()
    return Took(statistics.median(took), took[int(len(took) * 0.99)], worked)


def processor_of(database: Database) -> Callable[[], float]:
    """Seconds of the processor that the board's own sessions of a PostgreSQL on this machine have used; 0 for SQLite."""
    if database.is_sqlite:
        return lambda: 0.0
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        with database.reading() as connection:
            pids = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")).scalars()
            fields = [Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].split() for pid in pids]
        return sum(int(found[11]) + int(found[12]) for found in fields) / ticks

    return used


def rebuilt(database: Database, rounds: int) -> tuple[int, float, float]:
    """Events of real chains so often under other names into an empty model: how many, in how many seconds, how much work."""
    feed = ListFeed([under_another_name(body, n) for n in range(rounds) for body in everything()])
    projector = Projector(database, feed, Collected())
    of_database = processor_of(database)
    began, work = time.perf_counter(), time.process_time() + of_database()
    while projector.step() or projector.behind:
        bar("events of the archive", min(1.0, int(_place(database) or 0) / len(feed.bodies)))
    return len(feed.bodies), time.perf_counter() - began, time.process_time() + of_database() - work


def _place(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.execute(select(tables.place.c.value)).scalar() or 0)


def main(arguments: list[str] | None = None) -> int:
    """Fill, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=1_000_000)
    parser.add_argument("--url", default=os.environ.get("DUBAN_TEST_DATABASE_URL"))
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=100, help="how often the events of the cases are read for the rebuild")
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duban-board-") as folder:
        return _measure(asked, asked.url or f"sqlite:///{folder}/board.sqlite")


def _measure(asked: argparse.Namespace, url: str) -> int:
    database = Database(url)
    if database.prepare() or not _matters(database):
        if asked.rounds:
            many, seconds, work = rebuilt(database, asked.rounds)
            told = f"{many:,} events, {many / seconds:,.0f} events/s, at work {work / many * 1e6:.0f} µs each"
            print(f"{'rebuilt from the archive':36} {told}", flush=True)
            database.forget_model()
        began = time.perf_counter()
        fill(database, asked.matters)
        print(f"{'filled':36} {_matters(database):,} matters in {time.perf_counter() - began:.0f} s", flush=True)
    outbox, feed = Collected(), ListFeed()
    site = Site(database, Projector(database, feed, outbox), outbox, Hands(NOW), machine=Hands(NOW), secure_cookies=False)
    browser = Desk(site, feed, outbox, Hands(NOW), Hands(NOW), create_app(site)).browser("OFFICER")
    slow, of_database = 0, processor_of(database)
    for name, path in pages():
        if asked.only in name:
            took = measured(browser, path, asked.times, of_database)
            slow += took.median > GOAL_MS
            told = f"median {took.median:6.1f} ms, slowest of 100 {took.slowest:6.1f} ms, at work {took.at_work:6.1f} ms"
            print(f"{name:36} {told}{'  above the goal' if took.median > GOAL_MS else ''}", flush=True)
    database.close()
    return int(slow > 0)


def _matters(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.matter)).scalar_one())


if __name__ == "__main__":
    sys.exit(main())
