"""One service's database: engine, transactions, and the faults that are worth another try."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import StaticPool

from service_chassis.errors import ConfigError, Retry

_CLOCK = text("SELECT clock_timestamp()")

POSTGRES_OPTIONS = {
    "connect_timeout": "5",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""A dead server is noticed within some 20 seconds (delivery.md P12)."""

SESSION_SETTINGS = "-c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=10000"
"""No statement or lock waits for ever; a frozen process loses its transaction after 10 s (delivery.md K12)."""


PASSING = ("40001", "40P01", "55P03", "57014", "57P01", "25P03")
"""SQLSTATEs worth another try: serialization, deadlock, lock or statement timeout, shutdown, idle transaction ended."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How PostgreSQL is known to be the right one. Without `ca_file` the URL decides."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def options(self) -> dict[str, str]:
        """As libpq names them; `verify-full` is its only mode that also checks the host name."""
        if self.ca_file is None:
            return {}
        files = {"sslrootcert": self.ca_file, "sslcert": self.cert_file, "sslkey": self.key_file}
        return {"sslmode": "verify-full", **{key: str(file) for key, file in files.items() if file}}


UNTRUSTED = {
    "does not match host name": "DATABASE_URL must name the host as the certificate does",
    "certificate verify failed": "DUBAN_DATABASE_CA must hold the authority of the server's certificate, which must be in force",
    "certificate has expired": "renew the certificate in DUBAN_DATABASE_CERT",
    "tlsv1 alert unknown ca": "the server does not trust DUBAN_DATABASE_CERT",
    "does not support SSL": "turn ssl on there (deploy/postgres), DUBAN_DATABASE_CA asks for it",
}
"""What libpq says about certificates → what to do."""


def reason(error: DBAPIError) -> str:
    """What the server or the driver says, with what to do about a certificate."""
    said = str(error.orig)
    hints = [hint for part, hint in UNTRUSTED.items() if part in said]
    return f"{said}; {hints[0]}" if hints else said


class Database:
    """Opens transactions on the service's own schema (PostgreSQL) or file (SQLite)."""

    def __init__(self, url: str, schema: str, tls: Tls | None = None, *, durable: bool = True) -> None:
        """`tls` is for PostgreSQL. `durable=False` is for rehearsals, whose files are thrown away: no fsync, and one transaction
        for all of them."""
        self.schema = schema
        self.durable = durable
        self._tls = tls or Tls()
        self._kept_open: Connection | None = None
        self._one_at_a_time = threading.RLock()
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            hint = "write e.g. postgresql://user:password@host/database"
            raise ConfigError(f"DATABASE_URL cannot be read: {error}; {hint}") from error
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = self._sqlite(parsed) if self.is_sqlite else self._postgres(parsed)

    def _postgres(self, url: Any) -> Engine:
        session = {"options": f"-c search_path={self.schema} {SESSION_SETTINGS}"}
        query = {**POSTGRES_OPTIONS, **url.query, **self._tls.options(), **session}
        url = url.set(drivername="postgresql+psycopg", query=query)
        return create_engine(
            url,
            hide_parameters=True,
            pool_size=4,
            max_overflow=4,
            pool_timeout=10,
            json_serializer=orjson.dumps,
            json_deserializer=orjson.loads,
        )

    def _sqlite(self, url: Any) -> Engine:
        """One connection for the one process (P14: exactly one on SQLite); transactions are begun by us, as writers."""
        engine = create_engine(
            url.set(drivername="sqlite"),
            hide_parameters=True,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 5.0, "cached_statements": 512},
        )
        durable = self.durable

        @event.listens_for(engine, "connect")
        def pragmas(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA journal_mode={'WAL' if durable else 'MEMORY'}")
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA temp_store=MEMORY")
            if not durable:
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    def observe(self, seconds: Callable[[float], None]) -> None:
        """Tell `seconds` how long each statement takes, from sending it to its answer."""

        @event.listens_for(self.engine, "before_cursor_execute")
        def before(_connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any) -> None:
            context.began = perf_counter()

        @event.listens_for(self.engine, "after_cursor_execute")
        def after(_connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any) -> None:
            seconds(perf_counter() - context.began)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: committed on leaving, rolled back on any exception; a passing fault comes out as `Retry`."""
        if not self.durable:
            with self._savepoint() as connection:
                yield connection
            return
        try:
            with self._one_at_a_time if self.is_sqlite else nullcontext(), self.engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise Retry(f"database {self.schema}: {reason(error)}") from error
        except DBAPIError as error:
            if error.connection_invalidated or getattr(error.orig, "sqlstate", "") in PASSING:
                raise Retry(f"database {self.schema}: {reason(error)}") from error
            raise

    @contextmanager
    def _savepoint(self) -> Iterator[Connection]:
        """A part of the one transaction of a rehearsal: what is thrown away need not be committed each time."""
        if self._kept_open is None:
            self._kept_open = self.engine.connect()
            self._kept_open.begin()
        driver: Any = self._kept_open.connection.driver_connection
        driver.execute("SAVEPOINT batch")
        try:
            yield self._kept_open
        except BaseException:
            driver.execute("ROLLBACK TO batch")
            driver.execute("RELEASE batch")
            raise
        driver.execute("RELEASE batch")

    def keep(self) -> None:
        """Commit the one transaction of a rehearsal, so that its file may be read after `close`."""
        if self._kept_open is not None:
            self._kept_open.commit()
            self._kept_open.begin()

    def close(self) -> None:
        """Drop all connections; the next transaction opens new ones."""
        if self._kept_open is not None:
            self._kept_open.close()
            self._kept_open = None
        self.engine.dispose()


def server_time(database: Database) -> datetime | None:
    """What the server's clock says; None for SQLite, which has none of its own. A missing server is a `Retry`."""
    if database.is_sqlite:
        return None
    with database.begin() as session:
        found: datetime = session.execute(_CLOCK).scalar_one()
    return found


def allow_pauses(session: Connection, seconds: int) -> None:
    """In this transaction the process may work for so long between two statements: files are written, or read, meanwhile."""
    if session.dialect.name == "postgresql":
        session.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {seconds * 1000:d}")
