"""Bulk statements do the same on both databases, however many rows there are and whichever of their columns are alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from service_chassis.persistence import tables, timers
from service_chassis.persistence.arrays import ALIKE_FROM
from service_chassis.persistence.columns import Bytes, Instant, Json
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import count_rows, delete_by_key, insert_new, insert_rows, update_by_key, upsert_rows
from sqlalchemy import Boolean, Column, Integer, Table, Text, select

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

THING = Table(
    "thing",
    tables.metadata(),
    Column("n", tables.BIG_ID, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("list", Json),
    Column("raw", Bytes),
    Column("yes", Boolean),
    Column("seen", Instant),
    Column("count", Integer),
)
SIZES = (1, ALIKE_FROM - 1, ALIKE_FROM, 3 * ALIKE_FROM)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_database")("things")
    else:
        url = request.getfixturevalue("database_url")
    opened = Database(url, "public")
    with opened.begin() as session:
        THING.metadata.create_all(session)
    yield opened
    opened.close()


def rows(size: int, **same: Any) -> list[dict[str, Any]]:
    """Rows that differ in their key and are alike in all else, unless `same` says otherwise."""
    alike = {"list": ["a", 1], "raw": b"\x00", "yes": False, "seen": NOW, "count": 2} | same
    return [{"key": f"k{n:03}", **alike} for n in range(size)]


def stored(database: Database) -> list[dict[str, Any]]:
    """All rows in the order of their ids, without these."""
    with database.begin() as session:
        return [dict(row) for row in session.execute(select(*list(THING.c)[1:]).order_by(THING.c.n)).mappings()]


@pytest.mark.parametrize("size", SIZES)
def test_inserted_rows_come_back_as_they_were_and_have_their_ids_in_their_order(database: Database, size: int) -> None:
    given = rows(size, raw=None)
    given[-1]["count"] = 3
    with database.begin() as session:
        insert_rows(session, THING, given[::-1])
    assert stored(database) == given[::-1]


@pytest.mark.parametrize("size", SIZES)
def test_a_key_that_exists_is_overwritten_with_nothing_too_or_kept(database: Database, size: int) -> None:
    with database.begin() as session:
        insert_rows(session, THING, rows(1))
        upsert_rows(session, THING, rows(size, list=None, seen=None, count=5), key=["key"])
        assert insert_new(session, THING, rows(size + 1, count=9)) == 1
    assert stored(database) == rows(size, list=None, seen=None, count=5) + rows(size + 1, count=9)[-1:]


@pytest.mark.parametrize("size", SIZES)
def test_only_the_given_columns_of_the_rows_that_are_there_are_overwritten(database: Database, size: int) -> None:
    changed = [{"key": row["key"], "yes": True, "seen": None} for row in rows(size + 1)]
    with database.begin() as session:
        insert_rows(session, THING, rows(size))
        update_by_key(session, THING, changed, key=["key"])
    assert stored(database) == rows(size, yes=True, seen=None)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_counted_is_inserted_or_added_to_what_is_there(database: Database, size: int) -> None:
    with database.begin() as session:
        insert_rows(session, THING, rows(1, yes=True))
        count_rows(session, THING, rows(size, seen=LATER, yes=False, count=4), key=["key"], latest="seen", added="count")
    assert stored(database) == rows(1, yes=True, seen=LATER, count=6) + rows(size, seen=LATER, count=4)[1:]


@pytest.mark.parametrize("size", SIZES)
def test_rows_are_deleted_by_their_keys(database: Database, size: int) -> None:
    with database.begin() as session:
        insert_rows(session, THING, rows(size + 1))
        delete_by_key(session, THING, [{"key": row["key"], "yes": False} for row in rows(size)])
    assert stored(database) == rows(size + 1)[-1:]


def test_the_earliest_that_are_due_ask_for_a_marker_first(database: Database) -> None:
    armed = [
        {"kind": "k", "key": f"{n:02}", "subject": "m", "due_at": NOW - timedelta(minutes=n), "needs_cut": True, "cut_seq": None}
        for n in range(16)
    ]
    with database.begin() as session:
        tables.timer.create(session)
        insert_rows(session, tables.timer, armed)
        asked = [timers.give_cut(session, NOW, number, most) for number, most in ((1, 2), (2, 4), (3, 7))]
        given = session.execute(select(tables.timer.c.key, tables.timer.c.cut_seq)).all()
        assert timers.any_due_without_cut(session, NOW)
        assert not timers.any_due_without_cut(session, NOW - timedelta(days=1))
    assert asked == [2, 4, 7]
    numbers = {key: number for key, number in given if number}
    assert numbers == {"15": 1, "14": 1, **{f"{n:02}": 2 for n in range(10, 14)}, **{f"{n:02}": 3 for n in range(3, 10)}}
