"""Administration of accounts: each change with its line in the record, in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from board.store import elsewhere
from board.store.paging import Page
from board.store.tables import account, account_act, granted, session

Row = dict[str, Any]


def note(connection: Connection, by: str, login: str, what: str, now: str, detail: str = "") -> None:
    """A line in the record: who did what about which account."""
    connection.execute(insert(account_act).values(at=now, by=by, login=login, what=what, detail=detail))


def newest(connection: Connection, many: int) -> list[Row]:
    """The newest lines."""
    wanted = select(account_act).order_by(account_act.c.id.desc()).limit(many)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def listed(connection: Connection, many: int, after: str = "") -> Page:
    """Accounts by their names from behind one on, with how many sessions each has; no password."""
    shown = (account.c.login, account.c.name, account.c.role, account.c.unit, account.c.must_change, account.c.locked)
    own = account.c.password.is_not(None).label("own_password")
    open_ = select(func.count()).where(session.c.login == account.c.login).scalar_subquery().label("sessions")
    wanted = select(*shown, own, open_).where(account.c.login > after).order_by(account.c.login).limit(many + 1)
    found = [dict(row) for row in connection.execute(wanted).mappings()]
    return Page(found[:many], found[many - 1]["login"] if len(found) > many else None)


def number(connection: Connection) -> int:
    """How many accounts there are."""
    return int(connection.execute(select(func.count()).select_from(account)).scalar_one())


def usable(connection: Connection, role: str) -> list[str]:
    """The accounts of a role that can sign on with a password, held until the transaction ends: two cannot close each other."""
    wanted = select(account.c.login).where(account.c.role == role, account.c.password.is_not(None), ~account.c.locked)
    return list(connection.execute(wanted.order_by(account.c.login).with_for_update()).scalars())


def change(connection: Connection, login: str, **values: Any) -> None:
    """Fields of an account; its sessions end, so that the change holds from now on."""
    connection.execute(update(account).where(account.c.login == login).values(**values))
    end_sessions(connection, login)


def end_sessions(connection: Connection, login: str) -> int:
    """Signed off everywhere; returns how many sessions it was."""
    ended = int(connection.execute(delete(session).where(session.c.login == login)).rowcount)
    elsewhere.forget(connection)
    return ended


def grant(connection: Connection, login: str, roles: dict[str, str | None]) -> None:
    """The roles, each with its unit, among which somebody may choose; those of before are forgotten."""
    connection.execute(delete(granted).where(granted.c.login == login))
    connection.execute(insert(granted), [{"login": login, "role": role, "unit": unit} for role, unit in roles.items()])


def granted_to(connection: Connection, login: str) -> dict[str, str | None]:
    """These roles."""
    return {row.role: row.unit for row in connection.execute(select(granted).where(granted.c.login == login))}
