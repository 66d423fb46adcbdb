"""What an outside system does with the broker: publish what it knows, and listen with a queue of its own.

A client never declares exchanges (events.md section 2). Publishing is `publisher.Publisher`; this is the listening side, and
sending a file again from where a lost connection stopped it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from amqp.exceptions import AccessRefused, NotFound, PreconditionFailed

from service_chassis.errors import ConfigError, Retry
from service_chassis.messaging.connection import BROKER_ERRORS, Broker, close, connect, drop, reason
from service_chassis.messaging.publisher import Publisher, PublishFault, Sendable

BETWEEN_TRIES = 1.0
"""Seconds before a lost connection is opened again."""

HOPELESS = (AccessRefused, NotFound, PreconditionFailed)
"""No right to write this routing key, no such exchange, or a `user_id` that is not the account's."""

LOOK_SECONDS = 1.0
"""How long to wait for an event before the connection's heartbeat is looked after."""


class Sender:
    """Publishes rows (as `Publisher.publish` takes them) in order, and waits for a broker that goes away in between.

    A broker that is not there at the start is a `Retry` at once. One that goes away later is waited for, for `patience`
    seconds without progress; rows whose confirm was lost are sent again, and count once since their ids are the same.
    """

    def __init__(self, broker: Broker, name: str, patience: float = 60.0) -> None:
        self._broker, self._name, self._patience = broker, name, patience
        self._publisher = Publisher(broker, name)

    def send(self, rows: Sequence[Sendable]) -> None:
        """Returns when the broker has confirmed all rows; what no waiting would cure is a ConfigError."""
        progress = time.monotonic()
        while rows:
            try:
                if self._publisher.connection is None:
                    self._publisher = Publisher(self._broker, self._name)
                confirmed = self._publisher.publish(rows)
            except Retry as fault:
                confirmed = fault.confirmed if isinstance(fault, PublishFault) else 0
                progress = time.monotonic() if confirmed else progress
                self._wait(fault, progress)
            rows = rows[confirmed:]

    def _wait(self, fault: Retry, progress: float) -> None:
        if isinstance(fault.__cause__, HOPELESS):
            raise ConfigError(f"the broker does not let this account publish that: {reason(fault.__cause__)}") from fault
        if isinstance(fault, PublishFault) and fault.unroutable:
            raise ConfigError(f"{fault}; start the services first, they declare their queues") from fault
        if time.monotonic() - progress > self._patience:
            raise fault
        time.sleep(BETWEEN_TRIES)

    def close(self) -> None:
        """Throw the connection away; everything sent is confirmed."""
        self._publisher.drop()


def _instead(error: BaseException) -> str:
    """What somebody may do whose account declares no queues, as those of deploy/rabbitmq do not."""
    if not isinstance(error, AccessRefused):
        return ""
    return "; this account declares no queue of its own: read its queue, or the archive (duban watch --from DATE --follow)"


class Subscription:
    """Events of one exchange that match a pattern, through an exclusive queue that goes away with the connection."""

    def __init__(self, broker: Broker, name: str, exchange: str, pattern: str) -> None:
        """A missing exchange or right is a ConfigError, a server that is not there a Retry."""
        self._arrived: deque[tuple[str, bytes]] = deque()
        self._connection = connect(broker, name)
        try:
            channel = self._connection.channel()
            channel.auto_decode = False
            queue = channel.queue_declare("", exclusive=True, auto_delete=True).queue
            channel.queue_bind(queue, exchange, pattern)
            channel.basic_consume(queue, no_ack=True, callback=self._on_message)
        except (NotFound, AccessRefused) as error:
            drop(self._connection)
            raise ConfigError(f"cannot listen on {exchange}: {reason(error)}{_instead(error)}") from error
        except BROKER_ERRORS as error:
            drop(self._connection)
            raise Retry(f"broker: {reason(error)}") from error

    def _on_message(self, message: Any) -> None:
        body = message.body
        self._arrived.append((message.delivery_info["routing_key"], body if isinstance(body, bytes) else body.encode()))

    def events(self) -> Iterator[tuple[str, bytes] | None]:
        """(routing key, body) of each event as it comes; None after each second without one. A lost connection is a Retry."""
        while True:
            while self._arrived:
                yield self._arrived.popleft()
            try:
                self._connection.heartbeat_tick()
                self._connection.drain_events(timeout=LOOK_SECONDS)
            except TimeoutError:
                yield None
            except BROKER_ERRORS as error:
                raise Retry(f"broker: {reason(error)}") from error

    def close(self) -> None:
        """Say good-bye; the queue goes away."""
        close(self._connection)
