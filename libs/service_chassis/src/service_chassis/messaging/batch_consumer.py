"""Reads a service's queues as raw bytes and acknowledges in batches. No decoding happens here, so none can fail here.

One connection, one channel for each queue. `read` may run at the same time as a batch is handled (another greenlet): it only
puts deliveries into their lane. A message leaves its queue by `settle` alone, after the commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_chassis.errors import Retry
from service_chassis.messaging.connection import BROKER_ERRORS, Broker, Connection, close, connect, drop, reason
from service_chassis.messaging.envelope import Delivery
from service_chassis.messaging.topology import may_be_put_off

PREFETCH = 2000
"""Unacknowledged messages of one queue; four full batches by default, so that the next ones arrive while one is handled.

The same for every consumer, whatever its batch: what a dead consumer held goes to the next one in its order only when that
one may hold all of it. What it takes of it in part and gives back comes after the rest (RabbitMQ 3.10), and a marker would
overtake reports. Whoever changes this number lets the queues run empty first.
"""
SUSPECT_AFTER = 2
"""From so many failed deliveries on a message is taken alone: it may be what ends the process."""


@dataclass(slots=True)
class Lane:
    """One queue: its channel and what has arrived on it."""

    queue: str
    channel: Any
    arrived: deque[Delivery] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Batch:
    """The next messages of one queue, in its order. `suspect`: a single one that was delivered before, to no good end."""

    queue: str
    deliveries: list[Delivery]
    suspect: bool = False
    put_off: list[Delivery] = field(default_factory=list)
    """Those of them that failed and are to come again later."""

    def may_put_off(self, queue: str, delivery: Delivery) -> bool:
        """Note a failed message for later, where its queue has a later; False when it must be parked."""
        if not may_be_put_off(queue, delivery.headers):
            return False
        self.put_off.append(delivery)
        return True


class BatchConsumer:
    """A session with the broker. After any fault it is of no more use."""

    def __init__(self, broker: Broker, name: str, queues: Sequence[str], batch: int, arrived: Callable[[], None]) -> None:
        """`arrived` is called for each message that comes in."""
        self._most = batch
        self._arrived = arrived
        self.connection: Connection = connect(broker, name)
        try:
            self._lanes = [self._open(queue) for queue in queues]
        except BROKER_ERRORS as error:
            drop(self.connection)
            raise Retry(f"broker: {reason(error)}") from error

    def _open(self, queue: str) -> Lane:
        channel = self.connection.channel()
        channel.auto_decode = False
        lane = Lane(queue, channel)
        channel.basic_qos(0, PREFETCH, False)
        channel.basic_consume(queue, callback=self._receiver(lane), on_cancel=self._on_cancel)
        return lane

    def _receiver(self, lane: Lane) -> Callable[[Any], None]:
        keep, arrived = lane.arrived.append, self._arrived

        def receive(message: Any) -> None:
            info, properties = message.delivery_info, message.properties
            keep(
                Delivery(
                    body_of(message),
                    info["routing_key"],
                    info["exchange"],
                    info["delivery_tag"],
                    properties.get("content_type"),
                    properties.get("user_id"),
                    properties.get("message_id"),
                    properties.get("application_headers") or {},
                    info["redelivered"],
                )
            )
            arrived()

        return receive

    def _on_cancel(self, tag: str) -> None:
        raise Retry("broker: it cancelled the consumer (queue deleted, or its leader moved)")

    def read(self) -> None:
        """Wait for what comes and take it in; a fault is a `Retry`."""
        try:
            self.connection.read_arrived()
        except BROKER_ERRORS as error:
            raise Retry(f"broker: {reason(error)}") from error

    def beat(self) -> None:
        """Send a heartbeat when it is time; a silent broker is a `Retry`. Call it every second or two."""
        try:
            self.connection.heartbeat_tick()
        except BROKER_ERRORS as error:
            raise Retry(f"broker: {reason(error)}") from error

    def take(self) -> Batch | None:
        """What is there, at most a batch, of one queue; the queues take turns. None when nothing is there."""
        for _ in range(len(self._lanes)):
            lane = self._lanes[0]
            self._lanes = [*self._lanes[1:], lane]
            if lane.arrived:
                return self._next(lane)
        return None

    def _next(self, lane: Lane) -> Batch:
        arrived = lane.arrived
        if is_suspect(arrived[0]):
            return Batch(lane.queue, [arrived.popleft()], suspect=True)
        taken: list[Delivery] = []
        while arrived and len(taken) < self._most and not is_suspect(arrived[0]):
            taken.append(arrived.popleft())
        return Batch(lane.queue, taken)

    def settle(self, batch: Batch) -> None:
        """Acknowledge a batch whose transaction is committed; what was put off comes again later."""
        channel = next(lane for lane in self._lanes if lane.queue == batch.queue).channel
        try:
            for tag, again in settlement(batch):
                if again:
                    channel.basic_reject(tag, requeue=False)
                else:
                    channel.basic_ack(tag, multiple=True)
        except BROKER_ERRORS as error:
            raise Retry(f"broker: {reason(error)}") from error

    def close(self) -> None:
        """Leave politely; what was not acknowledged goes back to its place in the queue."""
        close(self.connection)

    def drop(self) -> None:
        """Throw the connection away without waiting for the broker."""
        drop(self.connection)


def body_of(message: Any) -> bytes:
    """The body as bytes; py-amqp gives an empty one as an empty text."""
    body = message.body
    return body.encode() if isinstance(body, str) else bytes(body)


def settlement(batch: Batch) -> list[tuple[int, bool]]:
    """(tag, False): acknowledge up to here. (tag, True): this one comes again. An ack must never name a settled tag."""
    if not batch.put_off:
        return [(batch.deliveries[-1].tag, False)]
    again = {delivery.tag for delivery in batch.put_off}
    steps: list[tuple[int, bool]] = []
    for delivery in batch.deliveries:
        if delivery.tag not in again and steps and not steps[-1][1]:
            steps.pop()
        steps.append((delivery.tag, delivery.tag in again))
    return steps


def is_suspect(delivery: Delivery) -> bool:
    """Whether this message came back so often that it may be what ends the process."""
    count = delivery.headers.get("x-delivery-count", 0)
    return isinstance(count, int) and count >= SUSPECT_AFTER
