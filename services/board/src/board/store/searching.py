"""Search in the texts of matters: FTS5 on SQLite, a GIN index on PostgreSQL, both over pairs of characters (`domain.grams`)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, text

from board.domain.grams import grams, wanted

MOST = 5_000
"""Matters that a search looks at; a question that more would answer needs another word."""
MAKE = {
    "sqlite": ("CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(grams)",),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS found (id BIGINT PRIMARY KEY, grams TEXT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS found_grams ON found USING GIN (to_tsvector('simple', grams))",
    ),
}
DROP = "DROP TABLE IF EXISTS found"
DELETE = {"sqlite": "DELETE FROM found WHERE rowid = :id", "postgresql": "DELETE FROM found WHERE id = :id"}
PUT = {"sqlite": "INSERT INTO found(rowid, grams) VALUES (:id, :grams)", "postgresql": "INSERT INTO found VALUES (:id, :grams)"}
FIND = {
    "sqlite": "matter.search_id IN (SELECT rowid FROM found WHERE found MATCH :q LIMIT :most)",
    "postgresql": (
        "matter.search_id IN (SELECT id FROM found WHERE to_tsvector('simple', grams) @@ to_tsquery('simple', :q) LIMIT :most)"
    ),
}


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
    """The texts of these rows of `matter`: title, references, deliverables, standard."""
    if not matters:
        return
    rows = [{"id": row["search_id"], "grams": text_of(row)} for row in matters]
    connection.execute(text(DELETE[connection.dialect.name]), rows)
    connection.execute(text(PUT[connection.dialect.name]), rows)


def text_of(row: dict[str, Any]) -> str:
    """What a matter is found by."""
    return grams(row["title"], row["ref"], row["source_number"], row["source_issuer"], row["standard"])


def matching(dialect: str, asked: str) -> TextClause | None:
    """The condition for a query; None where there is nothing in it to look for."""
    words = wanted(asked)
    if not words:
        return None
    if dialect == "sqlite":
        query = " AND ".join(f'"{" ".join(row)}"' + ("*" if len(row) == 1 else "") for row in words)
    else:
        query = " & ".join(
            "(" + " <-> ".join(f"'{token}'" for token in row) + (":*" if len(row) == 1 else "") + ")" for row in words
        )
    return text(FIND[dialect]).bindparams(q=query, most=MOST)
