"""An act out of the door: checked as the services will, kept, sent, and what came of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from event_contracts.event import Message, Request
from event_contracts.refusal import Unreadable
from event_contracts.wire import CONTENT_TYPE, inbound_to_wire, read_inbound

from board.access.roles import Person
from board.domain.texts import as_text
from board.errors import Refused, Unavailable
from board.site import Site
from board.store import acting

PATIENCE_SECONDS = 2.5
"""How long a page waits for what the services say; it goes on waiting in the list of acts."""
ACCOUNT = "board"
"""The board's account on the broker; which unit it speaks for says the routing key."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act so far: TAKEN, SENT or REFUSED."""

    act_id: str
    state: str
    code: str = ""
    detail: str = ""


def source_of(sender: str) -> str:
    """The CloudEvents source of a sender."""
    return "/office" if sender == "OFFICE" else f"/units/{sender}"


FORMS = uuid.UUID("5d3f2b0e-6f0c-5b7e-9f53-0a1f7d0c2e11")
"""Namespace of the ids of acts: an account and the form that it sent."""


def id_of(person: Person, once: str) -> str:
    """The act's id, and its message's: the same for the same form of the same account, a new one without a form."""
    return str(uuid.uuid5(FORMS, f"{person.login} {once}") if once else uuid.uuid4())


def send(site: Site, person: Person, data: Request, reason: str, answers: str | None = None, once: str = "") -> Outcome:
    """Publish what a person does; `answers` names what waited for it, `once` the form: sent twice, it is one act.

    Refused where the message would not be taken as it stands; Unavailable where nothing went out.
    """
    now = site.now().replace(microsecond=0)
    act_id = id_of(person, once)
    key = f"{person.sender}.{data.TYPE}"
    body = wire(data, person.sender, act_id, now)
    row = {
        "id": act_id, "login": person.login, "person": person.name, "role": person.role, "sender": person.sender,
        "type": data.TYPE, "matter": getattr(data, "matter", None), "unit": getattr(data, "unit", None),
        "at": as_text(now), "body": body.decode("utf-8"), "reason": reason, "answers": answers,
    }  # fmt: skip
    with site.database.writing() as connection:
        before = acting.outcome(connection, act_id)
        if before is None:
            acting.keep(connection, row)
        elif before["state"] == acting.FAILED:  # nobody knows whether it went out: the same message again
            body = before["body"].encode()
            acting.once_more(connection, act_id)
    if before is not None and before["state"] != acting.FAILED:
        return wait(site, act_id)
    try:
        site.outbox.send(key, body, act_id, data.TYPE)
    except Unavailable as error:
        with site.database.writing() as connection:
            acting.failed(connection, act_id, str(error))
        raise
    return wait(site, act_id)


def wire(data: Request, sender: str, act_id: str, now: datetime) -> bytes:
    """The message as it goes out; Refused with every field at fault."""
    subject = str(getattr(data, "matter", None) or getattr(data, "unit", None) or "")
    message = Message(id=act_id, source=source_of(sender), type=data.TYPE, subject=subject, time=now, data=data)
    body = inbound_to_wire(message)
    try:
        read_inbound(body, content_type=CONTENT_TYPE, headers={}, routing_key=f"{sender}.{data.TYPE}", user_id=ACCOUNT, now=now)
    except Unreadable as error:
        told = "；".join(fault["detail"] for fault in error.errors) or error.detail
        raise Refused(error.code, told) from error
    return body


def wait(site: Site, act_id: str) -> Outcome:
    """What became of it, as far as it is known within some seconds."""
    seen, left = site.projector.version, PATIENCE_SECONDS
    while True:
        found = outcome(site, act_id)
        if found.state != "SENT" or left <= 0:
            return found
        seen, left = site.projector.wait(seen, 0.5), left - 0.5


def outcome(site: Site, act_id: str) -> Outcome:
    """What became of it so far."""
    with site.database.reading() as connection:
        row: dict[str, Any] = acting.outcome(connection, act_id) or {"state": acting.FAILED, "taken": False}
    state = "TAKEN" if row["taken"] and row["state"] == acting.SENT else row["state"]
    return Outcome(act_id, state, row.get("code") or "", row.get("detail") or "")
