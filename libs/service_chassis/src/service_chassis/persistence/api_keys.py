"""Keys of systems: who they speak for, what they may do, until when. Only the SHA-256 of a secret is kept (delivery.md e.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from service_chassis.persistence.tables import api_key

TOUCHED = timedelta(minutes=1)
"""How exactly the last use is kept: a write for every request would be for nothing."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it is kept."""

    id: str
    sha256: bytes
    unit: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    used_at: datetime | None = None

    def is_good_at(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


def find(session: Connection, id_: str) -> Key | None:
    """The key with this id."""
    row = session.execute(select(api_key).where(api_key.c.id == id_)).mappings().first()
    return Key(**{**row, "sha256": bytes(row["sha256"]), "scopes": tuple(row["scopes"])}) if row else None


def every(session: Connection, unit: str | None = None) -> list[Key]:
    """All keys, or those of one unit; the oldest first."""
    asked = select(api_key).order_by(api_key.c.created_at, api_key.c.id)
    rows = session.execute(asked if unit is None else asked.where(api_key.c.unit == unit)).mappings()
    return [Key(**{**row, "sha256": bytes(row["sha256"]), "scopes": tuple(row["scopes"])}) for row in rows]


def add(session: Connection, key: Key, scopes: Sequence[str]) -> None:
    """Keep a new key."""
    values = {name: getattr(key, name) for name in Key.__slots__}
    session.execute(api_key.insert(), [values | {"scopes": list(scopes)}])


def revoke(session: Connection, id_: str, now: datetime, by: str) -> bool:
    """From now on the key opens nothing; False where there is no such key that was good."""
    found = update(api_key).where(api_key.c.id == id_, api_key.c.revoked_at.is_(None))
    return session.execute(found.values(revoked_at=now, revoked_by=by)).rowcount == 1


def touch(session: Connection, key: Key, now: datetime) -> None:
    """The key was used, to the minute."""
    if key.used_at is None or now - key.used_at >= TOUCHED:
        session.execute(update(api_key).where(api_key.c.id == key.id).values(used_at=now))
