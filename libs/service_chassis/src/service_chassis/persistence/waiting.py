"""What a message's `matter` stands for, and messages that wait until it is known (events.md section 2).

A reference is our id or an `external_ref`, resolved among the matters to which the sender is a party. A message about a
matter that is not known yet waits in the table `waiting`, is tried again whenever a matter becomes known, and is refused in
the end. To the sender a foreign matter and an unknown one are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import BY_A_BODY
from event_contracts.wire import read_inbound
from sqlalchemy import bindparam, or_, select

from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import tables
from service_chassis.persistence.sql import chunks, insert_new, one_of, upsert_rows
from service_chassis.persistence.unit_of_work import UNKNOWN, WAITING, Held, Timer, Work

AMBIGUOUS = "编号对应多个事项，请使用事项编号 / ambiguous reference, use the matter's id"


@lru_cache(maxsize=4)
def _refs(dialect: str) -> Any:
    """What these references may stand for."""
    ref = tables.matter_ref.c
    return select(tables.matter_ref).where(or_(one_of(dialect, ref.matter_id, "refs"), one_of(dialect, ref.external_ref, "refs")))


@lru_cache(maxsize=4)
def _waiting_for(dialect: str) -> Any:
    """What waits for these matters."""
    return select(tables.waiting).where(one_of(dialect, tables.waiting.c.matter, "matters"))


_DONE = tables.waiting.delete().where(
    (tables.waiting.c.source == bindparam("b_source")) & (tables.waiting.c.id == bindparam("b_id"))
)


def resolve(work: Work, messages: Sequence[Message]) -> list[Message]:
    """The messages that can be handled now; the others are held or refused."""
    refs = {ref for m in messages if (ref := getattr(m.data, "matter", None)) is not None and work.service.resolves(m)}
    if not refs:
        return list(messages)
    hits = look_up(work, refs)
    return [message for message in messages if _resolved(work, message, hits)]


def look_up(work: Work, refs: Iterable[str]) -> dict[str, list[Any]]:
    """Reference → the rows of `matter_ref` that it may stand for: by our id or by the submitter's reference."""
    hits: dict[str, list[Any]] = {}
    for part in chunks(refs):
        for row in work.session.execute(_refs(work.session.dialect.name), {"refs": part}):
            for ref in {row.matter_id, row.external_ref}:
                hits.setdefault(ref, []).append(row)
    return hits


def _resolved(work: Work, message: Message, hits: dict[str, list[Any]]) -> bool:
    ref = getattr(message.data, "matter", None)
    if ref is None or not work.service.resolves(message):
        return True
    found = [row for row in hits.get(ref, ()) if _is_party(message, row)]
    exact = [row for row in found if row.matter_id == ref] or found
    if len(exact) > 1:
        work.refuse(message, "UNKNOWN_MATTER", AMBIGUOUS, "/data/matter")
        return False
    if not exact:
        work.held.append(Held(message, ref, UNKNOWN))
        return False
    work.resolved(message, exact[0].matter_id)
    return True


def _is_party(message: Message, row: Any) -> bool:
    """A body that answers a hand-over is a party by it; whether there is one, the service sees. It has proved who it is."""
    return message.sender in ("OFFICE", row.submitted_by) or message.sender in row.units or message.type in BY_A_BODY


# ---------------------------------------------------------------- waiting


def awakened(work: Work, deliveries: dict[tuple[str, str], Delivery]) -> list[Message]:
    """Waiting messages whose matter became known, or of which something changed, since the last call; oldest first."""
    if not work.known and not work.retries:
        return []
    matters = set(work.retries)
    for row in work.known.values():
        matters |= {row["matter_id"], row["external_ref"]}
    upsert_rows(work.session, tables.matter_ref, list(work.known.values()), key=["matter_id"])
    work.known, work.retries = {}, set()
    here = [held for held in work.held if held.matter in matters]
    work.held = [held for held in work.held if held.matter not in matters]
    found = [held.message for held in here] + _take_from_table(work, matters, deliveries)
    found.sort(key=lambda message: (message.time, message.id))
    return resolve(work, found)


def _take_from_table(work: Work, matters: set[str], deliveries: dict[tuple[str, str], Delivery]) -> list[Message]:
    messages: list[Message] = []
    for part in chunks(matters):
        for row in work.session.execute(_waiting_for(work.session.dialect.name), {"matters": part}).all():
            delivery = _delivery_of(row)
            messages.append(_decode_again(delivery, row.arrived_at))
            deliveries[row.source, row.id] = delivery
            work.clear_timer(WAITING, f"{row.source}|{row.id}")
    gone = [{"b_source": message.source, "b_id": message.id} for message in messages]
    if gone:
        work.session.execute(_DONE, gone)
    return messages


def _delivery_of(row: Any) -> Delivery:
    """A row of `waiting` as the broker once handed it over."""
    return Delivery(
        bytes(row.body), row.routing_key, "duban.inbound", 0, row.content_type, row.user_id, row.id, row.headers or {}
    )


def _decode_again(delivery: Delivery, arrived_at: Any) -> Message:
    """It was readable when it came; read it the same way."""
    return read_inbound(
        delivery.body,
        content_type=delivery.content_type,
        headers=delivery.headers,
        routing_key=delivery.routing_key,
        user_id=delivery.user_id,
        now=arrived_at,
    )


def keep(work: Work, deliveries: dict[tuple[str, str], Delivery], refuse_after: timedelta | None) -> None:
    """Write the held messages of this batch to the table, each with the time at which it is refused at last."""
    rows = []
    for held in work.held:
        message, delivery = held.message, deliveries[held.message.source, held.message.id]
        rows.append(
            {
                "source": message.source,
                "id": message.id,
                "matter": held.matter,
                "sender": message.sender,
                "reason": held.reason,
                "routing_key": delivery.routing_key,
                "body": delivery.body,
                "content_type": delivery.content_type,
                "headers": delivery.headers,
                "user_id": delivery.user_id,
                "arrived_at": work.now,
            }
        )
        if refuse_after is not None:
            work.set_timer(WAITING, f"{message.source}|{message.id}", work.now + refuse_after, subject=f"waiting:{held.matter}")
    insert_new(work.session, tables.waiting, rows)


def refuse_overdue(work: Work, timer: Timer) -> None:
    """A message has waited long enough: it is refused."""
    source, _, id_ = timer.key.partition("|")
    statement = select(tables.waiting).where((tables.waiting.c.source == source) & (tables.waiting.c.id == id_))
    _refuse(work, work.session.execute(statement).all())


def refuse_all(work: Work) -> int:
    """Refuse everything that waits (the end of a rehearsal); returns how many."""
    return _refuse(work, work.session.execute(select(tables.waiting).order_by(tables.waiting.c.id)).all())


def _refuse(work: Work, rows: Sequence[Any]) -> int:
    for row in rows:
        message = _decode_again(_delivery_of(row), row.arrived_at)
        work.refuse(message, "UNKNOWN_MATTER", row.reason, f"/data/{_field_of(message, row.matter)}")
        work.session.execute(_DONE, {"b_source": row.source, "b_id": row.id})
    return len(rows)


def _field_of(message: Message, awaited: str) -> str:
    """The field that names what a message waited for: its matter, or what a service made it wait for under a key of its own."""
    data = message.data
    others = (name for name in ("campaign", "inspection") if getattr(data, name, None) is not None)
    return "matter" if getattr(data, "matter", None) == awaited else next(others, "matter")


def parties(session: Any, matter_id: str | None) -> tuple[str | None, frozenset[str]]:
    """Who submitted a matter, and its units, as this service knows them; nobody for a matter that it does not know."""
    ref = tables.matter_ref.c
    row = session.execute(select(ref.submitted_by, ref.units).where(ref.matter_id == matter_id)).first()
    return (row.submitted_by, frozenset(row.units)) if row is not None else (None, frozenset())
