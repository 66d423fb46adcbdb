"""Notify's lists of the outcome (events.md section 5): one entry for each addressee of each letter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection

from notify.domain.audience import Addressee
from notify.domain.serving import Letter, receipt
from notify.store import copies


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`notices` and `bulletins`; bulletins are not distributed by this release."""
    return {"notices": [_notice(letter, addressee) for letter, addressee in copies(conn)], "bulletins": []}


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
