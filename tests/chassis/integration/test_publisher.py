"""Publishing: what is reported as confirmed is with the broker; whatever goes wrong, it ends in time and says how far it got."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from kombu.utils.url import parse_url
from servers import Broker as PrivateBroker
from service_chassis.errors import Retry
from service_chassis.messaging.connection import Broker
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher, PublishFault


def events(count: int, exchange: str = "duban.events", size: int = 10) -> list[Outgoing]:
    return [Outgoing(exchange, "x.y.z.v1", b"x" * size, message_id=str(n)) for n in range(count)]


@pytest.fixture
def publisher(amqp_url: str, declared: Any) -> Iterator[Publisher]:
    found = Publisher(Broker(amqp_url), "test", timeout=3)
    yield found
    found.drop()


def depth(connection: Any, queue: str) -> int:
    return int(connection.channel().queue_declare(queue, passive=True).message_count)


def limited_queue(connection: Any, most: int) -> Any:
    """A queue that refuses what is more than `most`."""
    channel = connection.channel()
    arguments = {"x-max-length": most, "x-overflow": "reject-publish"}
    channel.queue_declare("desk.events", durable=True, auto_delete=False, arguments=arguments)
    channel.queue_bind("desk.events", "duban.events", "x.#")
    return channel


def test_all_are_confirmed_and_there(publisher: Publisher, declared: Any) -> None:
    assert publisher.publish(events(2500)) == 2500
    assert publisher.publish(events(1)) == 1


def test_a_refused_message_ends_the_confirmed_prefix(publisher: Publisher, declared: Any) -> None:
    channel = limited_queue(declared, 5)
    try:
        with pytest.raises(PublishFault, match="nack") as fault:
            publisher.publish(events(20))
        assert fault.value.confirmed == 5
        assert publisher.connection is None, "a publisher that failed is never used again"
    finally:
        channel.queue_delete("desk.events")


def test_a_publisher_that_failed_refuses_to_be_used(publisher: Publisher, declared: Any) -> None:
    with pytest.raises(PublishFault):
        publisher.publish(events(3, exchange="duban.inbound"))
    with pytest.raises(PublishFault, match="failed before"):
        publisher.publish(events(1))


def test_an_unroutable_message_is_not_reported_as_published(publisher: Publisher, declared: Any) -> None:
    rows = [*events(2), Outgoing("duban.inbound", "ZJJ.x.v1", b"", message_id="lost"), *events(1)]
    with pytest.raises(PublishFault, match=r"duban\.inbound has no queue for ZJJ\.x\.v1") as fault:
        publisher.publish(rows)
    assert fault.value.confirmed == 2
    assert fault.value.unroutable


def test_a_refusal_that_no_department_listens_for_is_no_fault(publisher: Publisher, declared: Any) -> None:
    assert publisher.publish(events(3, exchange="duban.rejected")) == 3
    assert publisher.unheard == 3


def test_an_exchange_that_is_missing_is_a_fault_of_nothing_confirmed(publisher: Publisher, declared: Any) -> None:
    with pytest.raises(PublishFault, match="NOT_FOUND") as fault:
        publisher.publish(events(2, exchange="duban.nowhere"))
    assert fault.value.confirmed == 0


def test_a_server_that_is_not_there_is_a_passing_fault() -> None:
    with pytest.raises(Retry, match="broker 127.0.0.1:1"):
        Publisher(Broker("amqp://guest:guest@127.0.0.1:1//"), "test")


class Hole:
    """A TCP proxy that from some moment on swallows what the broker answers, as a dead network does."""

    def __init__(self, url: str) -> None:
        parts = parse_url(url)
        self._target = (parts["hostname"], parts["port"] or 5672)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.swallow = threading.Event()
        port = self._listener.getsockname()[1]
        vhost = "" if parts["virtual_host"] == "/" else parts["virtual_host"]
        self.url = f"amqp://{parts['userid']}:{parts['password']}@127.0.0.1:{port}/{vhost}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(self._target)
        self._sockets = [client, server]
        threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
        threading.Thread(target=self._pump, args=(server, client, self.swallow), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, swallow: threading.Event | None = None) -> None:
        try:
            while data := source.recv(65536):
                if swallow is None or not swallow.is_set():
                    sink.sendall(data)
        except OSError:
            pass

    def close(self) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def test_a_dead_network_ends_in_a_fault_after_the_timeout(amqp_url: str, declared: Any) -> None:
    hole = Hole(amqp_url)
    publisher = Publisher(Broker(hole.url), "test", timeout=0.5)
    assert publisher.publish(events(5)) == 5
    hole.swallow.set()
    with pytest.raises(PublishFault, match="no confirm for 0.5 s") as fault:
        publisher.publish(events(5))
    assert fault.value.confirmed == 0
    hole.close()


def test_a_late_confirm_is_never_taken_for_the_next_message(amqp_url: str, declared: Any) -> None:
    """Trap P5: after a timeout the channel is gone, so an answer that comes late can confirm nothing."""
    hole = Hole(amqp_url)
    publisher = Publisher(Broker(hole.url), "test", timeout=0.3)
    hole.swallow.set()
    with pytest.raises(PublishFault):
        publisher.publish(events(1))
    hole.swallow.clear()
    with pytest.raises(PublishFault, match="failed before"):
        publisher.publish(events(1, exchange="duban.nowhere"))
    hole.close()


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker]:
    """A broker of this module's own, whose alarms may be raised."""
    broker = PrivateBroker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.stop()


def test_a_blocked_broker_ends_in_a_fault_and_is_used_again_afterwards(own_broker: PrivateBroker) -> None:
    from service_chassis.messaging import topology
    from service_chassis.messaging.connection import close, connect

    opened = connect(Broker(own_broker.url), "test")
    topology.Topology(topology.exchanges(), (topology.archive(),)).declare(opened)
    close(opened)
    publisher = Publisher(Broker(own_broker.url), "test", timeout=1.0)
    assert publisher.publish(events(1)) == 1
    own_broker.ctl("set_vm_memory_high_watermark", "0")
    with pytest.raises(PublishFault, match="blocked") as fault:
        publisher.publish(events(10))
    assert fault.value.confirmed == 0
    own_broker.ctl("set_vm_memory_high_watermark", "0.4")
    again = Publisher(Broker(own_broker.url), "test", timeout=10.0)
    assert again.publish(events(10)) == 10
    again.drop()
