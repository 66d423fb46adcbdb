"""Reads every event that was ever published: from a file that `duban rehearse` or `run` left, or the stream `duban.archive`.

Nothing is filtered and nothing is interpreted: a body may come twice, and readers go by the events' ids.
"""

from __future__ import annotations

import gzip
import sqlite3
import time
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from amqp.exceptions import AccessRefused, NotFound

from service_chassis.errors import ConfigError, Retry
from service_chassis.messaging.batch_consumer import body_of
from service_chassis.messaging.connection import BROKER_ERRORS, Broker, Connection, close, connect, reason
from service_chassis.messaging.topology import ARCHIVE

SQLITE = b"SQLite format 3\x00"
GZIP = b"\x1f\x8b"

QUIET_SECONDS = 2.0
"""So long without a further event means that the end of the stream is reached; the broker tells of no end."""
FIRST_SECONDS = 10.0
"""How long the first event may take: a large stream is opened first."""
AHEAD = 1_000
"""Events that the broker may send before we have taken them; a stream can only be read with a limit."""
TOGETHER_SECONDS = 0.01
"""So long the next event may take to be counted as one that came together with the last."""


def from_file(path: Path) -> Iterator[bytes]:
    """The events of a `.jsonl` file (also `.gz`), or of the embedded broker's file, in the order of their publication.

    A file that cannot be read is a ConfigError.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(SQLITE))
        yield from _from_sqlite(path) if head == SQLITE else _from_lines(path, head.startswith(GZIP))
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _from_lines(path: Path, packed: bool) -> Iterator[bytes]:
    open_file = gzip.open if packed else open
    with open_file(path, "rb") as lines:
        for line in lines:
            if line.strip():
                yield line


def _from_sqlite(path: Path) -> Iterator[bytes]:
    """Beside a running `duban run` this reads what was committed."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            for (body,) in database.execute("SELECT body FROM archive ORDER BY seq"):
                yield bytes(body)
    except sqlite3.Error as error:
        raise ConfigError(f"{path}: no archive of events is in it: {error}") from error


def from_stream(broker: Broker, name: str, quiet: float = QUIET_SECONDS) -> Iterator[bytes]:
    """Every event of `duban.archive`, from its first one to the end as it is now; the stream is left as it is.

    A missing stream or right is a ConfigError, a lost connection a Retry.
    """
    return (found[1] for found in stream(broker, name, quiet=quiet) if found is not None)


def stream(
    broker: Broker, name: str, since: datetime | None = None, *, follow: bool = False, quiet: float = QUIET_SECONDS
) -> Iterator[tuple[str, bytes] | None]:
    """(routing key, body) of the archive's events from about `since` on, None where there was nothing for `quiet` seconds.

    The broker begins with the chunk that holds `since`, so that some events may be older. To the end as it is now, or for ever
    with `follow`. Errors as of `from_stream`.
    """
    for found in pieces(broker, name, since, follow=follow, quiet=quiet):
        yield from ((event.routing_key, event.body) for event in found)
        if not found:
            yield None


@dataclass(frozen=True, slots=True)
class Archived:
    """One event of the stream. `offset` is its place there: it ascends, and stays the same for as long as the stream exists."""

    offset: int
    routing_key: str
    body: bytes


def pieces(
    broker: Broker, name: str, start: datetime | int | None = None, *, follow: bool = False, quiet: float = QUIET_SECONDS
) -> Iterator[list[Archived]]:
    """The archive's events as they come, a few or many at a time; an empty list where there was nothing for `quiet` seconds.

    `start` is an instant (see `stream`), an offset, or None for the first event. Errors as of `from_stream`.
    """
    connection = connect(broker, name)
    try:
        yield from _pieces(connection, start, follow, quiet)
    except (NotFound, AccessRefused) as error:
        raise ConfigError(f"cannot read {ARCHIVE}: {reason(error)}") from error
    except BROKER_ERRORS as error:
        raise Retry(f"broker: {reason(error)}") from error
    finally:
        close(connection)


def _pieces(connection: Connection, start: datetime | int | None, follow: bool, quiet: float) -> Iterator[list[Archived]]:
    arrived: deque[Any] = deque()
    channel = connection.channel()
    channel.auto_decode = False
    channel.basic_qos(0, AHEAD, False)
    channel.basic_consume(ARCHIVE, callback=arrived.append, arguments={"x-stream-offset": "first" if start is None else start})
    until = time.monotonic() + max(quiet, FIRST_SECONDS)
    while follow or time.monotonic() < until:
        connection.heartbeat_tick()
        _drain(connection, arrived, quiet)
        if arrived:
            yield [_archived(message) for message in arrived]
            channel.basic_ack(arrived[-1].delivery_info["delivery_tag"], multiple=True)
            arrived.clear()
            until = time.monotonic() + quiet
        else:
            yield []


def _drain(connection: Connection, arrived: deque[Any], quiet: float) -> None:
    """Wait for something, then take what came with it."""
    wait = quiet
    while len(arrived) < AHEAD // 2:
        try:
            connection.drain_events(timeout=wait)
        except TimeoutError:
            return
        wait = TOGETHER_SECONDS if arrived else quiet


def _archived(message: Any) -> Archived:
    offset = (message.properties.get("application_headers") or {}).get("x-stream-offset", -1)
    return Archived(int(offset), message.delivery_info["routing_key"], body_of(message))
