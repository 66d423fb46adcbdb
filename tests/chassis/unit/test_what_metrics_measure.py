"""What stands behind the numbers: order of events, age of markers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from event_contracts.event import Message
from prometheus_client import CollectorRegistry, generate_latest
from service_chassis.metrics import DATABASE_SECONDS, Outstanding, backlog
from service_chassis.order import MOST, Order
from service_chassis.persistence.backlog import Backlog
from service_chassis.persistence.database import Database
from service_chassis.shown import FromTables

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def event(number: int | None, subject: str = "m1", source: str = "/duban/intake") -> Message:
    data: Any = None
    return Message(
        id=f"{source}{subject}{number}", source=source, type="t", subject=subject, time=NOW, data=data, sequence=number
    )


def test_an_event_behind_a_later_one_about_the_same_subject_is_counted() -> None:
    order = Order()
    assert order.behind([event(1), event(3), event(1, "m2"), event(2, source="/duban/notify")]) == 0
    assert order.behind([event(2), event(4), event(None)]) == 1


def test_only_so_many_subjects_are_remembered() -> None:
    order = Order()
    order.behind(event(9, f"m{n}") for n in range(MOST + 1))
    assert order.behind([event(1, "m0")]) == 0


def test_the_age_of_the_oldest_marker_that_is_out_counts_though_newer_ones_follow() -> None:
    out = Outstanding()
    assert out.seconds(issued=4, returned=4, now=0.0) == 0.0
    assert [out.seconds(5, 4, 10.0), out.seconds(6, 4, 40.0), out.seconds(7, 4, 100.0)] == [0.0, 30.0, 90.0]
    assert out.seconds(7, 5, 100.0) == 60.0
    assert out.seconds(7, 7, 100.0) == 0.0


def test_what_waits_is_told_with_its_age() -> None:
    found = Backlog(3, NOW - timedelta(seconds=90), 2, {"intake.inbound": 1}, NOW - timedelta(hours=1), 4)
    registry = CollectorRegistry()
    registry.register(FromTables(lambda: list(backlog(found, NOW))))
    page = generate_latest(registry).decode()
    assert 'duban_parked_rows{queue="intake.inbound"} 1.0' in page
    assert "duban_outbox_oldest_seconds 90.0" in page
    assert "duban_parked_oldest_seconds 3600.0" in page
    assert "duban_audit_unsealed_rows 2.0" in page


def test_every_statement_is_timed(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}", "a")
    database.observe(DATABASE_SECONDS.on(registry).observe)
    with database.begin() as session:
        session.exec_driver_sql("SELECT 1")
    database.close()
    assert registry.get_sample_value("duban_database_seconds_count") == 2.0  # BEGIN is one, too
