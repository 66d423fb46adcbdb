"""What we rely on in the broker; run on every version before it is used (delivery.md c.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import amqp
import pytest
from service_chassis.errors import ConfigError
from service_chassis.messaging import topology
from service_chassis.messaging.batch_consumer import Batch, BatchConsumer
from service_chassis.messaging.connection import Broker, close, connect, drop
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher
from service_chassis.testing.toys import Desk, Post

QUEUE = "intake.inbound"
KEY = "OFFICE.matter.submitted.v1"


@pytest.fixture
def broker(amqp_url: str) -> Broker:
    return Broker(amqp_url)


@pytest.fixture
def line(broker: Broker) -> Iterator[Any]:
    """A connection to a broker with the queues of a service named intake."""
    opened = connect(broker, "test")
    topology.of_service(Desk).declare(opened)
    yield opened
    while Consumer.opened:
        Consumer.opened.pop().die()
    close(opened)


def publish(broker: Broker, *bodies: bytes, key: str = KEY) -> None:
    publisher = Publisher(broker, "test publisher")
    publisher.publish([Outgoing("duban.inbound", key, body) for body in bodies])
    publisher.drop()


class Consumer:
    """A plain consumer that acknowledges nothing."""

    opened: list[Consumer] = []

    def __init__(self, broker: Broker, prefetch: int = 100) -> None:
        self.opened.append(self)
        self.connection = connect(broker, "test consumer")
        self.channel = self.connection.channel()
        self.channel.auto_decode = False
        self.messages: list[amqp.Message] = []
        self.channel.basic_qos(0, prefetch, False)
        self.channel.basic_consume(QUEUE, callback=self.messages.append)

    def read(self, count: int, seconds: float = 5.0) -> list[bytes]:
        """The bodies of the next messages; fewer when no more come."""
        try:
            while len(self.messages) < count:
                self.connection.drain_events(timeout=seconds)
        except TimeoutError:
            pass
        taken, self.messages[:] = self.messages[:count], self.messages[count:]
        self.last = taken[-1] if taken else None
        return [bytes(message.body) for message in taken]

    def die(self) -> None:
        drop(self.connection)


def test_the_order_is_kept_when_a_consumer_dies_with_messages_in_hand(broker: Broker, line: Any) -> None:
    bodies = [str(n).encode() for n in range(40)]
    publish(broker, *bodies)
    first = Consumer(broker)
    assert first.read(10) == bodies[:10]
    first.die()
    assert Consumer(broker).read(40) == bodies


def test_a_returned_message_carries_its_delivery_count(broker: Broker, line: Any) -> None:
    publish(broker, b"1")
    for expected in (None, 1, 2):
        consumer = Consumer(broker)
        consumer.read(1)
        assert (consumer.last.headers or {}).get("x-delivery-count") == expected
        consumer.die()


def test_a_rejected_message_returns_to_its_place(broker: Broker, line: Any) -> None:
    publish(broker, b"1", b"2", b"3")
    consumer = Consumer(broker, prefetch=1)
    assert consumer.read(1) == [b"1"]
    consumer.channel.basic_reject(consumer.last.delivery_tag, requeue=True)
    assert consumer.read(1) == [b"1"]


def test_a_second_consumer_gets_nothing_while_the_first_lives(broker: Broker, line: Any) -> None:
    first, second = Consumer(broker, prefetch=1), Consumer(broker)
    publish(broker, b"1", b"2")
    assert first.read(1) == [b"1"]
    assert second.read(1, seconds=0.3) == []
    first.die()
    assert second.read(2) == [b"1", b"2"]


def test_a_type_that_nobody_owns_reaches_intake(broker: Broker, line: Any) -> None:
    publish(broker, b"?", key="ZJJ.gossip.spread.v1")
    consumer = Consumer(broker)
    assert consumer.read(1) == [b"?"]
    assert consumer.last.delivery_info["routing_key"] == "ZJJ.gossip.spread.v1"


def test_declaring_again_is_harmless(line: Any) -> None:
    def depths() -> list[int]:
        channel = line.channel()
        return [channel.queue_declare(queue.name, passive=True).message_count for queue in topology.of_service(Desk).queues]

    before = depths()
    topology.of_service(Desk).declare(line)
    topology.of_service(Desk).verify(line)
    assert depths() == before


def test_other_arguments_on_an_existing_queue_are_refused_by_name(broker: Broker, line: Any) -> None:
    other = topology.Queue("intake.events", {"x-queue-type": "classic"})
    with pytest.raises(ConfigError, match="queue intake.events exists with other arguments"):
        topology.Topology({}, (other,)).declare(line)


def test_queues_of_an_older_release_serve_as_they_are(broker: Broker) -> None:
    now = topology.of_service(Post).queues
    older = tuple(topology.Queue(queue.name, queue.earlier[-1], queue.bindings) for queue in now if queue.earlier)
    assert {queue.name for queue in older} == {"notify.inbound", "notify.events.retry", "duban.archive"}
    opened = connect(broker, "test")
    topology.Topology(topology.exchanges(), older).declare(opened)
    topology.of_service(Post).declare(opened)
    close(opened)


def test_an_archive_with_other_arguments_is_never_said_to_be_deleted(broker: Broker) -> None:
    opened = connect(broker, "test")
    topology.Topology({}, (topology.Queue(topology.ARCHIVE, {"x-queue-type": "stream", "x-max-age": "1D"}),)).declare(opened)
    with pytest.raises(ConfigError, match=r"do not delete it \(docs/runbooks/queue-arguments\.md; .*x-max-age"):
        topology.Topology(topology.exchanges(), (topology.archive(),)).declare(opened)
    close(opened)


def test_every_published_event_is_kept_in_the_archive(broker: Broker, line: Any) -> None:
    publisher = Publisher(broker, "test publisher")
    publisher.publish([Outgoing("duban.events", "nobody.reads.this.v1", b"x", message_id="1")])
    publisher.drop()
    channel = line.channel()
    channel.auto_decode = False
    found: list[Any] = []
    channel.basic_qos(0, 10, False)
    channel.basic_consume("duban.archive", callback=found.append, arguments={"x-stream-offset": "first"})
    line.drain_events(timeout=5)
    assert [bytes(message.body) for message in found] == [b"x"]


def test_a_forged_user_id_is_refused(broker: Broker, line: Any) -> None:
    channel = line.channel()
    channel.basic_publish(amqp.Message(b"x", user_id="somebody-else"), "duban.inbound", KEY)
    with pytest.raises(amqp.exceptions.PreconditionFailed, match="user_id"):
        line.drain_events(timeout=5)


def next_batch(consumer: BatchConsumer) -> Batch:
    while (batch := consumer.take()) is None:
        consumer.read()
    return batch


def test_a_message_that_is_put_off_comes_again_later_and_not_for_ever(broker: Broker, line: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(topology, "LONGEST_RETRY_MS", 50)
    topology.of_service(Post).declare(line)
    sender = Publisher(broker, "test publisher")
    sender.publish([Outgoing("duban.events", "intake.assignment.dispatched.v1", b"x", message_id=str(n)) for n in range(3)])
    sender.drop()
    consumer = BatchConsumer(broker, "test consumer", ["notify.events"], 1, lambda: None)
    rounds: dict[str | None, int] = {}
    while sum(rounds.values()) < 3 * topology.MOST_ROUNDS:
        batch = next_batch(consumer)
        delivery = batch.deliveries[0]
        assert batch.may_put_off("notify.events", delivery)
        rounds[delivery.message_id] = rounds.get(delivery.message_id, 0) + 1
        consumer.settle(batch)
    assert rounds == dict.fromkeys("012", topology.MOST_ROUNDS)
    for _ in range(3):
        batch = next_batch(consumer)
        assert not batch.may_put_off("notify.events", batch.deliveries[0]), "now it is a dead letter"
        consumer.settle(batch)
    consumer.drop()


def test_the_order_is_kept_between_consumers_with_batches_of_different_sizes(broker: Broker, line: Any) -> None:
    """What one held goes to the next as a whole: a consumer that took a part of it and died would put it behind the rest."""
    bodies = [str(n).encode() for n in range(60)]
    publish(broker, *bodies)
    for most in (50, 1, 1, 5, 50):
        consumer = BatchConsumer(broker, "test consumer", [QUEUE], most, lambda: None)
        batch = next_batch(consumer)
        consumer.drop()
        assert [delivery.body for delivery in batch.deliveries] == bodies[: len(batch.deliveries)]


def test_nothing_leaves_the_line_where_the_cut_rests_on_its_order() -> None:
    for queue in ("intake.inbound", "notify.inbound", "escalation.events", "intake.events"):
        assert not topology.may_be_put_off(queue, {})
