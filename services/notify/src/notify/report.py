"""Notify's lists of the outcome (events.md section 5): one entry for each addressee of each letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection

from notify.domain.audience import Addressee
from notify.domain.bulletin import Bulletin, Correction, Entry
from notify.domain.serving import Letter, receipt
from notify.store.bulletins import BulletinStore
from notify.store.letters import copies


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`notices`, and `bulletins` with their corrections in the order in which they went out."""
    notices = [_notice(letter, addressee) for letter, addressee in copies(conn)]
    sent = sorted((_bulletin(found) for found in BulletinStore(conn).everything()), key=lambda row: (row["at"], row["bulletin"]))
    return {"notices": notices, "bulletins": sent}


def _bulletin(sent: Bulletin | Correction) -> dict[str, Any]:
    if isinstance(sent, Correction):
        return _row(sent.number, sent.bulletin, (sent.entry,), sent.corrected_at, corrects=sent.bulletin.bulletin)
    return _row(sent.bulletin, sent, sent.entries, sent.published_at)


def _row(number: str, bulletin: Bulletin, entries: Iterable[Entry], at: datetime, corrects: str | None = None) -> dict[str, Any]:
    return {
        "bulletin": number,
        "kind": "CORRECTED" if corrects else "PUBLISHED",
        "corrects": corrects,
        "scope": list(bulletin.scope),
        "items": [{"matter": entry.matter, "unit": entry.unit, "colour": entry.colour} for entry in entries],
        "at": _instant(at),
    }


def _notice(letter: Letter, addressee: str) -> dict[str, Any]:
    served_at, mode = receipt(letter, Addressee(addressee))
    return {
        "kind": letter.kind.value,
        "colour": letter.colour,
        "matter": letter.external_ref or letter.matter_id,
        "unit": letter.unit,
        "addressee": addressee,
        "dispatched_at": _instant(letter.dispatched_at),
        "served_at": _instant(served_at) if served_at else None,
        "mode": mode.value if mode else None,
    }


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
