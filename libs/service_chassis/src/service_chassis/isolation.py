"""A message that ends the process is found and parked unread, in its place in the line; what stood beside it goes through.

Two steps. A batch that raises is halved by `delivery`. A batch that ends the process comes back with a delivery count; from two
on, messages are handled one by one, each counted in the table `attempt` before it is begun. The one that was begun
`MOST_ATTEMPTS` times and never finished is the one.
"""

from __future__ import annotations

import structlog

from service_chassis.delivery import Runtime, Tally, process_batch
from service_chassis.errors import Retry
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import attempts
from service_chassis.persistence.unit_of_work import Work

MOST_ATTEMPTS = 3
log = structlog.get_logger()


def process_suspect(runtime: Runtime, queue: str, delivery: Delivery) -> None:
    """Like `process_batch`, for one message that may end the process."""
    database, key = runtime.database, attempts.key_of(delivery)
    before = attempts.begin(database, queue, key)
    if before >= MOST_ATTEMPTS:
        _park(runtime, queue, delivery, before)
        return
    try:
        process_batch(runtime, queue, [delivery])
    except Retry:
        # The process lives, so this message is not what ends it; when the database is gone the count stays, which is rare.
        attempts.forget_if_possible(database, queue, key)
        raise
    attempts.forget(database, queue, key)


def _park(runtime: Runtime, queue: str, delivery: Delivery, before: int) -> None:
    log.error("message parked unread", action="park", queue=queue, routing_key=delivery.routing_key, attempts=before)
    with runtime.database.begin() as session:
        attempts.park(Work(runtime.service, session, runtime.clock.now()), queue, delivery, before)
    runtime.on_batch(queue, Tally(consumed=1, parked=1))
