"""Accounts, sessions, failed sign-ons, and who opened what is not for everybody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from board.store import elsewhere
from board.store.tables import account, attempt, granted, reading, saved, session

Row = dict[str, Any]


def put(connection: Connection, row: Row) -> None:
    """An account, new or changed as a whole."""
    connection.execute(delete(account).where(account.c.login == row["login"]))
    connection.execute(insert(account).values(row))


def one(connection: Connection, login: str) -> Row | None:
    """An account."""
    row = connection.execute(select(account).where(account.c.login == login)).mappings().first()
    return None if row is None else dict(row)


def set_password(connection: Connection, login: str, password: str) -> None:
    """A person's own password; every session of the account ends."""
    connection.execute(update(account).where(account.c.login == login).values(password=password, must_change=False))
    connection.execute(delete(session).where(session.c.login == login))


def begin(connection: Connection, token_hash: str, login: str, csrf: str, now: str) -> None:
    """A session."""
    connection.execute(insert(session).values(token_hash=token_hash, login=login, csrf=csrf, began=now, seen=now))


def session_row(connection: Connection, token_hash: str) -> Row | None:
    """A session with its account."""
    own_password = account.c.password.is_not(None).label("own_password")
    roles = select(func.count()).where(granted.c.login == session.c.login).scalar_subquery().label("roles")
    shown = (account.c.name, account.c.role, account.c.unit, account.c.must_change, account.c.locked)
    wanted = select(session, *shown, own_password, roles)
    found = connection.execute(wanted.join(account, account.c.login == session.c.login).where(session.c.token_hash == token_hash))
    row = found.mappings().first()
    return None if row is None else dict(row)


def touch(connection: Connection, token_hash: str, now: str) -> None:
    """The session's last request."""
    connection.execute(update(session).where(session.c.token_hash == token_hash).values(seen=now))


def end(connection: Connection, token_hash: str) -> None:
    """No such session any more."""
    connection.execute(delete(session).where(session.c.token_hash == token_hash))
    elsewhere.forget(connection)


def forget_old(connection: Connection, before: str) -> None:
    """Sessions that began before."""
    connection.execute(delete(session).where(session.c.began < before))
    elsewhere.forget(connection)


def failures(connection: Connection, who: list[str], since: str) -> int:
    """The most failed sign-ons of any of these since then."""
    wanted = select(func.count()).where(attempt.c.who.in_(who), attempt.c.at >= since).group_by(attempt.c.who)
    return max(connection.execute(wanted).scalars(), default=0)


def fail(connection: Connection, who: list[str], now: str) -> None:
    """A failed sign-on."""
    connection.execute(insert(attempt), [{"who": one, "at": now} for one in who])


def read(connection: Connection, login: str, matter_id: str, now: str) -> None:
    """Somebody opened a matter that is not for everybody."""
    connection.execute(insert(reading).values(login=login, matter_id=matter_id, at=now))


def readings(connection: Connection, many: int) -> list[Row]:
    """The newest of these."""
    return [dict(row) for row in connection.execute(select(reading).order_by(reading.c.id.desc()).limit(many)).mappings()]


def saved_of(connection: Connection, login: str) -> list[Row]:
    """A person's filters."""
    return [
        dict(row) for row in connection.execute(select(saved).where(saved.c.login == login).order_by(saved.c.name)).mappings()
    ]


def save(connection: Connection, login: str, name: str, query: str) -> None:
    """A filter under a name; the same name replaces it."""
    connection.execute(delete(saved).where(saved.c.login == login, saved.c.name == name))
    connection.execute(insert(saved).values(login=login, name=name, query=query))


def unsave(connection: Connection, login: str, name: str) -> None:
    """Forget a filter."""
    connection.execute(delete(saved).where(saved.c.login == login, saved.c.name == name))
