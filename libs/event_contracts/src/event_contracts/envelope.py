"""The CloudEvents 1.0 envelope of an inbound message: both modes, and the proof of who sent it.

Structured mode: the body is the whole event. Binary mode: the attributes are `ce-` headers, the body is `data`
(what the CloudEvents SDK's RabbitMQ binding writes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from event_contracts.refusal import Fault, Unreadable
from event_contracts.strict_json import MAX_BYTES, NotStrictJson, read_object
from event_contracts.trace import well_formed

Event = dict[str, Any]
"""Attributes by their wire names, and `data`; nothing checked yet."""

AHEAD = timedelta(minutes=5)
"""How far `time` may lie after the arrival: clocks of departments differ (events.md section 3)."""
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Instants outside are typing errors, and near year 9999 the arithmetic of limits would overflow."""
MAX_ID = 128

UNIT_CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_STRUCTURED = "application/cloudevents+json"
_JSON = "application/json"
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})

_SECRET = re.compile("SECRET|CONFIDENTIAL|密")
"""A mark from SECRET on, also spelt differently or in Chinese (秘密, 机密, 绝密): in doubt nothing of the message is kept."""
_SECRET_BYTES = re.compile(rb'"classification"\s*:\s*"[^"]{0,32}?(?:SECRET|CONFIDENTIAL|' + "密".encode() + rb")", re.IGNORECASE)


def instant(value: object) -> datetime | None:
    """An RFC 3339 text with offset as aware UTC; None if it is anything else, or outside 1970 to 2199."""
    if type(value) is not str or _INSTANT.fullmatch(value) is None:
        return None
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment < LATEST else None


_ID = re.compile(rb'"id"\s*:\s*"([^"\\\x00-\x1f]{1,128})"')
_TYPE = re.compile(rb'"type"\s*:\s*"([a-z_.]{1,100}\.v[0-9]{1,3})"')
_PEEK = 4096
"""Bytes at either end of a broken or oversize body in which its id is looked for."""


def open_envelope(event: Event, body: bytes, content_type: str | None, headers: Mapping[str, Any] | None) -> None:
    """Fill `event` with the attributes and `data`. Unreadable: TOO_LARGE, CLASSIFIED or SCHEMA_INVALID.

    What could be read stays in `event` also when this raises, so that the refusal can name the message.
    """
    binary = _is_binary(content_type, headers)
    if binary:
        event.update(_attributes(headers or {}))
    if len(body) > MAX_BYTES:
        if not binary:
            event.update(_peek(body))
        _refuse_secret_bytes(body)
        raise Unreadable("TOO_LARGE", f"消息超过 {MAX_BYTES} 字节 / the body has {len(body)} bytes, at most {MAX_BYTES} are read")
    _check_content_type(content_type)
    try:
        read = read_object(body)
    except NotStrictJson as error:
        if not binary:
            event.update(_salvage(body))
        _refuse_secret(event, body)
        _refuse_secret_bytes(body)
        pointer = "/data" if binary else ""
        raise Unreadable("SCHEMA_INVALID", str(error), [{"pointer": pointer, "detail": str(error)}]) from None
    event.update({"data": read} if binary else read)
    _refuse_secret(event, body)


def check_attributes(event: Event, now: datetime) -> datetime:
    """The business instant, if all attributes are as CloudEvents and events.md want them; else Unreadable names each."""
    faults = [*_required_faults(event), *_optional_faults(event)]
    moment = instant(event.get("time"))
    if moment is None:
        faults.append(fault("/time", "应为带时区的 RFC 3339 时间 / must be an RFC 3339 instant with an offset"))
    elif moment > now + AHEAD:
        faults.append(fault("/time", "晚于收到时间五分钟以上 / lies more than 5 minutes after its arrival"))
    if faults or moment is None:
        raise invalid(faults)
    return moment


def proven_sender(event: Event, routing_key: str, user_id: str | None) -> str:
    """Who the broker says sent it. Unreadable (SENDER_MISMATCH) if the body claims somebody else or something else."""
    sender, _, named = routing_key.partition(".")
    if not user_id:
        raise _mismatch("", "缺少 AMQP 属性 user_id / the AMQP property user_id is missing; set it to your account's name")
    if UNIT_CODE.fullmatch(sender) is None:
        raise _mismatch("", f"路由键应以单位代码开头 / the routing key {routing_key[:80]!a} does not begin with a unit code")
    if event["type"] != named:
        raise _mismatch("/type", f"与路由键不一致 / the routing key says {named[:80]!a}")
    expected = _source_of(sender)
    if event["source"] != expected:
        raise _mismatch("/source", f"与发送账号不一致 / messages of {sender} come from {expected}")
    return sender


def describe(error: Unreadable, event: Event) -> None:
    """Write into the refusal what can be said about the message: its id only, if it is classified."""
    error.id = _short_text(event.get("id"))
    if error.code == "CLASSIFIED":
        error.errors = []
        return
    error.source = _short_text(event.get("source"))
    error.type = _short_text(event.get("type"))
    error.time = instant(event.get("time"))
    error.correlationid = _short_text(event.get("correlationid"))
    error.traceparent = trace_of(event)
    data = event.get("data")
    if isinstance(data, dict):
        error.matter = _short_text(data.get("matter")) or _short_text(data.get("external_ref"))


def fault(pointer: str, detail: str) -> Fault:
    """One field at fault."""
    return {"pointer": pointer, "detail": detail}


def invalid(faults: list[Fault]) -> Unreadable:
    """SCHEMA_INVALID, with the first fault in its text."""
    first = faults[0]
    rest = f" (+{len(faults) - 1})" if len(faults) > 1 else ""
    return Unreadable("SCHEMA_INVALID", f"{first['pointer']}: {first['detail']}{rest}", faults)


def trace_of(event: Event) -> str | None:
    """The W3C trace, if it is well formed; a malformed one is left out, as its specification says."""
    return well_formed(event.get("traceparent"))


def attribute_headers(content_type: str | None, headers: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What must be kept beside the body of a message in binary mode, so that it can be read again; None in structured mode."""
    if not _is_binary(content_type, headers):
        return None
    return {f"ce-{name}": value for name, value in _attributes(headers or {}).items() if isinstance(value, str | int)}


def _is_binary(content_type: str | None, headers: Mapping[str, Any] | None) -> bool:
    if content_type is not None and content_type.strip().lower().startswith(_STRUCTURED):
        return False
    return bool(headers) and any(isinstance(name, str) and name.lower().startswith("ce-") for name in headers or ())


def _attributes(headers: Mapping[str, Any]) -> Event:
    """The `ce-` headers; texts may come as bytes, `time` as an AMQP timestamp."""
    found: Event = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not name.lower().startswith("ce-"):
            continue
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        elif isinstance(value, datetime):
            value = (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        found[name.lower()[3:]] = value
    return found


def _check_content_type(content_type: str | None) -> None:
    """JSON in UTF-8, or nothing said; anything else would be read as something it is not."""
    if content_type is None or not content_type.strip():
        return
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if media not in (_STRUCTURED, _JSON):
        detail = f"内容类型不受支持 / content type {media[:80]!a} is not read; send {_STRUCTURED} or {_JSON}"
        raise Unreadable("SCHEMA_INVALID", detail, [fault("/datacontenttype", detail)])
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in _CHARSETS:
            detail = f"字符集应为 utf-8 / the charset must be utf-8, not {value.strip()[:40]!a}"
            raise Unreadable("SCHEMA_INVALID", detail, [fault("/datacontenttype", detail)])


def _required_faults(event: Event) -> Iterable[Fault]:
    if event.get("specversion") != "1.0":
        yield fault("/specversion", '应为 "1.0" / must be "1.0"')
    for name in ("id", "source", "type"):
        value = event.get(name)
        if name not in event:
            yield fault(f"/{name}", "缺少必填属性 / required, but missing")
        elif type(value) is not str or not value.strip():
            yield fault(f"/{name}", "应为非空文本 / must be a non-empty text")
        elif len(value) > MAX_ID:
            yield fault(f"/{name}", f"超过 {MAX_ID} 个字符 / longer than {MAX_ID} characters")
        elif _UNSAFE.search(value):
            yield fault(f"/{name}", "含控制字符 / contains control characters")


def _optional_faults(event: Event) -> Iterable[Fault]:
    for name in ("subject", "correlationid", "causationid"):
        value = event.get(name)
        if value is not None and (_short_text(value) is None or not value):
            yield fault(f"/{name}", f"应为 1 至 {MAX_ID} 个字符的文本 / must be a text of 1 to {MAX_ID} characters")
    data_type = event.get("datacontenttype")
    if data_type is not None and str(data_type).split(";")[0].strip().lower() != _JSON:
        yield fault("/datacontenttype", f"应为 {_JSON} / must be {_JSON}")
    if "data_base64" in event:
        yield fault("/data_base64", "请用 data 传 JSON 对象 / send a JSON object in data instead")
    if "data" not in event:
        yield fault("/data", "缺少必填属性 / required, but missing")
    elif type(event["data"]) is not dict:
        yield fault("/data", "应为 JSON 对象 / must be a JSON object")


def _source_of(sender: str) -> str:
    if sender == "OFFICE":
        return "/office"
    return "/duban/escalation" if sender == "DUBAN" else f"/units/{sender}"


def _mismatch(pointer: str, detail: str) -> Unreadable:
    return Unreadable("SENDER_MISMATCH", detail, [fault(pointer, detail)])


def _short_text(value: object) -> str | None:
    """The value, if it is a text that is safe to keep and to send back."""
    return value if type(value) is str and len(value) <= MAX_ID and _UNSAFE.search(value) is None else None


def _salvage(body: bytes) -> Event:
    """What a lenient reader sees of a body that the strict one refused: enough to tell the sender which message it was."""
    try:
        value = orjson.loads(body)
    except ValueError:
        return _peek(body)
    return value if isinstance(value, dict) else {}


def _peek(body: bytes) -> Event:
    """The id and type of a body that nobody can parse, by their looks; a guess, used for the refusal alone."""
    ends = body[:_PEEK] + b"\n" + body[-_PEEK:]
    found = {"id": _ID.search(ends), "type": _TYPE.search(ends)}
    return {name: match[1].decode("utf-8", "replace") for name, match in found.items() if match}


def _refuse_secret(event: Event, body: bytes) -> None:
    """CLASSIFIED if any `classification` in the event, at any depth, says so; the plain case costs one search."""
    if b"classification" not in body and b"\\u" not in body and "classification" not in event:
        return
    waiting: list[object] = [event]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if _is_secret(value.get("classification")):
                raise _classified()
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _is_secret(mark: object) -> bool:
    return isinstance(mark, str) and _SECRET.search(mark.upper()) is not None


def _refuse_secret_bytes(body: bytes) -> None:
    """The same for a body that cannot be read: in doubt nothing is kept."""
    if _SECRET_BYTES.search(body):
        raise _classified()


def _classified() -> Unreadable:
    return Unreadable("CLASSIFIED", "涉密信息不得经本系统传递 / classified content must not pass through this system")
