"""What was answered at the HTTP door, so that the same request gets the same answer, and what became of a message since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from service_chassis.persistence.tables import inbox, receipt, refusal, waiting


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer as it was given. `asked` is the SHA-256 of the request."""

    asked: bytes
    status: int
    answer: dict[str, Any]


def find(session: Connection, sender: str, id_: str) -> Receipt | None:
    """The answer that this sender's message got."""
    asked = select(receipt.c.asked, receipt.c.status, receipt.c.answer)
    row = session.execute(asked.where(receipt.c.sender == sender, receipt.c.id == id_)).first()
    return Receipt(bytes(row.asked), row.status, row.answer) if row else None


def keep(session: Connection, sender: str, id_: str, given: Receipt, now: datetime) -> None:
    """Remember an answer."""
    row = {"sender": sender, "id": id_, "asked": given.asked, "status": given.status, "answer": given.answer, "given_at": now}
    session.execute(receipt.insert(), [row])


def body_of(session: Connection, source: str, id_: str) -> tuple[bool, bytes | None]:
    """Whether a message with this id was taken here, by any door, and its body while that is kept."""
    row = session.execute(select(inbox.c.body).where(inbox.c.id == id_, inbox.c.source == source)).first()
    return row is not None, bytes(row.body) if row is not None and row.body is not None else None


def refusals_of(session: Connection, source: str, id_: str, after: int = 0) -> dict[str, Any] | None:
    """The last refusal of this message, with `code`, `detail`, `errors` and `type`."""
    asked = select(refusal).where(refusal.c.message_id == id_, refusal.c.source == source, refusal.c.id > after)
    row = session.execute(asked.order_by(refusal.c.id.desc()).limit(1)).mappings().first()
    return _plain(row) if row else None


def waits(session: Connection, source: str, id_: str) -> str | None:
    """Why the message waits; None if it does not."""
    asked = select(waiting.c.reason).where(waiting.c.source == source, waiting.c.id == id_)
    return session.execute(asked).scalar_one_or_none()


def all_waiting(session: Connection, sender: str | None, most: int) -> list[dict[str, Any]]:
    """What waits for its matter, the longest waiting first; of one sender, or of all."""
    columns = (waiting.c.id, waiting.c.sender, waiting.c.matter, waiting.c.reason, waiting.c.routing_key, waiting.c.arrived_at)
    asked = select(*columns).order_by(waiting.c.arrived_at, waiting.c.id).limit(most)
    rows = session.execute(asked if sender is None else asked.where(waiting.c.sender == sender)).mappings()
    return [_plain(row) for row in rows]


def all_refused(session: Connection, sender: str | None, before: int | None, most: int) -> list[dict[str, Any]]:
    """What was refused, the newest first; `before` is the number of the last one of the page before."""
    asked = select(refusal).order_by(refusal.c.id.desc()).limit(most)
    if sender is not None:
        asked = asked.where(refusal.c.sender == sender)
    if before is not None:
        asked = asked.where(refusal.c.id < before)
    return [_plain(row) for row in session.execute(asked).mappings()]


def _plain(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}
