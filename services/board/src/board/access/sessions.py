"""Sessions: a random token in a cookie, its hash in the database, and a token of its own against forged requests.

A session gets a new token when somebody signs on, ends after eight hours, or after one hour without a request. These are hours
of the machine: the city's clock may run a thousand times as fast.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from board.access.roles import Person
from board.domain.texts import as_text
from board.store import elsewhere, people

LONGEST = timedelta(hours=8)
IDLE = timedelta(hours=1)
TOUCH = timedelta(minutes=1)
"""A session's last request is written down at most once a minute."""
LONGEST_HINT = 4_096
"""Characters of an identity token that is handed back when somebody signs off: longer addresses are not taken everywhere."""
FAILURES, WITHIN = 5, timedelta(minutes=15)
"""So many failed sign-ons of one account, or from one address, within this time: the next ones are not looked at."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed on, and the token that forms must carry."""

    person: Person
    csrf: str
    must_change: bool
    own_password: bool = True
    """Whether the board itself knows a password of the account; not for who signs on elsewhere."""
    roles: int = 1
    """Among how many roles the person may choose."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a session that began at the sign-on server needs to end there, or from there."""

    issuer: str
    sid: str | None = None
    id_token: str | None = None


def begin(connection: Any, login: str, now: datetime, there: Elsewhere | None = None) -> str:
    """A new session; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    people.begin(connection, _hash(token), login, secrets.token_urlsafe(24), as_text(now))
    if there is not None:
        kept = there.id_token if len(there.id_token or "") <= LONGEST_HINT else None
        elsewhere.begun(connection, _hash(token), {"issuer": there.issuer, "sid": there.sid, "id_token": kept})
    people.forget_old(connection, as_text(now - LONGEST))
    return token


def find(connection: Any, token: str, now: datetime) -> tuple[Session, bool] | None:
    """The session of a token, and whether its last request has to be written down anew; None where it ended."""
    row = people.session_row(connection, _hash(token))
    if row is None or row["locked"] or row["began"] < as_text(now - LONGEST) or row["seen"] < as_text(now - IDLE):
        return None
    found = Session(person_of(row), row["csrf"], bool(row["must_change"]), bool(row["own_password"]), row["roles"])
    return found, row["seen"] < as_text(now - TOUCH)


def touch(connection: Any, token: str, now: datetime) -> None:
    """Write down that the session is in use."""
    people.touch(connection, _hash(token), as_text(now))


def end(connection: Any, token: str) -> Elsewhere | None:
    """Sign off; returns where else there is to sign off."""
    there = begun_elsewhere(connection, token)
    people.end(connection, _hash(token))
    return there


def begun_elsewhere(connection: Any, token: str) -> Elsewhere | None:
    """What is known of a session that began at the sign-on server; None for an account of the board's own."""
    row = elsewhere.of(connection, _hash(token))
    return Elsewhere(**row) if row is not None else None


def person_of(row: dict[str, Any]) -> Person:
    """The person of an account's row."""
    return Person(row["login"], row["name"], row["role"], row["unit"])


def too_many(connection: Any, who: list[str], now: datetime) -> bool:
    """Whether this account or this address has failed too often."""
    return people.failures(connection, who, as_text(now - WITHIN)) >= FAILURES


def failed(connection: Any, who: list[str], now: datetime) -> None:
    """Remember a failed sign-on."""
    people.fail(connection, who, as_text(now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
