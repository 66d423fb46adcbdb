"""One HTTP request to an address that somebody outside chose: to where it may go, and to nowhere else (delivery.md e.6).

The name is resolved once; every address that it stands for must be allowed; the connection goes to one of those that were
checked, with the name in SNI and Host and the certificate verified against it. So an answer of DNS that changes between the check
and the call changes nothing. No redirects, no proxy of the environment, no cookies; what is packed stays packed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from notify.channels.channel import shut, within
from notify.channels.web import CONNECT_SECONDS, MOST_ANSWER, TOTAL_SECONDS
from notify.webhooks.targets import Rules, port_of, url_fault

Resolve = Callable[[str, int], list[str]]
"""Name and port → every address of it; OSError where there is none."""


class Refused(Exception):
    """The receiver's address may not be called; the text says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered: its status, the beginning of its body, and `Retry-After` as it stood there."""

    status: int
    body: bytes
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. `perhaps`: the request had left, so it may have arrived."""

    reason: str
    perhaps: bool


def by_dns(host: str, port: int) -> list[str]:
    """As this machine resolves names."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """The way out. `trust` checks certificates (the system's authorities by default)."""

    rules: Rules
    resolve: Resolve = by_dns
    trust: ssl.SSLContext | None = None
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS

    def checked(self, url: str) -> tuple[SplitResult, list[str]]:
        """The parts of a URL and every address of its host, all of them allowed; `Refused` otherwise, OSError without DNS."""
        fault = url_fault(url, self.rules)
        if fault is not None:
            raise Refused(fault)
        parts = urlsplit(url)
        port = port_of(parts)
        try:
            found = self.resolve(parts.hostname or "", port)
        except UnicodeError as error:  # a label that the resolver cannot even write
            raise Refused(str(error)) from error
        lacks = [lack for address in found if (lack := self.rules.lack(address, port))]
        if lacks or not found:
            raise Refused("; ".join(lacks) or "没有地址 / no address")
        return parts, found

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply | Lost:
        """Send once, and read at most 64 kB of the answer, all within `total_seconds` of the connection. `Refused` as above."""
        try:
            parts, addresses = self.checked(url)
            sock = self._connect(parts, addresses)
        except OSError as error:
            return Lost(_said(error), perhaps=False)
        return self._converse(parts, sock, body, headers)

    def _connect(self, parts: SplitResult, addresses: list[str]) -> socket.socket:
        """A connection to the first of the checked addresses that answers; no name is looked at any more."""
        until = time.monotonic() + self.connect_seconds
        fault: OSError = TimeoutError("no address answered")
        for address in addresses:
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((address, port_of(parts)), timeout=left)
            except OSError as error:
                fault = error
        raise fault

    def _converse(self, parts: SplitResult, sock: socket.socket, body: bytes, headers: Mapping[str, str]) -> Reply | Lost:
        left = False
        try:
            sock.settimeout(self.total_seconds)
            if parts.scheme == "https":
                context = self.trust or ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=parts.hostname, do_handshake_on_connect=False)
            with within(self.total_seconds, lambda: shut(sock)):
                if isinstance(sock, ssl.SSLSocket):
                    sock.do_handshake()
                connection = _over(sock, parts)
                left = True
                connection.request("POST", _target(parts), body, {**headers, "Host": _host(parts), "Connection": "close"})
                answer = connection.getresponse()
                content = answer.read(MOST_ANSWER)
            return Reply(answer.status, content, answer.headers.get("Retry-After"))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Lost(_said(error), perhaps=left)
        finally:
            sock.close()


def _over(sock: socket.socket, parts: SplitResult) -> http.client.HTTPConnection:
    """HTTP on a connection that stands; it can make none of its own."""
    connection = http.client.HTTPConnection(parts.hostname or "", port_of(parts))
    connection.auto_open = 0
    connection.sock = sock
    return connection


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _host(parts: SplitResult) -> str:
    """As the URL has it, in lower case and without the port that the scheme means anyhow."""
    return parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
