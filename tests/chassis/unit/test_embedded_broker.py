"""The in-process broker keeps the promises that RabbitMQ keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_chassis.errors import ConfigError
from service_chassis.messaging.embedded import EmbeddedBroker, topic_matches
from service_chassis.messaging.envelope import Outgoing


def event(routing_key: str, body: bytes = b"{}") -> Outgoing:
    return Outgoing("duban.events", routing_key, body)


def inbound(routing_key: str, body: bytes = b"{}") -> Outgoing:
    return Outgoing("duban.inbound", routing_key, body, user_id="zjj", message_id="m-1", headers={"ce-id": "x"})


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("a.b.v1", "a.b.v1", True),
        ("a.b.v1.#", "a.b.v1", True),
        ("a.b.v1.#", "a.b.v1.yellow", True),
        ("*.matter.submitted.v1", "ZJJ.matter.submitted.v1", True),
        ("*.matter.submitted.v1", "ZJJ.HBJ.matter.submitted.v1", False),
        ("*.matter.submitted.v1", "matter.submitted.v1", False),
        ("#", "anything.at.all", True),
        ("a.*.c", "a.b.d", False),
    ],
)
def test_patterns_match_as_in_amqp(pattern: str, key: str, expected: bool) -> None:
    assert topic_matches(pattern, key) is expected


def test_a_queue_keeps_its_order_and_keeps_a_message_until_it_is_acknowledged() -> None:
    broker = EmbeddedBroker()
    broker.bind("duban.events", "#", "q")
    broker.publish([event("a", b"1"), event("b", b"2"), event("c", b"3")])
    first = broker.take("q", 2)
    assert [delivery.body for delivery in first] == [b"1", b"2"]
    assert [delivery.body for delivery in broker.take("q", 2)] == [b"1", b"2"]
    broker.ack("q", first[-1].tag)
    assert [delivery.body for delivery in broker.take("q", 2)] == [b"3"]
    assert broker.pending("q") == 1


def test_every_queue_that_matches_gets_one_copy() -> None:
    broker = EmbeddedBroker()
    broker.bind("duban.events", "a.#", "one")
    broker.bind("duban.events", "a.b", "one")
    broker.bind("duban.events", "#", "two")
    broker.publish([event("a.b")])
    assert (broker.pending("one"), broker.pending("two")) == (1, 1)


def test_what_nobody_binds_goes_to_the_fallback_so_that_it_can_be_refused() -> None:
    broker = EmbeddedBroker()
    broker.bind("duban.inbound", "*.known.v1", "q")
    broker.fall_back("duban.inbound", "intake.inbound")
    broker.publish([inbound("ZJJ.unknown.v1")])
    assert broker.pending("intake.inbound") == 1


def test_properties_and_headers_arrive_as_they_were_sent() -> None:
    broker = EmbeddedBroker()
    broker.bind("duban.inbound", "#", "q")
    broker.publish([inbound("ZJJ.x.v1", b"body")])
    (delivery,) = broker.take("q", 1)
    assert (delivery.user_id, delivery.message_id, delivery.headers) == ("zjj", "m-1", {"ce-id": "x"})
    assert (delivery.exchange, delivery.routing_key, delivery.body) == ("duban.inbound", "ZJJ.x.v1", b"body")


def test_nothing_is_lost_when_the_process_ends_and_the_file_is_opened_again(tmp_path: Path) -> None:
    path = str(tmp_path / "broker.sqlite")
    broker = EmbeddedBroker(path)
    broker.bind("duban.events", "#", "q")
    broker.publish([event("a", b"1"), event("b", b"2")])
    broker.ack("q", broker.take("q", 1)[0].tag)
    broker.close()
    again = EmbeddedBroker(path)
    assert again.pending("q") == 1
    assert [delivery.body for delivery in again.take("q", 5)] == [b"2"]
    assert [body for _, _, body in again.archived()] == [b"1", b"2"]


def test_every_event_is_archived_also_when_no_queue_takes_it_and_inbound_messages_never_are() -> None:
    broker = EmbeddedBroker()
    broker.bind("duban.inbound", "#", "q")
    broker.publish([event("nobody.listens.v1", b"kept"), inbound("ZJJ.x.v1", b"secret perhaps")])
    assert [(key, body) for _, key, body in broker.archived()] == [("nobody.listens.v1", b"kept")]


def test_a_file_that_is_no_broker_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes and no database at all" * 50)
    with pytest.raises(ConfigError, match=r"notes\.txt"):
        EmbeddedBroker(str(path))
