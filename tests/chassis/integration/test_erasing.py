"""What is erased lawfully reads ERASED in the chain; what is gone in any other way reads REMOVED."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from service_chassis.audit import Broken, How, first_broken
from service_chassis.persistence import erasing, seals, tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.erasing import Rule
from service_chassis.persistence.leader import Leader
from service_chassis.persistence.seals import Head
from service_chassis.persistence.sql import insert_new
from sqlalchemy import text

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=4000)
WEIGHTY, OTHER = "desk.slip.issued.v1", "desk.clock.armed.v1"
RULE = Rule("retention.announced", "陈立", LATER)
INSERT = """INSERT INTO outbox(exchange, routing_key, message_id, type, body, barrier, announced_at)
VALUES ('duban.events', 'k', :id, :type, :body, :barrier, '2026-03-02T01:00:00Z')"""


class Desk:
    """A service's database with four published events, three of them sealed."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, "desk")
        with self.database.begin() as session:
            tables.CHASSIS.create_all(session)
            if not self.database.is_sqlite:
                session.execute(text("ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()"))
            for id_, type_ in (("a", WEIGHTY), ("x", OTHER), ("b", WEIGHTY), ("c", WEIGHTY)):
                session.execute(text(INSERT), {"id": id_, "type": type_, "body": id_.encode(), "barrier": False})
        self.leader = Leader(self.database, "relay", [WEIGHTY])
        assert self.leader.try_lead()
        self.relay()

    def relay(self) -> None:
        """One round of the relay."""
        self.leader.mark(self.leader.pending(100, NOW), NOW)

    def run(self, step: Callable[[Any], int]) -> int:
        with self.database.begin() as session:
            return step(session)

    def bury(self, most: int = 100) -> int:
        return self.run(lambda session: erasing.bury(session, [WEIGHTY], LATER, RULE, most))

    def erase(self) -> int:
        return self.run(lambda session: erasing.erase_sealed(session, LATER, 100))

    def do(self, statement: str) -> None:
        """Somebody with all rights at work."""
        with self.database.begin() as session:
            session.execute(text(statement))

    def check(self) -> Broken | Head:
        with self.database.begin() as session:
            return first_broken(seals.links(session))

    def links(self) -> list[seals.Link]:
        with self.database.begin() as session:
            return list(seals.links(session))

    def bodies(self) -> list[str]:
        with self.database.begin() as session:
            return [row[0] for row in session.execute(text("SELECT message_id FROM outbox ORDER BY id"))]


@pytest.fixture(params=["postgresql", "sqlite"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    make = request.getfixturevalue("fresh_database" if request.param == "postgresql" else "sqlite_database")
    found = Desk(make("desk"))
    yield found
    found.leader.close()
    found.database.close()


def test_a_body_goes_only_after_its_tombstone_is_sealed_and_then_reads_erased(desk: Desk) -> None:
    assert desk.bury() == 3
    assert desk.erase() == 0
    desk.relay()
    assert desk.erase() == 3
    assert desk.bodies() == ["x"]
    head = desk.check()
    assert isinstance(head, Head) and head.n == 6
    gone = [link for link in desk.links() if link.body is None]
    assert [(link.message_id, link.salt) for link in gone] == [("a", b""), ("b", b""), ("c", b"")]
    assert {(link.erased or {})["rule"] + (link.erased or {})["by"] for link in gone} == {"retention.announced陈立"}


def test_all_of_it_twice_and_in_batches_is_the_same(desk: Desk) -> None:
    assert [desk.bury(2), desk.bury(2), desk.bury(2)] == [2, 1, 0]
    desk.relay()
    desk.relay()
    assert [desk.erase(), desk.erase()] == [3, 0]
    assert desk.bury() == 0
    assert isinstance(desk.check(), Head)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "INSERT INTO erasure(id, message_id, body) SELECT 'erased:b', 'b', body FROM erasure WHERE message_id = 'a'",
        "UPDATE erasure SET message_id = 'b'",
    ],
)
def test_a_body_that_is_gone_without_a_tombstone_of_its_own_reads_removed(desk: Desk, statement: str) -> None:
    desk.bury(1)
    desk.relay()
    desk.erase()
    desk.do("DELETE FROM outbox WHERE message_id = 'b'")
    desk.do(statement)
    found = desk.check()
    assert isinstance(found, Broken) and found.how is How.REMOVED


def test_a_tombstone_that_was_never_sealed_or_names_another_event_counts_for_nothing(desk: Desk) -> None:
    desk.bury(1)
    desk.relay()
    desk.do("DELETE FROM outbox WHERE message_id = 'b'")
    desk.do("UPDATE erasure SET message_id = 'b'")
    found = desk.check()
    assert isinstance(found, Broken) and (found.n, found.how) == (2, How.REMOVED)
    desk.do("UPDATE erasure SET message_id = 'a'")
    forged = {"id": "erased:b", "message_id": "b", "body": b'{"message_id": "b"}', "sealed_at": NOW, "erased_at": NOW}
    desk.run(lambda session: insert_new(session, tables.erasure, [forged]))
    found = desk.check()
    assert isinstance(found, Broken) and (found.n, found.how) == (2, How.REMOVED)


def test_a_tombstone_that_is_changed_or_taken_away_is_found(desk: Desk) -> None:
    desk.bury(1)
    desk.relay()
    desk.erase()
    whole = [row for row in desk.links() if row.message_id == "erased:a"]
    desk.do(
        "UPDATE erasure SET body = body || CAST(' ' AS BLOB)"
        if desk.database.is_sqlite
        else "UPDATE erasure SET body = body || ' '"
    )
    found = desk.check()
    assert whole and isinstance(found, Broken) and (found.n, found.how) == (4, How.CHANGED)
    desk.do("DELETE FROM erasure")
    found = desk.check()
    assert isinstance(found, Broken) and (found.n, found.how) == (1, How.REMOVED)


def test_events_in_no_chain_and_raw_bodies_go_at_once_and_their_ids_stay(desk: Desk) -> None:
    assert desk.run(lambda session: erasing.erase_unsealed(session, [WEIGHTY], LATER, 100)) == 1
    assert desk.bodies() == ["a", "b", "c"]
    desk.do("INSERT INTO inbox(id, source, body, received_at) VALUES ('m', '/office', NULL, '2026-03-02T01:00:00.000000+00:00')")
    desk.do("UPDATE inbox SET body = (SELECT body FROM outbox WHERE message_id = 'a')")
    assert desk.run(lambda session: erasing.erase_inbound(session, NOW - timedelta(days=1), 100)) == 0
    assert desk.run(lambda session: erasing.erase_inbound(session, LATER, 100)) == 1
    assert desk.run(lambda session: erasing.erase_inbound(session, LATER, 100)) == 0
    assert desk.run(lambda session: session.execute(text("SELECT count(*) FROM inbox WHERE id = 'm'")).scalar_one()) == 1


def test_a_role_that_may_only_add_is_told_apart_from_the_owner(desk: Desk) -> None:
    with desk.database.begin() as session:
        assert erasing.may_erase(session)
        if desk.database.is_sqlite:
            return
        for statement in ("CREATE ROLE desk_clerk", "GRANT USAGE ON SCHEMA desk TO desk_clerk"):
            session.execute(text(statement))
        session.execute(text("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA desk TO desk_clerk"))
        session.execute(text("SET LOCAL ROLE desk_clerk"))
        assert not erasing.may_erase(session)
        session.rollback()
