"""Published calendars and policies, as escalation announced them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service_chassis.persistence.sql import insert_new
from sqlalchemy import Connection, func, select

from intake.store.tables import published_rule

_COUNT = select(func.count()).select_from(published_rule)
_ALL = select(published_rule.c.kind, published_rule.c.content).order_by(published_rule.c.published_at, published_rule.c.id)


def read(session: Connection, known: int) -> list[tuple[str, Mapping[str, Any]]] | None:
    """(kind, content) of every publication by time; None while there are `known` of them."""
    if session.execute(_COUNT).scalar_one() == known:
        return None
    return [(row[0], row[1]) for row in session.execute(_ALL)]


def keep(session: Connection, kind: str, id_: str, published_at: datetime, content: Mapping[str, Any]) -> None:
    """Store a publication; the same one twice is one."""
    insert_new(session, published_rule, [{"id": id_, "kind": kind, "published_at": published_at, "content": dict(content)}])
