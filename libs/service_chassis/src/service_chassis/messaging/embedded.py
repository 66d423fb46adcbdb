"""The in-process broker: exchanges and queues in one SQLite file (in memory for rehearsals).

It keeps the promises that the services rest on: a publish is confirmed after the commit, a message stays until it is
acknowledged, the order of a queue never changes, and every published event is kept in the archive. Bodies, routing keys and
properties are the same bytes as on RabbitMQ. One process uses it at a time.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from event_contracts.inbound import CONFIDENTIAL

from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Delivery, Outgoing

SCHEMA = """
CREATE TABLE IF NOT EXISTS message(
  id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
  properties TEXT, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS message_queue ON message(queue, id);
CREATE TABLE IF NOT EXISTS archive(seq INTEGER PRIMARY KEY AUTOINCREMENT, routing_key TEXT NOT NULL, body BLOB NOT NULL);
"""


def topic_matches(pattern: str, routing_key: str) -> bool:
    """AMQP topic matching: `*` is one word, `#` is none or more."""
    return _match(pattern.split("."), routing_key.split("."))


def _match(pattern: Sequence[str], words: Sequence[str]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(_match(pattern[1:], words[n:]) for n in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and _match(pattern[1:], words[1:])


class EmbeddedBroker:
    """Queues in SQLite. `archive` takes (routing_key, body) of each event on `duban.events`; by default the table `archive`."""

    def __init__(self, path: str = ":memory:", *, archive: Callable[[str, bytes], None] | None = None) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute(f"PRAGMA journal_mode={'MEMORY' if path == ':memory:' else 'WAL'}")
            self._db.execute(f"PRAGMA synchronous={'OFF' if path == ':memory:' else 'FULL'}")
            self._db.execute("PRAGMA secure_delete=ON")  # what is acknowledged leaves no trace in the file
            self._db.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise ConfigError(f"the broker's file {path} cannot be opened: {error}; is another duban running on it?") from error
        self._archive = archive
        self._bindings: list[tuple[str, str, str]] = []
        self._routes: dict[tuple[str, str], tuple[str, ...]] = {}
        self._fallback: dict[str, str] = {}
        self._pending: dict[str, int] = defaultdict(int)
        self._wiped: set[str] = set()
        """Queues with a confidential message, after whose acknowledgement the journal is emptied, too."""
        for queue, count in self._db.execute("SELECT queue, count(*) FROM message GROUP BY queue"):
            self._pending[queue] = count

    def bind(self, exchange: str, pattern: str, queue: str) -> None:
        """Copies of what is published to `exchange` with a matching routing key go to `queue`."""
        self._bindings.append((exchange, pattern, queue))
        self._routes.clear()

    def fall_back(self, exchange: str, queue: str) -> None:
        """What no binding of `exchange` takes goes to `queue` (RabbitMQ: an alternate exchange)."""
        self._fallback[exchange] = queue
        self._routes.clear()

    def pending(self, queue: str) -> int:
        """How many messages of the queue are not acknowledged."""
        return self._pending[queue]

    def publish(self, messages: Iterable[Outgoing]) -> None:
        """Put the messages into all their queues; returning is the confirm."""
        rows: list[tuple[str, str, str, bytes | None, bytes]] = []
        archived: list[tuple[str, bytes]] = []
        for message in messages:
            queues = self._route(message.exchange, message.routing_key)
            properties = _properties(message) if queues else None
            rows.extend((queue, message.exchange, message.routing_key, properties, message.body) for queue in queues)
            if message.exchange == "duban.events":
                archived.append((message.routing_key, message.body))
            elif message.type in CONFIDENTIAL:
                self._wiped.update(queues)
        self._store(rows, archived)
        for row in rows:
            self._pending[row[0]] += 1

    def _store(self, rows: list[Any], archived: list[tuple[str, bytes]]) -> None:
        if self._archive is not None:
            for routing_key, body in archived:
                self._archive(routing_key, body)
            archived = []
        if not rows and not archived:
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT INTO message(queue, exchange, routing_key, properties, body) VALUES (?,?,?,?,?)", rows)
            self._db.executemany("INSERT INTO archive(routing_key, body) VALUES (?,?)", archived)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def take(self, queue: str, limit: int) -> list[Delivery]:
        """The oldest messages of the queue; they stay in it until `ack`."""
        found = self._db.execute(
            "SELECT id, exchange, routing_key, properties, body FROM message WHERE queue = ? ORDER BY id LIMIT ?", (queue, limit)
        )
        return [_delivery(row) for row in found]

    def ack(self, queue: str, last: int) -> None:
        """Everything of the queue up to the delivery tag `last` is done."""
        gone = self._db.execute("DELETE FROM message WHERE queue = ? AND id <= ?", (queue, last)).rowcount
        self._pending[queue] -= gone
        if queue in self._wiped and not self._pending[queue]:
            self._wiped.discard(queue)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def archived(self, after: int = 0) -> Iterable[tuple[int, str, bytes]]:
        """(position, routing key, body) of every archived event after a position."""
        yield from self._db.execute("SELECT seq, routing_key, body FROM archive WHERE seq > ? ORDER BY seq", (after,))

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def _route(self, exchange: str, routing_key: str) -> tuple[str, ...]:
        found = self._routes.get((exchange, routing_key))
        if found is None:
            queues = dict.fromkeys(q for e, p, q in self._bindings if e == exchange and topic_matches(p, routing_key))
            if not queues and exchange in self._fallback:
                queues = {self._fallback[exchange]: None}
            found = self._routes[exchange, routing_key] = tuple(queues)
        return found


def _properties(message: Outgoing) -> bytes | None:
    if message.exchange == "duban.events":
        return None
    return orjson.dumps([message.content_type, message.user_id, message.message_id, message.headers])


def _delivery(row: tuple[int, str, str, bytes | None, bytes]) -> Delivery:
    tag, exchange, routing_key, properties, body = row
    if properties is None:
        return Delivery(body, routing_key, exchange, tag)
    content_type, user_id, message_id, headers = orjson.loads(properties)
    return Delivery(body, routing_key, exchange, tag, content_type, user_id, message_id, headers or {})
