"""Messages on the wire, both ways: the face of this library.

`read_inbound` is strict: what a department sends is refused with every field at fault, or taken as it stands.
`read_published` is tolerant: what our own services announce may come from a later release.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from event_contracts import envelope, inbound
from event_contracts.envelope import Event
from event_contracts.event import Fact, Message, Request
from event_contracts.evolution import fact_schema
from event_contracts.published import CONTENT_TYPE, FACTS, SCHEMA_PREFIX, read_published, to_wire
from event_contracts.refusal import Refusal, Unreadable, refusal_body, refusal_data, refusal_routing_key
from event_contracts.schemas import CONTRACTS, REQUESTS
from event_contracts.strict_json import MAX_BYTES

__all__ = [
    "CONTENT_TYPE", "FACTS", "MAX_BYTES", "REQUESTS", "Refusal", "Unreadable", "inbound_to_wire", "json_schema",
    "may_send", "read_inbound", "read_published", "refusal_body", "refusal_data", "refusal_routing_key", "to_wire",
]  # fmt: skip


def read_inbound(
    body: bytes,
    *,
    content_type: str | None,
    headers: Mapping[str, Any] | None,
    routing_key: str,
    user_id: str | None,
    now: datetime,
) -> Message:
    """One inbound message, fully checked. `now` is its arrival, aware.

    Raises Unreadable and nothing else: TOO_LARGE, CLASSIFIED, SCHEMA_INVALID or SENDER_MISMATCH.
    """
    event: Event = {}
    try:
        envelope.open_envelope(event, body, content_type, headers)
        time = envelope.check_attributes(event, now)
        sender = envelope.proven_sender(event, routing_key, user_id)
        message = _message(event, time, sender, _data(event), now)
        if (refusal := may_send(message)) is not None:
            raise Unreadable(refusal.code, refusal.detail, refusal.errors)
        return message
    except Unreadable as error:
        envelope.describe(error, event)
        raise


def inbound_to_wire(message: Message) -> bytes:
    """An inbound message as a department's system would send it (structured mode); `read_inbound` reads it back."""
    return to_wire(message)


def may_send(message: Message) -> Refusal | None:
    """Why this sender may not say this, or None. Who is a party to a matter is for the services to know.

    A unit speaks for itself only; the office alone decides; a body answers for what was handed over to it; the assessment
    office keeps the books; markers come from escalation alone (events.md section 2, domain.md d.14).
    """
    sender, kind = message.sender, message.type
    if (sender == "DUBAN") != (kind == inbound.CutMarked.TYPE):
        return Refusal.at("/type", "SENDER_MISMATCH", f"{kind} 不由 {sender} 发送 / {kind} is not sent by {sender}")
    if kind in inbound.BY_THE_UNIT and message.data.unit != sender:
        return Refusal.at("/data/unit", "SENDER_MISMATCH", "单位只能代表自己 / a unit speaks for itself only")
    if kind == inbound.ReplySent.TYPE and sender != "OFFICE" and message.data.unit not in (None, sender):
        return Refusal.at("/data/unit", "SENDER_MISMATCH", "单位只能代表自己 / a unit speaks for itself only")
    if kind in inbound.BY_THE_OFFICE and sender != "OFFICE":
        return Refusal.at("/type", "SENDER_MISMATCH", "此类消息只能由督查室发送 / only the office may send this")
    if kind in inbound.BY_A_BODY and sender not in ("OFFICE", message.data.body):
        detail = "移送由督查室或受移送机关回复 / only the office or the body itself answers a referral"
        return Refusal.at("/data/body", "SENDER_MISMATCH", detail)
    if kind in inbound.BY_THE_ASSESSMENT_OFFICE and sender not in ("OFFICE", inbound.ASSESSMENT):
        detail = "此类消息只能由考核办或督查室发送 / only the assessment office or the supervision office may send this"
        return Refusal.at("/type", "SENDER_MISMATCH", detail)
    if kind == inbound.UrgeSent.TYPE and (message.data.by == "OFFICE") != (sender == "OFFICE"):
        detail = "OFFICE 由督查室、LEAD 由牵头单位发送 / by is OFFICE from the office, LEAD from a unit"
        return Refusal.at("/data/by", "SENDER_MISMATCH", detail)
    return None


def _message(event: Event, time: datetime, sender: str, data: Request, now: datetime) -> Message:
    subject = event.get("subject") or getattr(data, "matter", None) or getattr(data, "external_ref", None) or ""
    return Message(
        id=event["id"],
        source=event["source"],
        type=event["type"],
        subject=subject,
        time=time,
        data=data,
        correlationid=event.get("correlationid"),
        causationid=event.get("causationid"),
        traceparent=envelope.trace_of(event),
        sender=sender,
        arrived=now,
    )


def _data(event: Event) -> Request:
    """The typed data. Unreadable (SCHEMA_INVALID) with every field at fault."""
    contract = CONTRACTS.get(event["type"])
    if contract is None:
        raise _unknown_type(event["type"])
    found: Request
    found, faults = contract.take(event["data"], "/data")
    if faults:
        raise envelope.invalid(faults)
    return found


def _unknown_type(name: str) -> Unreadable:
    known = sorted(CONTRACTS.keys() - {inbound.CutMarked.TYPE})
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return envelope.invalid([envelope.fault("/type", f"未知类型 / unknown type {name[:80]!a}; {hint}known: {', '.join(known)}")])


def json_schema(cls: type[Request] | type[Fact]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the `data` of one type, inbound or published; LookupError for a class that has no type."""
    body = CONTRACTS[cls.TYPE].schema() if issubclass(cls, Request) else fact_schema(cls)
    about = (cls.__doc__ or "").strip().partition("\n")[0]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_PREFIX + cls.TYPE, "title": cls.TYPE}
    return head | {"description": about} | body
