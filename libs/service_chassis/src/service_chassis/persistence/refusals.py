"""What was refused, and what was parked: kept, counted, and told to the sender on `duban.rejected`. Nothing is dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import CONFIDENTIAL
from event_contracts.refusal import Refusal, Unreadable, refusal_body, refusal_data, refusal_routing_key
from sqlalchemy import Connection, func, select

from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import tables
from service_chassis.persistence.sql import insert_new, insert_rows
from service_chassis.persistence.unit_of_work import REJECTED_EXCHANGE, UNKNOWN, Work, event_id

HOLDING_CODES = frozenset({"SCHEMA_INVALID", "TOO_LARGE", "ID_REUSED"})
"""Refusals that park the message and hold the sender's matters (events.md, "Parking and holds"); no other code does."""

KEPT_OF_TOO_LARGE = 1024
"""Bytes kept of a body over the size limit, beside its hash."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal as it is kept: of which message, why, and the fields at fault with their JSON pointers."""

    message_id: str
    code: str
    detail: str
    errors: list[dict[str, str]]


def newest(session: Connection) -> int:
    """The last refusal's number."""
    return int(session.execute(select(func.coalesce(func.max(tables.refusal.c.id), 0))).scalar_one())


def since(session: Connection, number: int, message_ids: Collection[str]) -> list[Refused]:
    """The refusals of these messages after `number`, in order; what others write at the same time is not among them."""
    found = tables.refusal.c
    columns = (found.message_id, found.code, found.detail, found.errors)
    rows = session.execute(select(*columns).where(found.id > number).order_by(found.id))
    return [Refused(*row) for row in rows if row.message_id in message_ids]


def write(work: Work) -> None:
    """Keep the refusals of this transaction and announce them to their senders."""
    rows = []
    for message, code, detail, pointer in work.refusals:
        refusal = Refusal.at(pointer, code, detail, to_party=detail != UNKNOWN)
        traced = replace(refusal, correlationid=message.correlationid, traceparent=message.traceparent)
        row = _refuse(work, message.id, message.source, message.sender, message.type, traced)
        rows.append(row | {"matter": _matter_of(message.type, code, named_by(message.data)), "parked_id": None})
    work.refusals = []
    insert_rows(work.session, tables.refusal, rows)


def refuse_unreadable(work: Work, queue: str, delivery: Delivery, reason: Unreadable) -> None:
    """Refuse what could not be read; of a classified message nothing but its id is kept."""
    sender, _, type_ = delivery.routing_key.partition(".")
    row = _refuse(work, reason.id or "", reason.source or "", sender, reason.type or "", Refusal.of(reason))
    row["matter"] = _matter_of(type_, reason.code, reason.matter)
    row["parked_id"] = parked_id(queue, delivery, reason.code) if reason.code in HOLDING_CODES else None
    insert_rows(work.session, tables.refusal, [row])


def named_by(data: Any) -> str | None:
    """The matter that a message is about, as it says itself: our id of it, or its submitter's reference."""
    return getattr(data, "matter", None) or getattr(data, "external_ref", None)


def _matter_of(type_: str, code: str, named: str | None) -> str | None:
    return None if type_ in CONFIDENTIAL or code == "CLASSIFIED" else named


def parked_id(queue: str, delivery: Delivery, code: str) -> str:
    """The same message is parked once, however often it comes."""
    digest = hashlib.sha256(delivery.body).hexdigest()
    return hashlib.sha256(f"{queue}\n{delivery.routing_key}\n{digest}\n{code}".encode()).hexdigest()[:32]


def _refuse(work: Work, id_: str, source: str, sender: str, type_: str, refusal: Refusal) -> dict[str, Any]:
    """Announce one refusal on `duban.rejected`; returns its row."""
    told = replace(refusal, original_id=id_ or None, original_type=type_ or None)
    data, service = refusal_data(told), work.service.name
    own_id = event_id(service, f"refused {sender} {id_} {told.code} {data['detail']}", len(work.outgoing))
    body = refusal_body(service, told, event_id=own_id, time=work.now)
    work.send(REJECTED_EXCHANGE, refusal_routing_key(sender, told.code), own_id, f"{service}.message.refused.v1", body)
    return {
        "message_id": id_,
        "source": source,
        "sender": sender,
        "type": type_,
        "code": told.code,
        "detail": data["detail"],
        "errors": data["errors"],
        "refused_at": work.now,
    }


def park(work: Work, queue: str, delivery: Delivery, *, code: str, reason: str, message: Message | None) -> None:
    """Keep a message that cannot be handled, in place; the sender's matters are held until a person has looked at it."""
    digest = hashlib.sha256(delivery.body).hexdigest()
    sender = message.sender if message is not None and message.sender else delivery.routing_key.partition(".")[0]
    kept = delivery.body[:KEPT_OF_TOO_LARGE] if code == "TOO_LARGE" else delivery.body
    row = {
        "id": parked_id(queue, delivery, code),
        "queue": queue,
        "code": code,
        "reason": reason[:2000],
        "sender": sender,
        "routing_key": delivery.routing_key,
        "exchange": delivery.exchange,
        "message_id": delivery.message_id,
        "user_id": delivery.user_id,
        "content_type": delivery.content_type,
        "headers": {str(k): str(v) for k, v in delivery.headers.items()},
        "body": kept,
        "sha256": digest,
        "size": len(delivery.body),
        "parked_at": work.now,
    }
    insert_new(work.session, tables.parked, [row])
    matter_id = getattr(message.data, "matter_id", None) if message is not None else None
    fact = work.service.PARKED(parked_id=row["id"], sender=sender, code=code, parked_at=work.now, matter_id=matter_id)
    work.announce(fact, subject=sender, time=work.now, barrier=True)
    work.service.parked(work, sender, matter_id, row["id"], code)


def report(session: Connection) -> list[dict[str, str]]:
    """What this service refused, for outcomes (events.md section 5); each message and code once."""
    columns = (tables.refusal.c.message_id, tables.refusal.c.type, tables.refusal.c.code, tables.refusal.c.detail)
    return [dict(zip(("id", "type", "code", "detail"), row, strict=True)) for row in session.execute(select(*columns).distinct())]
