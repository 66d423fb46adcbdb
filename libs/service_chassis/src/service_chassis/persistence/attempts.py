"""Which message ends the process: counted before it is begun alone, forgotten when it is done.

A count of the broker cannot tell: it also rises for everything that was merely waiting in the same process, and with every
lost connection.
"""

from __future__ import annotations

import contextlib
import hashlib

from sqlalchemy import bindparam, select

from service_chassis.errors import Retry
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import refusals, tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import upsert_rows
from service_chassis.persistence.unit_of_work import Work

A = tables.attempt.c
_IS_IT = (A.queue == bindparam("b_queue")) & (A.key == bindparam("b_key"))
_COUNT = select(A.number).where(_IS_IT)
_FORGET = tables.attempt.delete().where(_IS_IT)


def key_of(delivery: Delivery) -> str:
    """A message by its routing key and body: its id may be missing or wrong."""
    return hashlib.sha256(delivery.routing_key.encode() + b"\n" + delivery.body).hexdigest()


def begin(database: Database, queue: str, key: str) -> int:
    """Count one more attempt, committed before it is made; returns how many there were before."""
    with database.begin() as session:
        before = session.execute(_COUNT, {"b_queue": queue, "b_key": key}).scalar() or 0
        upsert_rows(session, tables.attempt, [{"queue": queue, "key": key, "number": before + 1}], key=["queue", "key"])
    return int(before)


def forget(database: Database, queue: str, key: str) -> None:
    """The process has survived this message."""
    with database.begin() as session:
        session.execute(_FORGET, {"b_queue": queue, "b_key": key})


def forget_if_possible(database: Database, queue: str, key: str) -> None:
    """The same while a fault is being handled: when the database is gone, the count stays."""
    with contextlib.suppress(Retry):
        forget(database, queue, key)


def park(work: Work, queue: str, delivery: Delivery, attempts: int) -> None:
    """Keep the message unread in the table `parked`, in its place in the line."""
    reason = f"the process ended {attempts} times while it handled this message alone"
    refusals.park(work, queue, delivery, code="UNPROCESSED", reason=reason, message=None)
    work.session.execute(_FORGET, {"b_queue": queue, "b_key": key_of(delivery)})
    work.flush()
