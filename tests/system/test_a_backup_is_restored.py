"""Yesterday's dump of a service's database, the archive and the kept bodies of its inbox bring it to where it was; nobody is told
anything twice, and what happens next has numbers of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from city import assert_same, read
from duban.player import Player
from duban.rehearse import Rehearsal, rehearse
from ground_rules.limits import local_date
from ground_rules.policy import load_policy
from psycopg import sql
from servers import postgres_folder
from service_chassis import catching_up
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime
from service_chassis.entrypoints.inprocess import InProcess
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.persistence import cut, migrations, restored
from service_chassis.persistence.database import Database

from duban import chain, outcome

CASE = Path(__file__).parent / "cases" / "ac02-white-then-yellow.jsonl"
POLICY = load_policy()
COMPARED = ("slips", "score_entries", "balances", "deadlines", "notices", "breaches", "refusals")
RETOLD = {"sealed", "cut", "attempt", "alembic_version"}
"""Tables that are not as they were: the chain has new salts, markers have new numbers, attempts belong to a process."""
COLUMNS = {"outbox": {"id", "published_at", "xid"}}
"""Columns that tell of the publishing, not of what was announced."""


class Office:
    """All four services in one process on PostgreSQL, a schema each, with the embedded broker."""

    def __init__(self, url: str, folder: Path, closing: ExitStack) -> None:
        self.url, self.closing = url, closing
        self.arrivals = sorted(read(CASE))
        self.clock = VirtualClock(self.arrivals[0].instant - timedelta(days=1))
        self.runtimes = {kind.name: self._runtime(kind) for kind in chain.SERVICES}
        self.broker = EmbeddedBroker(str(folder / "broker.sqlite"))
        closing.callback(self.broker.close)
        self.player = Player(InProcess(list(self.runtimes.values()), self.broker), self.clock, self.arrivals)

    def _runtime(self, kind: Any) -> Runtime:
        database = Database(self.url, kind.name)
        self.closing.callback(database.close)
        migrations.migrate(database, kind.MIGRATIONS)
        return Runtime(kind(POLICY), database, self.clock, refuse_waiting_after=None)

    def go_on(self) -> None:
        """The services start again on their restored databases, with what has not arrived yet."""
        driver = InProcess(list(self.runtimes.values()), self.broker)
        self.player = Player(driver, self.clock, self.arrivals[self.player.played :])

    def outcome(self) -> dict[str, list[dict[str, Any]]]:
        return outcome.gather(chain.Chain(POLICY, list(self.runtimes.values()), self.broker, self.player.driver).reports())

    def until(self, end: datetime) -> None:
        while (instant := self.player.next_instant()) is not None and instant < end:
            self.player.play(instant)
        self.clock.move_to(end)

    def dump(self, service: str, path: Path) -> None:
        _postgres("pg_dump", "--format=custom", f"--schema={service}", f"--file={path}", self.url)

    def restore(self, service: str, path: Path) -> None:
        """The lost schema is kept beside it, as `<service>_lost`: its inbox may still be read."""
        self.runtimes[service].database.close()
        with psycopg.connect(self.url, autocommit=True) as connection:
            renamed = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
            connection.execute(renamed.format(sql.Identifier(service), sql.Identifier(f"{service}_lost")))
        _postgres("pg_restore", f"--dbname={self.url}", str(path))

    def catch_up(self, service: str) -> catching_up.Result:
        runtime = self.runtimes[service]
        fresh = Runtime(type(runtime.service)(POLICY), runtime.database, self.clock, refuse_waiting_after=None)
        self.runtimes[service] = fresh
        with fresh.database.begin() as session:
            since = (restored.last_read(session) or datetime(2000, 1, 1, tzinfo=UTC)) - catching_up.OVERLAP
        lost = Database(self.url, f"{service}_lost")
        self.closing.callback(lost.close)
        with lost.begin() as session:
            rows = restored.kept_bodies(session, since)
        return catching_up.catch_up(fresh, self.archived(), rows)

    def archived(self) -> Iterator[tuple[str, bytes]]:
        yield from ((key, body) for _, key, body in self.broker.archived())

    def rows(self, schema: str) -> dict[str, list[str]]:
        """Every table of a schema, rows as text, sorted."""
        found = {}
        with psycopg.connect(self.url) as connection:
            query = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
            for (table,) in connection.execute(query, [schema]).fetchall():
                if table in RETOLD:
                    continue
                told = connection.execute(sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(schema, table)))
                hidden = COLUMNS.get(table, set())
                kept = (row for (row,) in told.fetchall() if not is_about_markers(row))
                plain = ({key: value for key, value in row.items() if key not in hidden} for row in kept)
                found[table] = sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in plain)
        return found


def is_about_markers(row: dict[str, Any]) -> bool:
    """Markers are made and passed on anew; nothing of them is kept."""
    return ".cut." in str(row.get("type")) or row.get("type") == "cut.marked.v1" or row.get("subject") == "cut"


def _postgres(program: str, *words: str) -> None:
    environment = {**os.environ, "PATH": f"{postgres_folder()}:{os.environ.get('PATH', '')}"}
    subprocess.run([str(postgres_folder() / program), *words], check=True, env=environment, capture_output=True, timeout=60)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Office]]:
    with ExitStack() as closing:
        yield lambda: Office(database_url, tmp_path, closing)


def differences(found: dict[str, list[str]], lost: dict[str, list[str]]) -> list[str]:
    told = []
    for table in sorted({*found, *lost}):
        ours, theirs = found.get(table, []), lost.get(table, [])
        told += [f"{table}: only restored: {row[:300]}" for row in ours if row not in theirs]
        told += [f"{table}: only lost: {row[:300]}" for row in theirs if row not in ours]
    return told


def test_a_restored_service_comes_to_where_it_was_tells_nobody_twice_and_goes_on(
    office: Callable[[], Office], tmp_path: Path
) -> None:
    """Dumped after a week, lost while the yellow runs; what comes after it is what comes without any loss."""
    city = office()
    start, end = city.arrivals[0].instant, city.arrivals[-1].instant + timedelta(days=30)
    city.until(start + timedelta(days=9))
    for service in city.runtimes:
        city.dump(service, tmp_path / service)
    city.until(start + timedelta(days=19))
    before = len(list(city.archived()))
    for service in city.runtimes:
        city.restore(service, tmp_path / service)
        assert differences(city.rows(service), city.rows(f"{service}_lost")) != [], f"{service}: nothing happened since the dump"
        found = city.catch_up(service)
        assert differences(city.rows(service), city.rows(f"{service}_lost")) == []
        assert (found.new, found.missing, found.unread) == (0, 0, 0)
    with city.runtimes["escalation"].database.begin() as session:
        counters = cut.counters(session)
    assert counters["issued"] > max(counters[path] for path in cut.PATHS), "a marker that came back already would prove nothing"
    city.go_on()
    city.player.driver.settle()
    assert len(list(city.archived())) == before
    city.until(end)
    ids = [json.loads(body)["id"] for _, body in city.archived()]
    assert len(ids) == len(set(ids)), "a number was given twice"
    expected = rehearse(Rehearsal(CASE, POLICY, local_date(end, POLICY.zone)), lambda _text: None)
    assert_same({key: city.outcome()[key] for key in COMPARED}, {key: expected[key] for key in COMPARED})
