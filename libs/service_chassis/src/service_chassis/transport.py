"""What a service asks of the way to its servers: TLS with a checked host name, unless the server is on the same machine.

A password that travels in the clear is everybody's; so is a broker that anybody may pretend to be (trap P20). Where a network
is closed by other means, `DUBAN_PLAINTEXT=allow` says so in writing.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, urlsplit

if TYPE_CHECKING:
    from service_chassis.config import Settings, ToBroker, ToDatabase

CHECKED = "verify-full"
"""libpq's only mode that checks both the authority and the host name."""
ALLOWING = "or set DUBAN_PLAINTEXT=allow where nobody else can listen"


def faults(ways: Settings) -> list[str]:
    """Everything that is wrong, each with what to do."""
    return [*broker_faults(ways), *_management(ways), *database_faults(ways)]


def broker_faults(ways: ToBroker) -> list[str]:
    """What is wrong with the way to the broker."""
    return [*_pair("DUBAN_AMQP_CERT", ways.amqp_cert, "DUBAN_AMQP_KEY", ways.amqp_key), *_broker(ways)]


def database_faults(ways: ToDatabase) -> list[str]:
    """What is wrong with the way to the database."""
    return [*_pair("DUBAN_DATABASE_CERT", ways.database_cert, "DUBAN_DATABASE_KEY", ways.database_key), *_database(ways)]


def _pair(first: str, cert: Path | None, second: str, key: Path | None) -> list[str]:
    return [f"{first} and {second} go together; set both"] if bool(cert) != bool(key) else []


def on_this_machine(host: str) -> bool:
    """Whether what is said to this host stays on this machine; a folder holds PostgreSQL's sockets."""
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _broker(ways: ToBroker) -> list[str]:
    parts = urlsplit(ways.amqp_url)
    secret = parts.scheme == "amqps"
    if not secret and (ways.amqp_ca or ways.amqp_cert):
        return ["DUBAN_AMQP_CA and DUBAN_AMQP_CERT need an AMQP_URL that begins with amqps://"]
    if on_this_machine(parts.hostname or "") or ways.plaintext == "allow":
        return []
    found = []
    if not secret:
        found.append(f"AMQP_URL goes to {parts.hostname} without TLS; write amqps://…, {ALLOWING}")
    if (parts.username or "guest") == "guest":
        found.append(f"AMQP_URL uses the account guest on {parts.hostname}; give the service its own (deploy/rabbitmq)")
    return found


def _management(ways: Settings) -> list[str]:
    parts = urlsplit(ways.management_url or "")
    if parts.scheme != "http" or on_this_machine(parts.hostname or "") or ways.plaintext == "allow":
        return []
    return [f"DUBAN_MANAGEMENT_URL goes to {parts.hostname} without TLS; write https://…, {ALLOWING}"]


def _database(ways: ToDatabase) -> list[str]:
    parts = urlsplit(ways.database_url)
    if parts.scheme == "sqlite":
        return []
    mode = parse_qs(parts.query).get("sslmode", [""])[-1]
    if ways.database_ca and mode not in ("", CHECKED):
        return [f"DATABASE_URL says sslmode={mode}, DUBAN_DATABASE_CA asks for {CHECKED}; leave sslmode out"]
    if ways.database_cert and not ways.database_ca:
        return ["DUBAN_DATABASE_CERT needs DUBAN_DATABASE_CA"]
    far = [host for host in database_hosts(parts) if not on_this_machine(host)]
    if not far or ways.database_ca or mode == CHECKED or ways.plaintext == "allow":
        return []
    return [f"DATABASE_URL goes to {', '.join(far)} without TLS and a checked name; set DUBAN_DATABASE_CA, {ALLOWING}"]


def database_hosts(parts: SplitResult) -> list[str]:
    """All hosts that a URL of PostgreSQL names, in its address or as `?host=…`."""
    named = parse_qs(parts.query).get("host", [])
    return [parts.hostname or "", *(host.rpartition(":")[0] or host for entry in named for host in entry.split(","))]
