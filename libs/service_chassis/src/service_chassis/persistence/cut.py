"""The cut: numbered markers that prove how far the inbound streams have been read (delivery.md c.4, events.md "Markers").

A marker carries a number and never a time. Escalation makes marker *n* (`issue`), every inbound queue passes it on, and *n*
has returned when each path has brought it. A timer that became due asks for a marker that is made after that moment
(`ask`), and is answered only when it has returned (`returned`).

The counters live in the table `cut` of each service:
`issued`, `demand`, `path:<service>` and `want:<service>` in escalation; `asked` and `answered` in notify;
`read_until_ms` in intake and notify.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import CutMarked
from event_contracts.wire import inbound_to_wire
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from service_chassis.persistence import tables
from service_chassis.persistence.unit_of_work import INBOUND_EXCHANGE, Work

MARKER_KEY = "DUBAN.cut.marked.v1"
MARKER_TYPE = "cut.marked.v1"
PASSED, WANTED = "cut.passed.v1", "cut.wanted.v1"
"""Types of the facts about it, behind the name of the service that says so."""
PATHS = ("path:escalation", "path:intake", "path:notify")
"""Every way a report can take to escalation; a marker has returned when all three have brought it."""

READ_UNTIL = "read_until_ms"

_READ = select(tables.cut.c.name, tables.cut.c.number)
_RAISE: dict[str, Any] = {}


def _raise_statement(dialect: str) -> Any:
    if dialect not in _RAISE:
        statement = (
            (sqlite if dialect == "sqlite" else postgresql)
            .insert(tables.cut)
            .values(name=bindparam("name"), number=bindparam("number"))
        )
        _RAISE[dialect] = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"number": statement.excluded.number},
            where=tables.cut.c.number < statement.excluded.number,
        )
    return _RAISE[dialect]


def counters(session: Connection) -> dict[str, int]:
    """All counters of this service; a missing one is 0."""
    return {row[0]: row[1] for row in session.execute(_READ)}


def note(session: Connection, name: str, number: int) -> None:
    """Raise a counter; it never falls, so repeated and late markers are harmless."""
    session.execute(_raise_statement(session.dialect.name), {"name": name, "number": number})


def read_until(session: Connection) -> datetime | None:
    """When the last marker that has passed the own inbound queue was made: whatever stood there by then has been read.

    It only bounds what is believed of a late message. A marker from the future (a clock that jumped) counts as of its reading.
    """
    made = counters(session).get(READ_UNTIL)
    return datetime.fromtimestamp(made / 1000, UTC) if made is not None else None


@dataclass(frozen=True, slots=True)
class Maker:
    """How escalation asks: it makes the markers itself."""

    def ask(self, work: Work) -> int:
        """The number of the next marker, which is made after this moment."""
        number = counters(work.session).get("issued", 0) + 1
        note(work.session, "demand", number)
        return number

    def issued(self, session: Connection) -> int:
        """The highest marker that was made."""
        return counters(session).get("issued", 0)

    def returned(self, session: Connection) -> int:
        """The highest marker that every path has brought back."""
        found = counters(session)
        return min(found.get(path, 0) for path in PATHS)


@dataclass(frozen=True, slots=True)
class Asker:
    """How notify asks: by a request to escalation, whose next marker says which requests it answers."""

    fact: Any

    def ask(self, work: Work) -> int:
        """The number of a new request."""
        number = counters(work.session).get("asked", 0) + 1
        note(work.session, "asked", number)
        work.announce(self.fact(want=number), subject="cut", time=work.now)
        return number

    def issued(self, session: Connection) -> int:
        """The highest request that was made."""
        return counters(session).get("asked", 0)

    def returned(self, session: Connection) -> int:
        """The highest request that was answered by a marker which has passed the own inbound queue."""
        return counters(session).get("answered", 0)


def is_wanted(found: dict[str, int]) -> bool:
    """Whether a marker should be made: a timer waits for one, or another service asked."""
    wants = any(number > found.get(f"given:{name[5:]}", 0) for name, number in found.items() if name.startswith("want:"))
    return wants or found.get("demand", 0) > found.get("issued", 0)


def issue(work: Work, interval: float) -> int | None:
    """Make the next marker if one is wanted and the last is at least `interval` seconds old; returns its number.

    It leaves through the outbox after this transaction is committed, so it was made after whatever was due in it.
    """
    found = counters(work.session)
    now_ms = int(work.now.timestamp() * 1000)
    if not is_wanted(found) or now_ms - found.get("issued_ms", 0) < interval * 1000:
        return None
    number = found.get("issued", 0) + 1
    answers = {name[5:]: number for name, number in found.items() if name.startswith("want:")}
    note(work.session, "issued", number)
    note(work.session, "issued_ms", now_ms)
    for name, want in answers.items():
        note(work.session, f"given:{name}", want)
    marker = _marker(number, answers, work.now)
    work.send(INBOUND_EXCHANGE, MARKER_KEY, marker.id, MARKER_TYPE, inbound_to_wire(marker))
    return number


def _marker(number: int, answers: dict[str, int], now: datetime) -> Message:
    return Message(
        id=f"cut-{number}",
        source="/duban/escalation",
        type=MARKER_TYPE,
        subject="cut",
        time=now,
        data=CutMarked(number=number, answers=answers),
        sender="DUBAN",
    )


def is_about(message: Message) -> bool:
    """Whether this is a marker of ours, or a fact that belongs to it; a marker of anybody else is not."""
    if isinstance(message.data, CutMarked):
        return message.sender == "DUBAN"
    return message.type.partition(".")[2] in (PASSED, WANTED)


def receive(work: Work, message: Message) -> None:
    """Handle what `is_about` the cut; only when all that stood before it in this transaction has been handled and announced."""
    data, service = message.data, work.service
    if isinstance(data, CutMarked):
        note(work.session, READ_UNTIL, int(min(message.time, work.now).timestamp() * 1000))
        if service.FORWARDS_CUT is not None:
            work.announce(service.FORWARDS_CUT(number=data.number), subject="cut", time=work.now, barrier=True)
        if service.WANTS_CUT is not None:
            note(work.session, "answered", data.answers.get(service.name, 0))
        if service.MAKES_CUT:
            note(work.session, "path:escalation", data.number)
        return
    producer, _, rest = message.type.partition(".")
    if rest == PASSED:
        note(work.session, f"path:{producer}", data.number)
    else:
        note(work.session, f"want:{producer}", data.want)
