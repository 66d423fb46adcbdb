"""`duban watch`: shows events as an integrator sees them, through a queue of its own on `duban.events`, or from the archive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson
from ground_rules.limits import start_of_day
from service_chassis.messaging import archive
from service_chassis.messaging.client import Subscription
from service_chassis.messaging.connection import Broker
from service_chassis.messaging.embedded import topic_matches

from duban.wording import any_line

ZONE = ZoneInfo("Asia/Shanghai")
"""Times are shown as the city reads them."""


def watch(pattern: str, broker: Broker, exchange: str, as_json: bool, count: int | None, out: IO[str]) -> int:
    """Print events until stopped, or until `count` of them came; returns how many."""
    subscription = Subscription(broker, "duban watch", exchange, pattern)
    try:
        return _show(subscription.events(), as_json, count, out)
    finally:
        subscription.close()


def replay(pattern: str, broker: Broker, since: date, follow: bool, as_json: bool, count: int | None, out: IO[str]) -> int:
    """Print what was published from 00:00 of a local day on, as far as it matches; with `follow`, then what comes.

    Nobody else notices: the stream is left as it is.
    """
    begin = start_of_day(since, ZONE)
    archived = archive.stream(broker, "duban watch", begin, follow=follow)
    wanted = (found for found in archived if found and topic_matches(pattern, found[0]) and _recorded(found[1]) >= begin)
    return _show(wanted, as_json, count, out)


def _recorded(body: bytes) -> datetime:
    """When the event was announced; one that does not say so, or cannot be read, is shown."""
    try:
        return datetime.fromisoformat(orjson.loads(body)["recordedtime"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def _show(events: Iterable[tuple[str, bytes] | None], as_json: bool, count: int | None, out: IO[str]) -> int:
    shown = 0
    try:
        for found in events:
            if found is None:
                continue
            print(text(*found, as_json), file=out, flush=True)
            shown += 1
            if count is not None and shown >= count:
                break
    except KeyboardInterrupt:
        return shown
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
