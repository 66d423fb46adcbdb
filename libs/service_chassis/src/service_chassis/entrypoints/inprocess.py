"""Drives the services' declarations in one process, synchronously: rehearsals and `duban run`.

The same decoding, transactions, outbox, inbox, timers and cut as on RabbitMQ; only the broker is the embedded one and
nothing runs at the same time as anything else. With a virtual clock, time moves on only when all queues are empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from service_chassis.declare import EVENTS, INBOUND, bindings
from service_chassis.delivery import Runtime, process_batch, refuse_waiting, run_timers
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.messaging.envelope import Outgoing
from service_chassis.pace import Pace
from service_chassis.persistence import outbox, seals, timers

BATCH = 500
"""Messages in one transaction at most."""

EVERYTHING = 1_000_000
"""Timers of one instant are one batch here, so that their order never depends on how a batch was cut."""


class InProcess:
    """Runs services on the embedded broker."""

    def __init__(
        self,
        runtimes: Sequence[Runtime],
        broker: EmbeddedBroker,
        *,
        keep_published: bool = True,
        is_down: Callable[[str], bool] = lambda service: False,
    ) -> None:
        """`keep_published=False` forgets outbox rows once they are confirmed. `is_down` rehearses outages by service name."""
        self.runtimes = list(runtimes)
        self.broker = broker
        self._keep = keep_published
        self._is_down = is_down
        self._queues = [(runtime, f"{runtime.service.name}.{kind}") for runtime in runtimes for kind in (INBOUND, EVENTS)]
        self._due: dict[str, datetime | None] = {}
        self._asked: dict[str, bool] = {}
        for runtime in runtimes:
            runtime.asking = Pace(EVERYTHING, first=EVERYTHING, faster=1)
            for exchange, pattern, queue in bindings(runtime.service):
                broker.bind(exchange, pattern, queue)
            self._look_at_timers(runtime)
        broker.fall_back("duban.inbound", "intake.inbound")

    def deliver(self, messages: Iterable[Outgoing]) -> None:
        """Publish inbound messages, as departments do."""
        self.broker.publish(messages)

    def settle(self) -> int:
        """Relay and consume until every queue and outbox is empty; returns how many messages were handled."""
        total = 0
        while handled := self._pass():
            total += handled
        return total

    def _pass(self) -> int:
        handled = 0
        for runtime in self.runtimes:
            if runtime.announced and not self._is_down(runtime.service.name):
                self._relay(runtime)
        for runtime, queue in self._queues:
            if self.broker.pending(queue) and not self._is_down(runtime.service.name):
                handled += self._consume(runtime, queue)
                if runtime.announced:  # at once, so that the next services read more in one transaction
                    self._relay(runtime)
        return handled

    def _consume(self, runtime: Runtime, queue: str) -> int:
        deliveries = self.broker.take(queue, BATCH)
        process_batch(runtime, queue, deliveries)
        if deliveries:
            self.broker.ack(queue, deliveries[-1].tag)
        return len(deliveries)

    def _relay(self, runtime: Runtime) -> None:
        """Publish what the service announced, in order; a publish that returns is confirmed."""
        if runtime.memory is not None:
            rows, runtime.memory.outgoing = runtime.memory.outgoing, []
            self.broker.publish(_remembered(row) for row in rows)
        else:
            while self._relay_some(runtime):
                pass
        runtime.announced = False

    def _relay_some(self, runtime: Runtime) -> bool:
        with runtime.database.begin() as session:
            rows = outbox.pending(session, BATCH)
            seals.seal(session, rows, runtime.service.sealed_types, runtime.clock.now())
            seals.seal_acts(session, runtime.clock.now())
            self.broker.publish(_outgoing(row) for row in rows)
            outbox.mark(session, rows, runtime.clock.now(), keep=self._keep)
        return len(rows) == BATCH

    def tick(self) -> int:
        """Answer what is due now, with the markers it needs, until nothing more is due at this instant."""
        total = 0
        while handled := self._tick_once():
            total += handled
        return total

    def _tick_once(self) -> int:
        handled = 0
        for runtime in self.runtimes:
            name = runtime.service.name
            if not self._is_down(name) and self._is_due(runtime):
                handled += run_timers(runtime, EVERYTHING)
                self._look_at_timers(runtime)
        return handled + self.settle()

    def _look_at_timers(self, runtime: Runtime) -> None:
        """Read from the database when the service must tick next, and whether it waits for a marker or must make one."""
        with runtime.database.begin() as session:
            self._due[runtime.service.name] = timers.next_due(session)
            self._asked[runtime.service.name] = runtime.service.knows_the_cut and timers.anything_asked(session)
        runtime.armed_from = None

    def _is_due(self, runtime: Runtime) -> bool:
        if runtime.service.knows_the_cut and any(self._asked.values()):
            return True
        due = self._next(runtime)
        return due is not None and due <= runtime.clock.now()

    def _next(self, runtime: Runtime) -> datetime | None:
        """When the service must tick next; at most too early, which costs one look."""
        known = [due for due in (self._due[runtime.service.name], runtime.armed_from) if due is not None]
        return min(known) if known else None

    def next_due(self) -> datetime | None:
        """The earliest instant at which a timer of a running service may become due (after `settle`)."""
        running = (runtime for runtime in self.runtimes if not self._is_down(runtime.service.name))
        known = [due for runtime in running if (due := self._next(runtime)) is not None]
        return min(known) if known else None

    def finish(self) -> int:
        """The end of a rehearsal: refuse what still waits for its matter; returns how many."""
        count = sum(refuse_waiting(runtime) for runtime in self.runtimes)
        self.settle()
        return count


def _outgoing(row: outbox.Row) -> Outgoing:
    return Outgoing(row.exchange, row.routing_key, row.body, user_id="duban", message_id=row.message_id)


def _remembered(row: dict[str, Any]) -> Outgoing:
    return Outgoing(row["exchange"], row["routing_key"], row["body"], user_id="duban", message_id=row["message_id"])
