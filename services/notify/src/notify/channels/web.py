"""One HTTP request to an address that the administrator chose (private hosts included): no redirects, no proxy, no cookies.

Whatever goes wrong becomes an `Outcome`; what only the answer's body can tell is left to the caller.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from notify.channels.channel import shut, within
from notify.domain.sending import Outcome, later, never

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
MOST_ANSWER = 65_536
"""Bytes of an answer that are read (delivery.md e.6)."""
BUSY = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that its body explains."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def request(
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    trust: ssl.SSLContext | None = None,
    seconds: float,
    told_by_body: frozenset[int] = frozenset(),
) -> Answer | Outcome:
    """Ask once; an `Outcome` unless the answer is 2xx, or has a status whose body says more (`told_by_body`).

    A fault after the request left may hide a delivery (`perhaps`).
    """
    connection = _connection(url, trust, seconds)
    left = False
    try:
        connection.connect()
        assert connection.sock is not None
        sock = connection.sock
        sock.settimeout(seconds)
        with within(seconds, lambda: shut(sock)):
            left = True
            connection.request(method, _target(url), body, {**headers, "Connection": "close"})
            response = connection.getresponse()
            content = response.read(MOST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        return later(f"{type(error).__name__}: {error}"[:200], ill=True, perhaps=left)
    finally:
        connection.close()
    if response.status in told_by_body:
        return Answer(response.status, content)
    return _judged(response, content)


def _connection(url: str, trust: ssl.SSLContext | None, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    assert parts.hostname
    wait = min(CONNECT_SECONDS, seconds)
    if parts.scheme == "https":
        context = trust or ssl.create_default_context()
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=wait, context=context)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=wait)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _judged(response: http.client.HTTPResponse, content: bytes) -> Answer | Outcome:
    status = response.status
    if 200 <= status < 300:
        return Answer(status, content)
    if 300 <= status < 400:
        return later(f"HTTP {status}: redirects are not followed", ill=True)
    said = f"HTTP {status}: {content[:120].decode('utf-8', 'replace')!r}"
    if status in BUSY or status >= 500:
        return later(said, ill=True, after=_asked(response.headers.get("Retry-After")))
    if status in (401, 403, 404, 407):
        return later(said, ill=True)  # the channel's own settings are wrong, not this copy
    return never(said)


def _asked(value: str | None) -> timedelta | None:
    """`Retry-After` in seconds; its other form, a date, is rare and would need a clock."""
    return (
        timedelta(seconds=int(value))
        if value and value.strip().isascii() and value.strip().isdigit() and len(value) < 8
        else None
    )
