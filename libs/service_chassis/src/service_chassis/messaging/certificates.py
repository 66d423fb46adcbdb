"""When the certificates of `amqps://` expire. The standard library tells it of a certificate only after a handshake in which it
was verified, so our own is shown to ourselves once, in memory."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from service_chassis.messaging.connection import Broker, Connection

OWN, AUTHORITY, SERVER = "own", "ca", "server"
ROUNDS = 10
"""Messages that a handshake takes at most."""


class Invalid(Exception):
    """A certificate that cannot be used: expired already, damaged, or without its key."""


def expiries(broker: Broker, connection: Connection | None) -> dict[str, float]:
    """Which certificate → when it expires, in seconds since 1970; 0 for one that is of no use. Empty without TLS."""
    found: dict[str, float] = {}
    if connection is not None and (seconds := _of_server(connection)) is not None:
        found[SERVER] = seconds
    if broker.ca_file is not None:
        found[AUTHORITY] = _or_zero(_of_authority, broker.ca_file)
    if broker.cert_file is not None:
        found[OWN] = _or_zero(_of_own, broker.cert_file, broker.key_file)
    return found


def _or_zero(read: Any, *arguments: Any) -> float:
    try:
        return float(read(*arguments))
    except Invalid:
        return 0.0


def _of_server(connection: Connection) -> float | None:
    ask = getattr(connection.transport.sock, "getpeercert", None)
    return _seconds(ask()) if ask is not None else None


def _of_authority(path: Path) -> float:
    """The first of the file to expire."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(path)
    except (ssl.SSLError, OSError) as error:
        raise Invalid(f"{path}: {error}") from error
    return min((_seconds(found) for found in context.get_ca_certs()), default=0.0)


def _of_own(certificate: Path, key: Path | None) -> float:
    """Show it to a server of our own that trusts nothing else."""
    try:
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for side in (server, client):
            side.load_cert_chain(certificate, key)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        server.verify_mode = ssl.CERT_REQUIRED
        server.load_verify_locations(certificate)
        server.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return _seconds(_handshake(client, server))
    except (ssl.SSLError, OSError) as error:
        raise Invalid(f"{certificate}: {error}") from error


def _handshake(client: ssl.SSLContext, server: ssl.SSLContext) -> Any:
    """What the server sees of the client's certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [ours, theirs]
    for _ in range(ROUNDS):
        waiting = [side for side in waiting if not _step(side)]
    return theirs.getpeercert()


def _step(side: ssl.SSLObject) -> bool:
    """One side's next move; whether it is done."""
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _seconds(certificate: Any) -> float:
    return float(ssl.cert_time_to_seconds(certificate["notAfter"])) if certificate else 0.0
