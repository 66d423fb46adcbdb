"""Messages that came in, as the inbox keeps them until their retention: read once more, page by page, in the order of arrival.

By whichever door they came (broker, HTTP, a file), accepted or refused by the rules. What cannot be read, or is classified, is
not among them: the inbox keeps no body of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, Select, and_, or_, select

from service_chassis.persistence.sql import chunks
from service_chassis.persistence.tables import inbox

I = inbox.c  # noqa: E741 - columns, as in SQL


class Place(NamedTuple):
    """Where a page ended: the last message, by its arrival."""

    at: datetime
    id: str
    source: str


class Kept(NamedTuple):
    """One message, as a structured CloudEvent whichever mode it came in."""

    place: Place
    event: dict[str, Any]


def arrived(session: Connection, since: datetime | None, after: Place | None, most: int) -> Iterator[Kept]:
    """The next messages that arrived at or after `since`, at most so many."""
    asked = _asked().order_by(I.received_at, I.id, I.source).limit(most)
    if since is not None:
        asked = asked.where(I.received_at >= since)
    if after is not None:
        # The instant alone, too: `ix_inbox_kept` is found by it.
        same = and_(I.received_at == after.at, or_(I.id > after.id, and_(I.id == after.id, I.source > after.source)))
        asked = asked.where(I.received_at >= after.at, or_(I.received_at > after.at, same))
    return map(_kept, session.execute(asked))


def named(session: Connection, source: str, ids: Collection[str], before: datetime) -> Iterator[Kept]:
    """Those of one sender with these ids that arrived before an instant."""
    for part in chunks(sorted(ids)):
        rows = session.execute(_asked().where(I.source == source, I.id.in_(part), I.received_at < before))
        yield from map(_kept, rows)


def _asked() -> Select[Any]:
    return select(I.id, I.source, I.body, I.attributes, I.received_at).where(I.body.is_not(None))


def _kept(row: Row[Any]) -> Kept:
    place, event = Place(row.received_at, row.id, row.source), orjson.loads(row.body)
    if row.attributes:
        event = {name.removeprefix("ce-"): value for name, value in row.attributes.items()} | {"data": event}
    return Kept(place, event)
