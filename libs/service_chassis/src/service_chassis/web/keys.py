"""Keys as they are handed out and shown at the door: `duban_<id>_<secret>`, 32 random bytes (delivery.md e.3)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import replace
from datetime import datetime

from service_chassis.persistence import api_keys
from service_chassis.persistence.api_keys import Key
from service_chassis.persistence.database import Database
from service_chassis.web.callers import Caller

SECRET_BYTES = 32
_SHAPE = re.compile(r"duban_([a-z2-7]{10})_([A-Za-z0-9_-]{43})")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def make(unit: str, label: str, scopes: tuple[str, ...], now: datetime, expires_at: datetime, by: str) -> tuple[Key, str]:
    """A new key and its token, which is shown once and kept nowhere."""
    id_ = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    token = f"duban_{id_}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return Key(id_, _digest(token), unit, label, scopes, now, by, expires_at), token


def admitted(token: str, like: Key) -> Key:
    """The same token as a key of another service. ValueError if it is none of ours."""
    found = _SHAPE.fullmatch(token.strip())
    if found is None:
        raise ValueError("not a key of duban: it reads duban_<id>_<secret>")
    return replace(like, id=found[1], sha256=_digest(found[0]))


def is_key(token: str) -> bool:
    """Whether a bearer token is one of ours, not a person's."""
    return token.startswith("duban_")


def caller(database: Database, token: str, now: datetime) -> Caller | None:
    """Who shows this key; None for an unknown, expired or revoked one, all alike."""
    found = _SHAPE.fullmatch(token)
    if found is None:
        return None
    with database.begin() as session:
        key = api_keys.find(session, found[1])
        if key is None or not hmac.compare_digest(key.sha256, _digest(found[0])) or not key.is_good_at(now):
            return None
        api_keys.touch(session, key, now)
    return Caller(key.unit, f"key.{key.id}", scopes=frozenset(key.scopes))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
