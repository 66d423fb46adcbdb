"""How many 1 KB events intake takes in a second, beside FastStream doing the same work (speed.md of the design, issue 2).

`python -m intake consume` and `relay` run as real processes on RabbitMQ (quorum queues) and PostgreSQL (fsync on, which is
checked). Each round fills a queue, then starts the system; measured from the first message to the last confirmed event.
Rounds alternate between the systems, so that both see the same machine; what counts is the ratio of the medians.

    python tests/load/run.py intake [--events 20000] [--rounds 3]

Uses `DUBAN_TEST_AMQP_URL` and `DUBAN_TEST_DATABASE_URL`, else private servers of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import venv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import psycopg
from kombu import Connection, Exchange, Queue
from processor import cpu_of
from servers import Servers
from service_chassis.messaging import topology
from service_chassis.messaging.connection import Broker, close, connect
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher

from duban import chain

ROOT = Path(__file__).resolve().parents[2]
PEER = Path(__file__).with_name("faststream_peer.py")
MATTERS = 2000
"""The reports of a round are spread over so many matters."""
PATIENCE = 180.0
"""Seconds for one step of a round; a step that takes longer ends the measurement with an error."""
PIECE = 1000
START = datetime(2026, 3, 2, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one system."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds

    @property
    def cpu(self) -> float:
        """Microseconds of the system's own processes for one event."""
        return self.cpu_seconds / self.events * 1e6


@dataclass(frozen=True, slots=True)
class Bed:
    """The two servers of the measurement."""

    amqp_url: str
    database_url: str

    def query(self, sql: str) -> Any:
        """The first value of the first row."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            row = connection.execute(sql).fetchone()
            return row and row[0]

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(sql)


# ---- what is sent


def event(sender: str, kind: str, data: dict[str, Any], second: int) -> Outgoing:
    """One inbound CloudEvent on its way to `duban.inbound`."""
    name = str(uuid.uuid4())
    body = {
        "specversion": "1.0",
        "id": name,
        "source": "/office" if sender == "OFFICE" else f"/units/{sender}",
        "type": kind,
        "subject": data.get("matter") or data["external_ref"],
        "time": (START + timedelta(seconds=second)).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return Outgoing("duban.inbound", f"{sender}.{kind}", orjson.dumps(body), message_id=name)


def submission(n: int) -> Outgoing:
    """A matter of one unit."""
    data = {
        "external_ref": f"M-{n}",
        "title": "关于老旧小区改造项目开工的督查事项",
        "source": {"type": "DOCUMENT", "number": "咸办发〔2026〕12号", "issuer": "市委办公室", "issued_on": "2026-03-02"},
        "standard": "老旧小区改造项目开工全部完成并通过现场核验",
        "assignments": [{"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 200, "unit": "WORKDAY"}}],
    }
    return event("OFFICE", "matter.submitted.v1", data, n)


def report(n: int) -> Outgoing:
    """A report of progress, about 1 KB with its envelope; 17 fields are validated."""
    photo = {
        "kind": "PHOTO",
        "sha256": "9f" * 32,
        "collected_at": "2026-03-02T09:00:00+08:00",
        "place": "现场",
        "collector": "王芳",
    }
    data = {"matter": f"M-{n % MATTERS}", "unit": "ZJJ", "text": "进" * 170, "percent": n % 101, "evidence": [photo]}
    return event("ZJJ", "progress.reported.v1", data, n)


def publish(bed: Bed, messages: Sequence[Outgoing]) -> None:
    """All of them, confirmed."""
    publisher = Publisher(Broker(bed.amqp_url), "load")
    for start in range(0, len(messages), PIECE):
        publisher.publish(messages[start : start + PIECE])
    publisher.drop()


# ---- processes


@contextlib.contextmanager
def processes(commands: Sequence[Sequence[str]], environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Run these until the block ends; ended politely, then for good."""
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for command in commands]
    try:
        yield started
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.communicate()


def wait(done: Callable[[], bool], running: Sequence[subprocess.Popen[str]], what: str) -> None:
    """Until `done`, looked at twenty times a second; a process that ends or a step that takes too long is an error."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        ended = [process.args for process in running if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise SystemExit(f"{what}: {f'ended: {ended}' if ended else f'not done after {PATIENCE:.0f} s'}")
        time.sleep(0.05)


# ---- duban


def prepare_duban(bed: Bed, environment: dict[str, str]) -> None:
    """An empty schema and empty queues."""
    bed.execute("DROP SCHEMA IF EXISTS intake CASCADE")
    with Connection(bed.amqp_url) as connection, connection.channel() as channel:
        for queue in ("intake.inbound", "intake.events", "duban.archive"):
            channel.queue_delete(queue)
    subprocess.run([sys.executable, "-m", "intake", "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    declare_readers(bed.amqp_url)


def declare_readers(url: str) -> None:
    """The relay does not start before the other services' queues are there; nothing is bound to them, so none costs anything."""
    opened = connect(Broker(url), "load")
    for kind in chain.SERVICES:
        if kind.name != "intake":
            queues = tuple(replace(queue, bindings=()) for queue in topology.of_service(kind).queues)
            topology.Topology(topology.exchanges(), queues).declare(opened)
    close(opened)


def pending(bed: Bed) -> int:
    return int(bed.query("SELECT count(*) FROM intake.outbox WHERE published_at IS NULL"))


def known(bed: Bed, table: str) -> int:
    return int(bed.query(f"SELECT count(*) FROM intake.{table}"))


def measure_duban(bed: Bed, messages: Sequence[Outgoing], table: str) -> Measured:
    """One round: `messages` wait in the queue when the two processes start. `table` has one row for each of them at the end."""
    environment = duban_environment(bed)
    before = known(bed, table)
    mark = int(bed.query("SELECT coalesce(max(id), 0) FROM intake.outbox"))
    publish(bed, messages)
    commands = [[sys.executable, "-m", "intake", role] for role in ("consume", "relay")]
    with processes(commands, environment) as running:
        wait(lambda: known(bed, table) > before, running, "duban")
        idle = sum(cpu_of(process) for process in running)  # what starting a process costs is not the events' cost
        wait(lambda: known(bed, table) - before >= len(messages) and pending(bed) == 0, running, "duban")
        cpu = sum(cpu_of(process) for process in running) - idle
    lost = len(messages) - (known(bed, table) - before) + known(bed, "parked") + known(bed, "refusal")
    if lost:
        raise SystemExit(f"duban: {lost} events were not handled as they should be")
    span = f"SELECT extract(epoch FROM max(published_at) - min(announced_at)) FROM intake.outbox WHERE id > {mark}"
    return Measured(len(messages), float(bed.query(span)), cpu)


def duban_environment(bed: Bed) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": bed.database_url, "AMQP_URL": bed.amqp_url, "DUBAN_LOG": "error"}


# ---- the peer


def peer_python(folder: Path) -> str:
    """A Python with FastStream: this one, else a virtual environment of its own from requirements/load.txt."""
    if find_spec("faststream") and find_spec("asyncpg"):
        return sys.executable
    tell("installing FastStream into a folder of its own …")
    venv.create(folder / "peer", with_pip=True)
    python = str(folder / "peer" / "bin" / "python")
    lock = ROOT / "requirements" / "load.txt"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(lock)], check=True)
    return python


def prepare_peer(bed: Bed) -> None:
    """A queue like ours in, one out, and an empty table."""
    bed.execute("DROP SCHEMA IF EXISTS peer CASCADE")
    quorum = {"x-queue-type": "quorum"}
    with Connection(bed.amqp_url) as connection, connection.channel() as channel:
        for name in ("peer.inbound", "peer.events"):
            channel.queue_delete(name)
        events = Exchange("peer.events", type="topic", durable=True)
        Queue("peer.events", events, "#", queue_arguments=quorum, durable=True, channel=channel).declare()
        Queue("peer.inbound", queue_arguments=quorum, durable=True, channel=channel).declare()


def measure_peer(bed: Bed, messages: Sequence[Outgoing], python: str) -> Measured:
    """One round: the same bodies wait in the peer's queue when it starts."""
    prepare_peer(bed)
    publish(bed, [Outgoing("", "peer.inbound", m.body, "application/json", message_id=m.message_id) for m in messages])
    command = [python, str(PEER), bed.amqp_url, bed.database_url, str(len(messages))]
    result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    found = json.loads(result.stdout.splitlines()[-1])
    return Measured(len(messages), found["seconds"], found["cpu_seconds"])


# ---- the whole


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def show(name: str, rounds: Sequence[Measured]) -> float:
    """One line of the result; returns the median rate."""
    rate, cpu = statistics.median(m.rate for m in rounds), statistics.median(m.cpu for m in rounds)
    each = ", ".join(f"{m.rate:,.0f}" for m in rounds)
    print(f"{name:<44} {rate:>8,.0f} events/s   {cpu:>6.0f} µs CPU/event   rounds: {each}", flush=True)
    return rate


def run(bed: Bed, events: int, peer_events: int, rounds: int) -> int:
    """All rounds; returns 1 when the ratio is below the goal."""
    if bed.query("SHOW fsync") != "on":
        raise SystemExit("the database runs without fsync, so its figures would mean nothing; unset DUBAN_TEST_DATABASE_URL")
    ours: list[Measured] = []
    matters: list[Measured] = []
    theirs: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="duban-load-") as folder:
        python = peer_python(Path(folder))
        for n in range(1, rounds + 1):
            prepare_duban(bed, duban_environment(bed))
            matters.append(measure_duban(bed, [submission(i) for i in range(MATTERS)], "matter"))
            ours.append(measure_duban(bed, [report(i) for i in range(events)], "filing"))
            tell(f"round {n} of {rounds}: duban {ours[-1].rate:,.0f}/s, matters {matters[-1].rate:,.0f}/s")
            theirs.append(measure_peer(bed, [report(i) for i in range(peer_events)], python))
            tell(f"round {n} of {rounds}: FastStream {theirs[-1].rate:,.0f}/s")
    rate = show("intake, progress.reported (consume + relay)", ours)
    show("intake, matter.submitted (two events each)", matters)
    peer = show("FastStream + asyncpg, the same report", theirs)
    print(f"ratio of medians: {rate / peer:.1f} × FastStream (goal: 5)", flush=True)
    return 0 if rate >= 5 * peer else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000, help="reports in one round of intake")
    parser.add_argument("--peer-events", type=int, default=6_000, help="reports in one round of FastStream")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with Servers(fsync=True) as servers:
        bed = Bed(servers.amqp_url, servers.database_url)
        return run(bed, options.events, options.peer_events, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
