"""Publishing in bulk, in order, with tracked confirms.

py-amqp's own `basic_publish_confirm` takes any ack for the one it waits for and waits without limit (traps P5, P6), so the
tags are counted here. After any fault the connection is thrown away and never used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic, time
from typing import Any, Protocol

import amqp

from service_chassis.errors import Retry
from service_chassis.messaging.connection import BROKER_ERRORS, IO_SECONDS, Broker, Connection, connect, drop, reason
from service_chassis.messaging.topology import REJECTED_EXCHANGE

CONTENT_TYPE = "application/cloudevents+json"
PERSISTENT = 2


class Sendable(Protocol):
    """What can be published: an outbox row or an `Outgoing`."""

    @property
    def exchange(self) -> str: ...
    @property
    def routing_key(self) -> str: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def body(self) -> bytes: ...


class PublishFault(Retry):
    """Publishing stopped; `confirmed` rows from the start are safe with the broker. `unroutable`: no queue took a row."""

    def __init__(self, text: str, confirmed: int, *, unroutable: bool = False) -> None:
        super().__init__(text)
        self.confirmed = confirmed
        self.unroutable = unroutable


class Publisher:
    """One channel in confirm mode. Not for several threads."""

    def __init__(self, broker: Broker, name: str, timeout: float = IO_SECONDS) -> None:
        """`timeout`: seconds without any confirm after which the broker counts as lost or blocked."""
        self.account = broker.account
        self._broker = broker
        self.timeout = timeout
        self.blocked: str | None = None
        self.connection: Connection | None = connect(broker, name, on_blocked=self._on_blocked, on_unblocked=self._on_unblocked)
        self._sent = 0
        self._open: dict[int, int] = {}
        self._refused: set[int] = set()
        self._returned: dict[str, str] = {}
        self.unheard = 0
        """Refusals that no department's queue was there for; they are kept in the table `refusal` all the same."""
        try:
            self._open_channel()
        except BROKER_ERRORS as error:
            drop(self.connection)
            raise Retry(f"broker: {reason(error)}") from error

    def _open_channel(self) -> None:
        assert self.connection is not None
        # Without this py-amqp polls the socket before every single publish. Blocked notices are still read with the confirms.
        self.connection.client_properties["capabilities"]["connection.blocked"] = False
        self.channel: Any = self.connection.channel()
        self.channel.auto_decode = False
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._on_ack)
        self.channel.events["basic_nack"].add(self._on_nack)
        self.channel.events["basic_return"].add(self._on_return)

    # ---- what the broker says

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused.update(self._settle(tag, multiple))

    def _settle(self, tag: int, multiple: bool) -> list[int]:
        """Forget the tags that this answer is about; returns the rows they stood for."""
        if not multiple:
            row = self._open.pop(tag, None)
            return [] if row is None else [row]
        rows = []
        for open_tag in list(self._open):  # tags are kept in the order in which they were given out
            if open_tag > tag:
                break
            rows.append(self._open.pop(open_tag))
        return rows

    def _on_return(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        if exchange == REJECTED_EXCHANGE:
            self.unheard += 1
        else:
            self._returned[message.properties.get("message_id", "")] = f"{exchange} has no queue for {routing_key}"

    def _on_blocked(self, why: str) -> None:
        self.blocked = why

    def _on_unblocked(self) -> None:
        self.blocked = None

    # ---- publishing

    def publish(self, rows: Sequence[Sendable]) -> int:
        """Publish in order and wait until all are confirmed; returns their number.

        Otherwise `PublishFault`, which tells how many from the start are confirmed; the publisher is then of no more use.
        """
        if self.connection is None:
            raise PublishFault("this publisher has failed before", 0)
        self._open, self._refused, self._returned = {}, set(), {}
        try:
            self._send(rows)
            self._await_confirms()
        except BROKER_ERRORS as error:
            raise self._fault(rows, self._why(error)) from error
        if self._refused or self._returned:
            raise self._fault(rows, next(iter(self._returned.values()), "the broker refused a message (nack)"))
        return len(rows)

    def _send(self, rows: Sequence[Sendable]) -> None:
        assert self.connection is not None
        publish, now = self.channel.basic_publish, int(time())
        with self.connection.transport.together():
            for index, row in enumerate(rows):
                self._sent += 1
                self._open[self._sent] = index
                publish(self._message(row, now), row.exchange, row.routing_key, mandatory=True)

    def _message(self, row: Sendable, now: int) -> Any:
        properties = {
            "content_type": getattr(row, "content_type", CONTENT_TYPE),
            "delivery_mode": PERSISTENT,
            "timestamp": now,
            "user_id": self.account,
        }
        for name, value in (
            ("message_id", row.message_id),
            ("type", getattr(row, "type", None)),
            ("application_headers", getattr(row, "headers", None)),
        ):
            if value:
                properties[name] = value
        return amqp.Message(row.body, **properties)

    def _await_confirms(self) -> None:
        """Read until nothing is open; `timeout` seconds without progress end it."""
        assert self.connection is not None
        last, until = len(self._open), monotonic() + self.timeout
        while self._open:
            self.connection.drain_events(timeout=max(0.001, until - monotonic()))
            if len(self._open) < last:
                last, until = len(self._open), monotonic() + self.timeout

    def _why(self, error: BaseException) -> str:
        if self.blocked:
            return f"the broker is blocked (memory or disk alarm): {self.blocked}"
        if isinstance(error, TimeoutError):
            return f"no confirm for {self.timeout:g} s"
        return f"broker: {reason(error)}"

    def _fault(self, rows: Sequence[Sendable], why: str) -> PublishFault:
        self.drop()
        bad = {*self._open.values(), *self._refused}
        bad |= {index for index, row in enumerate(rows) if row.message_id in self._returned}
        return PublishFault(why, min(bad, default=len(rows)), unroutable=bool(self._returned))

    def tick(self) -> None:
        """Keep the connection alive while there is nothing to publish; a dead one is a `PublishFault`."""
        if self.connection is None:
            raise PublishFault("this publisher has failed before", 0)
        try:
            self.connection.heartbeat_tick()
            while True:
                self.connection.drain_events(timeout=0)
        except TimeoutError:
            return
        except BROKER_ERRORS as error:
            raise self._fault((), self._why(error)) from error

    def drop(self) -> None:
        """Throw the connection away without waiting for the broker."""
        connection, self.connection = self.connection, None
        drop(connection)
