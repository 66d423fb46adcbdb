"""What is known of sessions that began at the city's sign-on server, so that they can end there and from there."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select

from board.store.tables import departed, from_elsewhere, session

Row = dict[str, Any]


def begun(connection: Connection, token_hash: str, row: Row) -> None:
    """A session that began there: `issuer`, `sid` and `id_token`."""
    connection.execute(insert(from_elsewhere).values(row | {"token_hash": token_hash}))


def of(connection: Connection, token_hash: str) -> Row | None:
    """The same; None for a session with an account of the board's own."""
    wanted = select(from_elsewhere.c.issuer, from_elsewhere.c.sid, from_elsewhere.c.id_token)
    found = connection.execute(wanted.where(from_elsewhere.c.token_hash == token_hash)).mappings().first()
    return None if found is None else dict(found)


def end(connection: Connection, issuer: str, login: str | None, sid: str | None) -> dict[str, int]:
    """End a session of the server, or with `sid` None all of a person; returns how many of which account it were.

    Where the server gave no name to a session when it began, its person is enough.
    """
    rows = select(session.c.token_hash, session.c.login).join(from_elsewhere, from_elsewhere.c.token_hash == session.c.token_hash)
    rows = rows.where(from_elsewhere.c.issuer == issuer)
    if sid is not None:
        unnamed = and_(from_elsewhere.c.sid.is_(None), session.c.login == login)
        rows = rows.where(or_(from_elsewhere.c.sid == sid, unnamed))
    if login is not None:
        rows = rows.where(session.c.login == login)
    found: dict[str, int] = {}
    for one in connection.execute(rows).all():
        connection.execute(delete(session).where(session.c.token_hash == one.token_hash))
        found[one.login] = found.get(one.login, 0) + 1
    forget(connection)
    return found


def forget(connection: Connection) -> None:
    """What belonged to sessions that are over."""
    connection.execute(delete(from_elsewhere).where(from_elsewhere.c.token_hash.not_in(select(session.c.token_hash))))


def is_new(connection: Connection, issuer: str, id_: str, now: str, before: str) -> bool:
    """Whether this logout token comes for the first time; it is remembered, and those from before an instant are forgotten."""
    key = hashlib.sha256(f"{issuer} {id_}".encode()).hexdigest()
    connection.execute(delete(departed).where(departed.c.at < before))
    if connection.execute(select(departed.c.key).where(departed.c.key == key)).first() is not None:
        return False
    connection.execute(insert(departed).values(key=key, at=now))
    return True
