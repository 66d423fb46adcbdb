"""The sample service `desk` as real processes on real servers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nursery
import psycopg
import pytest
from service_chassis.messaging import topology
from service_chassis.messaging.connection import Broker, close, connect
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database

FOLDER = Path(__file__).resolve().parent.parent / "desk"
sys.path.insert(0, str(FOLDER))
from desk.service import Desk  # noqa: E402 - the sample service lives beside its tests

PATIENCE = 30.0
"""Seconds to wait for what must happen; a test that waits so long has failed."""


def wait_for(what: Callable[[], Any], why: str) -> Any:
    """The first true value of `what()`; asks every 20 ms."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.02)
    pytest.fail(f"not within {PATIENCE:g} s: {why}")


class Process:
    """One role of the sample service."""

    def __init__(self, module: str, role: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        log.touch()
        self._process = nursery.spawn(module, [role], environment, log.parent, log)

    def text(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def wait_until_up(self) -> Process:
        """It has passed its checks; a consumer also has its queues."""
        wait_for(lambda: "http://" in self.text() or self.has_ended, f"start: {self.text()}")
        assert not self.has_ended, self.text()
        return self

    def page(self, path: str, key: str = "") -> str:
        found = re.search(r"http://[0-9.]+:\d+", self.text())
        assert found, self.text()
        asked = Request(found.group() + path, headers={"Authorization": f"Bearer {key}"} if key else {})
        with suppress(OSError), urlopen(asked, timeout=5) as answer:
            return str(answer.read().decode())
        return ""

    def wait_until_ready(self) -> Process:
        self.wait_until_up()
        wait_for(lambda: '"ready": true' in self.page("/readyz"), "readiness")
        return self

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if not self.has_ended:
            self.send(number)
        return self.wait()

    def wait(self) -> int:
        return self._process.wait(PATIENCE)


class DeskCity:
    """A database and a broker with the sample service on them."""

    def __init__(self, database_url: str, amqp_url: str, folder: Path) -> None:
        self.database_url, self.amqp_url, self._folder = database_url, amqp_url, folder
        self.broker = Broker(amqp_url)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")},
            "PYTHONPATH": str(FOLDER),
            "DATABASE_URL": database_url,
            "AMQP_URL": amqp_url,
        }
        self.processes: list[Process] = []
        self._control = connect(self.broker, "test")
        self._channel = self._control.channel()
        self._publisher: Publisher | None = None

    def migrate(self) -> None:
        """What the role `migrate` does, without the cost of a process."""
        database = Database(self.database_url, "desk")
        migrations.migrate(database, Desk.MIGRATIONS)
        database.close()
        topology.of_service(Desk).declare(self._control)

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A role that ends by itself."""
        return nursery.run("desk", words, self.environment | settings, self._folder, PATIENCE)

    def start(self, role: str, module: str = "desk", **settings: str) -> Process:
        log = self._folder / f"{len(self.processes)}.{role}.log"
        process = Process(module, role, self.environment | settings, log)
        self.processes.append(process)
        return process

    def publish(self, *titles: str, body: bytes | None = None) -> list[str]:
        """Submit matters with these titles as the office; returns their references."""
        if self._publisher is None:
            self._publisher = Publisher(self.broker, "test publisher")
        sent = [submission(title) for title in titles] if body is None else [Outgoing("duban.inbound", KEY, body)]
        self._publisher.publish(sent)
        return [] if body is not None else [json.loads(message.body)["data"]["external_ref"] for message in sent]

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True, options="-c search_path=desk") as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def notes(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT ref FROM note ORDER BY id")]

    def depth(self, queue: str = "desk.inbound") -> int:
        """Messages that nobody has yet; unacknowledged ones are not counted."""
        return int(self._channel.queue_declare(queue, passive=True).message_count)

    def archived(self) -> int:
        return int(self._channel.queue_declare("duban.archive", passive=True).message_count)

    def until(self, what: Callable[[], Any], why: str) -> Any:
        """Wait for the first true value of `what()`."""
        return wait_for(what, why)

    def close(self) -> None:
        for process in self.processes:
            process.end(signal.SIGKILL)
        if self._publisher:
            self._publisher.drop()
        for queue in ("desk.inbound", "desk.events"):
            with suppress(Exception):
                self._channel.queue_delete(queue)
        close(self._control)


KEY = "OFFICE.matter.submitted.v1"


def submission(title: str) -> Outgoing:
    """One matter as the office's system would publish it."""
    id_ = str(uuid.uuid4())
    data = {
        "external_ref": f"R-{id_[:8]}",
        "title": title,
        "source": {"type": "HOTLINE"},
        "standard": "done",
        "assignments": [{"unit": "ZJJ", "role": "LEAD", "deliverable": "report", "limit": {"amount": 10, "unit": "WORKDAY"}}],
    }
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "/office",
        "type": "matter.submitted.v1",
        "time": "2026-01-05T09:00:00+08:00",
        "datacontenttype": "application/json",
        "data": data,
    }
    return Outgoing("duban.inbound", KEY, json.dumps(event).encode(), message_id=id_, type="matter.submitted.v1")


@pytest.fixture
def city(database_url: str, amqp_url: str, tmp_path: Path) -> Iterator[DeskCity]:
    """An empty database and broker on which the sample service has been migrated."""
    found = DeskCity(database_url, amqp_url, tmp_path)
    try:
        found.migrate()
        yield found
    finally:
        found.close()


@pytest.fixture
def declared(amqp_url: str) -> Iterator[Any]:
    """A connection to a broker that has the exchanges and the archive."""
    opened = connect(Broker(amqp_url), "test")
    topology.Topology(topology.exchanges(), (topology.archive(),)).declare(opened)
    yield opened
    close(opened)
