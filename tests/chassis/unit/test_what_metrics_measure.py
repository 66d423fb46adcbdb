"""What stands behind the numbers: order of events, age of markers, expiry of certificates."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from event_contracts.event import Message
from prometheus_client import CollectorRegistry, generate_latest
from service_chassis.messaging import certificates
from service_chassis.messaging.connection import Broker
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


# ---- certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 30 days that signed itself, with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    names = folder / "cert.pem", folder / "key.pem"
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=intake", "-days", "30")
    subprocess.run(
        ["openssl", "req", "-x509", *made, "-out", names[0], "-keyout", names[1]], check=True, capture_output=True, timeout=30
    )
    return names


def test_own_and_trusted_certificates_tell_when_they_expire(certificate: tuple[Path, Path]) -> None:
    path, key = certificate
    found = certificates.expiries(Broker("amqps://b", path, path, key), None)
    assert sorted(found) == ["ca", "own"]
    assert all(abs(found["own"] - instant) < 1 for instant in found.values())
    printed = subprocess.run(["openssl", "x509", "-enddate", "-noout", "-in", path], capture_output=True, text=True, check=True)
    expires = datetime.strptime(printed.stdout.strip().partition("=")[2], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
    assert found["own"] == expires.timestamp()


def test_a_certificate_that_is_of_no_use_has_expired_as_far_as_alerts_go(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")
    assert certificates.expiries(Broker("amqps://b", None, tmp_path / "broken.pem", certificate[1]), None) == {"own": 0.0}


def test_without_tls_there_is_nothing_that_expires() -> None:
    assert certificates.expiries(Broker("amqp://b"), None) == {}
