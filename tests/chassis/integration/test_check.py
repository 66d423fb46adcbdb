"""The role `check` names everything that is wrong at once, each in one line with what to do, and changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from escalation.service import Escalation
from ground_rules.policy import load_policy
from service_chassis import certificates, checking
from service_chassis.clock import SystemClock, VirtualClock
from service_chassis.config import Settings
from service_chassis.delivery import Runtime
from service_chassis.health import Health
from service_chassis.messaging.connection import Broker
from service_chassis.metrics import Metrics
from service_chassis.persistence import migrations, tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import insert_rows
from service_chassis.station import Station

NOWHERE = "amqp://guest:guest@127.0.0.1:9//"
Checked = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """Escalation on SQLite with its tables, and a broker that does not answer."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'escalation.sqlite'}", amqp_url=NOWHERE)
    database = Database(settings.database_url, "escalation")
    migrations.migrate(database, Escalation.MIGRATIONS)
    runtime = Runtime(Escalation(load_policy()), database, VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))
    yield Station(settings, runtime, Broker(NOWHERE), Health(), Metrics("escalation"), "check", lambda: runtime.service)
    database.close()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    """`checked(station)`: what is said on standard output and on standard error; the broker answers unless told otherwise."""

    def run(station: Station, *, broker: bool = True, code: int = 0) -> tuple[list[str], list[str]]:
        for look in ("_broker", "_limits") if broker else ():
            monkeypatch.setattr(checking, look, lambda station, found: None)
        out, err = io.StringIO(), io.StringIO()
        assert checking.run(station, out, err) == code
        return out.getvalue().splitlines(), err.getvalue().splitlines()

    return run


def test_what_is_well_is_said_and_nothing_else(station: Station, checked: Checked) -> None:
    said, complaints = checked(station)
    assert complaints == []
    assert said == [
        "escalation: schema escalation_0001",
        "escalation: the calendar is known until 2027-01-01",
        "escalation: 0 rows wait in the outbox",
    ]


def test_every_fault_is_named_at_once_in_a_line_of_its_own(tmp_path: Path, station: Station, checked: Checked) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}", "escalation")
    bare = replace(station, runtime=Runtime(station.runtime.service, empty, station.runtime.clock))
    _, complaints = checked(bare, broker=False, code=2)
    empty.close()
    assert len(complaints) == 3
    assert "run `python -m escalation migrate`" in complaints[0]
    assert "127.0.0.1:9" in complaints[1]
    assert "the limits of the queues were not looked at; set DUBAN_MANAGEMENT_URL" in complaints[2]


def test_a_clock_that_disagrees_with_the_databases_stops_the_start(
    station: Station, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.runtime.clock = SystemClock()
    monkeypatch.setattr(checking, "server_time", lambda database: datetime.now(UTC) + timedelta(seconds=90))
    _, complaints = checked(station, code=2)
    assert any("differ by 90 s; set up NTP on both" in line for line in complaints)


def test_a_calendar_that_ends_soon_is_a_warning(station: Station, checked: Checked) -> None:
    station.runtime.clock = VirtualClock(datetime(2026, 11, 20, tzinfo=UTC))
    said, complaints = checked(station)
    assert ["calendar ends on 2027-01-01" in line and "calendar.published" in line for line in complaints] == [True]
    assert not any("calendar" in line for line in said)


def test_certificates_that_end_or_have_ended_are_named(
    station: Station, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = station.runtime.clock.now()
    ends = {"broker": now - timedelta(days=1), "broker_own": now + timedelta(days=9), "database": now + timedelta(days=99)}
    monkeypatch.setattr(certificates.Ends, "known", lambda self: ends)
    said, complaints = checked(station, code=2)
    assert any("certificate broker ended on 2026-03-01; renew it" in line for line in complaints)
    assert any("warning" in line and "certificate broker_own ends on 2026-03-11" in line for line in complaints)
    assert "escalation: certificate database is good until 2026-06-09" in said


def test_parked_messages_are_a_warning_with_the_command_to_look_at_them(station: Station, checked: Checked) -> None:
    texts = dict.fromkeys(("id", "queue", "code", "reason", "sender", "routing_key", "exchange", "sha256"), "p1")
    row: dict[str, Any] = {**texts, "body": b"{", "size": 1, "parked_at": station.runtime.clock.now()}
    with station.runtime.database.begin() as session:
        insert_rows(session, tables.parked, [row])
    _, complaints = checked(station)
    assert complaints == ["check: warning: escalation: 1 messages are parked: python -m escalation redrive list"]
