"""Bytes to a dictionary, refusing what JSON allows but a database, or another reader, would understand differently.

`json.loads` accepts NaN, `1e999`, repeated keys, `\\u0000`, lone surrogates and integers of any length; PostgreSQL then
refuses the whole batch (delivery.md I10). Here exactly the one message is refused, and the reason names the place.
"""

from __future__ import annotations

import json
from math import isinf
from typing import Any

MAX_BYTES = 131_072
"""Largest body in bytes (events.md section 3). Checked by the caller first, with a code of its own."""
MAX_DEPTH = 32
"""Deepest nesting of objects and lists. Our deepest message has 5 levels."""
MAX_DIGITS = 18
"""Longest integer, in digits: what a signed 64-bit column holds for certain."""


class NotStrictJson(ValueError):
    """The body is not one plain JSON object; the text says why and, where known, where."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. NotStrictJson is the only exception that ever leaves."""
    try:
        text = body.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise NotStrictJson(f"正文不是 UTF-8 编码 / not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise NotStrictJson(f"正文不是 JSON / not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise NotStrictJson(_TOO_DEEP) from None
    if type(value) is not dict:
        raise NotStrictJson("正文应为一个 JSON 对象 / the body must be one JSON object")
    # Both can only be there if these characters are; most messages need no walk.
    if "\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        _look_through(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a key is repeated: two readers could see two different values."""
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise NotStrictJson(f"键重复 / repeated key {key[:64]!a}")
            seen.add(key)
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS + digits.startswith("-"):
        raise NotStrictJson(f"整数过长 / an integer has more than {MAX_DIGITS} digits")
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise NotStrictJson(f"数值超出范围 / the number {digits[:32]} is out of range")
    return value


def _constant(name: str) -> float:
    raise NotStrictJson(f"{name} 不是合法的 JSON 数值 / {name} is not a JSON number")


def _look_through(root: object) -> None:
    """Walk the whole value without recursion: depth, U+0000, lone surrogates."""
    waiting: list[tuple[object, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise NotStrictJson(_TOO_DEEP)
            if isinstance(value, dict):
                waiting.extend((key, depth) for key in value)
                waiting.extend((item, depth + 1) for item in value.values())
            else:
                waiting.extend((item, depth + 1) for item in value)


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise NotStrictJson("文本含空字符 / a text contains \\u0000")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotStrictJson("文本含不成对的代理项 / a text contains a lone surrogate") from None


_TOO_DEEP = f"嵌套过深 / nested deeper than {MAX_DEPTH} levels"
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant)
