"""Which messages were handled here before. Keys are kept for ever; there is no time window (delivery.md decision 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from event_contracts.envelope import attribute_headers
from event_contracts.refusal import Unreadable
from sqlalchemy import Connection, select

from service_chassis.errors import Retry
from service_chassis.persistence import tables
from service_chassis.persistence.sql import chunks, insert_new, insert_rows, one_of
from service_chassis.persistence.unit_of_work import Work

Key = tuple[str, str]


@lru_cache(maxsize=4)
def _known_of(dialect: str) -> Any:
    """Which of these ids were handled before, and with which body."""
    found = tables.inbox.c
    return select(found.source, found.id, found.sha256).where(one_of(dialect, found.id, "ids"))


def fresh(work: Work, reads: Sequence[Any], inbound: bool) -> list[Any]:
    """The deliveries not handled before, each once, in order; all of them are remembered in this transaction.

    An inbound message that repeats an id with another body becomes unreadable with the code ID_REUSED.
    """
    if work.memory is not None and not inbound:
        return list(reads)  # a rehearsal's broker never delivers an event twice
    keyed: dict[Key, Any] = {}
    reused: list[Any] = []
    out: list[Any] = []
    for read in reads:
        key = _key(read)
        first = keyed.get(key) if key is not None else None
        if key is None:
            out.append(read)
        elif first is None:
            keyed[key] = read
            out.append(read)
        elif inbound and first.message is not None and first.delivery.body != read.delivery.body:
            reused.append(read)
    new, changed = _remember(work, keyed, inbound)
    out = [read for read in out if (key := _key(read)) is None or key in new]
    again = _once_each(work, [_as_reused(read) for read in (*reused, *changed)])
    return out + again


def handled(session: Connection, source: str, ids: Collection[str]) -> set[str]:
    """Which of these inbound messages were handled before."""
    found: set[str] = set()
    for part in chunks(sorted(ids)):
        rows = session.execute(_known_of(session.dialect.name), {"ids": part})
        found |= {row.id for row in rows if row.source == source}
    return found


def _key(read: Any) -> Key | None:
    """(source, id); for what cannot be read its hash, so that a corrected message may use the id again. None: not remembered."""
    if read.message is not None:
        return None if ".cut." in f".{read.message.type}" else (read.message.source, read.message.id)
    if read.unreadable.code == "CLASSIFIED":
        return ("classified", str(read.unreadable.id))
    digest = hashlib.sha256(read.delivery.body + read.delivery.routing_key.encode()).hexdigest()
    return (f"unreadable {read.unreadable.code}", digest)


def _row(work: Work, key: Key, read: Any, inbound: bool) -> dict[str, Any]:
    keep = inbound and read.message is not None
    return {
        "source": key[0],
        "id": key[1],
        "sha256": hashlib.sha256(read.delivery.body).digest() if keep else None,
        "body": read.delivery.body if keep else None,
        "attributes": attribute_headers(read.delivery.content_type, read.delivery.headers) if keep else None,
        "received_at": work.now,
    }


def _remember(work: Work, keyed: dict[Key, Any], inbound: bool) -> tuple[set[Key], list[Any]]:
    """Insert the keys; returns the new ones, and the inbound messages whose known body was another.

    `Retry` when another process inserts one of them at the same time.
    """
    if not keyed:
        return set(), []
    known = _known(work, keyed)
    rows = [_row(work, key, read, inbound) for key, read in keyed.items() if key not in known]
    if work.service_is_alone:
        insert_rows(work.session, tables.inbox, rows)
    elif insert_new(work.session, tables.inbox, rows) < len(rows):
        # Whoever held these messages before, and seemed to have died, has committed them just now (delivery.md K12).
        raise Retry("another process has handled some of these messages meanwhile")
    new = {(row["source"], row["id"]) for row in rows}
    changed = [
        read
        for key, read in keyed.items()
        if inbound and read.message is not None and key in known and known[key] != hashlib.sha256(read.delivery.body).digest()
    ]
    return new, changed


def _known(work: Work, keyed: dict[Key, Any]) -> dict[Key, bytes | None]:
    found: dict[Key, bytes | None] = {}
    for ids in chunks({key[1] for key in keyed}):
        for source, id_, digest in work.session.execute(_known_of(work.session.dialect.name), {"ids": ids}):
            if (source, id_) in keyed:
                found[source, id_] = None if digest is None else bytes(digest)
    return found


def _as_reused(read: Any) -> Any:
    message = read.message
    text = (
        "同一编号已用于内容不同的消息，请换新编号重发 / this id was used for a message with another body; send it with a new id"
    )
    read.unreadable = Unreadable("ID_REUSED", text, [{"pointer": "/id", "detail": text}])
    read.unreadable.id, read.unreadable.source, read.unreadable.type = message.id, message.source, message.type
    read.unreadable.correlationid, read.unreadable.traceparent = message.correlationid, message.traceparent
    read.message = None
    return read


def _once_each(work: Work, reads: list[Any]) -> list[Any]:
    """A repeated repetition is told once."""
    if not reads:
        return []
    keyed = {key: read for read in reads if (key := _key(read)) is not None}
    new, _ = _remember(work, keyed, False)
    return [read for key, read in keyed.items() if key in new]
