"""Published events from the stream `duban.archive`, by their offsets: exactly the position that the model keeps.

The stream holds every event that was ever published (docs/decisions/0027): catching up, rebuilding and following are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pika
import pika.exceptions

from board.errors import ConfigError, Unavailable
from board.ports import Found

STREAM = "duban.archive"
AHEAD = 1_000
"""Events that the broker may send before we have taken them; a stream can only be read with a limit."""
QUIET_SECONDS = 1.0
"""So long without an event: there is none now."""


def parameters(url: str) -> pika.URLParameters:
    """The broker's address; ConfigError where it cannot be read."""
    try:
        found = pika.URLParameters(url)
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"BOARD_AMQP_URL cannot be read: {error}; write e.g. amqps://board:password@broker:5671/duban"
        ) from error
    found.virtual_host = found.virtual_host or "/"  # `amqp://host//`, as kombu writes the one that is there from the start
    found.heartbeat, found.blocked_connection_timeout, found.socket_timeout = 30, 20, 10
    return found


def leave(connection: pika.BlockingConnection | None) -> None:
    """Close a connection; one that breaks while it is closed is closed, too."""
    if connection is not None and connection.is_open:
        try:
            connection.close()
        except (pika.exceptions.AMQPError, OSError):
            return


class StreamFeed:
    """Follows the stream from the place behind the last event that the model has."""

    name = STREAM

    def __init__(self, url: str, quiet: float = QUIET_SECONDS) -> None:
        """`quiet`: seconds without an event after which there is none now."""
        self._parameters, self._quiet = parameters(url), quiet
        self._connection: Any = None
        self._channel: Any = None
        self._deliveries: Iterator[Any] = iter(())
        self._place: str | None = None

    def after(self, place: str, many: int) -> Found | None:
        """The next events. Where the model's place is another one than ours, the stream is read from there."""
        try:
            if self._connection is None or self._place != place:
                self._open(place)
            return self._take(many)
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            raise Unavailable(f"the stream {STREAM}: {error!r}") from error

    def _open(self, place: str) -> None:
        self.close()
        self._connection = pika.BlockingConnection(self._parameters)
        channel = self._connection.channel()
        channel.basic_qos(prefetch_count=AHEAD)
        arguments = {"x-stream-offset": int(place) + 1 if place else "first"}
        self._deliveries = channel.consume(STREAM, inactivity_timeout=self._quiet, arguments=arguments)
        self._channel, self._place = channel, place

    def _take(self, many: int) -> Found | None:
        bodies: list[bytes] = []
        for method, properties, body in self._deliveries:
            if method is None:
                break
            offset = int(properties.headers["x-stream-offset"])
            self._channel.basic_ack(method.delivery_tag)
            if self._place and offset <= int(self._place):  # the broker begins with the chunk that holds the offset
                continue
            bodies.append(body)
            self._place = str(offset)
            if len(bodies) >= many:
                break
        return Found(self._place or "", bodies) if bodies else None

    def close(self) -> None:
        """Leave the broker; the next look connects anew."""
        connection, self._connection, self._channel = self._connection, None, None
        leave(connection)
