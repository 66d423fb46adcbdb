"""Names and declarations of everything on the broker. Names are written down here, never derived from Python names.

Declaring is idempotent. Arguments of a queue cannot be changed afterwards: another value is refused by the broker with 406,
and means a new queue name and a drained old one (delivery.md c.2). So an argument is only what correctness rests on; what an
operator may have to change is a policy (`policies`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from amqp.exceptions import AccessRefused, NotFound, PreconditionFailed

from service_chassis.declare import EVENTS, INBOUND, Service, bindings
from service_chassis.errors import ConfigError
from service_chassis.messaging.connection import Connection, reason

INBOUND_EXCHANGE = "duban.inbound"
EVENTS_EXCHANGE = "duban.events"
REJECTED_EXCHANGE = "duban.rejected"
UNROUTED_EXCHANGE = "duban.unrouted"
"""Where inbound messages of a type that nobody owns go: to intake, which refuses them; nothing is lost without a word."""
RETRY_EXCHANGE = "duban.retry"
ARCHIVE = "duban.archive"

PLATFORM = ("intake", "escalation", "scoring", "notify")
"""The services that read what the others publish."""
UNROUTED_READER = "intake"
DELAYED = frozenset({"scoring", "notify"})
"""Services whose events queue has a delayed retry (delivery.md, head no. 8). Their handlers do not depend on the order."""

IN_LINE_LIMIT = 1_000_000
"""Delivery limit where nothing may leave the line: in effect none, but a rejected message returns to the head (3.10)."""
RETRY_LIMIT = 50
LONGEST_RETRY_MS = 600_000
"""Ten minutes: so long a message that was put off rests where no policy says less (`policies.RETRIES`; the lower one counts).
Without any, it would rest for ever."""
MOST_ROUNDS = 5
"""Times that a message is put off; after that it is a dead letter, kept in the service's table `parked` like any other."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue, its arguments, and what is bound to it: pairs of exchange and routing key."""

    name: str
    arguments: dict[str, Any]
    bindings: tuple[tuple[str, str], ...] = ()
    earlier: tuple[dict[str, Any], ...] = ()
    """Arguments under which older releases declared it, and under which it serves as well: it need not be made anew."""


@dataclass(frozen=True, slots=True)
class Topology:
    """What one service needs on the broker."""

    exchanges: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    queues: tuple[Queue, ...] = ()
    owner: str = ""
    """The service."""

    def verify(self, connection: Connection) -> None:
        """That every exchange and queue is there; a missing one is a ConfigError. Changes nothing, and needs no right to."""
        for name, (kind, _) in self.exchanges.items():
            _seen(connection, f"exchange {name}", partial(_look_at_exchange, name, kind))
        for queue in self.queues:
            _queue_seen(connection, queue.name, self.owner or "…")

    def verify_readers(self, connection: Connection) -> None:
        """The same, and that the queues of all services are there: what is published before a reader's queue is bound never
        reaches it."""
        self.verify(connection)
        for service in PLATFORM if self.owner in PLATFORM else ():
            for kind in (INBOUND, EVENTS):
                _queue_seen(connection, queue_name(service, kind), service)

    def declare(self, connection: Connection) -> None:
        """Create what is missing. A mismatch or a missing right is a ConfigError of one line."""
        for name, (kind, arguments) in self.exchanges.items():
            _declared(connection, f"exchange {name}", [partial(_make_exchange, name, kind, arguments)], REMAKE)
        for queue in self.queues:
            ways = [partial(_make_queue, queue, arguments) for arguments in (queue.arguments, *queue.earlier)]
            _declared(connection, f"queue {queue.name}", ways, KEEP if queue.name == ARCHIVE else REMAKE)


KEEP = "it holds every event that was published, so do not delete it"
REMAKE = "it must be emptied, deleted and declared anew"
OTHER_ARGUMENTS = "docs/runbooks/queue-arguments.md"


def _declared(connection: Connection, what: str, ways: Sequence[Callable[[Any], None]], todo: str) -> None:
    """As it is declared now, or as an older release did."""
    refused: list[PreconditionFailed] = []
    for make in ways:
        channel = connection.channel()
        try:
            make(channel)
        except PreconditionFailed as error:
            refused.append(error)
        except (AccessRefused, NotFound) as error:
            raise ConfigError(f"{what} cannot be declared: {reason(error)}") from error
        else:
            channel.close()
            return
    text = f"{what} exists with other arguments: {todo} ({OTHER_ARGUMENTS}; {reason(refused[0])})"
    raise ConfigError(text) from refused[0]


def _make_exchange(name: str, kind: str, arguments: dict[str, Any], channel: Any) -> None:
    channel.exchange_declare(name, kind, durable=True, auto_delete=False, arguments=arguments)


def _make_queue(queue: Queue, arguments: dict[str, Any], channel: Any) -> None:
    channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=arguments)
    for exchange, key in queue.bindings:
        channel.queue_bind(queue.name, exchange, key)


def _queue_seen(connection: Connection, name: str, service: str) -> None:
    _seen(connection, f"queue {name}", partial(_look_at_queue, name), f"python -m {service} migrate")


def _look_at_queue(name: str, channel: Any) -> None:
    channel.queue_declare(name, passive=True)


def _look_at_exchange(name: str, kind: str, channel: Any) -> None:
    channel.exchange_declare(name, kind, passive=True)


def _seen(connection: Connection, what: str, look: Callable[[Any], None], remedy: str = "migrate") -> None:
    """RabbitMQ 3.10 asks for no right to look; one that does tells nothing, and is no reason to stay down."""
    channel = connection.channel()
    try:
        look(channel)
    except NotFound as error:
        raise ConfigError(f"{what} is not on the broker; run `{remedy}`, for all services before any of them starts") from error
    except AccessRefused:
        return
    channel.close()


def queue_name(service: str, queue: str) -> str:
    """`intake.inbound`, `scoring.events`, …: each service has exactly these two."""
    return f"{service}.{queue}"


def exchanges() -> dict[str, tuple[str, dict[str, Any]]]:
    """All exchanges: name → type and arguments."""
    return {
        UNROUTED_EXCHANGE: ("fanout", {}),
        INBOUND_EXCHANGE: ("topic", {"alternate-exchange": UNROUTED_EXCHANGE}),
        EVENTS_EXCHANGE: ("topic", {}),
        REJECTED_EXCHANGE: ("topic", {}),
        RETRY_EXCHANGE: ("direct", {}),
    }


def of_service(service: type[Service]) -> Topology:
    """The topology of one service, computed from its `@consume` declarations."""
    name = service.name
    queues = [_inbound(service), _events(service), archive()]
    if name in DELAYED:
        queues.append(_retry(name))
    return Topology(exchanges(), tuple(queues), name)


_REFUSING = {"x-overflow": "reject-publish"}
"""Where a policy of somebody's own bounds a line and does not say what happens then: RabbitMQ would drop its oldest messages."""
_SAFELY = {"x-dead-letter-strategy": "at-least-once", **_REFUSING}
"""A message leaves a queue for the next only when that one has confirmed it."""


def _line(limit: int, **more: Any) -> dict[str, Any]:
    return {"x-queue-type": "quorum", "x-single-active-consumer": True, "x-delivery-limit": limit, **_REFUSING, **more}


def _without(arguments: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in arguments.items() if key not in names}


def _bound_to(service: type[Service], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((exchange, key) for exchange, key, queue in bindings(service) if queue == name))


def _in_line(name: str, bound: tuple[tuple[str, str], ...]) -> Queue:
    """A line that nothing leaves; until 0028 its declaration did not say what happens when it is full."""
    arguments = _line(IN_LINE_LIMIT)
    return Queue(name, arguments, bound, (_without(arguments, "x-overflow"),))


def _inbound(service: type[Service]) -> Queue:
    name = queue_name(service.name, INBOUND)
    bound = _bound_to(service, name)
    return _in_line(name, (*bound, (UNROUTED_EXCHANGE, "")) if service.name == UNROUTED_READER else bound)


def _events(service: type[Service]) -> Queue:
    name = queue_name(service.name, EVENTS)
    bound = _bound_to(service, name)
    if service.name not in DELAYED:
        return _in_line(name, bound)
    later = {"x-dead-letter-exchange": RETRY_EXCHANGE, "x-dead-letter-routing-key": name, **_SAFELY}
    return Queue(name, _line(RETRY_LIMIT, **later), (*bound, (RETRY_EXCHANGE, back_key(name))))


def _retry(service: str) -> Queue:
    """Messages rest here for a while and then go back to the end of the line."""
    name = queue_name(service, EVENTS)
    arguments = {
        "x-queue-type": "quorum",
        "x-message-ttl": LONGEST_RETRY_MS,
        "x-dead-letter-exchange": RETRY_EXCHANGE,
        "x-dead-letter-routing-key": back_key(name),
        **_SAFELY,
    }
    return Queue(f"{name}.retry", arguments, ((RETRY_EXCHANGE, name),), (arguments | {"x-message-ttl": 30_000},))


def back_key(queue: str) -> str:
    """Routing key by which a message that was put off comes back."""
    return f"{queue}.back"


def may_be_put_off(queue: str, headers: Mapping[str, Any]) -> bool:
    """Whether a message of this queue may come again later, and has not done so too often."""
    service, _, kind = queue.partition(".")
    if service not in DELAYED or kind != EVENTS:
        return False
    deaths = headers.get("x-death") or ()
    rounds = sum(int(death.get("count", 0)) for death in deaths if death.get("queue") == queue)
    return rounds < MOST_ROUNDS


def archive() -> Queue:
    """The stream that keeps every published event, so that none is ever unroutable. How much of it: `policies.ARCHIVE`, which
    also wins over the limit that older releases declared (tried on 3.10)."""
    arguments = {"x-queue-type": "stream"}
    bound = ((EVENTS_EXCHANGE, "#"),)
    return Queue(ARCHIVE, arguments, bound, (arguments | {"x-max-length-bytes": 20_000_000_000},))
