"""`duban publish`: sends a file of CloudEvents to `duban.inbound` as a department's system would.

Each message goes out with the routing key `<unit>.<type>`, with the account that the connection speaks for as its `user_id`,
persistent and mandatory, and counts when the broker has confirmed it. The ids are the file's own: sending a file twice is safe.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from service_chassis.errors import ConfigError
from service_chassis.messaging import client
from service_chassis.messaging.connection import Broker
from service_chassis.messaging.envelope import Outgoing

from duban import arrivals
from duban.arrivals import Misplaced

BATCH = 1000
"""Messages that are confirmed together."""

TELL_SECONDS = 2.0


def publish(path: Path, broker: Broker, sender: str | None, tell: IO[str]) -> int:
    """Send all messages of the file in its order; returns how many were confirmed. A wrong line is told and left out."""
    progress, total, out = Rate(tell), 0, client.Sender(broker, "duban publish")
    try:
        with arrivals.opened(path) as lines:
            for batch in in_batches(rows(lines, sender, tell, path.name)):
                out.send(batch)
                total += len(batch)
                progress.show(total)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    finally:
        out.close()
    progress.done(total)
    return total


def rows(lines: Iterator[bytes], sender: str | None, tell: IO[str], name: str) -> Iterator[Outgoing]:
    """The file's messages as rows for the publisher, streamed."""
    for number, line in enumerate(lines, 1):
        body = line.strip()
        if not body:
            continue
        try:
            found = arrivals.arrival(body)
        except Misplaced as why:
            print(f"{name}:{number}: {why}", file=tell, flush=True)
            continue
        if sender is None or found.sender == sender:
            yield found.outgoing()


def in_batches(found: Iterator[Outgoing]) -> Iterator[list[Outgoing]]:
    """Lists of at most `BATCH` rows."""
    batch: list[Outgoing] = []
    for one in found:
        batch.append(one)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Rate:
    """Tells how many messages were confirmed, and how fast."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._began = self._last = time.monotonic()

    def show(self, total: int) -> None:
        """At most every two seconds."""
        if time.monotonic() - self._last >= TELL_SECONDS:
            self._last = time.monotonic()
            self._line(total)

    def done(self, total: int) -> None:
        """The last line."""
        self._line(total)

    def _line(self, total: int) -> None:
        passed = max(time.monotonic() - self._began, 1e-6)
        print(f"已确认 confirmed {total:,} · {total / passed:,.0f}/s", file=self._out, flush=True)
