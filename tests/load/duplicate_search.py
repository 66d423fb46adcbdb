"""How long the search for duplicates takes when a city has a million matters: fills intake's index, then asks.

    make duplicates [MATTERS=1000000]

Prints the milliseconds of a search for one new matter (median and 99th percentile), and the size of the index. The titles are
drawn from a few thousand places and tasks, so that popular keys have many thousands of matters.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from intake.domain.similarity import Fingerprint, fingerprint, keys, sought
from intake.service import Intake
from intake.store.heads import Heads
from intake.store.tables import fingerprint as table
from intake.suspecting import SOURCE_TYPES
from rich.progress import track
from servers import Servers, temporary_database
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import insert_rows

MATTERS = 5_000
"""Written in one transaction."""
START = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = [f"{first}{second}路" for first in "文玉渭乐抗西人毕世胜东南中北新华" for second in "林泉阳育战兰民塬纪利风安山平兴"]
TASKS = [
    "雨水管网积水整治",
    "老旧小区改造",
    "扬尘治理",
    "学校周边秩序整治",
    "供热管网更新",
    "断头路打通",
    "公厕改造",
    "停车秩序治理",
]


def drawn(rng: random.Random, number: int) -> Fingerprint:
    """One matter of one of fifty units."""
    place, task = rng.choice(PLACES), rng.choice(TASKS)
    return fingerprint(
        f"m{number:08d}",
        units=[f"U{rng.randrange(50):02d}"],
        terms=[place, task],
        clause=None,
        number=None,
        source_type=rng.choice(SOURCE_TYPES),
        title=f"关于{place}{task}的督查事项",
        submitted_at=START + timedelta(seconds=number),
    )


def rows(made: Fingerprint) -> Iterator[dict[str, Any]]:
    return ({"key": key, "at": made.submitted_at, "matter_id": made.matter_id} for key in keys(made))


def fill(database: Database, count: int) -> int:
    """Write the keys of so many matters; returns the number of rows."""
    total = 0
    rng = random.Random(1)
    for first in track(range(0, count, MATTERS), "matters"):
        batch = [row for number in range(first, min(first + MATTERS, count)) for row in rows(drawn(rng, number))]
        with database.begin() as session:
            insert_rows(session, table, batch)
        total += len(batch)
    return total


def ask(database: Database, count: int, times: int) -> list[float]:
    """Milliseconds of each search."""
    rng, found = random.Random(2), []
    for number in range(times):
        wanted = drawn(rng, count + number)
        begun = time.perf_counter()
        with database.begin() as session:
            Heads(session).look_up(sought(wanted, SOURCE_TYPES))
        found.append(1000 * (time.perf_counter() - begun))
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=200)
    options = parser.parse_args(arguments)
    with Servers(("database",), fsync=True) as servers, temporary_database(servers.database_url) as url:
        database = Database(url, "intake")
        migrations.migrate(database, Intake.MIGRATIONS)
        total = fill(database, options.matters)
        took = ask(database, options.matters, options.searches)
        database.close()
    print(f"{options.matters} matters, {total} keys; a search: median {statistics.median(took):.2f} ms, ", end="")
    print(f"99 % within {statistics.quantiles(took, n=100)[98]:.2f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
