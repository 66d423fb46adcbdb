"""Escalation's tables on both databases: the schema, the unique rung, numbers without gaps, and replicas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from escalation.service import Escalation
from escalation.store import ladders, tables
from service_chassis.delivery import Runtime, run_timers
from service_chassis.persistence import cut, migrations
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import insert_rows
from sqlalchemy import event as happening
from sqlalchemy.exc import IntegrityError

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of escalation's own, on each kind of server."""
    fixture = "sqlite_database" if request.param == "sqlite" else "fresh_database"
    opened = Database(request.getfixturevalue(fixture)("escalation"), "escalation")
    yield opened
    opened.close()


@pytest.fixture
def city_on(database: Database, city_with: Callable[..., Any]) -> Callable[..., Any]:
    """A city whose escalation lives on that database."""
    return lambda **policy: city_with(database=database, **policy)


def test_rows_are_read_by_position_so_columns_and_fields_have_the_same_order() -> None:
    assert ladders.columns_match_objects()


def test_the_migrated_schema_is_the_one_that_the_code_uses(database: Database) -> None:
    migrations.migrate(database, Escalation.MIGRATIONS)
    ours = {"include_name": lambda name, kind, _parents: kind != "table" or name in tables.METADATA.tables}
    with database.begin() as session:
        assert compare_metadata(MigrationContext.configure(session, opts=ours), tables.METADATA) == []


def _row(slip_id: str, **more: Any) -> dict[str, Any]:
    texts = {"unit": "ZJJ", "colour": "YELLOW", "ground": "OVERDUE", "state": "ISSUED", "standard": "标准"}
    known = {"matter_id": "m", "renewal": 0, "attempt": 0, "standing": True, "requirements": [], "amount": 5}
    rest = {"limit_unit": "WORKDAY", "proposed_by": "DUBAN", "reason": "", "liability_date": date(2026, 3, 17)}
    return {"slip_id": slip_id, **texts, **known, **rest, **more}


def test_the_database_itself_refuses_a_second_standing_slip_of_a_rung(database: Database) -> None:
    migrations.migrate(database, Escalation.MIGRATIONS)
    with database.begin() as session:
        insert_rows(session, tables.slip, [_row("a"), _row("b", standing=False), _row("c", renewal=1), _row("d", unit="SLJ")])
    with pytest.raises(IntegrityError), database.begin() as session:
        insert_rows(session, tables.slip, [_row("e")])


def test_numbers_of_a_year_and_colour_are_taken_without_gaps(database: Database) -> None:
    migrations.migrate(database, Escalation.MIGRATIONS)
    with database.begin() as session:
        desk = ladders.Store(session)
        taken = [desk.next_numbers(2026, "YELLOW", 3), desk.next_numbers(2026, "YELLOW", 1), desk.next_numbers(2026, "RED", 1)]
        assert taken == [1, 4, 1]
    with pytest.raises(RuntimeError), database.begin() as session:
        ladders.Store(session).next_numbers(2026, "YELLOW", 5)
        raise RuntimeError("this transaction is rolled back")
    with database.begin() as session:
        assert ladders.Store(session).next_numbers(2026, "YELLOW", 1) == 5
        assert ladders.Store(session).next_numbers(2027, "YELLOW", 1) == 1


def test_an_outcome_is_one_row_per_subject_and_reason_with_first_last_and_count(database: Database) -> None:
    migrations.migrate(database, Escalation.MIGRATIONS)
    for when in ("2026-03-17 08:00", "2026-03-17 09:00", "2026-03-17 10:00"):
        with database.begin() as session:
            desk = ladders.Store(session)
            ladder = desk.ladder_or_new("m", "ZJJ")
            desk.record(ladder, "a", "PARKED", at(when))
            desk.record(ladder, "a", "PARKED", at(when))
            desk.save()
    with database.begin() as session:
        rows = session.execute(tables.outcome.select()).all()
    assert [(r.reason, r.first_seen, r.last_seen, r.count) for r in rows] == [
        ("PARKED", at("2026-03-17 08:00"), at("2026-03-17 10:00"), 6)
    ]


def test_the_whole_ladder_runs_on_this_database(city_on: Callable[..., Any]) -> None:
    city = city_on(approval={"red": "auto"}, automatic_urging=True)
    city.auto_serve = lambda issued: issued
    city.white_by_office()
    city.until(at("2026-05-30 00:00"))

    assert [(colour, state) for colour, _, state in city.slips()] == [
        ("WHITE", "EXPIRED"),
        ("YELLOW", "DETERMINED"),
        ("RED", "EXPIRED"),
    ]
    assert len(city.lists()["referrals"]) == 3
    assert city.slip("RED")["number"] == "咸督办〔2026〕红字第1号"


def test_of_a_limit_that_passes_only_what_changed_is_written(database: Database, city_on: Callable[..., Any]) -> None:
    city = city_on()
    _many(city, 2)
    written: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        plain = statement.replace('"', "")
        if "clock" in plain and not plain.startswith("SELECT"):
            written.append(plain.partition(" WHERE ")[0].partition(" FROM ")[0])

    happening.listen(database.engine, "after_cursor_execute", listen)
    city.until(at("2026-03-09 00:00"))

    assert len(city.lists()["slips"]) == 2
    assert len(written) == 1
    assert set(re.findall(r"(\w+) ?=", written[0])) == {"state", "passed_due"}


def _many(city: Any, count: int) -> None:
    """`count` matters whose limits all end at the same instant; registered in the reverse order of their references."""
    facts = []
    for n in reversed(range(count)):
        matter = f"00000000-0000-4000-8000-{n:012d}"
        facts.append(city.fact(city.registered("ZJJ", matter, f"M-{n:04d}", days=4), at("2026-03-02 09:00")))
        served = city.served(f"{matter}/ZJJ", "ASSIGNMENT", at("2026-03-02 10:00"), matter=matter)
        facts.append(city.fact(served, at("2026-03-02 10:00")))
    city.until(at("2026-03-02 10:00"))
    city.broker.publish(facts)
    city.until(at("2026-03-03 00:00"))


def test_slips_of_one_instant_are_numbered_in_the_order_of_their_references(city_on: Callable[..., Any]) -> None:
    city = city_on()
    _many(city, 12)
    city.until(at("2026-03-09 00:00"))

    numbers = {row["matter"]: row["number"] for row in city.lists()["slips"]}
    assert numbers == {f"M-{n:04d}": f"咸督办〔2026〕白字第{n + 1}号" for n in range(12)}


def test_any_number_of_replicas_issue_each_slip_once_and_leave_no_gap_in_the_numbers(
    request: pytest.FixtureRequest, city_with: Callable[..., Any]
) -> None:
    database = Database(request.getfixturevalue("fresh_database")("escalation"), "escalation")
    city = city_with(database=database)
    _many(city, 120)
    city.clock.move_to(at("2026-03-09 00:00"))
    with database.begin() as session:  # every marker that is asked for from now on has returned
        for path in cut.PATHS:
            cut.note(session, path, 1_000_000)
    replicas = [Runtime(Escalation(city.policy), database, city.clock, refuse_waiting_after=None) for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        handled = list(pool.map(_drain, replicas))

    numbers = sorted(row["number"] for row in city.lists()["slips"])
    assert sorted(numbers) == sorted(f"咸督办〔2026〕白字第{n}号" for n in range(1, 121))
    assert sum(handled) >= 120
    database.close()


def _drain(runtime: Runtime) -> int:
    total = idle = 0
    while idle < 3:
        handled = run_timers(runtime, 7)
        total += handled
        idle = 0 if handled else idle + 1
    return total
