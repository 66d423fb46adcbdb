"""A deadline storm: a million armed clocks, a hundred thousand of them due at one instant, two replicas of the ticker.

Two matters go through the real chain until their limits run: one that is due at the storm, one that is due much later. Their
rows in escalation's schema are then copied inside PostgreSQL, with ids of their own. The clock is moved to the storm, and
measured is, from that moment: the first slip, all slips committed, and the escalation ticks' own CPU for each. As soon as
nothing waits for a marker any more, everything but the tickers and PostgreSQL is paused, since it would run elsewhere.
Checked is that each ladder has exactly one white slip. Before it, an idle ticker is measured with ten thousand clocks and
with all.

    python tests/load/run.py storm [--clocks 1000000] [--due 100000] [--replicas 2]

Uses `DUBAN_TEST_AMQP_URL` and `DUBAN_TEST_DATABASE_URL`, else private servers of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from duban.arrivals import Arrival
from processor import cpu_of
from servers import Servers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))
import matters  # noqa: E402 - the messages of the system tests
from city import City  # noqa: E402 - and their city of processes

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
STORM = datetime(2026, 3, 18, 2, tzinfo=UTC)
"""A Wednesday at 10:00 in China: a limit that ends at an instant of a workday leads to a slip at that instant."""
LATER = datetime(2026, 12, 16, 2, tzinfo=UTC)
POLICY = 'service = "immediate"\n'
TABLES = ("subject", "matter_ref", "ladder", "clock", "journal", "timer")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PIECE = 50_000
PATIENCE = 600.0
IDLE_SECONDS = 10.0


def submission(ref: str, due: datetime) -> Arrival:
    """A matter of one unit with a limit that ends at an instant."""
    message = matters.submission(ref, "ZJJ", START, 1)
    part = message["data"]["assignments"][0]
    del part["limit"]
    part["due_at"] = due.isoformat()
    return matters.arrival(message)


# ---- a million ladders


def rows_of(connection: psycopg.Connection[Any], matter: str) -> dict[str, list[str]]:
    """Escalation's rows of one matter, as JSON texts; of its timers only the one of the limit."""
    found = {}
    for table in TABLES:
        column = "subject" if table in ("subject", "timer") else "matter_id"
        kinds = " AND kind = 'deadline'" if table == "timer" else ""
        query = f"SELECT to_jsonb(t)::text FROM escalation.{table} t WHERE {column} = %s{kinds}"
        found[table] = [row[0] for row in connection.execute(query, [matter])]
    return found


def multiply(connection: psycopg.Connection[Any], rows: dict[str, list[str]], ref: str, numbers: range, told: str) -> None:
    """Copies of a matter's rows, one for each number; every id in them becomes one of its own."""
    for table, texts in rows.items():
        for text in texts:
            expression = "%(text)s"
            for name in sorted(set(UUID.findall(text))):
                expression = f"replace({expression}, '{name}', md5('{name}' || n)::uuid::text)"
            expression = f"replace({expression}, '\"{ref}\"', '\"{ref}-' || n || '\"')"
            statement = (
                f"INSERT INTO escalation.{table} "
                f"SELECT (jsonb_populate_record(NULL::escalation.{table}, ({expression})::jsonb)).* "
                "FROM generate_series(%(low)s::int, %(high)s::int) n"
            )
            for low in range(numbers.start, numbers.stop, PIECE):
                high = min(low + PIECE, numbers.stop) - 1
                connection.execute(statement, {"text": text, "low": low, "high": high})
                print(f"\r{told}: {table} {high:,} of {numbers.stop - 1:,}   ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


# ---- measuring


def cpu_of_tickers(city: City) -> float:
    """Seconds of processor that the escalation tickers have used so far."""
    return sum(cpu_of(city.processes[place]) for place in city.tickers)


def idle(city: City) -> float:
    """The tickers' CPU while nothing is due, in percent of one core."""
    began, before = time.perf_counter(), cpu_of_tickers(city)
    time.sleep(IDLE_SECONDS)
    return (cpu_of_tickers(city) - before) / (time.perf_counter() - began) * 100


WAITS = """
    SELECT EXISTS (
        SELECT 1 FROM escalation.timer WHERE due_at <= %s AND kind = 'deadline' AND (cut_seq IS NULL OR cut_seq > (
            SELECT min(number) FROM escalation.cut WHERE name IN ('path:escalation', 'path:intake', 'path:notify')))
    )
"""
"""Whether something that is due still waits for its marker."""


def waits_for_a_marker(connection: psycopg.Connection[Any]) -> bool:
    (waits,) = connection.execute(WAITS, [STORM]).fetchone() or (True,)
    return bool(waits)


def pause_others(city: City) -> None:
    """Without markers to carry only the tickers run on: who publishes and reads the slips has machines of its own."""
    for place in city.processes.keys() - set(city.tickers):
        city.processes[place].send_signal(signal.SIGSTOP)


def storm(city: City, connection: psycopg.Connection[Any], due: int) -> tuple[float, float, float]:
    """(seconds to the first slip, seconds to the last, the tickers' CPU seconds)."""
    before, began = cpu_of_tickers(city), time.perf_counter()
    city.set_clock(STORM + timedelta(seconds=1))
    first, count, alone = None, 0, False
    while count < due:
        (count,) = connection.execute("SELECT count(*) FROM escalation.slip").fetchone() or (0,)
        passed = time.perf_counter() - began
        if first is None and count:
            first = passed
        if first is not None and not alone and not waits_for_a_marker(connection):
            alone = True
            pause_others(city)
        print(f"\r{count:,} of {due:,} slips after {passed:.1f} s   ", end="", file=sys.stderr, flush=True)
        if passed > PATIENCE:
            raise SystemExit(f"the storm is not over after {passed:.0f} s\n{city.diagnosis()}")
        time.sleep(0.02 if first is None else 0.2)
    print(file=sys.stderr)
    return first or 0.0, time.perf_counter() - began, cpu_of_tickers(city) - before


def faults(connection: psycopg.Connection[Any], due: int) -> list[str]:
    """What is not exactly once; empty when all is well."""
    (slips, ladders, issued) = connection.execute(
        "SELECT count(*), count(DISTINCT (matter_id, unit)), (SELECT count(*) FROM escalation.outbox WHERE type = "
        "'escalation.slip.issued.v1') FROM escalation.slip WHERE colour = 'WHITE'"
    ).fetchone() or (0, 0, 0)
    wanted = {"slips": slips, "ladders with a slip": ladders, "slips announced": issued}
    return [f"{what}: {found:,}, expected {due:,}" for what, found in wanted.items() if found != due]


# ---- the measurement


@contextlib.contextmanager
def prepared(amqp_url: str, database_url: str, folder: Path, replicas: int) -> Iterator[City]:
    """A city with the two matters armed, and all processes ready."""
    city = City(amqp_url, database_url, folder, POLICY, replicas=replicas)
    try:
        city.set_clock(START)
        city.migrate()
        city.start()
        city.await_ready()
        city.publish([submission("STORM", STORM), submission("LATER", LATER)])
        city.settle()
        yield city
    finally:
        city.close()


def end(city: City, service: str) -> None:
    """End a service that has no part in the measurement: the events wait in its queues."""
    for place in [place for place in city.processes if place.service == service]:
        process = city.processes.pop(place)
        process.terminate()
        process.wait(30)


def measure(amqp_url: str, database_url: str, clocks: int, due: int, replicas: int) -> int:
    """Run it once and print the figures; 1 if a slip is missing or double."""
    with tempfile.TemporaryDirectory() as folder, prepared(amqp_url, database_url, Path(folder), replicas) as city:
        end(city, "scoring")
        connection = psycopg.connect(database_url, autocommit=True)
        ids = dict(connection.execute("SELECT external_ref, matter_id FROM escalation.matter_ref").fetchall())
        city.set_clock(STORM - timedelta(minutes=5))
        city.settle()
        templates = {ref: rows_of(connection, ids[ref]) for ref in ids}
        few = min(10_000, clocks - due)
        multiply(connection, templates["LATER"], "LATER", range(1, few), "clocks that are not due")
        small = idle(city)
        multiply(connection, templates["STORM"], "STORM", range(1, due), "clocks that will be due")
        multiply(connection, templates["LATER"], "LATER", range(few, clocks - due), "more that are not due")
        connection.execute("VACUUM ANALYZE")
        large = idle(city)
        first, last, cpu = storm(city, connection, due)
        wrong = faults(connection, due)
        connection.close()
    print(f"clocks {clocks:,}, due at one instant {due:,}, tickers {replicas}")
    print(f"first slip after {first:.2f} s, all after {last:.1f} s: {due / last:,.0f} slips/s, {cpu / due * 1e6:.0f} µs CPU each")
    print(f"idle tickers: {small:.2f} % of a core with {few:,} clocks, {large:.2f} % with {clocks:,}")
    print("\n".join(wrong) or "each slip exactly once")
    return 1 if wrong else 0


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="storm", description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--replicas", type=int, default=2)
    options = parser.parse_args(arguments)
    with Servers(fsync=True) as servers:
        return measure(servers.amqp_url, servers.database_url, options.clocks, options.due, options.replicas)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
