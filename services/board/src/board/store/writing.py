"""Events into the model: keep each once, mark what they are about, fold it, replace its rows."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from board.domain import affairs, conclusions
from board.domain.case import LEVELS, OPEN, Case, Clock, Entry, Notice, Part, Referral, Slip, Todo
from board.domain.folding import fold
from board.domain.standing import todos
from board.domain.tallying import figures
from board.store import searching, tables, tallies

LOG = logging.getLogger("board.store")

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def keep(connection: Connection, feed: str, place: str, bodies: Iterable[bytes]) -> int:
    """Keep the events that are new, mark their topics, and remember how far the feed was read; returns how many were new."""
    rows = {row["key"]: row for row in map(_row, bodies) if row is not None}
    known = set(connection.execute(select(tables.stored.c.key).where(tables.stored.c.key.in_(rows))).scalars())
    fresh = [row for key, row in rows.items() if key not in known]
    if fresh:
        connection.execute(insert(tables.stored), fresh)
        _put(connection, tables.dirty, [{"topic": topic} for topic in sorted({row["topic"] for row in fresh})])
    remember(connection, feed, place)
    return len(fresh)


def remember(connection: Connection, feed: str, place: str) -> None:
    """How far a feed was read."""
    connection.execute(delete(tables.place).where(tables.place.c.feed == feed))
    connection.execute(insert(tables.place).values(feed=feed, value=place))


def place_of(connection: Connection, feed: str) -> str:
    """How far a feed was read; empty at the beginning."""
    return connection.execute(select(tables.place.c.value).where(tables.place.c.feed == feed)).scalar() or ""


def _row(body: bytes) -> Row | None:
    """What is kept of an event; None for one that only machines read."""
    event = json.loads(body)
    topic = affairs.topic_of(event)
    if topic is None:
        return None
    return {
        "key": f"{event['source']}|{event['id']}",
        "topic": topic,
        "type": event["type"],
        "time": event["time"],
        "cause": event.get("causationid"),
        "root": event.get("correlationid"),
        "body": body.decode("utf-8"),
    }


def _put(connection: Connection, table: Any, rows: Sequence[Row]) -> None:
    """Insert what is not there yet."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def fold_some(connection: Connection, many: int) -> int:
    """Fold up to so many marked topics and replace their rows; returns how many it were."""
    topics = list(connection.execute(select(tables.dirty.c.topic).order_by(tables.dirty.c.topic).limit(many)).scalars())
    if not topics:
        return 0
    rows: Rows = defaultdict(list)
    failed: dict[str, str] = {}
    for topic, events in _events(connection, topics).items():
        try:
            folded = rows_of(topic, events)
        except (LookupError, TypeError, ValueError, AttributeError) as error:  # an event that no release of ours made
            failed[topic] = repr(error)
            continue
        for name, made in folded.items():
            rows[name].extend(row | {"topic": topic} for row in made)
    whole = [topic for topic in topics if topic not in failed]
    _note_broken(connection, topics, failed)
    tallies.change(connection, tallies.of(connection, whole), figures(rows))
    for name, table in tables.FOLDED.items():
        connection.execute(delete(table).where(table.c.topic.in_(whole)))
        if rows[name]:
            connection.execute(insert(table), rows[name])
    searching.replace(connection, rows["matter"])
    connection.execute(delete(tables.dirty).where(tables.dirty.c.topic.in_(topics)))
    return len(topics)


def _note_broken(connection: Connection, topics: Sequence[str], failed: Mapping[str, str]) -> None:
    """Which of these topics could not be folded, and why; the operator sees them."""
    connection.execute(delete(tables.broken).where(tables.broken.c.topic.in_(topics)))
    for topic, why in failed.items():
        LOG.error("%s", json.dumps({"action": "not folded", "topic": topic, "why": why}, ensure_ascii=False))
    if failed:
        connection.execute(insert(tables.broken), [{"topic": topic, "why": why} for topic, why in failed.items()])


def _events(connection: Connection, topics: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    kept = tables.stored.c
    for topic, body in connection.execute(select(kept.topic, kept.body).where(kept.topic.in_(topics))):
        found[topic].append(json.loads(body))
    return found


def rows_of(topic: str, events: Sequence[Mapping[str, Any]]) -> Rows:
    """The rows that the events of one topic make."""
    if not events[0]["data"].get("matter_id") or events[0]["type"].startswith("scoring.assessment."):
        return affairs.rows_of(events)
    if conclusions.is_conclusion(events):
        return conclusions.rows_of(topic, events)
    return rows_of_case(fold(topic, events))


def rows_of_case(case: Case) -> Rows:
    """The rows of a folded matter."""
    rows: Rows = {
        "part": [_of(part) | {"open": _is_open(case, part), "rank": None} for part in case.parts.values()],
        "slip": [_of(slip) for slip in case.slips.values()],
        "clock": [_of(clock) for clock in case.clocks.values()],
        "entry": [_of(entry) for entry in case.entries.values()],
        "referral": [_of(referral) for referral in case.referrals.values()],
        "notice": [_of(notice) for notice in case.notices.values()],
        "todo": [_of(todo) for todo in todos(case)],
    }
    if case.known:
        rows["matter"] = [_of(case) | _summary(case)]
        for part in rows["part"]:
            part["rank"] = rows["matter"][0]["rank"]
    return rows


def _is_open(case: Case, part: Part) -> bool:
    return case.state == OPEN and part.state == OPEN


def _summary(case: Case) -> Row:
    """What lists show of a matter: its lead, its worst colour, and the limit that ends first."""
    parts = [part for part in case.parts.values() if _is_open(case, part)]
    worst = max((LEVELS[part.colour] for part in parts if part.colour), default=0)
    colour = next((name for name, level in LEVELS.items() if level == worst), None)
    running = sorted((part.due, part.deadline or "") for part in parts if part.due and part.clock == "RUNNING")
    lead = next((part.unit for part in case.parts.values() if part.role == "LEAD" and part.state != "MOVED"), None)
    rank = f"{3 - worst}|{running[0][0] if running else '~'}|{case.ref or case.matter_id}"
    ids: Row = {"rank": rank, "search_id": searching.id_of(case.matter_id)}
    first: Row = {"due": running[0][0], "deadline": running[0][1]} if running else {"due": None, "deadline": None}
    late = any(part.clock == "BREACHED" for part in parts)
    return first | ids | {"lead": lead, "colour": colour, "level": worst, "late": late}


CLASSES: Mapping[str, Any] = {
    "matter": Case, "part": Part, "slip": Slip, "clock": Clock, "entry": Entry, "referral": Referral, "notice": Notice,
    "todo": Todo,
}  # fmt: skip
"""Table → the class of its rows."""


@cache
def _columns(table: str) -> tuple[str, ...]:
    return tuple(item.name for item in fields(CLASSES[table]) if item.name in tables.FOLDED[table].c)


def _of(row: Any) -> Row:
    """A row class as a row; fields that the table has no column for are left out."""
    name = "matter" if isinstance(row, Case) else type(row).__name__.lower()
    return {column: getattr(row, column) for column in _columns(name)}


def broken_subjects(connection: Connection) -> int:
    """How many subjects have events that cannot be folded."""
    return int(connection.execute(select(func.count()).select_from(tables.broken)).scalar_one())


def counts(connection: Connection) -> Row:
    """Rows of the tables that grow."""
    wanted = {
        "stored": tables.stored,
        "dirty": tables.dirty,
        "broken": tables.broken,
        "matter": tables.matter,
        "slip": tables.slip,
    }
    return {name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in wanted.items()}
