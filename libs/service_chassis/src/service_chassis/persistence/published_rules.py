"""Calendars, policies and lists of office holders that were published: one row each, kept as it came (table `published_rule`).

A service that has the table lists it in its `RECORDS`. What is in force follows from the rows, never from the order in which
replicas read them (`service_chassis.rulebook`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from service_chassis.persistence.sql import insert_new
from service_chassis.persistence.tables import published_rule

CALENDAR, POLICY, PERSONS = "CALENDAR", "POLICY", "PERSONS"
"""Kinds of published rules."""

_COUNT = select(func.count()).select_from(published_rule)
_ALL = select(published_rule).order_by(published_rule.c.published_at, published_rule.c.id)


@dataclass(frozen=True, slots=True)
class Rule:
    """One publication, as it is stored."""

    kind: str
    id: str
    published_at: datetime
    content: Mapping[str, Any]


def read(session: Connection, known: int) -> list[Rule] | None:
    """Every publication by time; None while there are `known` of them, so that asking again costs one small statement."""
    if session.execute(_COUNT).scalar_one() == known:
        return None
    return [Rule(*row) for row in session.execute(_ALL)]


def came_by(session: Connection, kinds: Collection[str]) -> list[str]:
    """Ids of the messages by which rules of these kinds were published."""
    return list(session.execute(select(published_rule.c.id).where(published_rule.c.kind.in_(sorted(kinds)))).scalars())


def keep(session: Connection, rule: Rule) -> None:
    """Store a publication; the same one twice is one."""
    row = {"kind": rule.kind, "id": rule.id, "published_at": rule.published_at, "content": dict(rule.content)}
    insert_new(session, published_rule, [row])
