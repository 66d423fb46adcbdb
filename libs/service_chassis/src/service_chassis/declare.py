"""What a service says about itself: which facts and requests it reads, and which timers it answers.

Plain metadata: importing a service loads neither nameko nor a broker client. The nameko entrypoints
(`entrypoints.runtime`) and the in-process driver (`entrypoints.inprocess`) both run these same declarations.

Life of a batch, in order: `resolve` → locks → `prepare` → the `@consume` methods, message by message → `save`.
Life of a tick: claim → `prepare_timers` → the `@due` methods → `save`. All of it is one transaction.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from event_contracts.event import Fact, Message, Request
from event_contracts.inbound import CONFIDENTIAL

if TYPE_CHECKING:
    from service_chassis.persistence.unit_of_work import Timer, Work

F = TypeVar("F", bound=Callable[..., Any])

INBOUND = "inbound"
EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Reads:
    """One type that a service reads, and the method that handles it."""

    type: str
    contract: builtins.type[Fact] | builtins.type[Request]
    queue: str
    method: str


@dataclass(frozen=True, slots=True)
class Answers:
    """One kind of timer, whether it is under the cut, and the method that handles it."""

    kind: str
    cut: bool
    method: str


def consume(*contracts: type[Fact] | type[Request]) -> Callable[[F], F]:
    """Mark a method `(self, work, message)` as the handler of these types.

    A `Fact` is read from `<service>.events`, a `Request` from `<service>.inbound`.
    """

    def mark(function: F) -> F:
        function.__consumes__ = (*getattr(function, "__consumes__", ()), *contracts)  # type: ignore[attr-defined]
        return function

    return mark


def due(kind: str, *, cut: bool = False) -> Callable[[F], F]:
    """Mark a method `(self, work, timer)` as the handler of timers of this kind.

    With `cut=True` it runs only after a marker that was made after the timer became due has returned by every path
    (delivery.md c.4): everything that was reported before that instant has then been read.
    """

    def mark(function: F) -> F:
        function.__answers__ = (kind, cut)  # type: ignore[attr-defined]
        return function

    return mark


class Service:
    """Base of the four services. Subclasses give `name`, `MIGRATIONS`, handlers, and the three hooks."""

    name: ClassVar[str]
    MIGRATIONS: ClassVar[str]
    FORWARDS_CUT: ClassVar[type[Fact] | None] = None
    """The fact by which this service passes a marker on (intake, notify)."""
    WANTS_CUT: ClassVar[type[Fact] | None] = None
    """The fact by which this service asks for a marker (notify)."""
    MAKES_CUT: ClassVar[bool] = False
    """Escalation alone: it makes the markers, and counts them back in."""
    PARKED: ClassVar[type[Fact]]
    """The fact that announces a parked inbound message, `<service>.inbound.parked.v1`."""

    SEALED: ClassVar[tuple[type[Fact], ...]] = ()
    """What it announces of slips, decisions and points: chained by hash (persistence/seals.py)."""

    RECORDS: ClassVar[tuple[str, ...]] = ()
    """Its tables whose rows are never changed or deleted; on PostgreSQL its role may not (persistence/rights.py)."""
    UNSEEN: ClassVar[tuple[str, ...]] = ()
    """Its tables that an auditor does not read either."""

    ERASES_SEALED: ClassVar[bool] = False
    """Whether bodies in its audit chain are erased after their retention. Not where `unlike_sealed` compares tables with them."""

    reads: ClassVar[dict[str, Reads]] = {}
    answers: ClassVar[dict[str, Answers]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.reads, cls.answers = {}, {}
        for name in dir(cls):
            function = getattr(cls, name)
            for contract in getattr(function, "__consumes__", ()):
                queue = INBOUND if issubclass(contract, Request) else EVENTS
                cls.reads[contract.TYPE] = Reads(contract.TYPE, contract, queue, name)
            if (answer := getattr(function, "__answers__", None)) is not None:
                kind, cut = answer
                cls.answers[kind] = Answers(kind, cut, name)

    @property
    def sealed_types(self) -> frozenset[str]:
        """The types of `SEALED`."""
        return frozenset(fact.TYPE for fact in self.SEALED)

    def unlike_sealed(self, session: Any, announced: Iterable[tuple[int | None, Message]]) -> Iterator[str]:
        """What of this service's tables is not as it was announced, one readable line each. `announced` has each sealed fact
        with the number of its link (None: not sealed yet), in their order."""
        yield from ()

    @property
    def knows_the_cut(self) -> bool:
        """Whether this service can ask for a marker and see it return."""
        return self.MAKES_CUT or self.WANTS_CUT is not None

    def resolves(self, message: Message) -> bool:
        """Whether this message's `matter` must be a known matter before it is handled."""
        return message.type in self.reads

    def subjects(self, message: Message) -> list[str]:
        """What must be locked while this message is handled; the matter by default."""
        matter_id = getattr(message.data, "matter_id", None)
        return [matter_id] if matter_id else []

    def makes(self, message: Message) -> list[str]:
        """The ids of the matters that this message makes, if it is accepted; whoever waits for the answer is told."""
        return []

    def prepare(self, work: Work, messages: Sequence[Message]) -> None:
        """Load what the batch needs, with few statements; set `work.store`."""

    def prepare_timers(self, work: Work, timers: Sequence[Timer]) -> None:
        """Load what these timers need, with few statements; set `work.store`."""

    def save(self, work: Work) -> None:
        """Write what changed, with few statements."""

    def pages(self) -> Sequence[Any]:
        """What this service shows at its HTTP door (`web.pages.Page`)."""
        return ()

    def was_read(self, session: Any, asked: Any, what: str, rows: int) -> None:
        """Somebody looked (`web.pages.Asked`), in the transaction in which it is read; a service may keep who."""

    def retold(self, session: Any, events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Of messages that came in, as CloudEvents: what may leave this service once more, for a rehearsal. What may be about a
        covert inspection does not, unless the service knows better."""
        return [event for event in events if event.get("type") not in CONFIDENTIAL]

    def rules_came_by(self, session: Any) -> Sequence[str]:
        """Ids of the office's messages by which rules were published: a rehearsal needs them, however long ago they came."""
        return ()

    def collectors(self, database: Any, clock: Any) -> list[Any]:
        """What the role `api` shows on /metrics beside the chassis' own set; each reads the database when it is asked for."""
        return []

    def caught_up(self, session: Any, now: datetime) -> None:
        """The database was restored and has caught up: see to what may have been done outside since the backup."""

    def calendar_until(self, session: Any, now: datetime) -> datetime | None:
        """Until when this service knows the days off, without a gap; None for one that does not count days."""
        return None

    def tidy(self, work: Work, policy: Any, most: int) -> dict[str, int]:
        """Put away at most so many of its own rows that are past their retention: what was done, and how often; nothing left:
        nothing done."""
        return {}

    def policy_in_force(self, work: Work) -> Any:
        """The policy in force now, published ones included; None for a service that knows none but that of its start."""
        return None

    def parked(self, work: Work, sender: str, matter_id: str | None, parked_id: str, code: str) -> None:
        """A message of this service's own queues was parked (escalation holds the sender's ladders)."""


MARKER = "DUBAN.cut.marked.v1"
"""Routing key of the markers on `duban.inbound`; bound to every inbound queue."""

CUT_FACTS = ("intake.cut.passed.v1", "notify.cut.passed.v1", "notify.cut.wanted.v1")
"""What the maker of the markers reads besides its own `@consume` types; the chassis handles them."""


def bindings(service: type[Service] | Service) -> list[tuple[str, str, str]]:
    """(exchange, pattern, queue) for everything that a service reads; the same on both brokers."""
    found = [("duban.inbound", MARKER, f"{service.name}.{INBOUND}")]
    for reads in service.reads.values():
        if reads.queue == INBOUND:
            found.append(("duban.inbound", f"*.{reads.type}", f"{service.name}.{INBOUND}"))
        else:
            found.append(("duban.events", f"{reads.type}.#", f"{service.name}.{EVENTS}"))
    if service.MAKES_CUT:
        found.extend(("duban.events", name, f"{service.name}.{EVENTS}") for name in CUT_FACTS)
    return found
