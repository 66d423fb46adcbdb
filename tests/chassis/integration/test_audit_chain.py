"""The audit chain: sealed in the order of publication, without gaps, and every kind of tampering is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from service_chassis.audit import Broken, How, first_broken, unsealed_fault
from service_chassis.messaging.publisher import PublishFault
from service_chassis.persistence import seals, tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.leader import Leader
from service_chassis.persistence.seals import Head
from sqlalchemy import text

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WEIGHTY, OTHER = "desk.slip.issued.v1", "desk.clock.armed.v1"
INSERT = """INSERT INTO outbox(exchange, routing_key, message_id, type, body, barrier, announced_at)
VALUES ('duban.events', 'k', :id, :type, :body, :barrier, '2026-03-02T01:00:00Z')"""


class Chain:
    """A service's database with an outbox, and a relay's leader that seals what is weighty."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, "desk")
        with self.database.begin() as session:
            tables.CHASSIS.create_all(session)
            if not self.database.is_sqlite:
                session.execute(text("ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()"))
        self.leader = self.lead()

    def lead(self) -> Leader:
        leader = Leader(self.database, "relay", [WEIGHTY])
        assert leader.try_lead()
        return leader

    def add(self, *ids: str, type_: str = WEIGHTY) -> None:
        with self.database.begin() as session:
            for id_ in ids:
                values = {"id": id_, "type": type_, "body": f"body of {id_}".encode(), "barrier": False}
                session.execute(text(INSERT), values)

    def publish(self, most: int = 100) -> list[str]:
        """One round of the relay with a broker that takes everything."""
        rows = self.leader.pending(most, NOW)
        self.leader.mark(rows, NOW)
        return [row.message_id for row in rows]

    def do(self, *statements: str) -> None:
        """Somebody with all rights on the database at work."""
        with self.database.begin() as session:
            for statement in statements:
                session.execute(text(statement))

    def check(self) -> Broken | Head:
        with self.database.begin() as session:
            found = first_broken(seals.links(session))
            outside = seals.unsealed(session, [WEIGHTY])
        return found if isinstance(found, Broken) else unsealed_fault(outside, found) or found

    def sealed(self) -> list[str]:
        with self.database.begin() as session:
            return [link.message_id for link in seals.links(session)]

    def close(self) -> None:
        self.leader.close()
        self.database.close()


@pytest.fixture(params=["postgresql", "sqlite"])
def chain(request: pytest.FixtureRequest) -> Iterator[Chain]:
    make: Callable[[str], str] = request.getfixturevalue("fresh_database" if request.param == "postgresql" else "sqlite_database")
    found = Chain(make("desk"))
    yield found
    found.close()


@pytest.fixture
def whole(chain: Chain) -> Chain:
    """Six links."""
    chain.add("a", "b", "c", "d", "e", "f")
    chain.publish()
    return chain


# ---- sealing


def test_what_is_weighty_is_sealed_in_the_order_of_publication(chain: Chain) -> None:
    chain.add("a")
    chain.add("x", type_=OTHER)
    chain.add("b", "c")
    assert chain.publish(2) + chain.publish(2) == ["a", "x", "b", "c"]
    assert chain.sealed() == ["a", "b", "c"]
    head = chain.check()
    assert isinstance(head, Head) and head.n == 3


def test_it_is_sealed_before_the_broker_hears_of_it_and_only_once(chain: Chain) -> None:
    """The relay dies between sealing and publishing: the next one publishes the same rows and seals nothing twice."""
    chain.add("a", "b")
    chain.leader.pending(100, NOW)
    chain.leader.close()
    assert chain.sealed() == ["a", "b"]
    chain.leader = chain.lead()
    chain.add("c")
    assert chain.publish() == ["a", "b", "c"]
    assert chain.sealed() == ["a", "b", "c"]
    assert isinstance(chain.check(), Head)


def test_a_relay_with_another_batch_goes_on_with_the_same_chain(chain: Chain) -> None:
    chain.add(*"abcdefg")
    chain.leader.pending(5, NOW)
    while chain.publish(2):
        pass
    assert chain.sealed() == list("abcdefg")
    assert isinstance(chain.check(), Head)


def test_a_transaction_that_commits_late_is_sealed_where_it_is_published(
    fresh_database: Callable[[str], str],
) -> None:
    chain = Chain(fresh_database("desk"))
    late = chain.database.engine.connect()
    transaction = late.begin()
    late.execute(text(INSERT), {"id": "late", "type": WEIGHTY, "body": b"x", "barrier": False})
    chain.add("early")
    assert chain.publish() == [] and chain.sealed() == []
    transaction.commit()
    late.close()
    assert chain.publish() == chain.sealed() == ["late", "early"]
    chain.close()


def test_a_refused_publish_leaves_no_gap(chain: Chain) -> None:
    from service_chassis.clock import VirtualClock
    from service_chassis.health import Health
    from service_chassis.metrics import Metrics
    from service_chassis.relay import Relay

    class Refusing:
        unheard = 0
        refuses = True

        def publish(self, rows: Sequence[Any]) -> int:
            if self.refuses:
                raise PublishFault("nack", 1)
            return len(rows)

        def tick(self) -> None:
            """Nothing to keep alive."""

        def drop(self) -> None:
            """Nothing to throw away."""

    broker = Refusing()
    relay = Relay(
        chain.leader,
        lambda: broker,
        VirtualClock(NOW),
        batch=10,
        longest_pause=0.01,
        health=Health("database", "broker"),
        metrics=Metrics("desk"),
    )
    relay._publisher = broker
    chain.add("a", "b", "c")
    with pytest.raises(PublishFault):
        relay.publish_once()
    broker.refuses = False
    relay.publish_once()
    assert chain.sealed() == ["a", "b", "c"]
    assert isinstance(chain.check(), Head)


def test_what_waits_to_be_sealed_is_counted(chain: Chain) -> None:
    chain.add("a", "b")
    chain.add("x", type_=OTHER)
    assert chain.leader.unsealed() == 2
    chain.publish()
    assert chain.leader.unsealed() == 0


# ---- tampering


def broken(chain: Chain) -> tuple[int, How]:
    found = chain.check()
    assert isinstance(found, Broken)
    return found.n, found.how


def test_a_changed_text_is_named(whole: Chain) -> None:
    whole.do("UPDATE outbox SET body = 'another' WHERE message_id = 'c'" if whole.database.is_sqlite else CHANGE_BODY)
    assert broken(whole) == (3, How.CHANGED)


CHANGE_BODY = "UPDATE outbox SET body = convert_to('another', 'UTF8') WHERE message_id = 'c'"


def test_a_changed_type_is_named(whole: Chain) -> None:
    whole.do("UPDATE outbox SET type = 'desk.slip.lifted.v1' WHERE message_id = 'c'")
    assert broken(whole) == (3, How.CHANGED)


@pytest.mark.parametrize("column", ["commitment", "hash", "salt"])
def test_a_changed_link_is_named(whole: Chain, column: str) -> None:
    other = f"(SELECT {column} FROM sealed WHERE n = 5)"
    whole.do(f"UPDATE sealed SET {column} = {other} WHERE n = 3")  # noqa: S608 - a test's own words
    assert broken(whole)[0] == 3


def test_a_text_that_was_changed_together_with_its_commitment_is_named(whole: Chain) -> None:
    salt, body = bytes(16), b"another"
    committed = seals.commitment(salt, body)
    with whole.database.begin() as session:
        session.execute(text("UPDATE outbox SET body = :b WHERE message_id = 'c'"), {"b": body})
        session.execute(text("UPDATE sealed SET salt = :s, commitment = :c WHERE n = 3"), {"s": salt, "c": committed})
    assert broken(whole) == (3, How.CHANGED)


@pytest.mark.parametrize("gone", ["DELETE FROM sealed WHERE n = 3", "DELETE FROM outbox WHERE message_id = 'c'"])
def test_a_removed_link_or_content_is_named(whole: Chain, gone: str) -> None:
    whole.do(gone)
    assert broken(whole) == (3, How.REMOVED)


def test_links_that_were_cut_off_leave_what_they_stood_for(whole: Chain) -> None:
    whole.do("DELETE FROM sealed WHERE n >= 5")
    assert broken(whole) == (5, How.REMOVED)


def test_an_inserted_link_is_named(whole: Chain) -> None:
    for n in (6, 5, 4):
        whole.do(f"UPDATE sealed SET n = {n + 1} WHERE n = {n}")  # noqa: S608 - a number
    whole.do(
        "INSERT INTO outbox(exchange, routing_key, message_id, type, body, barrier, announced_at, published_at) "
        "SELECT exchange, routing_key, 'forged', type, body, barrier, announced_at, published_at FROM outbox "
        "WHERE message_id = 'c'",
        "INSERT INTO sealed(n, message_id, type, salt, commitment, hash, sealed_at) "
        "SELECT 4, 'forged', type, salt, commitment, hash, sealed_at FROM sealed WHERE n = 3",
    )
    assert broken(whole) == (4, How.INSERTED)


def test_a_row_that_was_slipped_in_as_published_is_named(whole: Chain) -> None:
    whole.do(
        "INSERT INTO outbox(exchange, routing_key, message_id, type, body, barrier, announced_at, published_at) "
        "SELECT exchange, routing_key, 'forged', type, body, barrier, announced_at, published_at FROM outbox "
        "WHERE message_id = 'c'"
    )
    found = whole.check()
    assert isinstance(found, Broken) and found.message_id == "forged"


@pytest.mark.parametrize(("one", "other"), [(2, 3), (2, 5), (5, 6)])
def test_links_that_changed_places_are_named(whole: Chain, one: int, other: int) -> None:
    whole.do(
        f"UPDATE sealed SET n = 99 WHERE n = {one}",
        f"UPDATE sealed SET n = {one} WHERE n = {other}",
        f"UPDATE sealed SET n = {other} WHERE n = 99",
    )  # noqa: S608 - numbers
    assert broken(whole) == (one, How.REORDERED)


EXCHANGE = "UPDATE sealed SET message_id = :message_id, salt = :salt, commitment = :commitment WHERE n = :n"


def test_contents_that_changed_places_under_their_hashes_are_named(whole: Chain) -> None:
    columns = ("message_id", "salt", "commitment")
    with whole.database.begin() as session:
        rows = {n: session.execute(text(f"SELECT * FROM sealed WHERE n = {n}")).mappings().one() for n in (2, 4)}  # noqa: S608
        session.execute(text("UPDATE sealed SET message_id = 'aside' WHERE n = 2"))
        for n, source in ((4, 2), (2, 4)):
            values = {name: rows[source][name] for name in columns} | {"n": n}
            session.execute(
                text("UPDATE sealed SET message_id=:message_id, salt=:salt, commitment=:commitment WHERE n=:n"), values
            )
    assert broken(whole) == (2, How.REORDERED)


def test_an_empty_chain_is_whole(chain: Chain) -> None:
    assert chain.check() == Head(0, seals.GENESIS)
