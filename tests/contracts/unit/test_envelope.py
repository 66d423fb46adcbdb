"""The envelope of inbound messages: both CloudEvents modes, sizes, times, and who sent it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from event_contracts.event import Message
from event_contracts.strict_json import MAX_BYTES
from event_contracts.wire import Unreadable

Example = Callable[[str], dict[str, Any]]
Send = Callable[..., Message]
Refuse = Callable[..., Unreadable]

CLAIM = "completion.claimed.v1"


def headers_of(event: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The `ce-` headers of binary mode."""
    names = ("specversion", "id", "source", "type", "subject", "time")
    found = {f"ce-{name}": event[name] for name in names} | changed
    return {name: value for name, value in found.items() if value is not None}


def in_binary(event: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The body and what the broker says of it, in binary mode."""
    body = json.dumps(event["data"], ensure_ascii=False).encode()
    key = f"{event['source'].rpartition('/')[2].upper()}.{event['type']}"
    return body, {"content_type": "application/json", "headers": headers_of(event), "routing_key": key}


# ---- what is read


def test_the_envelope_is_read_and_its_time_becomes_utc(example: Example, send: Send, now: datetime) -> None:
    event = example(CLAIM) | {"correlationid": "root-1", "causationid": "cause-1"}
    message = send(event)
    assert (message.id, message.source, message.type) == (event["id"], "/units/ZJJ", CLAIM)
    assert message.time == datetime(2026, 3, 13, 7, 20, tzinfo=UTC)
    assert message.time.tzinfo is UTC
    assert (message.sender, message.arrived, message.subject) == ("ZJJ", now, event["subject"])
    assert (message.correlationid, message.causationid) == ("root-1", "cause-1")


def test_extension_attributes_that_we_do_not_know_are_ignored(example: Example, send: Send) -> None:
    event = example(CLAIM)
    more = {"arrivaltime": "2026-03-14T08:00:00+08:00", "vendorx": {"a": [1]}, "sequence": "no number", "recordedtime": 5}
    assert send(event | more) == send(event)


def test_the_subject_is_the_matter_where_none_is_given(example: Example, send: Send) -> None:
    event = example(CLAIM)
    del event["subject"]
    assert send(event).subject == event["data"]["matter"]
    submitted = example("matter.submitted.v1")
    del submitted["subject"]
    assert send(submitted).subject == submitted["data"]["external_ref"]


@pytest.mark.parametrize(
    ("trace", "kept"),
    [("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", True), ("00-xyz", False), (7, False)],
)
def test_a_malformed_trace_is_left_out_as_its_specification_says(example: Example, send: Send, trace: Any, kept: bool) -> None:
    assert (send(example(CLAIM) | {"traceparent": trace}).traceparent == trace) is kept


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", "application/cloudevents+json", "application/json; charset=utf-8",
     "Application/CloudEvents+JSON; Charset=UTF-8", 'application/json; charset="utf-8"', "application/json;charset=utf8; v=1"],
)  # fmt: skip
def test_structured_mode_is_read_under_every_json_content_type(example: Example, send: Send, content_type: str | None) -> None:
    event = example(CLAIM)
    assert send(event, content_type=content_type) == send(event)


def test_binary_mode_gives_the_same_message_as_structured_mode(example: Example, send: Send) -> None:
    event = example(CLAIM)
    body, said = in_binary(event)
    assert send(body, **said) == send(event)
    said["content_type"] = None
    assert send(body, **said) == send(event)


def test_binary_headers_may_be_capitalised_bytes_or_an_amqp_timestamp(example: Example, send: Send) -> None:
    event = example(CLAIM)
    body, said = in_binary(event)
    moment = datetime(2026, 3, 13, 7, 20)  # noqa: DTZ001 - py-amqp decodes AMQP timestamps to naive UTC
    said["headers"] = headers_of(event, **{"ce-time": moment, "ce-id": event["id"].encode(), "CE-Subject": event["subject"]})
    assert send(body, **said) == send(event)


def test_headers_of_other_kinds_do_not_make_it_binary_mode(example: Example, send: Send) -> None:
    event = example(CLAIM)
    assert send(event, content_type="application/json", headers={"x-delivery-count": 2, 7: "x"}) == send(event)
    assert send(event, headers={"ce-id": "another"}).id == event["id"], "the content type says structured"


# ---- attributes wrong in every way

WRONG_TEXT = (None, 7, True, "", "   ", ["x"], {"a": 1}, "x" * 129, "a\nb", "a\x7fb")
WRONG = {
    "specversion": ("0.3", "1", 1.0, None, "", ["1.0"]),
    "id": WRONG_TEXT,
    "source": WRONG_TEXT,
    "type": WRONG_TEXT,
    "subject": (7, "", ["x"], "x" * 129, "a\nb"),
    "correlationid": (7, "", "x" * 129, {"a": 1}),
    "causationid": (7, "", "x" * 129, [1]),
    "time": (None, 7, "", "yesterday", "2026-03-13", "2026-03-13T15:20:00", "2026-13-01T00:00:00Z", ["2026-03-13T15:20:00Z"],
             "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "２026-03-13T15:20:00Z"),
    "datacontenttype": ("application/xml", "text/plain", 7),
    "data": (None, 7, "text", [1], True, '{"matter": "x"}'),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_attribute_is_refused_and_pointed_at(example: Example, refused: Refuse, name: str, value: Any) -> None:
    event = example(CLAIM)
    error = refused(event | {name: value}, routing_key=f"ZJJ.{CLAIM}")
    assert error.code == "SCHEMA_INVALID"
    assert f"/{name}" in [fault["pointer"] for fault in error.errors]
    assert error.id == (event["id"] if name != "id" else value if value in ("", "   ") else None)


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "data"])
def test_a_missing_attribute_is_refused_and_pointed_at(example: Example, refused: Refuse, name: str) -> None:
    event = example(CLAIM)
    del event[name]
    error = refused(event, routing_key=f"ZJJ.{CLAIM}")
    assert (error.code, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", f"/{name}")


def test_encoded_data_is_refused_with_a_hint(example: Example, refused: Refuse) -> None:
    event = example(CLAIM)
    del event["data"]
    pointers = [fault["pointer"] for fault in refused(event | {"data_base64": "e30="}).errors]
    assert pointers == ["/data_base64", "/data"]


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_time_up_to_five_minutes_ahead_is_believed(example: Example, send: Send, now: datetime, minutes: int) -> None:
    moment = now + timedelta(minutes=minutes)
    assert send(example(CLAIM) | {"time": moment.isoformat()}).time == moment


@pytest.mark.parametrize("ahead", [timedelta(minutes=5, microseconds=1), timedelta(days=1), timedelta(days=36500)])
def test_a_time_in_the_future_is_refused(example: Example, refused: Refuse, now: datetime, ahead: timedelta) -> None:
    china = timezone(timedelta(hours=8))
    error = refused(example(CLAIM) | {"time": (now + ahead).astimezone(china).isoformat()})
    assert (error.code, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", "/time")


def test_an_unknown_type_is_refused_with_the_known_ones_and_the_nearest(example: Example, refused: Refuse) -> None:
    error = refused(example(CLAIM) | {"type": "completion.claim.v1"})
    assert (error.code, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", "/type")
    assert "did you mean completion.claimed.v1?" in error.detail
    assert "matter.submitted.v1" in error.detail
    assert "cut.marked" not in error.detail


@pytest.mark.parametrize(
    "media", ["application/xml", "text/plain", "application/cloudevents-batch+json", "application/octet-stream"]
)
def test_another_content_type_is_refused(example: Example, refused: Refuse, media: str) -> None:
    error = refused(example(CLAIM), content_type=media)
    assert (error.code, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", "/datacontenttype")


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "utf-16", "latin-1", ""])
def test_another_character_set_is_refused(example: Example, refused: Refuse, charset: str) -> None:
    error = refused(example(CLAIM), content_type=f"application/json; charset={charset}")
    assert (error.code, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", "/datacontenttype")


# ---- bodies that nobody can read; the refusal still says which message it was

BROKEN = {
    "cut off": lambda body: body[:-3],
    "not UTF-8": lambda body: body.replace("附后".encode(), b"\xff\xfe"),
    "in GB18030": lambda body: body.decode().encode("gb18030"),
    "with a repeated key": lambda body: body.replace(b'"data":', b'"subject": "again", "data":'),
    "with NaN": lambda body: body.replace(b'"text":', b'"percent": NaN, "text":'),
    "with U+0000": lambda body: body.replace("附后".encode(), b"\\u0000"),
    "nested 1,000 deep": lambda body: body.replace(b'"text":', b'"deep": ' + b"[" * 1000 + b"]" * 1000 + b', "text":'),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN)
def test_a_body_that_cannot_be_read_is_refused_with_its_id(
    example: Example, refused: Refuse, spoil: Callable[[bytes], bytes]
) -> None:
    event = example(CLAIM)
    error = refused(spoil(json.dumps(event, ensure_ascii=False).encode()), routing_key=f"ZJJ.{CLAIM}")
    assert error.code == "SCHEMA_INVALID"
    assert (error.id, error.type) == (event["id"], CLAIM)
    assert error.errors[0]["pointer"] == ""


@pytest.mark.parametrize("how", ["with a repeated key", "with U+0000"])
def test_a_refusal_names_the_matter_too_where_a_lenient_reader_sees_it(example: Example, refused: Refuse, how: str) -> None:
    event = example(CLAIM)
    error = refused(BROKEN[how](json.dumps(event, ensure_ascii=False).encode()), routing_key=f"ZJJ.{CLAIM}")
    assert (error.source, error.matter) == ("/units/ZJJ", event["data"]["matter"])


def test_binary_data_that_cannot_be_read_is_refused_with_the_id_of_its_headers(example: Example, refused: Refuse) -> None:
    event = example(CLAIM)
    _, said = in_binary(event)
    error = refused(b'{"matter": ', **said)
    assert (error.code, error.id, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", event["id"], "/data")


@pytest.mark.parametrize("body", [b"", b"\x00", b"[" * 1000, b"{}", b"[]", b"null"])
def test_a_body_without_an_id_is_refused_without_one(refused: Refuse, body: bytes) -> None:
    error = refused(body)
    assert (error.code, error.id) == ("SCHEMA_INVALID", None)


def test_a_body_of_exactly_the_limit_is_read(example: Example, send: Send) -> None:
    body = json.dumps(example(CLAIM)).encode()
    assert send(body + b" " * (MAX_BYTES - len(body)), routing_key=f"ZJJ.{CLAIM}").type == CLAIM


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 10_000_000])
def test_a_body_over_the_limit_is_refused_unread_but_with_its_id(example: Example, refused: Refuse, size: int) -> None:
    event = example(CLAIM)
    event["data"]["text"] = "长" * (size // 3)
    error = refused(event)
    assert (error.code, error.id, error.type) == ("TOO_LARGE", event["id"], CLAIM)
    assert error.matter is None


def test_a_readable_refused_message_says_all_about_itself(example: Example, refused: Refuse) -> None:
    event = example(CLAIM)
    event["data"]["surprise"] = 1
    error = refused(event)
    assert (error.source, error.matter) == ("/units/ZJJ", event["data"]["matter"])
    assert error.time == datetime(2026, 3, 13, 7, 20, tzinfo=UTC)


# ---- who sent it


@pytest.mark.parametrize("user_id", [None, ""])
def test_a_message_without_the_brokers_user_id_is_refused(example: Example, refused: Refuse, user_id: str | None) -> None:
    error = refused(example(CLAIM), user_id=user_id)
    assert error.code == "SENDER_MISMATCH"
    assert "user_id" in error.detail


@pytest.mark.parametrize(
    ("key", "pointer"),
    [("HBJ.completion.claimed.v1", "/source"), ("OFFICE.completion.claimed.v1", "/source"),
     ("DUBAN.completion.claimed.v1", "/source"),
     ("ZJJ.completion.verified.v1", "/type"), ("ZJJ.", "/type"), ("ZJJ", "/type"), ("ZJJ.completion.claimed.v1.x", "/type"),
     ("zjj.completion.claimed.v1", ""), ("", ""), (".completion.claimed.v1", ""), ("ZJJ/x.completion.claimed.v1", "")],
)  # fmt: skip
def test_the_routing_key_must_agree_with_the_message(example: Example, refused: Refuse, key: str, pointer: str) -> None:
    error = refused(example(CLAIM), routing_key=key)
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", pointer)


@pytest.mark.parametrize(
    "source", ["/units/HBJ", "/office", "/duban/escalation", "/units/ZJJ/", "units/ZJJ", "/units/zjj", "ZJJ"]
)
def test_the_source_must_be_the_sender(example: Example, refused: Refuse, source: str) -> None:
    error = refused(example(CLAIM) | {"source": source}, routing_key=f"ZJJ.{CLAIM}")
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/source")


@pytest.mark.parametrize("word", ["OFFICE", "DUBAN"])
def test_no_unit_can_take_the_offices_or_our_own_place_in_the_source(example: Example, refused: Refuse, word: str) -> None:
    error = refused(
        example("completion.verified.v1") | {"source": f"/units/{word}"}, routing_key=f"{word}.completion.verified.v1"
    )
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/source")
