"""Whatever arrives on `duban.inbound`: a message, or Unreadable with a code of the closed list. Nothing else, ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from event_contracts.inbound import REFUSAL_CODES
from event_contracts.refusal import Refusal, refusal_body
from event_contracts.wire import REQUESTS, Unreadable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Send = Callable[..., Any]

HOSTILE = [b"\\u0000", b"\\ud800", b"NaN", b"1e999", b'"', b"{"]
BODIES = {
    name: (files("event_contracts") / "catalogue" / "inbound" / f"{name}.json").read_bytes().strip() for name in sorted(REQUESTS)
}
LENIENT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def sender_of(source: str) -> str:
    """The account that sends an example of this source."""
    return "DUBAN" if source.startswith("/duban") else source.rpartition("/")[2].upper()


def assert_read_or_refused(send: Send, now: Any, body: bytes, **said: Any) -> None:
    """Send it; a refusal must be tellable to the sender."""
    try:
        send(body, **said)
    except Unreadable as error:
        assert error.code in REFUSAL_CODES
        told = json.loads(refusal_body("intake", Refusal.of(error), event_id="r", time=now))
        assert told["data"]["code"] == error.code
        assert told["data"]["original_id"] == error.id


@LENIENT
@given(
    body=st.binary(max_size=400),
    content_type=st.none() | st.text(max_size=30),
    key=st.text(max_size=40),
    user=st.text(max_size=3),
)
def test_arbitrary_bytes_are_refused(send: Send, now: Any, body: bytes, content_type: str | None, key: str, user: str) -> None:
    assert_read_or_refused(send, now, body, content_type=content_type, routing_key=key, user_id=user)


HEADER = st.one_of(
    st.text(max_size=20), st.binary(max_size=20), st.integers(), st.none(), st.booleans(), st.lists(st.text(max_size=3))
)
NAMES = (
    st.sampled_from(["ce-id", "ce-time", "ce-type", "ce-source", "ce-specversion", "CE-ID", "ce-", "ce-data", "x-death"])
    | st.text()
)


@LENIENT
@given(body=st.sampled_from([b"{}", b'{"matter": "x"}', b"x"]), headers=st.dictionaries(NAMES, HEADER, max_size=6))
def test_arbitrary_headers_are_refused(send: Send, now: Any, body: bytes, headers: dict[str, Any]) -> None:
    assert_read_or_refused(send, now, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("name", sorted(REQUESTS))
@LENIENT
@given(data=st.data())
def test_a_good_body_with_bytes_changed_is_read_or_refused(send: Send, now: Any, name: str, data: st.DataObject) -> None:
    body = bytearray(BODIES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        cut = data.draw(st.integers(0, 3))
        body[at : at + cut] = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"\\u0000", b"\\ud800", b"NaN", b"1e999", b'"', b"{"])
        )
        if not body:
            break
    sender = sender_of(json.loads(BODIES[name])["source"])
    assert_read_or_refused(send, now, bytes(body), routing_key=f"{sender}.{name}")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", sorted(REQUESTS))
@LENIENT
@given(data=st.data())
def test_a_good_body_with_values_changed_is_read_or_refused(send: Send, now: Any, name: str, data: st.DataObject) -> None:
    event = json.loads(BODIES[name])
    source = event["source"]
    holder = data.draw(st.sampled_from([event, event["data"]]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(ANYTHING)
    sender = sender_of(source)
    assert_read_or_refused(send, now, json.dumps(event).encode(), routing_key=f"{sender}.{name}")
