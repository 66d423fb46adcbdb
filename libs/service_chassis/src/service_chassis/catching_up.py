"""`catch-up`: a service whose database was restored from a backup comes to where it was (delivery.md F9, T12, head no. 10).

What the others announced since is in `duban.archive`, what was reported to this service in the kept bodies of an inbox. Both are
handled once more, at the instants at which they were handled then, with the clock standing there, so that the same slips are
issued with the same numbers and dates. What this service itself announced since then tells those instants; it is not announced
again. Nothing is sent to anybody: the relay, consume and tick of the service are down meanwhile.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

import orjson

from service_chassis.clock import VirtualClock
from service_chassis.declare import EVENTS, INBOUND, bindings
from service_chassis.delivery import Runtime, process_batch, run_timers
from service_chassis.errors import ConfigError
from service_chassis.messaging import archive, connection, topology
from service_chassis.messaging.embedded import topic_matches
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import restored
from service_chassis.persistence.database import Database, Tls
from service_chassis.persistence.leader import Leader
from service_chassis.station import Station

OVERLAP = timedelta(hours=1)
"""How long before the last message that was read the archive is read again; what was handled is dropped by its id."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""AMQP knows no instant before."""
ALL_RETURNED = 2**62
MOST_TIMERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """One message to handle again: when it was handled then, and where it stood."""

    at: datetime
    place: int
    queue: str
    delivery: Delivery


@dataclass(slots=True)
class Told:
    """What this service itself announced since the backup, as the archive says."""

    ids: set[str] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)
    """Subject → the number of its newest event."""
    handled_at: dict[str, datetime] = field(default_factory=dict)
    """Cause → when it was handled."""
    instants: set[datetime] = field(default_factory=set)
    asked: int = 0

    def take(self, event: Any, recorded: datetime) -> None:
        """Learn from one of the service's own events."""
        subject = event.get("subject") or ""
        self.last[subject] = max(self.last.get(subject, 0), int(event.get("sequence") or 0))
        if event["type"].endswith(".cut.wanted.v1"):
            self.asked = max(self.asked, int(event["data"]["want"]))
        if ".cut." in event["type"]:
            return  # markers are not kept; what asked for them and passed them on is of no more use
        self.ids.add(event["id"])
        self.instants.add(recorded)
        if cause := event.get("causationid"):
            self.handled_at.setdefault(cause, recorded)


class Settled:
    """The cut while catching up: everything that was reported by then is handled before the clocks of an instant."""

    def ask(self, _work: Any) -> int:
        """No marker is made."""
        return 1

    def returned(self, _session: Any) -> int:
        """Whatever is asked has come back."""
        return ALL_RETURNED


class Replaying(Runtime):
    """The service as it stood then: its clock stands where we put it, and every marker has returned."""

    @property
    def cut(self) -> Any:
        return Settled()


@dataclass(frozen=True, slots=True)
class Result:
    """How it went."""

    messages: int
    again: int
    """Events that were announced before, and are not announced again."""
    new: int
    """Events that were never published; the relay will."""
    missing: int
    """Events of the archive that were not announced once more."""
    unread: int
    """Kept bodies that were left out, as told: their attributes are gone."""


def catch_up(runtime: Runtime, bodies: Iterable[tuple[str, bytes]], inbox: Sequence[Any], *, leave_out: bool = False) -> Result:
    """Handle what came since the backup. `bodies` are (routing key, body) of the archive, `inbox` rows of `kept_bodies`.

    ConfigError, before anything is handled, for kept bodies that cannot be read by themselves, unless they shall be left out.
    """
    told, foreign = _sorted_out(runtime, bodies)
    inputs, unread = _inputs(told, foreign, inbox, runtime.service.name)
    if unread and not leave_out:
        raise ConfigError(_unreadable(unread))
    clock = VirtualClock(min([*told.instants, *(one.at for one in inputs)], default=runtime.clock.now()))
    replaying = Replaying(
        runtime.service, runtime.database, clock, cut_interval=1e12, cut_grace=runtime.cut_grace, refuse_waiting_after=None
    )
    by_instant = {at: list(group) for at, group in groupby(inputs, key=lambda one: one.at)}
    for at in sorted({*by_instant, *told.instants}):
        clock.move_to(at)
        for queue, group in groupby(by_instant.get(at, ()), key=lambda one: one.queue):
            process_batch(replaying, queue, [one.delivery for one in group])
        if at in told.instants:
            while run_timers(replaying, MOST_TIMERS):
                pass
    return _close(runtime, told, len(inputs), len(unread))


def _close(runtime: Runtime, told: Told, messages: int, unread: int) -> Result:
    service = runtime.service
    with runtime.database.begin() as session:
        again, new = restored.settle_outbox(session, told.ids, service.sealed_types, runtime.clock.now())
        announced = restored.announced(session, told.ids)
        restored.raise_counters(session, told.last, told.asked)
        service.caught_up(session, runtime.clock.now())
    return Result(messages, again, new, len(told.ids) - announced, unread)


def _sorted_out(runtime: Runtime, bodies: Iterable[tuple[str, bytes]]) -> tuple[Told, list[tuple[datetime, str, str, bytes]]]:
    """The service's own events, and what it reads of the others'."""
    name = runtime.service.name
    patterns = [pattern for exchange, pattern, _ in bindings(runtime.service) if exchange == "duban.events"]
    told, foreign, recorded = Told(), [], BEGINNING
    for key, body in bodies:
        event = _event(body)
        recorded = _recorded(event) or recorded  # what tells no time came after the one before it
        if event.get("source") == f"/duban/{name}":
            told.take(event, recorded)
        if any(topic_matches(pattern, key) for pattern in patterns):
            foreign.append((recorded, event.get("id", ""), key, body))  # no event at all is parked, as it was then
    return told, foreign


def _event(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _recorded(event: dict[str, Any]) -> datetime | None:
    """When it was announced, in UTC."""
    try:
        return datetime.fromisoformat(event.get("recordedtime") or event["time"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _inputs(told: Told, foreign: Sequence[Any], inbox: Sequence[Any], name: str) -> tuple[list[Input], list[Any]]:
    """Everything in the order in which it was handled: at the instant of what it led to, where it led to something. And the rows
    that cannot be read."""
    found, unread = [], []
    for place, (recorded, id_, key, body) in enumerate(foreign):
        at = told.handled_at.get(id_, recorded)
        found.append(Input(at, place, f"{name}.{EVENTS}", Delivery(body, key, "duban.events")))
    for place, row in enumerate(inbox):
        delivery = _inbound(row)
        if delivery is None:
            unread.append(row)
        else:
            found.append(Input(row.received_at.astimezone(UTC), place, f"{name}.{INBOUND}", delivery))
    return sorted(found, key=lambda one: (one.at, one.queue.endswith(EVENTS), one.place)), unread


NAMED = 5
"""Unreadable messages that are named."""


def _unreadable(rows: Sequence[Any]) -> str:
    named = ", ".join(f"{row.source} {row.id}" for row in rows[:NAMED]) + ", …" * (len(rows) > NAMED)
    return (
        f"{len(rows)} kept bodies came in binary mode and their attributes are gone: {named}. Nothing was handled. "
        "Ask their senders to send them again with the same ids once consume runs, and give --leave-out"
    )


def _inbound(row: Any) -> Delivery | None:
    """A kept body as the broker brought it, in binary mode with its headers; who sent it was proven then. None where they are
    gone (the inbox did not keep them at first)."""
    body, headers = bytes(row.body), dict(row.attributes or {})
    event = {} if headers else orjson.loads(body)
    type_ = headers.get("ce-type") or (event.get("type") if isinstance(event, dict) and "specversion" in event else None)
    if type_ is None:
        return None
    sender = "OFFICE" if row.source == "/office" else row.source.rpartition("/")[2]
    return Delivery(body, f"{sender}.{type_}", "duban.inbound", user_id=sender.lower(), message_id=row.id, headers=headers)


# ---- the command


def parser(service: str) -> argparse.ArgumentParser:
    """The words of the role."""
    made = argparse.ArgumentParser(prog=f"python -m {service} catch-up", description="恢复备份后补齐 / after a restored backup")
    made.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="已发布事件的文件；默认读 duban.archive / published events"
    )
    made.add_argument("--inbox", metavar="URL", help="保留收件原文的数据库 / a database that still has this service's inbox")
    made.add_argument(
        "--leave-out", action="store_true", help="略去无法单独读取的收件 / leave out bodies whose attributes are gone"
    )
    made.add_argument("--without-inbox", action="store_true", help="收件原文已失 / it is lost; senders are asked to send again")
    return made


def run(station: Station, words: Sequence[str], out: TextIO | None = None) -> int:
    """The role `catch-up`; 0 when everything that was announced was announced once more, else 1."""
    out = out or sys.stdout
    runtime = station.runtime
    given = parser(runtime.service.name).parse_args(words)
    if (given.inbox is None) != given.without_inbox:
        raise ConfigError("say where the kept inbox is: --inbox URL, or --without-inbox if it is lost")
    _refuse_readers(station)
    leader = Leader(runtime.database, "relay")
    if not leader.try_lead():
        raise ConfigError(f"the relay of {runtime.service.name} runs; stop relay, consume and tick before you catch up")
    try:
        found = _run(station, given)
    finally:
        leader.close()
    out.write(f"{runtime.service.name}: {found.messages} messages handled again, {found.again} events were told before\n")
    out.write(f"{runtime.service.name}: {found.new} events are new and will be published by the relay\n")
    if found.unread:
        out.write(f"{runtime.service.name}: {found.unread} kept bodies were left out; ask their senders to send again\n")
    if found.missing:
        out.write(f"{runtime.service.name}: {found.missing} events of the archive did not come again; compare before you start\n")
    return 1 if found.missing or found.unread else 0


def _refuse_readers(station: Station) -> None:
    """What arrives meanwhile would be handled in between, out of its time. (A running tick cannot be seen from here.)"""
    name = station.runtime.service.name
    opened = connection.connect(station.broker, station.connection_name)
    try:
        queues = (topology.queue_name(name, kind) for kind in (INBOUND, EVENTS))
        reading = [queue for queue in queues if opened.channel().queue_declare(queue, passive=True).consumer_count]
    finally:
        connection.close(opened)
    if reading:
        raise ConfigError(f"{' and '.join(reading)} are read; stop relay, consume and tick of {name} before you catch up")


def _run(station: Station, given: argparse.Namespace) -> Result:
    runtime = station.runtime
    with runtime.database.begin() as session:
        last = restored.last_read(session)
    since = begin_at(last)
    rows: list[Any] = []
    if given.inbox is not None:
        ways = station.settings
        kept = Database(given.inbox, runtime.service.name, Tls(ways.database_ca, ways.database_cert, ways.database_key))
        with kept.begin() as session:
            rows = restored.kept_bodies(session, since)
        kept.close()
    return catch_up(runtime, _archived(station, given.source, since), rows, leave_out=given.leave_out)


def begin_at(last_read: datetime | None) -> datetime:
    """From when on what came since is read; from its beginning, where the restored inbox had not taken anything."""
    return BEGINNING if last_read is None else last_read - OVERLAP


def _archived(station: Station, source: Path | None, since: datetime) -> Iterator[tuple[str, bytes]]:
    if source is not None:
        for body in archive.from_file(source):
            yield orjson.loads(body)["type"], body
    else:
        name = f"{station.connection_name}"
        yield from (found for found in archive.stream(station.broker, name, since) if found is not None)
