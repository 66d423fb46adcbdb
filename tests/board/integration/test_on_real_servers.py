"""The board on RabbitMQ and PostgreSQL: it follows the stream from its own place, speaks with confirms, and hears refusals."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import amqp
import pytest
from board.access import sessions
from board.access.accounts import Register
from board.amqp.outbox import BrokerOutbox
from board.amqp.stream import StreamFeed
from board.errors import Refused, Unavailable
from board.projector import Projector
from board.store import accounts, desks, elsewhere, listing, tables, writing
from board.store.database import Database
from event_contracts.refusal import Refusal, refusal_body
from published import bodies
from service_chassis.messaging import topology
from service_chassis.messaging.accounts import spokesman
from service_chassis.messaging.connection import Broker, close, connect
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
CASE = "ac11-yellow-overturned-with-its-red"


@pytest.fixture
def broker(amqp_url: str) -> Iterator[Broker]:
    """The project's exchanges, the archive, and the board's own queue."""
    found = Broker(amqp_url)
    opened = connect(found, "test")
    own = spokesman().queue()
    topology.Topology(topology.exchanges(), (topology.archive(), own)).declare(opened)
    yield found
    opened.channel().queue_delete(own.name)
    close(opened)


def publish(broker: Broker, *messages: Outgoing) -> None:
    publisher = Publisher(broker, "test")
    publisher.publish(list(messages))
    publisher.drop()


def rows(database: Database) -> dict[str, list[str]]:
    from board.store import tables
    from sqlalchemy import select

    with database.reading() as connection:
        return {
            name: sorted(repr(sorted(dict(row).items())) for row in connection.execute(select(table)).mappings())
            for name, table in tables.FOLDED.items()
        }


def read_to_the_end(projector: Projector) -> None:
    while projector.step() or projector.behind:
        pass


def test_the_stream_is_followed_from_the_place_that_the_model_keeps(broker: Broker, database_url: str, tmp_path: Path) -> None:
    """PostgreSQL and SQLite get the same rows; a second start reads on, and one that forgot everything reads all anew."""
    events = [Outgoing("duban.events", "k", body) for body in bodies(CASE)]
    half = len(events) // 2
    publish(broker, *events[:half])
    places = {}
    for name, url in (("postgres", database_url), ("sqlite", f"sqlite:///{tmp_path / 'board.sqlite'}")):
        database = Database(url)
        assert database.prepare() is True
        places[name] = database
        feed = StreamFeed(broker.url, 0.3)
        read_to_the_end(Projector(database, feed))
        feed.close()
    publish(broker, *events[half:])
    for database in places.values():
        feed = StreamFeed(broker.url, 0.3)
        projector = Projector(database, feed)
        read_to_the_end(projector)
        with database.reading() as connection:
            assert writing.place_of(connection, feed.name) == str(len(events) - 1)
        feed.close()
    first = rows(places["postgres"])
    assert first == rows(places["sqlite"])
    assert first["slip"]
    for database in places.values():
        with database.reading() as connection:
            found = [listing.listed(connection, {"q": text}, 9).total for text in ("老旧小区", "改", "小旧", "'")]
        assert found == [1, 1, 0, 0]
    places["postgres"].forget_model()
    feed = StreamFeed(broker.url, 0.3)
    read_to_the_end(Projector(places["postgres"], feed))
    feed.close()
    assert rows(places["postgres"]) == first
    for database in places.values():
        database.close()


def test_an_act_is_confirmed_and_one_that_nobody_takes_is_not(broker: Broker) -> None:
    outbox = BrokerOutbox(broker.url)
    opened = connect(broker, "test")
    channel = opened.channel()
    channel.queue_declare("test.inbound", exclusive=True)
    channel.queue_bind("test.inbound", "duban.inbound", "OFFICE.#")
    outbox.send("OFFICE.urge.sent.v1", b"{}", "id-1", "urge.sent.v1")
    found: Any = channel.basic_get("test.inbound", no_ack=True)
    assert (found.properties["message_id"], found.properties["user_id"], found.properties["delivery_mode"]) == (
        "id-1",
        "guest",
        2,
    )
    with pytest.raises(Unavailable, match="did not confirm"):
        outbox.send("ZJJ.urge.sent.v1", b"{}", "id-2", "urge.sent.v1")
    outbox.close()
    close(opened)


def test_a_refusal_is_heard_with_the_id_of_what_was_refused(broker: Broker) -> None:
    refusal = Refusal(code="RECUSAL", detail="应当回避 / must recuse", original_id="id-3", original_type="review.decided.v1")
    body = refusal_body("escalation", refusal, event_id=str(uuid.uuid4()), time=datetime(2026, 5, 6, tzinfo=UTC))
    publish(broker, Outgoing("duban.rejected", "OFFICE.RECUSAL", body))
    outbox = BrokerOutbox(broker.url)
    (heard,) = outbox.answers()
    assert (heard.original_id, heard.code) == ("id-3", "RECUSAL")
    assert outbox.answers() == []
    outbox.close()


def test_a_broker_that_is_away_is_waited_for_and_nothing_is_skipped(broker: Broker, tmp_path: Path) -> None:
    feed = StreamFeed("amqp://guest:guest@127.0.0.1:1/%2F")
    database = Database(f"sqlite:///{tmp_path / 'board.sqlite'}")
    database.prepare()
    with pytest.raises(Unavailable, match=r"duban\.archive"):
        Projector(database, feed).step()
    with pytest.raises(Unavailable):
        BrokerOutbox("amqp://guest:guest@127.0.0.1:1/%2F").send("OFFICE.x", b"{}", "id", "x")
    with database.reading() as connection:
        assert writing.place_of(connection, feed.name) == ""
    database.close()


def test_without_its_queue_the_board_still_reads(broker: Broker, tmp_path: Path) -> None:
    opened = connect(broker, "test")
    opened.channel().queue_delete("board")
    publish(broker, *(Outgoing("duban.events", "k", body) for body in bodies(CASE)))
    database = Database(f"sqlite:///{tmp_path / 'board.sqlite'}")
    database.prepare()
    feed = StreamFeed(broker.url, 0.3)
    outbox = BrokerOutbox(broker.url)
    read_to_the_end(Projector(database, feed, outbox))
    assert rows(database)["slip"]
    outbox.close()
    feed.close()
    database.close()
    with pytest.raises(amqp.exceptions.NotFound):
        opened.channel().basic_get("board")
    close(opened)


def test_accounts_are_kept_on_postgresql_as_on_sqlite(database_url: str, tmp_path: Path) -> None:
    """Two operators: one may be closed, and then the other stays; sessions end, and every change has its line."""
    for url in (database_url, f"sqlite:///{tmp_path / 'board.sqlite'}"):
        database = Database(url)
        database.prepare()
        with database.writing() as connection:
            register = Register(connection, "root", NOW)
            register.create("root", "吴斌", "OPERATOR", None)
            register.create("second", "陈实", "OPERATOR", None)
            sessions.begin(connection, "second", NOW)
            accounts.grant(connection, "second", {"OPERATOR": None, "AUDITOR": None})
        with database.writing() as connection:
            assert sessions.find(connection, sessions.begin(connection, "second", NOW), NOW) is not None
            Register(connection, "root", NOW).close("second")
        with pytest.raises(Refused, match="LAST"), database.writing() as connection:
            Register(connection, "second", NOW).close("root")
        with database.reading() as connection:
            assert [(row["login"], row["locked"], row["sessions"]) for row in accounts.listed(connection, 9).rows] == [
                ("root", False, 0),
                ("second", True, 0),
            ]
            assert [row["what"] for row in accounts.newest(connection, 9)] == ["CLOSED", "CREATED", "CREATED"]
            assert accounts.granted_to(connection, "second") == {"OPERATOR": None, "AUDITOR": None}
        database.close()


def test_sessions_from_elsewhere_and_pages_of_lists_are_on_postgresql_as_on_sqlite(database_url: str, tmp_path: Path) -> None:
    there = "https://id.example.org"
    for url in (database_url, f"sqlite:///{tmp_path / 'board.sqlite'}"):
        database = Database(url)
        database.prepare()
        with database.writing() as connection:
            for sid in ("s-1", "s-2", None):
                sessions.begin(connection, "oidc:u", NOW, sessions.Elsewhere(there, sid, "token"))
            assert elsewhere.end(connection, there, "oidc:u", "s-1") == {"oidc:u": 2}  # and the one without a name
            assert elsewhere.end(connection, "https://other.example.org", "oidc:u", None) == {}
            assert [elsewhere.is_new(connection, there, "j", "b", before) for before in ("a", "a", "c")] == [True, False, True]
            assert elsewhere.end(connection, there, None, "s-2") == {"oidc:u": 1}
            assert connection.execute(tables.from_elsewhere.select()).all() == []
            row = {"slip_id": "s", "unit": "ZJJ", "body": "DISCIPLINE", "kind": "k", "state": "CREATED", "outcome": ""}
            made = [row | {"topic": f"t{n}", "referral_id": f"r{n}", "at": f"2026-06-0{1 + n // 2}"} for n in range(5)]
            connection.execute(tables.referral.insert(), made)
            first = desks.referrals(connection, ["DISCIPLINE"], 2)
            second = desks.referrals(connection, ["DISCIPLINE"], 2, first.following or "")
            assert [found["referral_id"] for found in (*first.rows, *second.rows)] == ["r4", "r3", "r2", "r1"]
            entry = {"unit": "ZJJ", "year": 2026, "cents": -30, "kind": "k", "state": "s", "basis": "b"}
            connection.execute(
                tables.entry.insert(), [entry | {"topic": "t", "entry_id": f"e{n}", "at": "2026-06-01"} for n in range(4)]
            )
            assert [found["entry_id"] for found in desks.every_entry(connection, 2026, 3)] == ["e0", "e1", "e2"]
        database.close()
