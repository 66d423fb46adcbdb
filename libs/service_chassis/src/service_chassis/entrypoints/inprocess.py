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
from service_chassis.persistence import cut, outbox, timers

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
        self._stale = {runtime.service.name for runtime in runtimes}
        for runtime in runtimes:
            for exchange, pattern, queue in bindings(runtime.service):
                broker.bind(exchange, pattern, queue)
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
            if not self._is_down(runtime.service.name):
                handled += self.relay(runtime)
        for runtime, queue in self._queues:
            if self.broker.pending(queue) and not self._is_down(runtime.service.name):
                handled += self._consume(runtime, queue)
        return handled

    def _consume(self, runtime: Runtime, queue: str) -> int:
        deliveries = self.broker.take(queue, BATCH)
        if not deliveries:
            return 0
        process_batch(runtime, queue, deliveries)
        self.broker.ack(queue, deliveries[-1].tag)
        self._stale.add(runtime.service.name)
        return len(deliveries)

    def relay(self, runtime: Runtime) -> int:
        """Publish what the service announced, in order; a publish that returns is confirmed."""
        if runtime.service.name not in self._stale and runtime.service.name in self._due:
            return 0
        with runtime.database.begin() as session:
            rows = outbox.pending(session, BATCH)
            if rows:
                self.broker.publish(_outgoing(row) for row in rows)
                outbox.mark(session, rows, runtime.clock.now(), keep=self._keep)
            else:
                self._look_at_timers(runtime, session)
        return len(rows)

    def _look_at_timers(self, runtime: Runtime, session: Any) -> None:
        name, service = runtime.service.name, runtime.service
        self._due[name] = timers.next_due(session)
        self._asked[name] = service.knows_the_cut and (
            timers.anything_asked(session) or (service.MAKES_CUT and cut.is_wanted(cut.counters(session)))
        )
        self._stale.discard(name)

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
            if self._is_down(name) or not self._is_due(runtime):
                continue
            handled += run_timers(runtime, EVERYTHING)
            self._stale.add(name)
        return handled + self.settle()

    def _is_due(self, runtime: Runtime) -> bool:
        name = runtime.service.name
        if name in self._stale:
            self.relay(runtime)
        if self._asked.get(name):
            return True
        due = self._due.get(name)
        return due is not None and due <= runtime.clock.now()

    def next_due(self) -> datetime | None:
        """The earliest instant at which a timer of any service becomes due (after `settle`)."""
        for runtime in self.runtimes:
            if runtime.service.name in self._stale:
                self.relay(runtime)
        known = [due for due in self._due.values() if due is not None]
        return min(known) if known else None

    def finish(self) -> int:
        """The end of a rehearsal: refuse what still waits for its matter; returns how many."""
        count = sum(refuse_waiting(runtime) for runtime in self.runtimes)
        self._stale.update(runtime.service.name for runtime in self.runtimes)
        self.settle()
        return count


def _outgoing(row: outbox.Row) -> Outgoing:
    return Outgoing(row.exchange, row.routing_key, row.body, user_id="duban", message_id=row.message_id)
