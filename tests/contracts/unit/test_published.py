"""Our own events on the wire: exact when written, tolerant when read, and never another exception than Unreadable."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts import escalation, intake, notify, scoring
from event_contracts.event import Message, TimeLimit, catalogue
from event_contracts.published import reader_for
from event_contracts.wire import FACTS, Unreadable, read_published, to_wire
from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2026, 3, 17, 0, 30, tzinfo=UTC)
ARMED = escalation.ClockArmed(
    matter_id="m-1",
    external_ref="M-01",
    submitted_by="OFFICE",
    revision=4,
    unit="ZJJ",
    owner="SLIP:WHITE",
    deadline=date(2026, 3, 16),
    due_instant=datetime(2026, 3, 16, 16, tzinfo=UTC),
    started_on=date(2026, 3, 2),
    limit=TimeLimit(amount=10, unit="WORKDAY"),
)
DEDUCTED = scoring.ScoreDeducted(
    matter_id="m-1",
    entry_id="e",
    slip_id="s",
    unit="ZJJ",
    year=2026,
    amount=Decimal("-0.3"),
    balance=Decimal("1"),
    state="PROVISIONAL",
)


def message(data: Any = ARMED, **changed: Any) -> Message:
    fields: dict[str, Any] = {"id": "id-1", "source": "/duban/escalation", "type": data.TYPE, "subject": "m-1", "time": AT}
    return Message(**{**fields, "data": data, "sender": "DUBAN", **changed})


def event(fact: Any = ARMED, /, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_wire(message(fact)))
    return found | changed


def read(found: dict[str, Any]) -> Message:
    return read_published(json.dumps(found).encode())


# ---- written


def test_the_envelope_has_the_attributes_of_cloudevents_and_ours() -> None:
    full = message(
        recordedtime=AT + timedelta(seconds=1), sequence=4, correlationid="r", causationid="c", traceparent="t", policyversion="p"
    )
    found = json.loads(to_wire(full))
    data = found.pop("data")
    assert found == {
        "specversion": "1.0", "id": "id-1", "source": "/duban/escalation", "type": "escalation.clock.armed.v1", "subject": "m-1",
        "time": "2026-03-17T00:30:00Z", "recordedtime": "2026-03-17T00:30:01Z", "datacontenttype": "application/json",
        "dataschema": "urn:duban:schema:escalation.clock.armed.v1", "sequence": 4, "correlationid": "r", "causationid": "c",
        "traceparent": "t", "policyversion": "p",
    }  # fmt: skip
    assert data["deadline"] == "2026-03-16"
    assert data["due_instant"] == "2026-03-16T16:00:00Z"
    assert data["limit"] == {"amount": 10, "unit": "WORKDAY"}


def test_attributes_without_a_value_are_left_out_since_cloudevents_knows_no_null() -> None:
    found = event()
    assert None not in [value for name, value in found.items() if name != "data"]
    assert {"recordedtime", "sequence", "policyversion"}.isdisjoint(found)
    assert "subject" not in json.loads(to_wire(message(subject="")))


@pytest.mark.parametrize(
    ("points", "written"),
    [
        ("-0.3", "-0.30"),
        ("1", "1.00"),
        ("0", "0.00"),
        ("-0.30", "-0.30"),
        ("96.4", "96.40"),
        ("1E+1", "10.00"),
        ("1234567.89", "1234567.89"),
    ],
)
def test_points_are_texts_with_two_places(points: str, written: str) -> None:
    found = event(replace(DEDUCTED, amount=Decimal(points)))
    assert found["data"]["amount"] == written
    assert read(found).data.amount == Decimal(points)


@pytest.mark.parametrize("zone", [ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC"), timezone(timedelta(hours=-5))])
def test_the_time_is_written_in_utc_whatever_its_zone(zone: Any) -> None:
    assert json.loads(to_wire(message(time=AT.astimezone(zone))))["time"] == "2026-03-17T00:30:00Z"


def test_a_naive_time_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_wire(message(time=AT.replace(tzinfo=None)))


def test_a_value_without_a_form_on_the_wire_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError):
        to_wire(message(replace(ARMED, unit={"ZJJ"})))


def test_the_routing_key_of_a_slip_ends_with_its_colour() -> None:
    proposed = escalation.SlipProposed(
        matter_id="m", slip_id="s", unit="ZJJ", colour="YELLOW", renewal=0, ground="OVERDUE", state="DRAFT", proposed_by="x"
    )
    assert proposed.routing_key() == "escalation.slip.proposed.v1.yellow"
    assert ARMED.routing_key() == "escalation.clock.armed.v1"


def test_two_classes_with_one_type_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="two classes announce intake.cut.passed.v1"):
        catalogue(intake.FACTS, (intake.CutPassed,))


# ---- read


def test_what_was_written_is_read_back() -> None:
    for data in (ARMED, DEDUCTED, notify.CutWanted(want=7)):
        assert read_published(to_wire(message(data))) == message(data)


def test_a_null_is_the_same_as_a_missing_field() -> None:
    found = event()
    found["data"] |= {"limit": None, "external_ref": None, "revision": None}
    data = read(found).data
    assert (data.limit, data.external_ref, data.revision) == (None, None, 0)


BROKEN_DATA = [
    {"unit": 7}, {"unit": None}, {"owner": ["x"]}, {"revision": "4"}, {"revision": True}, {"provisional": "no"},
    {"deadline": "soon"}, {"deadline": 7}, {"due_instant": "2026-03-16T16:00:00"}, {"due_instant": 7}, {"limit": "10"},
    {"limit": []}, {"limit": {"amount": "10", "unit": "DAY"}}, {"limit": {"amount": 10}},
]  # fmt: skip


@pytest.mark.parametrize("wrong", BROKEN_DATA, ids=str)
def test_data_that_we_never_wrote_is_unreadable(wrong: dict[str, Any]) -> None:
    found = event()
    found["data"] |= wrong
    with pytest.raises(Unreadable) as caught:
        read(found)
    assert (caught.value.code, caught.value.id, caught.value.type) == ("SCHEMA_INVALID", "id-1", ARMED.TYPE)


@pytest.mark.parametrize("amount", ["x", "", -0.3, None, "NaN", "Infinity", "1E+999999"])
def test_points_that_are_no_points_are_unreadable(amount: Any) -> None:
    found = event(DEDUCTED)
    found["data"]["amount"] = amount
    with pytest.raises(Unreadable):
        read(found)


@pytest.mark.parametrize("name", ["id", "source", "type", "time", "data"])
def test_a_missing_attribute_is_unreadable(name: str) -> None:
    found = event()
    del found[name]
    with pytest.raises(Unreadable):
        read(found)


@pytest.mark.parametrize(
    "changed",
    [{"type": "escalation.clock.armed.v2"}, {"type": 7}, {"type": ["x"]}, {"type": None}, {"time": "2026-03-17T00:30:00"},
     {"time": 7}, {"time": "0001-01-01T00:00:00+08:00"}, {"recordedtime": "x"}, {"data": None}, {"data": []}, {"data": "x"},
     {"id": 7}, {"sequence": "4"}, {"subject": 7}],
    ids=str,
)  # fmt: skip
def test_a_wrong_attribute_is_unreadable(changed: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as caught:
        read(event(**changed))
    assert caught.value.code == "SCHEMA_INVALID"


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"null", b"7", b"\xff", b"[" * 5000, b'{"type": "escalation.clock.armed.v1"}']
)
def test_a_body_that_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_published(body)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_published(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(event())), JSON)
def test_any_attribute_replaced_by_anything_is_read_or_unreadable(name: str, value: Any) -> None:
    try:
        read(event(**{name: value}))
    except Unreadable as error:
        assert error.code == "SCHEMA_INVALID"


@given(st.sampled_from(sorted(event(DEDUCTED)["data"])), JSON)
def test_any_field_replaced_by_anything_is_read_or_unreadable(name: str, value: Any) -> None:
    found = event(DEDUCTED)
    found["data"][name] = value
    try:
        read(found)
    except Unreadable as error:
        assert error.code == "SCHEMA_INVALID"


def test_an_annotation_without_a_form_on_the_wire_is_found_when_the_class_is_compiled() -> None:
    for hint in (float, set[str], str | int, bytes, dict[int, int]):
        with pytest.raises(TypeError, match="no form on the wire"):
            reader_for(hint)


def test_every_published_class_reads_its_own_type() -> None:
    assert all(cls.TYPE == name for name, cls in FACTS.items())
    assert len(FACTS) == sum(len(group) for group in (intake.FACTS, escalation.FACTS, scoring.FACTS, notify.FACTS))
