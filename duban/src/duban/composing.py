"""`duban bulletin`: composes a bulletin from the slips of a period; once it was approved, also the message that publishes it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from event_contracts import inbound
from event_contracts.event import Message
from event_contracts.notify import BulletinPublished
from event_contracts.refusal import Unreadable
from event_contracts.wire import CONTENT_TYPE, inbound_to_wire, read_inbound
from notify.printing.composing import composed, draft_sheet
from service_chassis.errors import ConfigError

from duban.printing import Question, opened, write

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:duban:bulletin")
ROUTING_KEY = f"OFFICE.{inbound.BulletinPublished.TYPE}"


@dataclass(frozen=True, slots=True)
class Period:
    """The bulletin that is wanted: its number, its audience, both days of its period, and who approved it, if anybody has."""

    number: str
    scope: tuple[str, ...]
    since: date
    until: date
    approved_by: str = ""


def compose(asked: Question, wanted: Period, out: Path) -> list[Path]:
    """The draft as PDF; with an approval the bulletin as PDF and, beside it, the message as .jsonl for `duban publish`.

    It is dated by the newest event that was read: the bulletin is as of then.
    """
    desk, press = opened(asked)
    made_at = desk.book.until
    if made_at is None:
        raise ConfigError("没有督办单 / no slip was issued")
    found = composed(desk, wanted.number, wanted.scope, wanted.since, wanted.until, made_at, wanted.approved_by.strip())
    body = message(found, made_at) if found.approved_by else b""
    written = [write(out, press.pdf(draft_sheet(desk, found)))]
    return [*written, write(out.with_suffix(".jsonl"), body + b"\n")] if body else written


def message(of: BulletinPublished, made_at: datetime) -> bytes:
    """The office's message, checked as the services will. Its id is the number's: published twice, it is one bulletin."""
    items = [inbound.BulletinItem(matter=item.matter, unit=item.unit, colour=item.colour) for item in of.items]
    data = inbound.BulletinPublished(bulletin=of.bulletin, scope=of.scope, items=items, text=of.text, approved_by=of.approved_by)
    found = Message(
        id=str(uuid.uuid5(NAMESPACE, of.bulletin)),
        source="/office",
        type=data.TYPE,
        subject=of.bulletin,
        time=made_at,
        data=data,
    )
    body = inbound_to_wire(found)
    try:
        read_inbound(body, content_type=CONTENT_TYPE, headers=None, routing_key=ROUTING_KEY, user_id="office", now=made_at)
    except Unreadable as error:
        raise ConfigError(f"通报不合规 / not a valid bulletin: {error.detail} {error.errors}") from error
    return body
