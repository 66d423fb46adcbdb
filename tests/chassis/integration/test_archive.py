"""Everything that was published can be read again: from files, from the embedded broker, from the stream."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from service_chassis.errors import ConfigError, Retry
from service_chassis.messaging import archive, topology
from service_chassis.messaging.connection import Broker, close, connect
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher

BODIES = [b'{"n": 1}', b'{"n": 2}', b'{"n": 3}']


def test_lines_of_a_file_plain_or_packed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(BODIES) + b"\n\n")
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"\n".join(BODIES)))
    for name in ("a.jsonl", "b.gz"):
        assert [body.strip() for body in archive.from_file(tmp_path / name)] == BODIES


def test_the_file_of_the_embedded_broker_while_it_is_open(tmp_path: Path) -> None:
    broker = EmbeddedBroker(str(tmp_path / "broker.sqlite"))
    broker.publish([Outgoing("duban.events", "k", body, {}) for body in BODIES])
    assert list(archive.from_file(tmp_path / "broker.sqlite")) == BODIES
    broker.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.jsonl", None),
        ("cut.gz", gzip.compress(b"x" * 9999, mtime=0)[:40]),
        ("other.sqlite", b"SQLite format 3\x00" + b"x" * 200),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=name):
        list(archive.from_file(tmp_path / name))


def test_the_stream_gives_every_event_from_the_first_and_keeps_them(amqp_url: str) -> None:
    broker = Broker(amqp_url)
    opened = connect(broker, "test")
    topology.Topology(topology.exchanges(), (topology.archive(),)).declare(opened)
    close(opened)
    publisher = Publisher(broker, "test")
    publisher.publish([Outgoing("duban.events", "k", body, {}) for body in BODIES])
    publisher.drop()
    for _ in range(2):
        assert list(archive.from_stream(broker, "test", quiet=0.5)) == BODIES
    read = [event for piece in archive.pieces(broker, "test", 1, quiet=0.5) for event in piece]
    assert [(event.offset, event.body) for event in read] == [(1, BODIES[1]), (2, BODIES[2])]


def test_a_broker_without_the_stream_or_no_broker_says_so(amqp_url: str) -> None:
    with pytest.raises(ConfigError, match=r"duban\.archive"):
        list(archive.from_stream(Broker(amqp_url), "test"))
    with pytest.raises(Retry, match="broker"):
        list(archive.from_stream(Broker("amqp://127.0.0.1:1"), "test"))
