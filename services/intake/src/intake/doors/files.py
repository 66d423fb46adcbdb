"""The third door: a ledger as a file. Every row is checked first, and a file is let in as a whole or not at all.

Behind the door stand the same validation and the same handlers as behind the broker's; what is refused there is said here at the
cell that it came from. The same file twice is the same matters once.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.wire import CONTENT_TYPE, Unreadable, read_inbound
from service_chassis.delivery import Runtime
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import inbox
from service_chassis.spreadsheet.reading import Spool
from service_chassis.whole import all_or_none

from intake.doors.ledger import HEADS, Bad, Head, Matter, columns, matters

NAMES = uuid.UUID("6f0c1c1e-6a8f-5b8e-9d53-6a3e0d9f2b11")
"""Namespace of the ids of messages that came in as a file."""
TYPE = "matter.submitted.v1"
QUEUE = "intake.inbound"
MOST_FAULTS = 10_000
"""Faults after which a file is looked at no further; who has so many looks at the first of them."""

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
    with Spool(path) as lines:
        outcome = Outcome(rows=lines.rows)
        heading = lines.heading()
        if heading is None:
            outcome.bad.append(Bad(1, "A1", "", "", "文件为空 / the file is empty"))
            return outcome
        heads, outcome.bad = columns(heading)
        if not outcome.bad:
            ledger = Ledger(lines, heads, zone, sender, runtime.clock.now())
            outcome.bad = list(islice(ledger.faults(told), MOST_FAULTS))
            if not outcome.bad:
                _let_in(outcome, ledger, runtime, told)
    outcome.bad.sort(key=lambda bad: (bad.row, len(bad.cell), bad.cell))
    return outcome


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file whose heading is understood; its matters are made anew each time that one goes through it."""

    lines: Spool
    heads: Mapping[int, Head]
    zone: ZoneInfo
    sender: Sender
    now: datetime

    def __iter__(self) -> Iterator[Matter | Bad]:
        reference = next(number for number, head in self.heads.items() if head is HEADS[0])
        return matters(self.lines.gathered(reference), self.heads, self.zone)

    def faults(self, told: Told) -> Iterator[Bad]:
        """Every cell that cannot be understood, and every matter that does not fit its contract."""
        done = 0
        for found in self:
            if isinstance(found, Bad):
                yield found
                continue
            yield from _faults(found, _delivery(found, self.sender, self.now), self.now)
            done = max(done, found.row - 1)
            told("检查 checking", min(done, self.lines.rows), self.lines.rows)
        told("检查 checking", self.lines.rows, self.lines.rows)

    def good(self) -> Iterator[Matter]:
        """The matters, once nothing is wrong with any."""
        return (found for found in self if isinstance(found, Matter))


def _let_in(outcome: Outcome, ledger: Ledger, runtime: Runtime, told: Told) -> None:
    size = ledger.lines.rows

    def coming() -> Iterator[Delivery]:
        for matter in ledger.good():
            told("写入 writing", min(matter.row - 1, size), size)
            yield _delivery(matter, ledger.sender, ledger.now)

    def fresh(session: Any, piece: list[Delivery]) -> list[Delivery]:
        """What was not let in before."""
        known = inbox.handled(session, ledger.sender.source, [str(delivery.message_id) for delivery in piece])
        outcome.known += len(known)
        outcome.new += len(piece) - len(known)
        return [delivery for delivery in piece if delivery.message_id not in known]

    refused = {found.message_id: found for found in all_or_none(runtime, QUEUE, coming(), fresh)}
    for matter in ledger.good() if refused else ():
        if (found := refused.get(_id(matter, ledger.sender))) is not None:
            pointer = found.errors[0]["pointer"] if found.errors else ""
            outcome.bad.append(matter.at(pointer, f"{found.code}：{found.detail}"))
    if refused:
        outcome.new = 0
    told("写入 writing", size, size)


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


def _delivery(matter: Matter, sender: Sender, now: datetime) -> Delivery:
    id_ = _id(matter, sender)
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
