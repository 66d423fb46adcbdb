"""The end of a certificate is read from its bytes, and of a file with several the first end counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from service_chassis.certificates import Ends, end_of, of_file
from service_chassis.config import Settings
from service_chassis.metrics import Metrics


@pytest.mark.parametrize("end", [datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC), datetime(2051, 12, 31, 23, 59, 59, tzinfo=UTC)])
def test_the_end_is_read_in_both_forms_of_time(tmp_path: Path, end: datetime) -> None:
    """Until 2049 years have two digits, from 2050 on four (RFC 5280)."""
    place = tmp_path / "cert.pem"
    trustme.CA().issue_cert("localhost", not_after=end).cert_chain_pems[0].write_to_path(place)
    assert of_file(place) == end


def test_of_several_certificates_the_first_end_counts(tmp_path: Path) -> None:
    place, ca = tmp_path / "chain.pem", trustme.CA()
    ends = [datetime(2040, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)]
    place.write_bytes(b"".join(ca.issue_cert("a.invalid", not_after=end).cert_chain_pems[0].bytes() for end in ends))
    assert of_file(place) == min(ends)


@pytest.mark.parametrize("content", [b"", b"\x30\x00", b"\x30\x82", b"\x30\x03\x30\x01\x05"])
def test_what_is_no_certificate_is_an_error_and_not_a_date(content: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        end_of(content)


def test_files_are_asked_again_after_an_hour_and_a_file_that_is_gone_keeps_its_date(tmp_path: Path) -> None:
    place, now = tmp_path / "ca.pem", [0.0]
    settings = Settings(database_url="sqlite:///x", amqp_url="amqps://u@127.0.0.1:1/", amqp_ca=place)
    issue = trustme.CA().issue_cert
    issue("a.invalid", not_after=datetime(2030, 1, 1, tzinfo=UTC)).cert_chain_pems[0].write_to_path(place)
    ends = Ends(settings, lambda: now[0])
    first = ends.known()
    assert set(first) == {"broker_ca"}, "a broker that is not there has shown nothing"
    issue("a.invalid", not_after=datetime(2035, 1, 1, tzinfo=UTC)).cert_chain_pems[0].write_to_path(place)
    assert ends.known() == first
    now[0] = 3601.0
    later = ends.known()
    assert later["broker_ca"] == datetime(2035, 1, 1, tzinfo=UTC)
    place.unlink()
    now[0] = 9999.0
    assert ends.known() == later


def test_a_damaged_certificate_has_ended_as_far_as_alerts_go(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")
    settings = Settings(database_url="sqlite:///x", amqp_url="amqp://127.0.0.1/", database_ca=tmp_path / "ca.pem")
    assert Ends(settings).known() == {"database_ca": datetime.fromtimestamp(0, UTC)}


def test_the_page_of_metrics_shows_the_ends() -> None:
    metrics = Metrics("desk")
    metrics.ask_before(lambda: {"broker": datetime(2030, 1, 1, tzinfo=UTC)})
    assert b'duban_certificate_not_after_timestamp_seconds{part="broker"} 1.893456e+09' in metrics.page()[1]
