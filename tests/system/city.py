"""A city of real processes: every role of the four services, in any number of replicas, on one RabbitMQ and one PostgreSQL.

The clock is a file, so the test moves the time of all processes at once. `settle` waits until nothing is under way any more,
which it decides from one snapshot of the database and never from a pause:

* every outbox is empty (all rows are confirmed by the broker);
* every published event that a service binds is in that service's inbox;
* every inbound message that the test published is in its owner's inbox, or parked;
* no timer is due, and none waits for a marker.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import sys
import time
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import nursery
import psycopg
from duban.arrivals import Arrival
from ground_rules.limits import local_date, start_of_day
from ground_rules.policy import Policy
from service_chassis.declare import bindings
from service_chassis.messaging.client import Sender
from service_chassis.messaging.connection import Broker
from service_chassis.messaging.envelope import Outgoing
from service_chassis.persistence import refusals
from service_chassis.persistence.database import Database

from duban import arrivals, chain, outcome

SERVICES = tuple(kind.name for kind in chain.SERVICES)
ROLES = ("consume", "tick", "relay")
SETTLE_SECONDS = 120.0
"""A step that needs longer than this has lost something; ordinary steps need about a second."""

OWNERS = {reads.type: kind.name for kind in chain.SERVICES for reads in kind.reads.values() if reads.queue == "inbound"}
"""Inbound type → the service that reads it; what nobody reads goes to intake."""


@dataclass(frozen=True, slots=True)
class Place:
    """One process of the city."""

    service: str
    role: str
    replica: int

    def __str__(self) -> str:
        return f"{self.service}.{self.role}.{self.replica}"


class Unsettled(AssertionError):
    """Something is still under way, or lost; the text names it."""


@dataclass
class City:
    """Starts, watches and stops the processes; publishes to them and reads what they did."""

    amqp_url: str
    database_url: str
    folder: Path
    policy_text: str = ""
    replicas: int = 1
    telling: bool = False
    """Print a line for each day (`make soak`)."""
    forgiving: bool = False
    """Start again whatever ends, as an orchestrator does; otherwise a process that ends by itself fails the test."""
    from_nothing: bool = False
    """Start each process as operators do, imports and all, and not from the nursery."""
    processes: dict[Place, nursery.Process] = field(default_factory=dict)
    kills: int = 0
    _now: datetime | None = None
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock_file = self.folder / "clock"
        self.policy_file = self.folder / "policy.toml"
        self.policy_file.write_text(self.policy_text, "utf-8")
        self.set_clock(datetime(2015, 1, 1, tzinfo=UTC))
        self.watcher = psycopg.connect(self.database_url, autocommit=True)
        self.watcher.execute("CREATE TABLE sent(owner text, id text, body_sha bytea, line_sha text)")
        self.sender: Sender | None = None

    # ---- processes

    @property
    def environment(self) -> dict[str, str]:
        """What every process gets; a test's limits are looked at without settling time."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "DATABASE_URL": self.database_url,
            "AMQP_URL": self.amqp_url,
            "DUBAN_CLOCK": f"file:{self.clock_file}",
            "DUBAN_POLICY": str(self.policy_file),
            "DUBAN_TICK": "0.1",
            "DUBAN_CUT": "0",
            "DUBAN_GRACE": "0",
            "DUBAN_RELAY_PAUSE": "0.02",
            "DUBAN_API": "127.0.0.1:0",
        }

    def environment_of(self, place: Place) -> dict[str, str]:
        """What this process gets."""
        return self.environment

    def migrate(self, services: Sequence[str] = SERVICES) -> None:
        """Run the role `migrate` of each service."""
        started = [self._spawn(Place(service, "migrate", 0)) for service in services]
        for service, process in zip(services, started, strict=True):
            code = process.wait(SETTLE_SECONDS)
            assert code == 0, f"{service} migrate: exit code {code}\n{self.log(Place(service, 'migrate', 0))}"

    def start(self) -> None:
        """Start all roles of all services."""
        for replica in range(self.replicas):
            for service in SERVICES:
                self.run(*(Place(service, role, replica) for role in ROLES))

    def run(self, *places: Place) -> None:
        """Start these processes, for tests that need no whole city."""
        for place in places:
            self.processes[place] = self._spawn(place)

    def _spawn(self, place: Place) -> nursery.Process:
        start = nursery.started if self.from_nothing else nursery.spawn
        return start(place.service, [place.role], self.environment_of(place), self.folder, self.folder / f"{place}.log")

    def log(self, place: Place, lines: int = 12) -> str:
        """The end of a process's output."""
        return "\n".join((self.folder / f"{place}.log").read_text(errors="replace").splitlines()[-lines:])

    def kill(self, place: Place) -> None:
        """SIGKILL, and another process in its place."""
        self.processes[place].kill()
        self.processes[place].wait()
        self.kills += 1
        self.processes[place] = self._spawn(place)

    @property
    def tickers(self) -> list[Place]:
        """Who looks at the limits: the escalation tickers."""
        return [place for place in self.processes if (place.service, place.role) == ("escalation", "tick")]

    @contextmanager
    def clocks_held(self) -> Iterator[None]:
        """No deadline is looked at meanwhile: the clock jumps over instants at which messages still have to be published.

        Otherwise a report of 09:00 might reach the broker after the marker of a deadline at 10:00, and would rightly be late.
        """
        held = self.tickers
        for place in held:
            self.processes[place].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for place in held:
                self.processes[place].send_signal(signal.SIGCONT)

    def kill_one(self, chance: random.Random) -> Place:
        """Kill a process chosen by the seeded generator."""
        place = chance.choice(sorted(self.processes, key=str))
        self.kill(place)
        return place

    def await_ready(self, seconds: float = SETTLE_SECONDS) -> None:
        """Return when every process says on `/readyz` that it is ready."""
        limit = time.monotonic() + seconds
        while unready := [str(place) for place in self.processes if not self._is_ready(place)]:
            self.watch_processes()
            if time.monotonic() > limit:
                raise Unsettled(f"not ready after {seconds:.0f} s: {', '.join(unready)}")
            time.sleep(0.1)

    def _is_ready(self, place: Place) -> bool:
        found = re.findall(r'"health": ?"(http://[^"]+)"', (self.folder / f"{place}.log").read_text(errors="replace"))
        try:
            with urllib.request.urlopen(f"{found[-1]}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (IndexError, OSError):
            return False

    def watch_processes(self) -> None:
        """Notice processes that ended by themselves."""
        for place, process in list(self.processes.items()):
            if process.poll() is None:
                continue
            if not self.forgiving:
                raise Unsettled(f"{place} ended by itself, exit code {process.returncode}:\n{self.log(place)}")
            self.processes[place] = self._spawn(place)

    def stop(self) -> dict[Place, int]:
        """SIGTERM to all; returns their exit codes."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        codes = {place: process.wait(30) for place, process in self.processes.items()}
        self.processes.clear()
        return codes

    def close(self) -> None:
        """End what still runs, without ceremony."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.processes.clear()
        if self.sender is not None:
            self.sender.close()
        self.watcher.close()

    # ---- time and messages

    def set_clock(self, instant: datetime) -> None:
        """Move the clock of all processes at once."""
        self._now = instant
        fresh = self.clock_file.with_suffix(".next")
        fresh.write_text(instant.astimezone(UTC).isoformat())
        fresh.replace(self.clock_file)

    def publish(self, messages: Sequence[Arrival]) -> None:
        """Send as the senders' systems would; returns when the broker has confirmed all."""
        self.publish_raw(
            [message.outgoing() for message in messages], [OWNERS.get(message.type, "intake") for message in messages]
        )

    def publish_raw(self, rows: Sequence[Outgoing], owners: Sequence[str]) -> None:
        """Send any bytes; `owners` are the services whose queues they reach."""
        if not rows:
            return
        if self.sender is None:
            self.sender = Sender(Broker(self.amqp_url), "city", patience=90)
        self.sender.send(rows)
        with self.reconnected().cursor() as cursor:
            cursor.executemany("INSERT INTO sent VALUES (%s, %s, %s, %s)", list(map(_sent_row, rows, owners)))

    def settle(self, seconds: float = SETTLE_SECONDS) -> None:
        """Return when nothing is under way any more; `Unsettled` names what still is after `seconds`."""
        limit, pause = time.monotonic() + seconds, 0.02
        while left := self._left():
            self.watch_processes()
            if time.monotonic() > limit:
                raise Unsettled(f"at {self._now} still under way: {left}\n{self.diagnosis()}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)

    def reconnected(self) -> psycopg.Connection[Any]:
        """The watcher's connection, opened again after a crash of the database."""
        if self.watcher.closed or self.watcher.broken:
            self.watcher = psycopg.connect(self.database_url, autocommit=True)
        return self.watcher

    def _left(self) -> dict[str, int] | str:
        """What is under way, by one snapshot; empty when settled."""
        try:
            watcher = self.reconnected()
            with watcher.transaction():
                watcher.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                row = watcher.execute(_snapshot_query(self._seen), {"now": self._now}).fetchone()
        except psycopg.OperationalError as error:
            return f"database: {error}"
        assert row is not None
        left = {name: count for name, count in json.loads(row[0]).items() if count}
        if not left:
            self._remember()
        return left

    def _remember(self) -> None:
        """What is settled need not be looked at again."""
        watcher = self.reconnected()
        watcher.execute("TRUNCATE sent")
        for service in SERVICES:
            row = watcher.execute(f"SELECT coalesce(max(id), 0) FROM {service}.outbox").fetchone()
            assert row is not None
            self._seen[service] = row[0]

    def next_due(self) -> datetime | None:
        """When the next timer of any service becomes due."""
        union = " UNION ALL ".join(f"SELECT min(due_at) AS due FROM {service}.timer" for service in SERVICES)
        row = self.reconnected().execute(f"SELECT min(due) FROM ({union}) t").fetchone()
        return row[0] if row else None

    # ---- what they did

    def outcome(self, policy: Policy) -> dict[str, list[dict[str, Any]]]:
        """The same lists as a rehearsal's, from the services' own tables."""
        return outcome.gather(self._reports(policy))

    def _reports(self, policy: Policy) -> Iterator[dict[str, list[dict[str, Any]]]]:
        for service in SERVICES:
            with closing(Database(self.database_url, service)) as database, database.begin() as session:
                yield chain.REPORTS[service](session, policy)
                yield {"refusals": refusals.report(session)}

    def urged(self) -> Counter[str]:
        """Unit → how often it was urged, by what escalation has published."""
        rows = self.reconnected().execute("SELECT body FROM escalation.outbox WHERE type = 'escalation.urge.sent.v1'")
        return Counter(json.loads(body)["data"]["unit"] for (body,) in rows.fetchall())

    def diagnosis(self) -> str:
        """What a person would look at first: parked messages, markers, timers, and what the processes said last."""
        told = [self.parked()]
        for service in SERVICES:
            told.append(f"{service} cut: {self.reconnected().execute(f'SELECT * FROM {service}.cut').fetchall()}")
            due = f"SELECT kind, key, due_at, cut_seq FROM {service}.timer ORDER BY cut_seq, due_at LIMIT 5"
            told += [f"{service} timer: {row}" for row in self.reconnected().execute(due).fetchall()]
        told += [f"--- {place}\n{self.log(place, 4)}" for place in self.processes]
        return "\n".join(told)

    def errors(self) -> list[str]:
        """What the processes logged as errors: a failing handler or timer, a message that was parked unprocessed."""
        lines = [line for log in sorted(self.folder.glob("*.log")) for line in log.read_text(errors="replace").splitlines()]
        return [line for line in lines if '"level": "error"' in line]

    def parked(self) -> str:
        """Why messages were parked, for the text of a failure."""
        found = []
        for service in SERVICES:
            rows = self.reconnected().execute(f"SELECT code, reason, routing_key FROM {service}.parked LIMIT 5").fetchall()
            found += [f"{service} parked {row}" for row in rows]
        return "\n".join(found)

    def play(self, messages: Iterable[Arrival], until: date, zone: Any) -> None:
        """Advance from instant to instant, as a rehearsal does; at equal instants messages come before clocks."""
        coming = deque(sorted(messages))
        end = start_of_day(until + timedelta(days=1), zone)
        while (instant := self._next_instant(coming)) is not None and instant < end:
            now = [coming.popleft() for _ in range(len(coming)) if coming[0].instant == instant]
            if now:
                self.set_clock(instant - timedelta(seconds=1))
                self.publish(now)
                self.settle()
            self.set_clock(instant)
            self.settle()
        self.set_clock(end - timedelta(seconds=1))
        self.settle()

    def _next_instant(self, coming: deque[Arrival]) -> datetime | None:
        instants = [instant for instant in (coming[0].instant if coming else None, self.next_due()) if instant is not None]
        return min(instants, default=None)

    def play_days(self, messages: Iterable[Arrival], until: date, zone: Any, disturb: Callable[[], None] | None = None) -> None:
        """Advance by days: first what is due at midnight, then the day's messages with the clock at the day's end.

        Quicker than `play`; what is due within a day is issued at its end, so instants differ from a rehearsal's, dates do not.
        `disturb` is called while each step is under way.
        """
        coming = deque(sorted(messages))
        disturb = disturb or (lambda: None)
        day: date | None = local_date(coming[0].instant, zone)
        while day is not None and day <= until:
            end = start_of_day(day + timedelta(days=1), zone)
            self.set_clock(start_of_day(day, zone))
            disturb()
            self.settle()
            with self.clocks_held():
                self.set_clock(end - timedelta(seconds=1))
                self.publish([coming.popleft() for _ in range(len(coming)) if coming[0].instant < end])
            disturb()
            self.settle()
            self._tell(day, len(coming))
            instant = self._next_instant(coming)
            day = max(day + timedelta(days=1), local_date(instant, zone)) if instant else None

    def _tell(self, day: date, left: int) -> None:
        if self.telling:
            print(f"{day}  {left} messages to come, {self.kills} processes killed", file=sys.stderr, flush=True)


def _sent_row(row: Outgoing, owner: str) -> tuple[str, str | None, bytes, str]:
    line = hashlib.sha256(row.body + row.routing_key.encode()).hexdigest()
    return owner, row.message_id or _id_in(row.body), hashlib.sha256(row.body).digest(), line


def _id_in(body: bytes) -> str | None:
    """The id that a body gives itself, if it can be read at all."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event.get("id") if isinstance(event, dict) else None


def _snapshot_query(seen: dict[str, int]) -> str:
    """One statement that counts all that is under way; rows up to `seen` are known to be settled."""
    counts = {}
    for kind in chain.SERVICES:
        name, low = kind.name, seen.get(kind.name, 0)
        counts[f"{name} to publish"] = f"SELECT count(*) FROM {name}.outbox WHERE id > {low} AND published_at IS NULL"
        counts[f"{name} due"] = f"SELECT count(*) FROM {name}.timer WHERE due_at <= %(now)s OR cut_seq IS NOT NULL"
        counts[f"{name} inbound"] = _unread_inbound(name)
        types = [pattern.removesuffix(".#") for exchange, pattern, _ in bindings(kind) if exchange == "duban.events"]
        for producer in SERVICES:
            bound = [name for name in types if name.startswith(f"{producer}.") and ".cut." not in name]
            if bound:
                counts[f"{producer} to {name}"] = _unread_events(producer, name, bound, seen.get(producer, 0))
    pairs = ", ".join(f"'{what}', ({query})" for what, query in counts.items())
    return f"SELECT json_build_object({pairs})::text"


def _unread_events(producer: str, reader: str, types: Sequence[str], low: int) -> str:
    listed = ", ".join(f"'{name}'" for name in types)
    return (
        f"SELECT count(*) FROM {producer}.outbox o WHERE o.id > {low} AND o.type IN ({listed}) AND NOT EXISTS "
        f"(SELECT FROM {reader}.inbox i WHERE i.source = '/duban/{producer}' AND i.id = o.message_id)"
    )


def _unread_inbound(service: str) -> str:
    """Read is what has its id with this body in the inbox, or (unreadable) the hash of its line; or what is parked."""
    inbox = f"SELECT FROM {service}.inbox i WHERE"
    same = "i.sha256 = s.body_sha OR i.source = 'classified'"
    return (
        f"SELECT count(*) FROM sent s WHERE s.owner = '{service}' "
        f"AND NOT EXISTS ({inbox} i.id = s.line_sha) "
        f"AND NOT EXISTS ({inbox} i.id = s.id AND ({same})) "
        f"AND NOT EXISTS (SELECT FROM {service}.parked p WHERE p.message_id = s.id)"
    )


Lists = dict[str, list[dict[str, Any]]]


def assert_same(found: Lists, expected: Lists, most: int = 6) -> None:
    """Fails with the rows that only one of two outcomes has, list by list."""
    told: list[str] = []
    for key in sorted({*found, *expected}):
        ours, theirs = (Counter(json.dumps(row, sort_keys=True) for row in side.get(key, [])) for side in (found, expected))
        told += [f"{key}: only here: {row}" for row in sorted((ours - theirs).elements())[:most]]
        told += [f"{key}: only in the rehearsal: {row}" for row in sorted((theirs - ours).elements())[:most]]
    assert not told, "\n".join(["the outcomes differ:", *told])


INSTANTS = {"issued_at", "served_at", "due_instant", "ended_at", "dispatched_at", "at", "number"}
"""What depends on when within a day a step is taken (`play_days`); slips of one day are numbered by their instant."""


WITHIN_THE_DAY = ("REMINDER", "URGE")
"""Notices that are sent in the morning unless the day's claim comes before them."""


def by_dates(found: Lists) -> Lists:
    """An outcome by dates only, for cities that were played by days; urgings are left out, see `City.urged`."""
    told = {key: [{k: v for k, v in row.items() if k not in INSTANTS} for row in rows] for key, rows in found.items()}
    told["notices"] = [row for row in told["notices"] if row["kind"] not in WITHIN_THE_DAY]
    burden = ({k: v for k, v in row.items() if k != "feedback"} for row in told["burden"])
    told["burden"] = [row for row in burden if row["matters"] or row["slips"]]
    return told


@contextmanager
def running(city: City) -> Iterator[City]:
    """The city migrated and started; whatever happens, its processes are gone afterwards."""
    try:
        city.migrate()
        city.start()
        yield city
    finally:
        city.close()


def read(path: Path) -> list[Arrival]:
    """The messages of a rehearsal file."""
    reading = arrivals.read(path)
    assert not reading.bad, reading.bad[:3]
    return reading.arrivals
