"""How long the board's pages take with a million matters in its model: medians and the slowest twentieth, in milliseconds.

    .venv/bin/python tests/load/board_pages.py [--matters 1000000] [--url sqlite:////tmp/board-load.sqlite] [--times 15]

The rows are those that folding makes, written straight into the tables; 4 % of the matters are open, as after some years.
Pages are asked for one after the other through the application as a browser would, signed on as an officer, without any cache.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "board"))

from board.domain.case import Case, Entry, Part, Slip, Todo
from board.site import Site
from board.store import searching, tables
from board.store.writing import CLASSES, rows_of_case
from conftest import Browser, Collected, Hands, ListFeed
from sqlalchemy import insert

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
UNITS = [f"U{n:03d}" for n in range(120)]
SECTIONS = ("DECISION_SUPERVISION", "SPECIAL_HANDLING", "SUGGESTION_HANDLING")
SOURCES = ("MEETING", "DOCUMENT", "LEADER_INSTRUCTION", "NETIZEN_MESSAGE", "NPC_SUGGESTION", "CPPCC_PROPOSAL", "HOTLINE")
WORDS = "城区积水点整治老旧小区改造农村公路养护河湖清四乱大气污染防治学位供给就业帮扶设施蔬菜苹果产业提质征地拆迁"
BATCH = 5_000
BASE = 20_000
"""Matters that are made one by one; the others are copies of them."""


def case_of(rng: random.Random, number: int) -> Case:
    """One matter with one part; of a hundred, four are open and six had a slip."""
    begun = NOW - timedelta(minutes=rng.randrange(60 * 24 * 365 * 6))
    is_open = begun > NOW - timedelta(days=90)
    at = begun.strftime("%Y-%m-%dT%H:%M:%SZ")
    case = Case(f"m-{number}", ref=f"XY{begun.year}-{number:07d}", submitted_by="OFFICE", known=True)
    start = rng.randrange(len(WORDS) - 12)
    case.title = f"关于{WORDS[start : start + rng.randint(6, 12)]}的督查事项"
    case.kind, case.section, case.standard = "SPECIAL", rng.choice(SECTIONS), "按计划全部完成并通过验收"
    case.source_type, case.registered_at = rng.choice(SOURCES), at
    case.state, case.ended_at = (
        ("OPEN", None) if is_open else ("CLOSED", (begun + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    )
    unit, ends = rng.choice(UNITS), begun + timedelta(days=100 if is_open else 20)
    part = Part(unit, f"a-{number}", "LEAD", "完成报告", None, "OPEN" if is_open else "DONE", 20, "WORKDAY", at)
    part.owner, part.clock = "ASSIGNMENT", "RUNNING" if is_open else "STOPPED"
    part.deadline, part.due = ends.date().isoformat(), ends.strftime("%Y-%m-%dT16:00:00Z")
    case.parts[unit] = part
    if rng.random() < 0.06:
        colour = rng.choices(("WHITE", "YELLOW", "RED"), (70, 25, 5))[0]
        slip = Slip(f"s-{number}", unit, colour, 0, "OVERDUE", "SERVED" if is_open else "LIFTED", f"号{number}", issued_at=at)
        slip.liability_date, slip.in_force = at[:10], is_open
        part.colour = colour if is_open else None
        case.slips[slip.slip_id] = slip
        if colour == "YELLOW":
            case.entries["e"] = Entry(f"e-{number}", unit, begun.year, -30, "DEDUCTION", "EFFECTIVE", at, slip.slip_id)
    return case


def fill(site: Site, many: int) -> None:
    """The model's rows, in large batches."""
    rng = random.Random("board")
    for first in range(0, many, BATCH):
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in CLASSES}
        for number in range(first, min(first + BATCH, many)):
            case = case_of(rng, number)
            for name, made in rows_of_case(case).items():
                rows[name].extend(row | {"topic": case.matter_id} for row in made)
            if case.state == "OPEN" and number % 40 == 0:
                todo = Todo("CLAIM", "OFFICE", next(iter(case.parts)), f"k-{number}", case.registered_at or "")
                rows["todo"].append({name: getattr(todo, name) for name in Todo.__slots__} | {"topic": case.matter_id})
        with site.database.writing() as connection:
            for name, made in rows.items():
                if made:
                    connection.execute(insert(tables.FOLDED[name]), made)
            searching.replace(connection, rows["matter"])
        if first % 100_000 == 0:
            print(f"{first:,} …", file=sys.stderr, flush=True)


def multiply(connection: Any, times: int) -> None:
    """Every row so often again under other topics: the database does it itself, which is quick."""
    for copy in range(1, times):
        for table in (*(tables.FOLDED[name] for name in CLASSES),):
            names = [column.name for column in table.columns]
            other = {"topic": f"topic || '-{copy}'", "matter_id": f"matter_id || '-{copy}'", "search_id": f"search_id + {copy}"}
            other |= {"ref": f"ref || '-{copy}'", "rank": f"rank || '-{copy}'"}
            chosen = ", ".join(other.get(name, f'"{name}"') for name in names)
            where = "WHERE topic LIKE 'm-%' AND topic NOT LIKE 'm-%-%'"
            listed = ", ".join(f'"{name}"' for name in names)
            connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({listed}) SELECT {chosen} FROM {table.name} {where}".replace(
                    "%", "%%" if connection.dialect.name != "sqlite" else "%"
                )
            )
        column = "rowid" if connection.dialect.name == "sqlite" else "id"
        target = "found(rowid, grams)" if connection.dialect.name == "sqlite" else "found(id, grams)"
        base = "SELECT search_id FROM matter WHERE topic LIKE 'm-%' AND topic NOT LIKE 'm-%-%'"
        statement = f"INSERT INTO {target} SELECT {column} + {copy}, grams FROM found WHERE {column} IN ({base})"
        connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name != "sqlite" else statement)
        print(f"{copy} …", end=" ", file=sys.stderr, flush=True)


def pages() -> Iterator[tuple[str, str]]:
    """What is asked for."""
    yield "city overview", "/"
    yield "matters, open", "/matters?state=OPEN"
    yield "matters, all", "/matters"
    yield "matters of a unit", "/matters?unit=U007"
    yield "search 老旧小区", "/matters?q=老旧小区"
    yield "search, a common word", "/matters?q=督查事项"
    yield "search, a reference", "/matters?q=XY2026-0007"
    yield "office desk", "/office"
    yield "a unit's desk", "/u/U007"
    yield "a matter", "/m/m-4711"
    yield "assessment of a year", "/assessment"


def main() -> None:
    """Fill, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matters", type=int, default=1_000_000)
    parser.add_argument("--url", default="sqlite:////tmp/board-load.sqlite")
    parser.add_argument("--times", type=int, default=15)
    asked = parser.parse_args()
    from board.projector import Projector
    from board.store.database import Database
    from board.web import create_app
    from conftest import Desk

    database = Database(asked.url)
    anew = database.prepare()
    outbox, feed = Collected(), ListFeed()
    site = Site(database, Projector(database, feed, outbox), outbox, Hands(NOW), machine=Hands(NOW), secure_cookies=False)
    if anew:
        indexes = [index for table in tables.FOLDED.values() for index in table.indexes]
        with database.writing() as connection:
            for index in indexes:
                index.drop(connection)
        fill(site, min(asked.matters, BASE))
        with database.writing() as connection:
            connection.exec_driver_sql("CREATE INDEX topic_first ON matter(topic)")
            multiply(connection, max(asked.matters // BASE, 1))
            connection.exec_driver_sql("DROP INDEX topic_first")
            for index in indexes:
                index.create(connection)
            connection.exec_driver_sql("ANALYZE")
    browser: Browser = Desk(site, feed, outbox, Hands(NOW), Hands(NOW), create_app(site)).browser("OFFICER")
    for name, path in pages():
        took, worked = [], []
        for _ in range(asked.times):
            began, work = time.perf_counter(), time.process_time()
            answer = browser.get(path)
            took.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - work) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        took.sort()
        told = f"median {statistics.median(took):6.0f} ms, of it at work {statistics.median(worked):6.0f} ms"
        print(f"{name:24} {told}, slowest twentieth {took[int(len(took) * 0.95)]:6.0f} ms", flush=True)


if __name__ == "__main__":
    main()
