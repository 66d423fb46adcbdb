"""`duban watch`: shows events as an integrator sees them, through a queue of its own on `duban.events`."""

from __future__ import annotations

from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson
from service_chassis.messaging.client import Subscription
from service_chassis.messaging.connection import Broker

from duban.wording import any_line

ZONE = ZoneInfo("Asia/Shanghai")
"""Times are shown as the city reads them."""


def watch(pattern: str, url: str, exchange: str, as_json: bool, count: int | None, out: IO[str]) -> int:
    """Print events until stopped, or until `count` of them came; returns how many."""
    subscription, shown = Subscription(Broker(url), "duban watch", exchange, pattern), 0
    try:
        for found in subscription.events():
            if found is None:
                continue
            print(text(*found, as_json), file=out, flush=True)
            shown += 1
            if count is not None and shown >= count:
                break
    except KeyboardInterrupt:
        return shown
    finally:
        subscription.close()
    return shown


def text(routing_key: str, body: bytes, as_json: bool) -> str:
    """One event as a line."""
    if as_json:
        return body.decode("utf-8", "replace")
    try:
        event: Any = orjson.loads(body)
        return f"{any_line(event).plain(ZONE)}  [{routing_key}]"
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return f"[{routing_key}] {body[:200]!r}"
