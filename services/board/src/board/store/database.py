"""The board's database: SQLite for one machine, PostgreSQL (schema `board`) for a city. One writer, any number of readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from board.errors import ConfigError, Unavailable
from board.store import searching, tables

VERSION = 7
"""Of the model's tables. Another one: they are dropped and built anew from the archive."""

SCHEMA = "board"
SETTINGS = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=20000"


class Database:
    """Transactions on the board's own tables; a fault of the server comes out as Unavailable."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigError(f"BOARD_DATABASE_URL cannot be read: {error}; write e.g. sqlite:///var/board.sqlite") from error
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = _sqlite(parsed) if self.is_sqlite else _postgres(parsed)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing is written."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed on leaving, rolled back on any exception."""
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(writes=writes) as connection, connection.begin():
                yield connection
        except DBAPIError as error:
            raise Unavailable(f"the board's database: {error.orig}") from error

    def prepare(self) -> bool:
        """Make what is missing. A model of another version is dropped; returns whether it has to be built from the archive."""
        with self.writing() as connection:
            if not self.is_sqlite:
                known = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
                if connection.execute(known, {"name": SCHEMA}).first() is None:  # making it takes more rights than using it
                    connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
            tables.KEPT.create_all(connection)
            found = connection.execute(select(tables.model_version.c.version)).scalar()
            if found == VERSION:
                return False
            self._anew(connection)
        return True

    def forget_model(self) -> None:
        """Drop what was made from events, to build it anew."""
        with self.writing() as connection:
            self._anew(connection)

    def _anew(self, connection: Connection) -> None:
        tables.MODEL.drop_all(connection)
        tables.MODEL.create_all(connection)
        searching.make(connection, anew=True)
        connection.execute(tables.model_version.delete())
        connection.execute(tables.model_version.insert().values(version=VERSION))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _postgres(url: Any) -> Engine:
    query = {"connect_timeout": "5", **url.query, "options": f"-c search_path={SCHEMA} {SETTINGS}"}
    return create_engine(url.set(drivername="postgresql+psycopg", query=query), pool_size=8, max_overflow=8, pool_timeout=10)


def _sqlite(url: Any) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=8,
        max_overflow=24,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 10.0},
    )

    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # what is lost with the power is read from the archive again
        connection.execute("PRAGMA cache_size=-32000")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
