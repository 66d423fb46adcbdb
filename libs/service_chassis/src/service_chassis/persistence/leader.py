"""One active relay per service: a session lock on PostgreSQL, a lock file on SQLite; the others stand by.

All of the leader's statements go over the connection that holds the lock, so whoever loses the one has lost the other.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from service_chassis.errors import Retry
from service_chassis.persistence import outbox, seals
from service_chassis.persistence.database import Database

T = TypeVar("T")

_TRY = text("SELECT pg_try_advisory_lock(hashtext(:name))")
_NAP = text("SELECT pg_sleep(:seconds)")
_WRITE = text("SELECT pg_current_xact_id()")


class Leader:
    """A session on a service's database that may hold the role's lock."""

    def __init__(self, database: Database, role: str, sealed: Collection[str] = ()) -> None:
        """`sealed` are the types of events that belong into the audit chain."""
        self._database = database
        self._sealed = frozenset(sealed)
        self._name = f"{role}.{database.schema}"
        self._connection: Connection | None = None
        self._file: IO[str] | None = None

    def try_lead(self) -> bool:
        """Whether this process is the leader from now on; another one may be. A missing server is a `Retry`."""
        if self._database.is_sqlite:
            self._file = lock_file(self._database, self._name)
            return self._file is not None
        with _faults(self._name):
            connection = self._database.engine.connect()
            try:
                with connection.begin():
                    held = bool(connection.execute(_TRY, {"name": self._name}).scalar())
            except BaseException:
                connection.invalidate()
                connection.close()
                raise
        if held:
            self._connection = connection
        else:
            connection.close()
        return held

    def pending(self, most: int, at: datetime) -> list[outbox.Row]:
        """The next rows to publish; those that belong into the audit chain are sealed in the same transaction."""

        def read(session: Connection) -> list[outbox.Row]:
            rows = outbox.pending(session, most)
            seals.seal(session, rows, self._sealed, at)
            seals.seal_acts(session, at)
            if self._sealed:
                seals.seal_tombstones(session, at)
            return rows

        return self._run(read)

    def unsealed(self) -> int:
        """How many rows wait to be sealed."""
        return self._run(lambda session: seals.tail(session, self._sealed))

    def mark(self, rows: Sequence[outbox.Row], at: datetime) -> None:
        """These rows are confirmed."""
        if rows:
            self._run(lambda session: outbox.mark(session, rows, at))

    def state(self) -> tuple[int, datetime | None]:
        """How many rows wait, and since when."""
        return self._run(outbox.state)

    def _run(self, action: Callable[[Connection], T]) -> T:
        if self._connection is None:
            with self._database.begin() as session:
                return action(session)
        with _faults(self._name), self._connection.begin():
            return action(self._connection)

    def close(self) -> None:
        """Give the lock back by ending the session; never raises."""
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None


@contextlib.contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise Retry(f"database ({name}): {error.orig}") from error


def lock_file(database: Database, name: str) -> IO[str] | None:
    """The open lock file beside a SQLite database, or None when another process holds it. In memory there is nobody else."""
    path = database.engine.url.database
    if not path or path == ":memory:":
        return open("/dev/null")  # noqa: SIM115 - held open for as long as the lock
    file = open(f"{path}.{name}.lock", "w")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def nap(database: Database, seconds: float) -> None:
    """Let the server wait; how the driver behaves meanwhile is what the caller wants to know."""
    with database.begin() as session:
        if not database.is_sqlite:
            session.execute(_NAP, {"seconds": seconds})


def probe(database: Database) -> None:
    """Whether the server takes writes (a standby and a full disk do not); else `Retry`."""
    with database.begin() as session:
        session.execute(_WRITE if not database.is_sqlite else text("SELECT 1"))


def quiet(action: Callable[[], Any]) -> bool:
    """Run `action`; False when the server is not there."""
    try:
        action()
    except Retry:
        return False
    return True
