"""From a batch of deliveries to a committed transaction, and from due timers to one: the heart of every service.

Nothing here knows a broker or nameko; `entrypoints` (RabbitMQ) and `entrypoints.inprocess` (embedded) both call it.
The caller acknowledges after `process_batch` has returned, and never otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import structlog
from event_contracts.event import Message
from event_contracts.wire import Unreadable, read_inbound, read_published

from service_chassis import logs
from service_chassis.clock import Clock
from service_chassis.declare import EVENTS, INBOUND, Service
from service_chassis.errors import Refused, Retry
from service_chassis.flow import Flow
from service_chassis.messaging.envelope import Delivery
from service_chassis.order import Order
from service_chassis.pace import Pace
from service_chassis.persistence import cut, inbox, refusals, timers, waiting
from service_chassis.persistence.database import Database
from service_chassis.persistence.unit_of_work import WAITING, Memory, Work

log = structlog.get_logger()

PUT_OFF = timedelta(minutes=15)
"""When a timer whose handler failed is tried again."""

UNSUPPORTED = "本版本尚不处理此类消息：{type} / this release does not handle messages of the type {type}"
TOO_MANY = "一分钟内超过 {limit} 条消息，请稍后重发 / more than {limit} messages in a minute; send again later, with a new id"


@dataclass(slots=True)
class Tally:
    """What happened, for metrics; the process adds it to its registry after the commit."""

    consumed: int = 0
    duplicates: int = 0
    refused: int = 0
    parked: int = 0
    waiting: int = 0
    put_off: int = 0
    disordered: int = 0
    handler_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Note:
    """What the in-process driver has to know of a piece of work, when the work itself is long forgotten."""

    outgoing: bool
    armed_from: datetime | None

    @classmethod
    def of(cls, work: Work) -> Note:
        """Of a piece of work that was flushed."""
        return cls(bool(work.outgoing), work.armed_from)


@dataclass(slots=True)
class Runtime:
    """One service with what it runs on. One object per service and process."""

    service: Service
    database: Database
    clock: Clock
    cut_interval: float = 0.0
    """Seconds between two markers at least."""
    cut_grace: timedelta = timedelta(0)
    """How long after its instant a timer under the cut is looked at (delivery.md c.5; 0 on a virtual clock)."""
    refuse_waiting_after: timedelta | None = timedelta(hours=24)
    """When a message about an unknown matter is refused; None in rehearsals, which refuse at the end."""
    memory: Memory | None = None
    """Rehearsals only: see `Memory`."""
    asking: Pace = field(default_factory=lambda: Pace(100_000, first=1_000, faster=10))
    """How many timers ask for one marker together. A marker answers any number, but it leaves only with the transaction that asks
    for it. So the first one of a storm leaves at once, with few rows, and brings work until the next, larger piece has asked."""
    order: Order = field(default_factory=Order)
    flow: Flow = field(default_factory=Flow)
    announced: bool = True
    """Whether the outbox may hold something since the in-process driver last looked."""
    armed_from: datetime | None = None
    """The earliest instant at which a timer was set since the in-process driver last looked."""
    on_batch: Callable[[str, Tally], None] = field(default=lambda queue, tally: None)
    put_off: Callable[[str, Delivery], bool] = field(default=lambda queue, delivery: False)
    """Asked about a message whose handler fails on it alone: True when the broker brings it again later, so that it is not
    parked yet. Only where nothing depends on the order (delivery.md, head no. 8)."""

    def work(self, session: Any, now: datetime) -> Work:
        """A new unit of work on an open transaction."""
        return Work(self.service, session, now, self.memory)

    def note(self, work: Work | Note) -> None:
        """After the commit: what the in-process driver has to look at."""
        self.announced = self.announced or bool(work.outgoing)
        if work.armed_from is not None and (self.armed_from is None or work.armed_from < self.armed_from):
            self.armed_from = work.armed_from

    @property
    def cut(self) -> cut.Maker | cut.Asker:
        """How this service asks for a marker."""
        return cut.Maker() if self.service.MAKES_CUT else cut.Asker(self.service.WANTS_CUT)


@dataclass(slots=True)
class Read:
    """One delivery after decoding: either a message or the reason why there is none."""

    delivery: Delivery
    message: Message | None = None
    unreadable: Unreadable | None = None


def process_batch(runtime: Runtime, queue: str, deliveries: Sequence[Delivery]) -> None:
    """Handle a batch of one queue in one transaction; on return it is committed and may be acknowledged.

    A passing fault raises `Retry` and nothing is done. Any other exception halves the batch until the message that causes
    it stands alone; that one is parked and the rest goes through, all in the order of the queue.
    """
    if not deliveries:
        return
    now = runtime.clock.now()
    reads = [decode(queue, delivery, now) for delivery in deliveries]
    _process(runtime, queue, reads, now)


def decode(queue: str, delivery: Delivery, now: datetime) -> Read:
    """Bytes → message; whatever is wrong with them is kept as the reason."""
    try:
        if queue.endswith("." + EVENTS):
            return Read(delivery, read_published(delivery.body))
        message = read_inbound(
            delivery.body,
            content_type=delivery.content_type,
            headers=delivery.headers,
            routing_key=delivery.routing_key,
            user_id=delivery.user_id,
            now=now,
        )
        return Read(delivery, message)
    except Unreadable as reason:
        return Read(delivery, unreadable=reason)
    except Exception as error:  # a fault of the reader itself: the message is kept and looked at, never looped over
        log.error("reader failed", action="decode", queue=queue, routing_key=delivery.routing_key, **logs.fault(delivery, error))
        return Read(delivery, unreadable=Unreadable("SCHEMA_INVALID", logs.reason(delivery, error)))


def _process(runtime: Runtime, queue: str, reads: list[Read], now: datetime) -> None:
    tally = Tally()
    try:
        with in_line(runtime, queue, now) as place:
            place.handle(reads, tally)
    except (Retry, MemoryError):
        raise
    except Exception as error:
        if len(reads) > 1:
            middle = len(reads) // 2
            _process(runtime, queue, reads[:middle], now)
            _process(runtime, queue, reads[middle:], now)
            return
        if runtime.put_off(queue, reads[0].delivery):
            logs.about(reads[0].message)
            log.warning("message put off", action="put_off", queue=queue, **logs.fault(reads[0].delivery, error))
            runtime.on_batch(queue, Tally(put_off=1))
            return
        tally = _park_alone(runtime, queue, reads[0], now, error)
    runtime.on_batch(queue, tally)


@dataclass(slots=True)
class Place:
    """A place in the line of one queue: a transaction that no other batch of the queue, and no other door, can overtake."""

    runtime: Runtime
    session: Any
    queue: str
    now: datetime
    _notes: list[Note] = field(default_factory=list)

    def handle(self, reads: Sequence[Read], tally: Tally) -> Work:
        """Handle messages here, in order; what they come to is committed with the place."""
        work = self.runtime.work(self.session, self.now)
        _Batch(self.runtime, work, self.queue, tally).run(list(reads))
        self._notes.append(Note.of(work))
        return work

    def noted(self) -> None:
        """After the commit: the in-process driver looks at what was announced."""
        for note in self._notes:
            self.runtime.note(note)


@contextmanager
def in_line(runtime: Runtime, queue: str, now: datetime) -> Iterator[Place]:
    """One transaction in the line of `queue`; committed on leaving.

    The broker hands an inbound queue to one consumer at a time, and handlers may rely on it: two submissions never miss each
    other. A door that writes beside the consumer takes the same place, so whatever it accepts stands before or behind each
    batch, markers included (delivery.md c.4). On SQLite the transaction itself is that place.
    """
    with runtime.database.begin() as session:
        place = Place(runtime, session, queue, now)
        if queue.endswith("." + INBOUND):
            runtime.work(session, now).take_line(queue)
        yield place
    place.noted()


def _park_alone(runtime: Runtime, queue: str, read: Read, now: datetime, error: Exception) -> Tally:
    """The message cannot be handled: keep it in the table `parked`, in its place in the line, and go on."""
    logs.about(read.message)
    told = logs.fault(read.delivery, error)
    log.error("message parked", action="park", queue=queue, routing_key=read.delivery.routing_key, **told)
    with runtime.database.begin() as session:
        work = runtime.work(session, now)
        reason = logs.reason(read.delivery, error)
        refusals.park(work, queue, read.delivery, code="UNPROCESSED", reason=reason, message=read.message)
        work.flush()
    runtime.note(work)
    return Tally(consumed=1, parked=1)


class _Batch:
    """One transaction's way through a batch."""

    def __init__(self, runtime: Runtime, work: Work, queue: str, tally: Tally) -> None:
        self.runtime, self.work, self.queue, self.tally = runtime, work, queue, tally
        self.inbound = queue.endswith("." + INBOUND)
        self.deliveries: dict[tuple[str, str], Delivery] = {}
        self.markers: list[Message] = []

    def run(self, reads: list[Read]) -> None:
        work, tally = self.work, self.tally
        tally.consumed = len(reads)
        messages = self._admit(reads)
        now_possible = waiting.resolve(work, messages) if self.inbound else messages
        while now_possible:
            self._handle(now_possible)
            now_possible = waiting.awakened(work, self.deliveries)
        tally.waiting = len(work.held)
        tally.refused += len(work.refusals)
        if work.held:
            waiting.keep(work, self.deliveries, self.runtime.refuse_waiting_after)
        refusals.write(work)
        self._pass_markers()
        work.flush()

    def _pass_markers(self) -> None:
        """Last of all: what stood before a marker in this batch must also leave before it (delivery.md c.4).

        That what stood behind it leaves before it, too, is harmless: it only means that more has been read than was asked for.
        """
        for marker in self.markers:
            cut.receive(self.work, marker)

    def _admit(self, reads: list[Read]) -> list[Message]:
        """New, readable messages that are not about the cut, in the order of the queue."""
        work = self.work
        fresh = inbox.fresh(work, reads, self.inbound)
        self.tally.duplicates = len(reads) - len(fresh)
        if not self.inbound and work.memory is None:
            self.tally.disordered = self.runtime.order.behind(read.message for read in fresh if read.message is not None)
        admitted: list[Message] = []
        for read in fresh:
            message = read.message
            if message is None:
                self._turn_away(read)
            elif cut.is_about(message):
                self.markers.append(message)
            elif self.inbound and self.runtime.flow.over(message.sender or "", message.id, work.now):
                work.refuse(message, "RATE_LIMITED", TOO_MANY.format(limit=self.runtime.flow.limit))
            elif message.type in work.service.reads:
                self.deliveries[message.source, message.id] = read.delivery
                admitted.append(message)
            elif self.inbound:
                work.refuse(message, "SCHEMA_INVALID", UNSUPPORTED.format(type=message.type), "/type")
        return admitted

    def _turn_away(self, read: Read) -> None:
        """Refuse, and park where the sender's matters must be held (events.md, "Parking and holds")."""
        reason = read.unreadable
        assert reason is not None
        if self.inbound:
            refusals.refuse_unreadable(self.work, self.queue, read.delivery, reason)
            self.tally.refused += 1
        if not self.inbound or reason.code in refusals.HOLDING_CODES:
            refusals.park(self.work, self.queue, read.delivery, code=reason.code, reason=reason.detail, message=None)
            self.tally.parked += 1

    def _handle(self, messages: list[Message]) -> None:
        work, service, began = self.work, self.work.service, perf_counter()
        work.lock({subject for message in messages for subject in work.subjects_of(message)})
        service.prepare(work, messages)
        for message in messages:
            work.cause = message
            logs.about(message)
            try:
                getattr(service, service.reads[message.type].method)(work, message)
            except Refused as refused:
                work.refuse(message, refused.code, refused.detail, refused.pointer)
        work.cause = None
        logs.about(None)
        service.save(work)
        self.tally.handler_seconds += perf_counter() - began


# ---------------------------------------------------------------- timers


def run_timers(runtime: Runtime, limit: int = 500) -> int:
    """Handle what is due; returns how many timers were handled (call again while it is > 0).

    First everything that is due under the cut asks for a marker; then what has its marker back, and what needs none, is
    claimed and handled in one transaction. Any number of replicas may do this at the same time.
    """
    now = runtime.clock.now()
    _ask_for_the_cut(runtime, now)
    try:
        return _answer(runtime, now, limit)
    except Retry:
        raise
    except Exception as error:
        log.warning("timers failed, taking them one by one", action="timers", service=runtime.service.name, exc_info=error)
        return _one_by_one(runtime, now, limit)


def _ask_for_the_cut(runtime: Runtime, now: datetime) -> None:
    service = runtime.service
    if not service.knows_the_cut:
        return
    with runtime.database.begin() as session:
        work = runtime.work(session, now)
        settled = now - runtime.cut_grace
        asked = 0
        if timers.any_due_without_cut(session, settled):
            asked = timers.give_cut(session, settled, runtime.cut.ask(work), runtime.asking.size)
        runtime.asking.note(asked)
        if service.MAKES_CUT:
            cut.issue(work, runtime.cut_interval)
        work.flush()
    runtime.note(work)


def _answer(runtime: Runtime, now: datetime, limit: int) -> int:
    service = runtime.service
    with runtime.database.begin() as session:
        work = runtime.work(session, now)
        due = timers.claim(work, now, _returned(runtime, session), limit)
        if not due:
            return 0
        own = [timer for timer in due if timer.kind != WAITING]
        if own:
            service.prepare_timers(work, own)
        for timer in due:
            logs.about(timer)
            if timer.kind == WAITING:
                waiting.refuse_overdue(work, timer)
            else:
                getattr(service, service.answers[timer.kind].method)(work, timer)
        logs.about(None)
        if own:
            service.save(work)
        refusals.write(work)
        work.flush()
    runtime.note(work)
    return len(due)


def _returned(runtime: Runtime, session: Any) -> int:
    return runtime.cut.returned(session) if runtime.service.knows_the_cut else 0


def _one_by_one(runtime: Runtime, now: datetime, limit: int) -> int:
    """Isolate a timer whose handler fails: the others are handled, the failing one is tried again in a quarter of an hour."""
    handled = 0
    for _ in range(limit):
        try:
            done = _answer(runtime, now, 1)
        except Retry:
            raise
        except Exception as error:
            log.error("timer failed", action="timers", service=runtime.service.name, exc_info=error)
            with runtime.database.begin() as session:
                timers.put_off(session, now, _returned(runtime, session), PUT_OFF)
            done = 1
        if not done:
            break
        handled += done
    return handled


def refuse_waiting(runtime: Runtime) -> int:
    """Refuse every message that still waits for its matter (the end of a rehearsal); returns how many."""
    with runtime.database.begin() as session:
        work = runtime.work(session, runtime.clock.now())
        count = waiting.refuse_all(work)
        refusals.write(work)
        work.flush()
    runtime.note(work)
    return count
