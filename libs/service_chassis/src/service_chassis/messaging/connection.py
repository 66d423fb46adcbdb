"""One connection to the broker: TLS that checks the host name, timeouts on every wait, and reading in large pieces.

Only public API of py-amqp is used. `read_frame` and `write` of its transport are overridden to move many frames with one
system call; that is where most of its time goes (docs/performance.md).
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any

import amqp
from amqp.exceptions import AMQPError, UnexpectedFrame
from amqp.transport import SSLTransport, TCPTransport
from kombu.utils.url import parse_url

from service_chassis.clock import SystemClock
from service_chassis.errors import ConfigError, Retry

CONNECT_SECONDS = 5.0
IO_SECONDS = 15.0
"""A read or write that takes longer means a dead peer (delivery.md F4)."""
HEARTBEAT_SECONDS = 10
PIECE = 1 << 16
"""Bytes per system call."""

BROKER_ERRORS: tuple[type[BaseException], ...] = (AMQPError, OSError)
"""Everything that says this connection is of no more use. `socket.timeout` and TLS errors are `OSError`s."""

Frame = tuple[int, int, bytes]
"""Kind, channel and payload."""

_HEADER = Struct(">BHI")
_FRAME_END = 0xCE


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and how to know that it is the right one."""

    url: str
    ca_file: Path | None = None
    """Certificates to trust with `amqps://`; the system's by default."""
    cert_file: Path | None = None
    key_file: Path | None = None

    def parts(self) -> dict[str, Any]:
        """The URL taken apart; an unusable one is a ConfigError."""
        try:
            parts = dict(parse_url(self.url))
        except ValueError as error:
            raise ConfigError(f"AMQP_URL cannot be read: {error}") from error
        if parts["transport"] not in ("amqp", "amqps", "pyamqp") or not parts["hostname"]:
            raise ConfigError("AMQP_URL must look like amqp://user:password@host:5672/vhost (or amqps://… for TLS)")
        return parts

    @property
    def account(self) -> str:
        """The account that this connection speaks for; the broker checks `user_id` against it."""
        return str(self.parts()["userid"] or "guest")

    @property
    def vhost(self) -> str:
        """Where on the broker everything stands."""
        return _vhost(self.parts())

    def described(self) -> str:
        """Host, port and vhost for messages to people; never the password."""
        parts = self.parts()
        return f"{parts['hostname']}:{_port(parts)}, vhost {_vhost(parts)}"


class _Pieces:
    """Reads and writes the socket in large pieces; for both transports of py-amqp."""

    sock: Any
    connected: bool

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.arrived = b""
        self.position = 0
        self.held: bytearray | None = None

    def read_frame(self, unpack: Any = None) -> Frame:
        """The next frame; a timeout loses nothing, since only whole frames are taken out of what has arrived."""
        while (frame := self._whole_frame()) is None:
            self._receive()
        return frame

    def read_frames(self) -> list[Frame]:
        """Every frame that has arrived whole; waits for the first."""
        frames = [self.read_frame()]
        while (frame := self._whole_frame()) is not None:
            frames.append(frame)
        return frames

    def _whole_frame(self) -> Frame | None:
        start, arrived = self.position, self.arrived
        if len(arrived) - start < 8:
            return None
        kind, channel, size = _HEADER.unpack_from(arrived, start)
        end = start + 7 + size
        if len(arrived) <= end:
            return None
        if arrived[end] != _FRAME_END:
            raise UnexpectedFrame(f"frame ends with {arrived[end]:#04x}")
        self.position = end + 1
        return kind, channel, arrived[start + 7 : end]

    def _receive(self) -> None:
        try:
            piece = self.sock.recv(PIECE)
        except (TimeoutError, BlockingIOError, ssl.SSLError):
            raise
        except OSError:
            self.connected = False
            raise
        if not piece:
            self.connected = False
            raise OSError("the broker closed the connection")
        self.arrived = self.arrived[self.position :] + piece
        self.position = 0

    def write(self, data: Any) -> None:
        """Send, or keep while `together` is active."""
        if self.held is None:
            super().write(data)  # type: ignore[misc]
            return
        self.held += data
        if len(self.held) >= PIECE:
            self._send_held()

    def _send_held(self) -> None:
        if self.held:
            data, self.held = self.held, bytearray()
            super().write(data)  # type: ignore[misc]

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside leaves in large pieces, all of it by the end."""
        self.held = bytearray()
        try:
            yield
            self._send_held()
        finally:
            self.held = None


class _PlainPieces(_Pieces, TCPTransport):  # type: ignore[misc]
    """TCP."""


class _SecretPieces(_Pieces, SSLTransport):  # type: ignore[misc]
    """TLS."""


class Connection(amqp.Connection):  # type: ignore[misc]
    """A py-amqp connection on the transports above."""

    def Transport(  # noqa: N802 - py-amqp's name for the method that makes its transport
        self,
        host: str,
        connect_timeout: float,
        ssl: Any = False,
        read_timeout: float | None = None,
        write_timeout: float | None = None,
        **options: Any,
    ) -> Any:
        """Called by py-amqp when it connects."""
        kind = _SecretPieces if ssl else _PlainPieces
        options |= {"connect_timeout": connect_timeout, "read_timeout": read_timeout, "write_timeout": write_timeout}
        return kind(host, ssl=ssl, **options)

    def read_arrived(self) -> None:
        """Like `drain_events`, for everything that has arrived at once; waits, without limit, for something."""
        handle = self.on_inbound_frame
        for frame in self.transport.read_frames():
            handle(frame)


def connect(broker: Broker, name: str, **options: Any) -> Connection:
    """Open a connection that calls itself `name` in the broker's lists. A server that is not there is a `Retry`."""
    parts = broker.parts()
    connection = Connection(
        host=f"{parts['hostname']}:{_port(parts)}",
        userid=parts["userid"] or "guest",
        password=parts["password"] or "guest",
        login_method="EXTERNAL" if broker.cert_file and not parts["password"] else "PLAIN",
        virtual_host=_vhost(parts),
        ssl=_tls(broker, parts) if parts["transport"] == "amqps" else False,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=IO_SECONDS,
        write_timeout=IO_SECONDS,
        heartbeat=HEARTBEAT_SECONDS,
        socket_settings={socket.TCP_USER_TIMEOUT: int(IO_SECONDS * 1000)},
        client_properties={"connection_name": name, "product": "duban"},
        **options,
    )
    try:
        connection.connect()
    except BROKER_ERRORS as error:
        drop(connection)
        raise Retry(f"broker {broker.described()}: {reason(error)}{_if_own_has_ended(broker)}") from error
    return connection


def drop(connection: Connection | None) -> None:
    """Close the socket at once, waiting for nobody (traps P5 to P7). Never raises."""
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.collect()


def close(connection: Connection) -> None:
    """Say good-bye to the broker, for at most a second, then close the socket."""
    with contextlib.suppress(Exception), connection.transport.having_timeout(1.0):
        connection.close()
    drop(connection)


def _if_own_has_ended(broker: Broker) -> str:
    """A broker that refuses our certificate often just closes the connection: say so ourselves."""
    from service_chassis.certificates import of_file  # only where it is needed: a library for X.509 comes with it

    with contextlib.suppress(OSError, ValueError):
        if broker.cert_file and of_file(broker.cert_file) < SystemClock().now():
            return "; renew the certificate in DUBAN_AMQP_CERT, it has ended"
    return ""


UNTRUSTED = {
    "hostname mismatch": "AMQP_URL must name the host as the certificate does",
    "ip address mismatch": "AMQP_URL must name the host as the certificate does",
    "has expired": "renew it there",
    "unable to get": "DUBAN_AMQP_CA must hold the authority of the broker's certificate",
    "self-signed": "DUBAN_AMQP_CA must hold the authority of the broker's certificate",
    "self signed": "DUBAN_AMQP_CA must hold the authority of the broker's certificate",
    "alert unknown ca": "the broker does not trust the authority of DUBAN_AMQP_CERT",
    "certificate required": "set DUBAN_AMQP_CERT and DUBAN_AMQP_KEY, the broker asks for a certificate",
    "alert bad certificate": "the broker refuses DUBAN_AMQP_CERT",
    "wrong version number": "the broker does not speak TLS on this port, AMQP_URL asks for it (amqps://)",
}
"""What OpenSSL says about certificates → what to do."""


def reason(error: BaseException) -> str:
    """One line about a broker error, with what to do about a certificate."""
    text = " ".join(str(getattr(error, "reply_text", None) or str(error) or type(error).__name__).split())
    if not isinstance(error, ssl.SSLError):
        return text
    said = text.lower().replace("_", " ")
    hints = [hint for part, hint in UNTRUSTED.items() if part in said]
    return f"{text}; {hints[-1]}" if hints else text


def _port(parts: dict[str, Any]) -> int:
    return int(parts["port"] or (5671 if parts["transport"] == "amqps" else 5672))


def _vhost(parts: dict[str, Any]) -> str:
    return str(parts["virtual_host"] or "/")


def _tls(broker: Broker, parts: dict[str, Any]) -> dict[str, Any]:
    """Without `server_hostname` any certificate of the same authority would do (trap P20)."""
    options: dict[str, Any] = {"server_hostname": parts["hostname"], "cert_reqs": ssl.CERT_REQUIRED}
    for key, file in (("ca_certs", broker.ca_file), ("certfile", broker.cert_file), ("keyfile", broker.key_file)):
        if file is not None:
            options[key] = str(file)
    return options
