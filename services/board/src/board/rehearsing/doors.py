"""The messages that came in, asked of the services' HTTP doors page by page (`GET /v1/inbound`, docs/decisions/0032).

They are reached directly, without proxies, over TLS or on this machine (or where BOARD_PLAINTEXT says that nobody listens), and
no redirect is followed.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from board.domain.texts import as_text
from board.errors import Unavailable
from board.rehearsing.process import Message

SECONDS = 30.0
TRIES = 40
"""How often one page is asked for while its door is busy or away."""
LONGEST_PAUSE = 30.0
BUSY = (429, 503)
SETTLED = timedelta(seconds=60)
"""Arrivals within this of the instant that a message tells are prompt: so long a deadline waits for reports (`grace`)."""
KEYS = "python -m intake keys create --unit OFFICE --scope replay"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Ended(Exception):
    """Nobody wants the messages any more."""


class Doors:
    """The doors of the services, by their names; `days`: how far back messages are asked for."""

    def __init__(self, addresses: Mapping[str, str], key: str, ca: str | None, days: int) -> None:
        self._addresses, self._key, self._days = addresses, key, timedelta(days=days)
        context = ssl.create_default_context(cafile=ca)
        handlers = (urllib.request.ProxyHandler({}), _NoRedirects(), urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def read(self, now: datetime, pause: Callable[[float], bool]) -> Iterator[Message]:
        """What arrived in the last days, of every service; rules that were published before, too. Unavailable names the door."""
        since = now - self._days
        try:
            for service, address in self._addresses.items():
                for event in self._of(service, address, since, pause):
                    arrived = datetime.fromisoformat(event["recordedtime"])
                    if arrived <= now:
                        yield Message(line(event, arrived), arrived if arrived >= since else None)
        except Ended:
            return

    def _of(self, service: str, address: str, since: datetime, pause: Callable[[float], bool]) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            words = {"since": as_text(since)} | ({"cursor": cursor} if cursor else {})
            page = self._page(service, f"{address.rstrip('/')}/v1/inbound?{urlencode(words)}", pause)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _page(self, service: str, url: str, pause: Callable[[float], bool]) -> dict[str, Any]:
        """One page, asked for again while the door is busy. Unavailable where it will not open; Ended where nobody waits."""
        wait, why = 0.0, ""
        for tried in range(TRIES):
            if tried and pause(min(LONGEST_PAUSE, wait)):
                raise Ended
            try:
                with self._opener.open(self._asked(url), timeout=SECONDS) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except HTTPError as error:
                with error:
                    if error.code not in BUSY:
                        raise Unavailable(_closed(service, error.code)) from error
                    told = error.headers.get("Retry-After", "")
                    wait, why = (float(told) if told.isdigit() else 1.0), f"HTTP {error.code}"
            except (URLError, http.client.HTTPException, OSError, ValueError) as error:
                wait, why = 1.0, str(getattr(error, "reason", error))
        raise Unavailable(f"{service} 的接口没有应答 / the door of {service} does not answer ({why}); is its role api running?")

    def _asked(self, url: str) -> urllib.request.Request:
        return urllib.request.Request(url, headers={"Authorization": f"Bearer {self._key}", "Accept": "application/json"})


def _closed(service: str, status: int) -> str:
    if status in (401, 403):
        how = f"`{KEYS}`, and `keys admit` at the other services"
        return f"{service} 的接口不认本看板的密钥 / the door of {service} does not take the board's key (BOARD_DOORS_KEY): {how}"
    return f"{service} 的接口答复 {status} / the door of {service} answers {status}; is it of this release? (BOARD_DOORS)"


def line(event: Mapping[str, Any], arrived: datetime) -> bytes:
    """A message as `duban rehearse` reads it: with the instant of its arrival where that was later than what it tells of."""
    told = {name: value for name, value in event.items() if name not in ("recordedtime", "arrivaltime")}
    if arrived - datetime.fromisoformat(event["time"]) > SETTLED:
        told["arrivaltime"] = event["recordedtime"]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
