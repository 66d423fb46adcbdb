"""When certificates end: those of both servers, and this service's own files. Told as a metric, with an alert 30 days before.

Servers show theirs in a handshake, so they are asked again once an hour. Only plain processes ask (the relay), never one with
eventlet's hub.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509

from service_chassis.transport import CHECKED, database_hosts

if TYPE_CHECKING:
    from service_chassis.config import Settings

ASK_SECONDS = 3600.0
CONNECT_SECONDS = 3.0
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""PostgreSQL's question whether it speaks TLS; it answers `S`, and the handshake follows."""


class Ends:
    """The instants at which the certificates that a service depends on end, by peer."""

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._asked: float | None = None
        self._ends: dict[str, datetime] = {}

    def known(self) -> dict[str, datetime]:
        """Peer → instant; at most an hour old. A server that does not answer keeps what it last showed."""
        now = self._monotonic()
        if self._asked is None or now - self._asked > ASK_SECONDS:
            self._asked = now
            for peer, ask in self._questions():
                with contextlib.suppress(OSError):
                    self._ends[peer] = ask()
        return dict(self._ends)

    def _questions(self) -> Iterator[tuple[str, Callable[[], datetime]]]:
        settings = self._settings
        files = {
            "broker_ca": settings.amqp_ca,
            "broker_own": settings.amqp_cert,
            "database_ca": settings.database_ca,
            "database_own": settings.database_cert,
        }
        for peer, file in files.items():
            if file is not None:
                yield peer, partial(_of_file_or_never, file)
        broker = urlsplit(settings.amqp_url)
        if broker.scheme == "amqps" and broker.hostname:
            files_of_broker = (settings.amqp_ca, settings.amqp_cert, settings.amqp_key)
            yield "broker", partial(of_server, broker.hostname, broker.port or 5671, files_of_broker)
        database = urlsplit(settings.database_url)
        host = next((host for host in database_hosts(database) if host and not host.startswith("/")), None)
        if host and (settings.database_ca or f"sslmode={CHECKED}" in database.query):
            files_of_database = (settings.database_ca, settings.database_cert, settings.database_key)
            yield "database", partial(of_server, host, database.port or 5432, files_of_database, SSL_REQUEST)


def _context(ca: Path | None, cert: Path | None, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    if cert:
        context.load_cert_chain(cert, key)
    return context


def of_server(host: str, port: int, files: tuple[Path | None, Path | None, Path | None], opening: bytes = b"") -> datetime:
    """The end of the certificate that a server shows; `opening` is what must be said before the handshake.

    `files` are the authority, our own certificate and its key.
    """
    context = _context(*files)
    with socket.create_connection((host, port), CONNECT_SECONDS) as plain:
        if opening:
            plain.sendall(opening)
            if plain.recv(1) != b"S":
                raise OSError("the server does not speak TLS")
        with context.wrap_socket(plain, server_hostname=host) as secret:
            return end_of(secret.getpeercert(binary_form=True) or b"")


def of_file(path: Path) -> datetime:
    """The first end of any certificate in a PEM file."""
    return min(found.not_valid_after_utc for found in x509.load_pem_x509_certificates(path.read_bytes()))


def _of_file_or_never(path: Path) -> datetime:
    """A damaged certificate counts as one that ended long ago, so that the alert fires."""
    try:
        return of_file(path)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def end_of(certificate: bytes) -> datetime:
    """`notAfter` of a certificate in DER. ValueError when it is none."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc
