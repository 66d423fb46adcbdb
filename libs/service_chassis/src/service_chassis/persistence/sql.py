"""Bulk statements that read the same on PostgreSQL and SQLite.

Each is one statement (or a few chunks): a batch costs a handful of round trips whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Select, Table, bindparam, select
from sqlalchemy.dialects import sqlite

from service_chassis.persistence import arrays

CHUNK = 5_000
"""Rows per statement: far below SQLite's 32,766 parameters for an IN list, large enough to cost nothing."""


@lru_cache(maxsize=512)
def _insert_new(table: Table) -> Any:
    return sqlite.insert(table).on_conflict_do_nothing()


@lru_cache(maxsize=512)
def _upsert(table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    statement = sqlite.insert(table)
    changed = {name: statement.excluded[name] for name in columns if name not in key}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)


@lru_cache(maxsize=512)
def _plain(table: Table) -> Any:
    return table.insert()


@lru_cache(maxsize=512)
def _update(table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    where = [table.c[name] == bindparam(f"b_{name}") for name in key]
    return table.update().where(*where).values({name: bindparam(f"b_{name}") for name in columns if name not in key})


def insert_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert; a key that exists is an error (IntegrityError). All rows must have the same columns."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        arrays.insert(conn, table, rows)
    else:
        conn.execute(_plain(table), rows)


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is new, and return their number; leave the others as they are."""
    if not rows:
        return 0
    if conn.dialect.name == "postgresql":
        return arrays.insert(conn, table, rows, keep=True)
    return conn.execute(_insert_new(table), rows).rowcount


def upsert_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Insert, or overwrite the given columns of the row with the same key. All rows must have the same columns."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        arrays.insert(conn, table, rows, over=tuple(key))
    else:
        conn.execute(_upsert(table, tuple(key), tuple(rows[0])), rows)


@lru_cache(maxsize=512)
def _count(table: Table, key: tuple[str, ...], latest: str, added: str) -> Any:
    statement = sqlite.insert(table)
    more = {latest: statement.excluded[latest], added: table.c[added] + statement.excluded[added]}
    return statement.on_conflict_do_update(index_elements=list(key), set_=more)


def count_rows(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str], latest: str, added: str
) -> None:
    """Insert, or where the key exists overwrite the column `latest` and add to `added`; `rows` hold each key once."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        arrays.count(conn, table, rows, tuple(key), latest, added)
    else:
        conn.execute(_count(table, tuple(key), latest, added), rows)


def update_by_key(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Overwrite the given columns of the rows that have these keys, in one statement; a missing row is no error."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        arrays.update(conn, table, rows, tuple(key))
    else:
        statement = _update(table, tuple(key), tuple(rows[0]))
        conn.execute(statement, [{f"b_{name}": value for name, value in row.items()} for row in rows])


@lru_cache(maxsize=512)
def _delete(table: Table, key: tuple[str, ...]) -> Any:
    return table.delete().where(*(table.c[name] == bindparam(f"b_{name}") for name in key))


def delete_by_key(conn: Connection, table: Table, keys: Sequence[Mapping[str, Any]]) -> None:
    """Delete the rows that have these keys, in one statement; a missing row is no error."""
    if not keys:
        return
    if conn.dialect.name == "postgresql":
        arrays.delete(conn, table, keys)
    else:
        conn.execute(_delete(table, tuple(keys[0])), [{f"b_{name}": value for name, value in row.items()} for row in keys])


@lru_cache(maxsize=512)
def _select_in(table: Table, column: str) -> Select[Any]:
    return select(table).where(table.c[column].in_(bindparam("values", expanding=True)))


def one_of(dialect: str, column: Any, name: str) -> Any:
    """`column` is one of the values of parameter `name`: one array on PostgreSQL, where `IN` writes out a parameter for each."""
    return arrays.is_one_of(column, name) if dialect == "postgresql" else column.in_(bindparam(name, expanding=True))


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """The values in lists of at most `size`."""
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def select_in(conn: Connection, table: Table, column: Column[Any] | str, values: Iterable[Any]) -> list[RowMapping]:
    """All rows of `table` whose `column` is one of `values`."""
    name = column if isinstance(column, str) else column.name
    if conn.dialect.name == "postgresql":
        return arrays.select_in(conn, table, name, list(values))
    found: list[RowMapping] = []
    for part in chunks(values):
        found.extend(conn.execute(_select_in(table, name), {"values": part}).mappings())
    return found


def update_rows(conn: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a prepared UPDATE or DELETE once for each row; for many rows `update_by_key` is several times faster."""
    if rows:
        conn.execute(statement, rows)
