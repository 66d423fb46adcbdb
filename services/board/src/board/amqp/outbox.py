"""A person's act to `duban.inbound`, with the broker's confirm; refusals from the board's own queue."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

import pika
import pika.exceptions
from event_contracts.wire import CONTENT_TYPE

from board.amqp.stream import leave, parameters
from board.errors import Unavailable
from board.ports import Answer

INBOUND = "duban.inbound"
QUEUE = "board"
"""Bound to `duban.rejected`; named after the account, which may declare nothing (deploy/rabbitmq/README.md)."""
MANY = 100


class BrokerOutbox:
    """One connection for sending, opened when it is needed; any thread may use it, one at a time."""

    def __init__(self, url: str) -> None:
        self._parameters = parameters(url)
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None

    def send(self, routing_key: str, body: bytes, message_id: str, kind: str) -> None:
        """Publish persistently and mandatory; returning is the confirm. A second try is safe: the id makes it one message."""
        account = self._parameters.credentials.username
        properties = pika.BasicProperties(
            content_type=CONTENT_TYPE, delivery_mode=2, message_id=message_id, type=kind, user_id=account
        )
        with self._lock:
            for last in (False, True):
                try:
                    self._open().basic_publish(INBOUND, routing_key, body, properties, mandatory=True)
                    return
                except (pika.exceptions.AMQPError, OSError) as error:
                    self._drop()
                    if last:
                        raise Unavailable(f"the broker did not confirm: {error!r}") from error

    def answers(self) -> Sequence[Answer]:
        """Refusals that wait in the queue, taken once they are read."""
        found: list[Answer] = []
        with self._lock:
            try:
                channel = self._open()
                while len(found) < MANY:
                    method, _, body = channel.basic_get(QUEUE, auto_ack=False)
                    if method is None:
                        break
                    found.append(answer(body))
                    channel.basic_ack(method.delivery_tag)
            except (pika.exceptions.AMQPError, OSError) as error:
                self._drop()
                if not found:
                    raise Unavailable(f"the queue {QUEUE}: {error!r}") from error
        return found

    def close(self) -> None:
        """Leave the broker."""
        with self._lock:
            self._drop()

    def _open(self) -> Any:
        if self._connection is None or self._connection.is_closed or self._channel.is_closed:
            self._connection = pika.BlockingConnection(self._parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        return self._channel

    def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        leave(connection)


def answer(body: bytes) -> Answer:
    """The refusal of a CloudEvent from `duban.rejected` (RFC 9457 in its data)."""
    data = json.loads(body)["data"]
    return Answer(str(data.get("original_id")), data["code"], data.get("detail") or "")
