"""The third door: a ledger as a file. Every row is checked first, and a file is let in as a whole or not at all.

Behind the door stand the same validation and the same handlers as behind the broker's; what is refused there is said here at the
cell that it came from. The same file twice is the same matters once.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from event_contracts.wire import CONTENT_TYPE, Unreadable, read_inbound
from service_chassis.delivery import Runtime, all_or_none
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import inbox
from service_chassis.spreadsheet.reading import read

from intake.doors.ledger import Bad, Matter, columns, matters

NAMES = uuid.UUID("6f0c1c1e-6a8f-5b8e-9d53-6a3e0d9f2b11")
"""Namespace of the ids of messages that came in as a file."""
TYPE = "matter.submitted.v1"
QUEUE = "intake.inbound"

Told = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Sender:
    """For whom the file speaks (a unit's code, or `OFFICE`), and the person who brings it."""

    code: str
    person: str

    @property
    def source(self) -> str:
        """As in messages."""
        return "/office" if self.code == "OFFICE" else f"/units/{self.code}"


@dataclass(slots=True)
class Outcome:
    """What came of a file. With anything bad nothing was let in."""

    rows: int = 0
    new: int = 0
    known: int = 0
    bad: list[Bad] = field(default_factory=list)


def bring_in(path: Path, sender: Sender, runtime: Runtime, zone: ZoneInfo, told: Told) -> Outcome:
    """Let the matters of a ledger in. ConfigError for a file that cannot be read at all."""
    lines = read(path)
    outcome = Outcome(rows=max(0, len(lines) - 1))
    if not lines:
        outcome.bad.append(Bad(1, "A1", "", "", "文件为空 / the file is empty"))
        return outcome
    heads, outcome.bad = columns(lines[0])
    if outcome.bad:
        return outcome
    found, outcome.bad = matters(lines[1:], heads, zone)
    now = runtime.clock.now()
    messages = {_id(matter, sender): matter for matter in found}
    deliveries = {id_: _delivery(id_, matter, sender, now) for id_, matter in messages.items()}
    for number, (id_, matter) in enumerate(messages.items(), 1):
        outcome.bad += _faults(matter, deliveries[id_], now)
        told("检查 checking", number, len(messages))
    if not outcome.bad:
        _let_in(outcome, messages, deliveries, sender, runtime, told)
    outcome.bad.sort(key=lambda bad: (bad.row, len(bad.cell), bad.cell))
    return outcome


def _let_in(
    outcome: Outcome, messages: dict[str, Matter], deliveries: dict[str, Delivery], sender: Sender, runtime: Runtime, told: Told
) -> None:
    with runtime.database.begin() as session:
        known = inbox.handled(session, sender.source, messages.keys())
    fresh: Sequence[Delivery] = [delivery for id_, delivery in deliveries.items() if id_ not in known]
    told("写入 writing", 0, len(fresh))
    for refused in all_or_none(runtime, QUEUE, fresh):
        matter = messages[refused.message_id]
        pointer = refused.errors[0]["pointer"] if refused.errors else ""
        outcome.bad.append(matter.at(pointer, f"{refused.code}：{refused.detail}"))
    outcome.known = len(known)
    outcome.new = 0 if outcome.bad else len(fresh)
    told("写入 writing", len(fresh), len(fresh))


def _faults(matter: Matter, delivery: Delivery, now: datetime) -> list[Bad]:
    """What the contract says against this matter, cell by cell."""
    try:
        read_inbound(
            delivery.body,
            content_type=delivery.content_type,
            headers=None,
            routing_key=delivery.routing_key,
            user_id=delivery.user_id,
            now=now,
        )
    except Unreadable as error:
        if not error.errors:
            return [matter.at("", str(error))]
        return [matter.at(fault["pointer"], fault["detail"]) for fault in error.errors]
    return []


def _id(matter: Matter, sender: Sender) -> str:
    """The same matter with the same content has the same id, whenever it is brought."""
    content = json.dumps(matter.data | {"external_ref": matter.reference}, ensure_ascii=False, sort_keys=True)
    return str(uuid.uuid5(NAMES, f"{sender.source}\n{content}"))


def _delivery(id_: str, matter: Matter, sender: Sender, now: datetime) -> Delivery:
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": sender.source,
        "type": TYPE,
        "subject": matter.reference,
        "time": now.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": matter.data,
    }
    body = json.dumps(event, ensure_ascii=False).encode()
    key = f"{sender.code}.{TYPE}"
    return Delivery(body, key, "duban.inbound", content_type=CONTENT_TYPE, user_id=sender.person, message_id=id_)
