"""Search in the texts of matters: FTS5 on SQLite, a GIN index on PostgreSQL, both over pairs of characters (`domain.grams`).

A word that many matters have is found by walking along the list until a page is full; only a rarer one asks the index, whose
answer is then small enough to be put in order. So neither has to sort what a million matters answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, Text, TextClause, and_, func, text
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from board.domain.grams import grams, runs, wanted

WALKED = 3_000
"""Matters of the list that are looked at one by one before the index is asked."""
MOST = 50_000
"""Matters that the index gives at most: more than what a word has that the walk has not found often enough."""
TEXTS = ("title", "ref", "source_number", "source_issuer", "standard")
"""What a matter is found by."""
MAKE = {
    "sqlite": ("CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(grams)",),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS found (id BIGINT PRIMARY KEY, topic TEXT NOT NULL, rank TEXT NOT NULL, grams TSVECTOR)",
        "CREATE INDEX IF NOT EXISTS found_grams ON found USING GIN (grams)",
    ),
}
DROP = "DROP TABLE IF EXISTS found"
DELETE = {"sqlite": "DELETE FROM found WHERE rowid = :id", "postgresql": "DELETE FROM found WHERE id = :id"}
PUT = {
    "sqlite": "INSERT INTO found(rowid, grams) VALUES (:id, :grams)",
    "postgresql": "INSERT INTO found VALUES (:id, :topic, :rank, to_tsvector('simple', :grams))",
}
FIND = {
    "sqlite": "matter.search_id IN (SELECT rowid FROM found WHERE found MATCH :q LIMIT :most)",
    "postgresql": "matter.topic IN (SELECT topic FROM found WHERE grams @@ to_tsquery('simple', :q) LIMIT :most)",
}
FIND_ALONE = "SELECT topic, rank FROM found WHERE grams @@ to_tsquery('simple', :q) LIMIT :most"
"""On PostgreSQL, where nothing else is asked for: put in order before a row of `matter` is read."""


def id_of(topic: str) -> int:
    """A number for a matter, by which its text is kept: 63 bits of a hash of its id."""
    return int.from_bytes(hashlib.blake2b(topic.encode(), digest_size=8).digest(), "big") >> 1


def make(connection: Connection, anew: bool) -> None:
    """The index, empty where it is made anew."""
    if anew:
        connection.execute(text(DROP))
    for statement in MAKE[connection.dialect.name]:
        connection.execute(text(statement))


def replace(connection: Connection, matters: Sequence[dict[str, Any]]) -> None:
    """The texts of these rows of `matter`."""
    if not matters:
        return
    rows = [
        {"id": row["search_id"], "topic": row["topic"], "rank": row["rank"], "grams": grams(*(row[name] for name in TEXTS))}
        for row in matters
    ]
    connection.execute(text(DELETE[connection.dialect.name]), rows)
    connection.execute(text(PUT[connection.dialect.name]), rows)


def matching(dialect: str, asked: str) -> TextClause | None:
    """The condition for a query by the index; None where there is nothing in it to look for."""
    query = _query(dialect, asked)
    return text(FIND[dialect]).bindparams(q=query, most=MOST) if query else None


def alone(dialect: str, asked: str) -> Subquery | None:
    """Topic and rank of what the index finds; None where the index does not know them."""
    if dialect == "sqlite":
        return None
    found = text(FIND_ALONE).bindparams(q=_query(dialect, asked), most=MOST)
    return found.columns(topic=Text, rank=Text).subquery("found_alone")


def _query(dialect: str, asked: str) -> str:
    words = wanted(asked)
    if dialect == "sqlite":
        return " AND ".join(f'"{" ".join(row)}"' + ("*" if len(row) == 1 else "") for row in words)
    rows = (" <-> ".join(f"'{token}'" for token in row) + (":*" if len(row) == 1 else "") for row in words)
    return " & ".join(f"({row})" for row in rows)


def perhaps(columns: ReadOnlyColumnCollection[str, Any], asked: str) -> ColumnElement[bool]:
    """A condition without the index that everything found fulfils; `domain.grams.stands_in` tells for certain."""
    whole: ColumnElement[str] = func.lower(func.coalesce(columns["title"], ""))
    for name in TEXTS[1:]:
        whole = whole + " " + func.lower(func.coalesce(columns[name], ""))
    return and_(*(whole.contains(run, autoescape=True) for run in runs(asked)))
