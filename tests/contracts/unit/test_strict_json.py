"""What JSON allows and a database, or another reader, does not: refused with a reason, and nothing else ever escapes."""

from __future__ import annotations

import json
import sys
from typing import Any

import orjson
import pytest
from event_contracts.strict_json import MAX_DEPTH, NotStrictJson, read_object
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = {
    "empty": (b"", "not JSON"),
    "not UTF-8": (b'{"a": "\xff"}', "not UTF-8: byte 7 is 0xff"),
    "GB18030": ('{"a": "督办"}'.encode("gb18030"), "not UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    "a surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', "not JSON"),
    "cut off": (b'{"a": 1', "line 1 column 8"),
    "two values": (b"{} {}", "Extra data"),
    "a trailing comma": (b'{"a": 1,}', "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a control character": (b'{"a": "x\ny"}', "Invalid control character"),
    "a list": (b"[1]", "must be one JSON object"),
    "a text": (b'"a"', "must be one JSON object"),
    "null": (b"null", "must be one JSON object"),
    "a repeated key": (b'{"a": 1, "b": 2, "a": 3}', "repeated key 'a'"),
    "a repeated key below": (b'{"x": [{"unit": "A", "unit": "B"}]}', "repeated key 'unit'"),
    "a repeated key by escape": (b'{"a": 1, "\\u0061": 2}', "repeated key 'a'"),
    "NaN": (b'{"a": NaN}', "NaN"),
    "Infinity": (b'{"a": [Infinity]}', "Infinity"),
    "-Infinity": (b'{"a": -Infinity}', "-Infinity"),
    "1e999": (b'{"a": 1e999}', "out of range"),
    "-1e999": (b'{"a": -1e999}', "out of range"),
    "19 digits": (b'{"a": 1234567890123456789}', "more than 18 digits"),
    "minus 19 digits": (b'{"a": -1234567890123456789}', "more than 18 digits"),
    "5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "more than 18 digits"),
    "U+0000": (b'{"a": "x\\u0000y"}', "\\u0000"),
    "U+0000 in a key": (b'{"\\u0000": 1}', "\\u0000"),
    "a high surrogate": (b'{"a": "\\ud800"}', "lone surrogate"),
    "a low surrogate": (b'{"a": "\\udc00x"}', "lone surrogate"),
    "surrogates the wrong way round": (b'{"a": ["\\udc00\\ud800"]}', "lone surrogate"),
    "a lone surrogate in a key": (b'{"\\ud83d": 1}', "lone surrogate"),
    "nested 33 deep": (b'{"a":' * 32 + b"[]" + b"}" * 32, "nested deeper than 32"),
    "nested 1,000 deep": (b'{"a":' * 1000 + b"1" + b"}" * 1000, "nested deeper than 32"),
    "lists nested 100,000 deep": (b'{"a":' + b"[" * 100_000, "nested deeper than 32"),
    "objects nested 20,000 deep": (b'{"a":' * 20_000, "nested deeper than 32"),
}


@pytest.mark.parametrize(("body", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused_and_the_reason_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(NotStrictJson) as caught:
        read_object(body)
    assert reason in str(caught.value)


GOOD: dict[str, tuple[bytes, Any]] = {
    "an empty object": (b"{}", {}),
    "blanks around": (b' \r\n\t{"a": 1} \n', {"a": 1}),
    "18 digits": (b'{"a": 999999999999999999, "b": -999999999999999999}', {"a": 999999999999999999, "b": -999999999999999999}),
    "a fraction": (b'{"a": 0.5}', {"a": 0.5}),
    "Chinese": ('{"督办": "黄"}'.encode(), {"督办": "黄"}),
    "an escaped pair": (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    "escaped Chinese": (b'{"a": "\\u7763\\u529e"}', {"a": "督办"}),
    "32 deep": (b'{"a":' * 31 + b"[]" + b"}" * 31, None),
    "brackets in texts are not depth": (json.dumps({"a": "[" * 100 + "{" * 100}).encode(), {"a": "[" * 100 + "{" * 100}),
    "many shallow lists": (b'{"a": [' + b",".join([b"[]"] * 100) + b"]}", {"a": [[]] * 100}),
    "the same key in two objects": (b'{"a": {"x": 1}, "b": {"x": 2}}', {"a": {"x": 1}, "b": {"x": 2}}),
}


@pytest.mark.parametrize(("body", "value"), GOOD.values(), ids=GOOD)
def test_plain_json_is_read_as_it_stands(body: bytes, value: Any) -> None:
    found = read_object(body)
    assert found == (json.loads(body) if value is None else value)


def test_the_depth_limit_does_not_depend_on_how_deep_the_caller_stands() -> None:
    body = b'{"a":' * (MAX_DEPTH - 1) + b"[]" + b"}" * (MAX_DEPTH - 1)

    def deeper(levels: int) -> dict[str, Any]:
        return read_object(body) if levels == 0 else deeper(levels - 1)

    assert deeper(sys.getrecursionlimit() // 2) == json.loads(body)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_the_refusal(body: bytes) -> None:
    try:
        value = read_object(body)
    except NotStrictJson as error:
        assert str(error)
    else:
        assert value == json.loads(body)


JSON_TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), JSON_TEXTS, max_size=5), st.booleans())
def test_what_is_accepted_is_what_a_strict_reader_and_a_database_accept(value: dict[str, Any], escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    try:
        found = read_object(body)
    except NotStrictJson:
        return
    assert found == value
    assert b"\\u0000" not in orjson.dumps(found)
