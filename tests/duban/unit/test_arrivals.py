"""How a rehearsal file becomes a sequence of messages."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from duban.arrivals import DECISION, REPORT, SERVICE, SUBMISSION, Reading, order, read
from service_chassis.errors import ConfigError


def line(**changes: Any) -> bytes:
    event = {
        "specversion": "1.0",
        "id": "m-1",
        "source": "/office",
        "type": "matter.submitted.v1",
        "time": "2026-03-02T09:00:00+08:00",
        "data": {},
    }
    return json.dumps({**event, **changes}).encode()


def ids(reading: Reading) -> list[str]:
    return [arrival.id for arrival in reading.arrivals]


def test_messages_come_in_the_order_of_their_times_whatever_the_order_of_the_lines() -> None:
    lines = [line(id=f"m-{n}", time=f"2026-03-{n:02d}T09:00:00+08:00") for n in range(1, 20)]
    mixed = lines[:]
    random.Random(3).shuffle(mixed)
    assert order(mixed) == order(lines)
    assert ids(order(mixed)) == [f"m-{n}" for n in range(1, 20)]


def test_repeated_lines_are_one_message() -> None:
    assert ids(order([line(), line(), line() + b"\n", b"", b"  \n"])) == ["m-1"]


def test_a_message_that_arrives_late_comes_at_its_arrival_and_not_at_its_time() -> None:
    late = line(id="late", time="2026-03-02T09:00:00+08:00", arrivaltime="2026-03-05T09:00:00+08:00")
    other = line(id="other", time="2026-03-04T09:00:00+08:00")
    reading = order([late, other])
    assert ids(reading) == ["other", "late"]
    assert reading.arrivals[1].instant == datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert reading.last == reading.arrivals[1].instant


def test_an_arrival_before_the_time_itself_means_nothing() -> None:
    early = line(arrivaltime="2026-03-01T09:00:00+08:00")
    assert order([early]).arrivals[0].instant == datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_at_equal_instants_submissions_come_first_then_service_reports_and_decisions() -> None:
    names = ["slip.approved.v1", "completion.claimed.v1", "notice.signed.v1", "matter.submitted.v1"]
    reading = order([line(id=f"a-{n}", type=name) for n, name in enumerate(names)])
    assert [arrival.type for arrival in reading.arrivals] == names[::-1]
    assert [arrival.rank for arrival in reading.arrivals] == [SUBMISSION, SERVICE, REPORT, DECISION]


def test_at_equal_instants_and_equal_kinds_the_id_decides() -> None:
    assert ids(order([line(id="b"), line(id="a"), line(id="c")])) == ["a", "b", "c"]


def test_the_same_instant_in_another_zone_is_the_same_instant() -> None:
    reading = order([line(id="b", time="2026-03-02T01:00:00Z"), line(id="a", time="2026-03-02T09:00:00+08:00")])
    assert ids(reading) == ["a", "b"]


@pytest.mark.parametrize(
    ("source", "key", "account"),
    [("/office", "OFFICE.matter.submitted.v1", "office"), ("/units/ZJJ", "ZJJ.matter.submitted.v1", "zjj")],
)
def test_the_source_stands_for_the_account_that_the_broker_would_vouch_for(source: str, key: str, account: str) -> None:
    sent = order([line(source=source)]).arrivals[0].outgoing()
    assert (sent.exchange, sent.routing_key, sent.user_id) == ("duban.inbound", key, account)


@pytest.mark.parametrize(
    "bad",
    [
        b"not json",
        b'{"id": "x"',
        b"\xff\xfe",
        b"[1, 2]",
        b"[" * 5000,
        line(time="2026-03-02 morning"),
        line(time="2026-03-02T09:00:00"),
        line(time=None),
        line(time="9999-12-31T23:59:59Z"),
        line(source="/elsewhere"),
        line(source="/units/"),
        line(source="/units/Z.J"),
        line(source=None),
        line(source="/duban/escalation"),
    ],
)
def test_a_line_that_cannot_be_placed_is_reported_with_its_number_and_the_rest_goes_through(bad: bytes) -> None:
    reading = order([line(id="before"), bad, line(id="after", time="2026-03-03T09:00:00+08:00")])
    assert ids(reading) == ["before", "after"]
    assert [one.number for one in reading.bad] == [2]
    refusal = reading.bad[0].refusal()
    assert refusal["code"] == "SCHEMA_INVALID" and refusal["detail"]


def test_a_bad_line_is_refused_under_its_own_id_where_it_has_one() -> None:
    assert order([line(id="known", source="?")]).bad[0].refusal()["id"] == "known"


def test_the_refusal_of_a_bad_line_does_not_depend_on_where_it_stands() -> None:
    assert order([b"nonsense", line()]).bad[0].refusal() == order([line(), b"nonsense"]).bad[0].refusal()


def test_what_else_is_wrong_with_a_message_is_left_to_the_services() -> None:
    reading = order([line(id=7, type=None), line(id="x", data="?"), line(id="y", type="no.such.thing.v1")])
    assert not reading.bad and len(reading.arrivals) == 3


@pytest.mark.parametrize("broken", [b'"title": "\xff"', b'"title": NaN', b'"title": 1e400'])
def test_a_field_that_is_not_utf8_or_not_strict_json_is_left_to_the_services(broken: bytes) -> None:
    body = line(data={"title": "t"}).replace(b'"title": "t"', broken)
    reading = order([body])
    assert ids(reading) == ["m-1"] and reading.arrivals[0].body == body


def test_the_same_id_with_other_content_is_kept_for_the_services_to_refuse() -> None:
    assert ids(order([line(), line(data={"title": "other"})])) == ["m-1", "m-1"]


def test_a_message_without_a_time_is_placed_at_its_arrival() -> None:
    reading = order([line(time="yesterday", arrivaltime="2026-03-05T09:00:00+08:00")])
    assert reading.arrivals[0].instant == datetime(2026, 3, 5, 1, tzinfo=UTC)


def test_a_packed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    text = line() + b"\n" + line(id="m-2") + b"\n"
    (tmp_path / "a.jsonl").write_bytes(text)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    assert read(tmp_path / "a.jsonl.gz") == read(tmp_path / "a.jsonl")


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"x" * 1000, mtime=0)[:-9]], ids=["no gzip", "cut"])
def test_a_broken_packed_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="broken.jsonl.gz"):
        read(path)
