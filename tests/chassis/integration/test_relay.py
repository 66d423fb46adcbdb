"""The relay: in order, never over an open transaction, only what is confirmed is marked, one leader at a time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from service_chassis.clock import VirtualClock
from service_chassis.errors import Retry
from service_chassis.health import Health
from service_chassis.messaging.publisher import PublishFault
from service_chassis.metrics import Metrics
from service_chassis.persistence import tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.leader import Leader
from service_chassis.persistence.outbox import Row
from service_chassis.relay import Relay
from sqlalchemy import text

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INSERT = """INSERT INTO outbox(exchange, routing_key, message_id, type, body, barrier, announced_at)
VALUES ('duban.events', 'k', :id, 't', '', :barrier, '2026-03-02T01:00:00Z')"""


class Broker:
    """Takes what is published; refuses the messages named in `refuses`, with all that come after in the same call."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.calls: list[list[str]] = []
        self.refuses: set[str] = set()
        self.unheard = 0
        self.ticks = 0

    def publish(self, rows: Sequence[Row]) -> int:
        ids = [str(row.message_id) for row in rows]
        self.calls.append(ids)
        for index, id_ in enumerate(ids):
            if id_ in self.refuses:
                self.taken.extend(ids[:index])
                raise PublishFault("the broker refused a message (nack)", index)
        self.taken.extend(ids)
        return len(ids)

    def tick(self) -> None:
        self.ticks += 1

    def drop(self) -> None:
        pass


class Outbox:
    """A service's database with nothing in it, and a relay on it that publishes to `broker`."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, "desk")
        with self.database.begin() as session:
            tables.CHASSIS.create_all(session)
            if not self.database.is_sqlite:
                session.execute(text("ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()"))
        self.broker = Broker()
        self.relays: list[Relay] = []

    def add(self, *ids: str, barriers: Sequence[str] = ()) -> None:
        with self.database.begin() as session:
            for id_ in ids:
                session.execute(text(INSERT), {"id": id_, "barrier": id_ in barriers})

    def marked(self) -> list[str]:
        with self.database.begin() as session:
            rows = session.execute(text("SELECT message_id FROM outbox WHERE published_at IS NOT NULL ORDER BY id"))
            return [row[0] for row in rows]

    def leading(self, batch: int = 100) -> Relay:
        """A relay that leads and has its publisher, driven by hand."""
        leader = Leader(self.database, "relay")
        assert leader.try_lead()
        relay = self._relay(leader, batch)
        relay._publisher = self.broker
        return relay

    def _relay(self, leader: Leader, batch: int) -> Relay:
        made = Relay(
            leader,
            lambda: self.broker,
            VirtualClock(NOW),
            batch=batch,
            longest_pause=0.01,
            health=Health("database", "broker"),
            metrics=Metrics("desk"),
        )
        self.relays.append(made)
        return made

    def close(self) -> None:
        for relay in self.relays:
            relay._close()
        self.database.close()


@pytest.fixture(params=["postgresql", "sqlite"])
def outbox(request: pytest.FixtureRequest) -> Iterator[Outbox]:
    name = "fresh_database" if request.param == "postgresql" else "sqlite_database"
    make: Callable[[str], str] = request.getfixturevalue(name)
    found = Outbox(make("desk"))
    yield found
    found.close()


@pytest.fixture
def postgres(fresh_database: Callable[[str], str]) -> Iterator[Outbox]:
    found = Outbox(fresh_database("desk"))
    yield found
    found.close()


def test_rows_leave_in_the_order_of_their_ids_and_are_marked(outbox: Outbox) -> None:
    outbox.add("a", "b", "c")
    relay = outbox.leading(batch=2)
    assert [relay.publish_once(), relay.publish_once(), relay.publish_once()] == [2, 1, 0]
    assert outbox.broker.taken == outbox.marked() == ["a", "b", "c"]


def test_only_the_confirmed_prefix_is_marked(outbox: Outbox) -> None:
    outbox.add("a", "b", "c", "d")
    outbox.broker.refuses = {"c"}
    relay = outbox.leading()
    with pytest.raises(PublishFault):
        relay.publish_once()
    assert outbox.marked() == ["a", "b"]
    outbox.broker.refuses = set()
    relay.publish_once()
    assert outbox.broker.taken == outbox.marked() == ["a", "b", "c", "d"]


def test_a_barrier_waits_until_all_before_it_are_confirmed(outbox: Outbox) -> None:
    outbox.add("report", "marker", "next", barriers=["marker"])
    outbox.broker.refuses = {"report"}
    relay = outbox.leading()
    with pytest.raises(PublishFault):
        relay.publish_once()
    assert outbox.broker.calls == [["report"]], "the marker was not even sent"
    outbox.broker.refuses = set()
    relay.publish_once()
    assert outbox.broker.calls[1:] == [["report"], ["marker", "next"]]


def test_a_transaction_that_commits_late_is_not_skipped(postgres: Outbox) -> None:
    """An open writer with a smaller id holds back what came after it; a cursor over ids would lose its row."""
    relay = postgres.leading()
    late = postgres.database.engine.connect()
    transaction = late.begin()
    late.execute(text(INSERT), {"id": "late", "barrier": False})
    postgres.add("early")
    assert relay.publish_once() == 0, "not below the horizon yet"
    transaction.commit()
    late.close()
    relay.publish_once()
    assert postgres.broker.taken == ["late", "early"]


def test_of_two_relays_one_leads(outbox: Outbox) -> None:
    first, second = Leader(outbox.database, "relay"), Leader(outbox.database, "relay")
    assert [first.try_lead(), second.try_lead()] == [True, False]
    first.close()
    # PostgreSQL gives a lock back when it has noticed that the session is gone, which may be a moment later
    assert any(second.try_lead() for _ in range(500))
    second.close()


def test_who_loses_the_database_has_lost_the_lead(postgres: Outbox, database_url: str) -> None:
    leader = Leader(postgres.database, "relay")
    assert leader.try_lead()
    with psycopg.connect(database_url) as other:
        locks = "pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        other.execute(f"SELECT pg_terminate_backend(pid) FROM {locks}")
    with pytest.raises(Retry):
        leader.pending(1, NOW)
    leader.close()


def test_a_fault_is_waited_out_and_the_rest_is_published(outbox: Outbox) -> None:
    """`run` drops both sessions, backs off, leads again and goes on from what is not marked."""
    outbox.add("a", "b")
    outbox.broker.refuses = {"b"}
    relay = outbox._relay(Leader(outbox.database, "relay"), 100)
    done = threading.Event()

    def publish(rows: Sequence[Row], original: Any = outbox.broker.publish) -> int:
        try:
            return original(rows)
        except PublishFault:
            outbox.broker.refuses = set()
            raise
        finally:
            if "b" in outbox.broker.taken:
                done.set()

    outbox.broker.publish = publish  # type: ignore[method-assign]
    thread = threading.Thread(target=relay.run)
    thread.start()
    assert done.wait(20)
    relay.stop()
    thread.join(20)
    assert outbox.broker.taken == outbox.marked() == ["a", "b"]


def test_a_killed_relay_is_followed_by_the_one_that_stands_by(city: Any) -> None:
    consumer = city.start("consume").wait_until_ready()
    first = city.start("relay").wait_until_ready()
    city.until(lambda: "relay leads" in first.text(), "the first leads")
    second = city.start("relay").wait_until_ready()
    city.publish(*["plain"] * 30)
    city.until(lambda: city.archived() == 30, "the first publishes")
    assert "relay leads" not in second.text()
    first.end(signal.SIGKILL)
    city.publish(*["plain"] * 30)
    city.until(lambda: city.archived() == 60, "the second publishes")
    assert "relay leads" in second.text()
    assert second.end() == 0
    assert consumer.end() == 0
    assert city.sql("SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)]
