"""Bulk statements that read the same on PostgreSQL and SQLite.

Each is one statement (or a few chunks): a batch costs a handful of round trips whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

CHUNK = 5_000
"""Rows per statement: far below SQLite's 32,766 parameters for an IN list, large enough to cost nothing."""


def _dialect_insert(name: str, table: Table) -> Any:
    return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)


@lru_cache(maxsize=512)
def _insert_new(dialect: str, table: Table) -> Any:
    return _dialect_insert(dialect, table).on_conflict_do_nothing()


@lru_cache(maxsize=512)
def _upsert(dialect: str, table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    statement = _dialect_insert(dialect, table)
    changed = {name: statement.excluded[name] for name in columns if name not in key}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)


@lru_cache(maxsize=512)
def _plain(table: Table) -> Any:
    return table.insert()


def insert_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert; a key that exists is an error (IntegrityError)."""
    if rows:
        conn.execute(_plain(table), rows)


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key is new; leave the others as they are."""
    if rows:
        conn.execute(_insert_new(conn.dialect.name, table), rows)


def upsert_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Insert, or overwrite the given columns of the row with the same key. All rows must have the same columns."""
    if rows:
        conn.execute(_upsert(conn.dialect.name, table, tuple(key), tuple(rows[0])), rows)


@lru_cache(maxsize=512)
def _select_in(table: Table, column: str) -> Select[Any]:
    return select(table).where(table.c[column].in_(bindparam("values", expanding=True)))


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """The values in lists of at most `size`."""
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def select_in(conn: Connection, table: Table, column: Column[Any] | str, values: Iterable[Any]) -> list[RowMapping]:
    """All rows of `table` whose `column` is one of `values`."""
    name = column if isinstance(column, str) else column.name
    found: list[RowMapping] = []
    for part in chunks(values):
        found.extend(conn.execute(_select_in(table, name), {"values": part}).mappings())
    return found


def update_rows(conn: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a prepared UPDATE or DELETE once for each row, in one round trip."""
    if rows:
        conn.execute(statement, rows)
