"""`Work`: one transaction with everything that belongs to it.

What a handler announces, sets and refuses is collected here and written in a few bulk statements at the end, in the same
transaction as its effect. The broker is told only after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from event_contracts.event import Fact, Message
from event_contracts.trace import continued
from event_contracts.wire import to_wire
from sqlalchemy import Connection, bindparam, select

from service_chassis.persistence import arrays, tables
from service_chassis.persistence.sql import chunks, delete_by_key, insert_new, insert_rows, update_by_key, upsert_rows

WAITING = "waiting"
"""Kind of the timer at which a waiting message is refused."""

UNKNOWN = "没有这个事项，或贵单位不是其当事方 / no such matter, or your unit is not a party to it"
"""Said of every matter that the sender may not know of: unknown, foreign or covert, all in the same words."""

EVENTS_EXCHANGE = "duban.events"
REJECTED_EXCHANGE = "duban.rejected"
INBOUND_EXCHANGE = "duban.inbound"


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that became due. The row is gone when its handler runs; the handler may set it again."""

    kind: str
    key: str
    subject: str
    due_at: datetime


@dataclass(slots=True)
class Memory:
    """What a rehearsal keeps in memory instead of in tables, since nothing can be lost between two of its transactions:
    the number of events of each subject, and what is to be published next."""

    numbers: dict[str, int] = field(default_factory=dict)
    outgoing: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Held:
    """A message that waits for its matter (or for something of its matter) to be known."""

    message: Message
    matter: str
    reason: str


_LOCK = (
    select(tables.subject.c.subject, tables.subject.c.last)
    .where(tables.subject.c.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(tables.subject.c.subject)
    .with_for_update()
)
_LOCK_ARRAY = (
    select(tables.subject.c.subject, tables.subject.c.last)
    .where(arrays.is_one_of(tables.subject.c.subject, "subjects"))
    .order_by(tables.subject.c.subject)
    .with_for_update()
)


def event_id(service: str, subject: str, sequence: int) -> str:
    """The id of a service's n-th event about a subject, a UUID of version 8 (RFC 9562): made once, and the same if made again."""
    h = blake2b(f"{service}\x1f{subject}\x1f{sequence}".encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:]}"


class Work:
    """One transaction of one service: `session`, `now`, `store`, and what is announced, timed, refused or held in it."""

    def __init__(self, service: Any, session: Connection, now: datetime, memory: Memory | None = None) -> None:
        self.memory = memory
        self.armed_from: datetime | None = None
        self.service = service
        self.session = session
        self.now = now
        self.store: Any = None
        self.cause: Message | None = None
        self.retries: set[str] = set()
        self.known: dict[str, dict[str, Any]] = {}
        self.held: list[Held] = []
        self.outgoing: list[dict[str, Any]] = []
        self.refusals: list[tuple[Message, str, str, str | None]] = []
        self.timers: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._matters: dict[tuple[str, str], str] = {}
        self._last: dict[str, int] = {}
        self._advanced: set[str] = set()

    # ---- subjects

    def lock(self, subjects: Iterable[str]) -> None:
        """Take these subjects for this transaction, in sorted order; missing ones are created."""
        wanted = sorted({s for s in subjects if s not in self._last})
        if not wanted:
            return
        if self.memory is not None:
            self._last.update((s, self.memory.numbers.get(s, 0)) for s in wanted)
            return
        found = self._read_locked(wanted)
        missing = [s for s in wanted if s not in found]
        if missing:
            insert_new(self.session, tables.subject, [{"subject": s, "last": 0} for s in missing])
            found |= self._read_locked(missing) if not self.service_is_alone else dict.fromkeys(missing, 0)
        self._last.update(found)

    def take_line(self, queue: str) -> None:
        """Wait for this queue's place in the line, before anything else is locked; held until the transaction ends."""
        if not self.service_is_alone:
            self.lock([queue])

    def holds(self, locked: dict[str, int]) -> None:
        """These subjects are locked already (the tick claimed them), with their last numbers."""
        self._last.update(locked)

    @property
    def service_is_alone(self) -> bool:
        """On SQLite nobody else writes, so a row that was just created need not be read back."""
        return self.session.dialect.name == "sqlite"

    def _read_locked(self, subjects: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        statement = _LOCK if self.service_is_alone else _LOCK_ARRAY
        for part in chunks(subjects):
            found.update((row[0], row[1]) for row in self.session.execute(statement, {"subjects": part}))
        return found

    # ---- what handlers do

    def announce(
        self,
        fact: Fact,
        *,
        subject: str,
        time: datetime,
        cause: Message | None = None,
        policy: str | None = None,
        barrier: bool = False,
    ) -> str:
        """Write a fact to the outbox of this transaction; returns the event's id.

        `subject` is the matter id (or the unit); `time` the business instant. Without `cause` the message being handled is it.
        """
        if subject not in self._last:
            self.lock([subject])
        sequence = self._last[subject] = self._last[subject] + 1
        self._advanced.add(subject)
        if hasattr(fact, "revision"):
            object.__setattr__(fact, "revision", sequence)
        cause = cause or self.cause
        name = self.service.name
        own_id, root = event_id(name, subject, sequence), (cause.correlationid or cause.id) if cause else subject
        message = Message(
            id=own_id,
            source=f"/duban/{name}",
            type=fact.TYPE,
            subject=subject,
            time=time,
            data=fact,
            recordedtime=self.now,
            sequence=sequence,
            correlationid=root,
            causationid=cause.id if cause else None,
            traceparent=continued(cause.traceparent if cause else None, root, own_id),
            policyversion=policy,
        )
        self.send(EVENTS_EXCHANGE, fact.routing_key(), message.id, fact.TYPE, to_wire(message), barrier=barrier)
        return message.id

    def send(self, exchange: str, routing_key: str, message_id: str, type_: str, body: bytes, *, barrier: bool = False) -> None:
        """Put a ready message into the outbox; handlers use `announce` instead."""
        self.outgoing.append(
            {
                "exchange": exchange,
                "routing_key": routing_key,
                "message_id": message_id,
                "type": type_,
                "body": body,
                "barrier": barrier,
                "announced_at": self.now,
            }
        )

    def set_timer(self, kind: str, key: str, due_at: datetime, *, subject: str) -> None:
        """Arm a timer, or move the one with the same kind and key; moving it forgets the cut that it waited for."""
        answer = self.service.answers.get(kind)
        if self.armed_from is None or due_at < self.armed_from:
            self.armed_from = due_at
        self.timers[kind, key] = {
            "kind": kind,
            "key": key,
            "subject": subject,
            "due_at": due_at,
            "needs_cut": answer.cut if answer else self.service.knows_the_cut,
            "cut_seq": None,
        }

    def clear_timer(self, kind: str, key: str) -> None:
        """Disarm a timer; nothing happens where there is none."""
        self.timers[kind, key] = None

    def refuse(self, message: Message, code: str, detail: str, pointer: str | None = None) -> None:
        """Refuse an inbound message: told to its sender on `duban.rejected`, counted, kept in the table `refusal`."""
        self.refusals.append((message, code, detail, pointer))

    def wait_for(self, message: Message, reason: str, matter: str | None = None) -> None:
        """Keep a message until `retry` is called for its matter, or for `matter` (an id, a reference that is not known yet, or
        another subject that it waits for).

        In the end it is refused with `reason`.
        """
        own = self._matters.get((message.source, message.id)) or getattr(message.data, "matter", None)
        if matter is None and own is None:
            raise ValueError(f"{message.type} is about no matter: say what it waits for")
        self.held.append(Held(message, matter or own or "", reason))

    def retry(self, matter_id: str) -> None:
        """Handle the waiting messages of this matter again at the end of this batch."""
        self.retries.add(matter_id)

    def know_matter(self, matter_id: str, external_ref: str | None, submitted_by: str | None, units: Iterable[str]) -> None:
        """Remember how a matter may be referred to and who its parties are; wakes the messages that waited for it."""
        self.known[matter_id] = {
            "matter_id": matter_id,
            "external_ref": external_ref or matter_id,
            "submitted_by": submitted_by or "OFFICE",
            "units": sorted(set(units)),
        }

    def matter_of(self, message: Message) -> str:
        """The matter id that the message's `matter` stands for (already resolved by the chassis)."""
        return self._matters[message.source, message.id]

    def subjects_of(self, message: Message) -> list[str]:
        """What has to be locked for this message: its matter, or what the service says."""
        matter = self._matters.get((message.source, message.id))
        return [matter] if matter is not None else self.service.subjects(message)

    def matters_of(self, message: Message) -> list[str]:
        """The matters that the message is about, or made."""
        found = self._matters.get((message.source, message.id))
        return [found] if found is not None else list(self.service.makes(message))

    def resolved(self, message: Message, matter_id: str) -> None:
        """Called by the chassis: `message` is about this matter."""
        self._matters[message.source, message.id] = matter_id

    # ---- the end of the transaction

    def flush(self) -> None:
        """Write all that was collected, in bulk."""
        if self.timers:
            self._flush_timers()
        if self.known:
            upsert_rows(self.session, tables.matter_ref, list(self.known.values()), key=["matter_id"])
        if self.memory is not None:
            self.memory.numbers.update((s, self._last[s]) for s in self._advanced)
            self.memory.outgoing.extend(self.outgoing)
            return
        insert_rows(self.session, tables.outbox, self.outgoing)
        if self._advanced:
            rows = [{"subject": s, "last": self._last[s]} for s in sorted(self._advanced)]
            update_by_key(self.session, tables.subject, rows, key=["subject"])

    def _flush_timers(self) -> None:
        gone = [{"kind": k, "key": key} for (k, key), row in sorted(self.timers.items()) if row is None]
        armed = [row for _, row in sorted(self.timers.items()) if row is not None]
        self.lock(row["subject"] for row in armed)
        delete_by_key(self.session, tables.timer, gone)
        upsert_rows(self.session, tables.timer, armed, key=["kind", "key"])
