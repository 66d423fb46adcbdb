"""The connection to the broker: where it goes, how it knows the right one, and frames cut anywhere."""

from __future__ import annotations

import ssl
import struct
from pathlib import Path
from typing import Any

import pytest
from amqp.exceptions import UnexpectedFrame
from service_chassis.errors import ConfigError
from service_chassis.messaging import connection
from service_chassis.messaging.connection import Broker, _PlainPieces, _tls


def test_a_broker_is_described_without_its_password() -> None:
    assert Broker("amqp://intake:secret@mq.city/duban").described() == "mq.city:5672, vhost duban"
    assert Broker("amqps://intake:secret@mq.city//").described() == "mq.city:5671, vhost /"
    assert Broker("amqp://intake:secret@mq.city").account == "intake"


@pytest.mark.parametrize("url", ["http://mq.city", "amqp:", "redis://mq.city"])
def test_an_address_that_is_none_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigError):
        Broker(url).parts()


def test_tls_checks_the_certificate_and_the_name_in_it() -> None:
    broker = Broker("amqps://intake:x@mq.city/duban", ca_file=Path("/ca.pem"))
    options = _tls(broker, broker.parts())
    assert options["cert_reqs"] == ssl.CERT_REQUIRED
    assert options["server_hostname"] == "mq.city"
    assert options["ca_certs"] == "/ca.pem"


class Socket:
    """Gives the bytes in the pieces it was made with, then times out."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.sent: list[bytes] = []

    def recv(self, _size: int) -> bytes:
        if not self.pieces:
            raise TimeoutError
        return self.pieces.pop(0)


def transport(*pieces: bytes) -> Any:
    made = _PlainPieces("127.0.0.1:1")
    made.sock = Socket(*pieces)
    made._write = lambda data: made.sock.sent.append(bytes(data))
    return made


def frame(payload: bytes, channel: int = 1) -> bytes:
    return struct.pack(">BHI", 1, channel, len(payload)) + payload + b"\xce"


STREAM = frame(b"") + frame(b"hello") + frame(b"x" * 100, 2)
EXPECTED = [(1, 1, b""), (1, 1, b"hello"), (1, 2, b"x" * 100)]


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 50, 1000])
def test_frames_are_whole_wherever_the_stream_was_cut(size: int) -> None:
    cut = transport(*[STREAM[start : start + size] for start in range(0, len(STREAM), size)])
    assert [cut.read_frame() for _ in range(3)] == EXPECTED


def test_a_timeout_in_the_middle_of_a_frame_loses_nothing() -> None:
    cut = transport(STREAM[:20])
    assert cut.read_frame() == EXPECTED[0]
    with pytest.raises(TimeoutError):
        cut.read_frame()
    cut.sock.pieces = [STREAM[20:]]
    assert cut.read_frames() == EXPECTED[1:]


def test_all_frames_that_are_there_are_read_at_once() -> None:
    assert transport(STREAM).read_frames() == EXPECTED


def test_a_frame_that_ends_wrongly_and_a_closed_socket_are_faults() -> None:
    with pytest.raises(UnexpectedFrame):
        transport(frame(b"x")[:-1] + b"?").read_frame()
    with pytest.raises(OSError, match="closed"):
        transport(b"").read_frame()


def test_what_is_written_together_leaves_in_large_pieces_and_completely() -> None:
    out = transport()
    with out.together():
        for _ in range(1000):
            out.write(b"x" * 200)
    assert b"".join(out.sock.sent) == b"x" * 200_000
    assert len(out.sock.sent) < 6
    out.write(b"alone")
    assert out.sock.sent[-1] == b"alone"


def test_a_broken_connection_is_thrown_away_quietly() -> None:
    class Broken:
        asked = 0

        def collect(self) -> None:
            self.asked += 1
            raise OSError("gone")

    broken: Any = Broken()
    connection.drop(broken)
    connection.drop(None)
    assert broken.asked == 1
