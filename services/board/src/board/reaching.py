"""The addresses of the two servers: from the environment or a private file, and over TLS where they are on another machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

FROM_FILE = "_FILE"
SERVERS = ("BOARD_DATABASE_URL", "BOARD_AMQP_URL")
AUTHORITIES = {"BOARD_DATABASE_URL": "BOARD_DATABASE_CA", "BOARD_AMQP_URL": "BOARD_AMQP_CA"}


def address(key: str, environment: Mapping[str, str], text: str) -> str:
    """The URL of one server, with how its certificate is checked. ValueError says what to do, and shows no password."""
    url = _found(key, environment, text)
    authority = environment.get(AUTHORITIES[key])
    if authority:
        if not os.access(authority, os.R_OK):
            raise ValueError(f"{AUTHORITIES[key]}: a certificate file that can be read")
        url += ("&" if "?" in url else "?") + _checked_by(url, authority)
    if environment.get("BOARD_PLAINTEXT") != "allow" and _in_the_clear(url):
        raise ValueError(
            f"{key}: a server on another machine is reached over TLS: set {AUTHORITIES[key]} (and amqps:// for the broker), "
            "or BOARD_PLAINTEXT=allow where nobody else can listen"
        )
    return url


def _found(key: str, environment: Mapping[str, str], text: str) -> str:
    file = environment.get(key + FROM_FILE)
    if file and environment.get(key):
        raise ValueError(f"{key} and {key}{FROM_FILE} are both set: keep one")
    if not file:
        if not environment.get(key):
            raise ValueError(f"{key} is missing: {text} (or {key}{FROM_FILE}: a file that holds it)")
        return environment[key]
    try:
        url = Path(file).read_text("utf-8").strip()
        if stat.S_IMODE(Path(file).stat().st_mode) & 0o007:
            raise ValueError(f"{key}{FROM_FILE}: a file that not everybody can read (chmod o= {file})")
    except (OSError, UnicodeError) as error:
        raise ValueError(f"{key}{FROM_FILE}: {file} cannot be read: {type(error).__name__}") from error
    if not url:
        raise ValueError(f"{key}{FROM_FILE}: {file} is empty")
    return url


def _checked_by(url: str, authority: str) -> str:
    """The server's certificate and name are checked against this authority and no other: for libpq, and for pika."""
    if url.startswith("postgresql"):
        return urlencode({"sslmode": "verify-full", "sslrootcert": authority})
    return "ssl_options=" + quote(repr({"ca_certs": authority}))


def secret(key: str, environment: Mapping[str, str]) -> str:
    """A secret from the environment or a private file; empty where there is none. ValueError says what to do."""
    return _found(key, environment, "") if environment.get(key) or environment.get(key + FROM_FILE) else ""


def is_private_way(url: str) -> bool:
    """Whether nobody listens on the way to a web address: https, or http on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_here(parts.hostname or "")


def _in_the_clear(url: str) -> bool:
    """Whether passwords and matters would go over a network where others listen."""
    parts = urlsplit(url)
    if parts.scheme == "amqps" or parts.scheme.startswith("sqlite") or "sslmode=verify-full" in parts.query:
        return False
    return not _is_here(parts.hostname or "localhost")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
