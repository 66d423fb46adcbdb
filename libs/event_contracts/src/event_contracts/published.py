"""Our own events on the wire: CloudEvents 1.0, structured JSON. Strict when written, tolerant when read.

Readers ignore what they do not know (a later release may add fields) and accept a missing optional field (an earlier
release did not have it). The converters are compiled once per class from its annotations.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from event_contracts import escalation, intake, notify, scoring
from event_contracts.event import Fact, Message, catalogue
from event_contracts.refusal import Unreadable

CONTENT_TYPE = "application/cloudevents+json"
SCHEMA_PREFIX = "urn:duban:schema:"
"""`dataschema` is this and the type; the JSON Schemas carry the same `$id`."""

FACTS: Mapping[str, type[Fact]] = catalogue(intake.FACTS, escalation.FACTS, scoring.FACTS, notify.FACTS)
"""Every published type and its class."""

Reader = Callable[[Any], Any]

_OPTIONAL = ("recordedtime", "sequence", "correlationid", "causationid", "traceparent", "policyversion")


def to_wire(message: Message) -> bytes:
    """The message as structured CloudEvents JSON; instants in UTC with `Z`, points as texts with two places.

    ValueError for a naive `time`: an instant without a zone would be read as another one elsewhere.
    """
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": message.id,
        "source": message.source,
        "type": message.type,
        "time": _utc(message.time),
        "datacontenttype": "application/json",
        "dataschema": SCHEMA_PREFIX + message.type,
    }
    if message.subject:
        event["subject"] = message.subject
    for name in _OPTIONAL:
        value = getattr(message, name)
        if value is not None:
            event[name] = value
    event["data"] = message.data
    return orjson.dumps(event, default=_plain, option=orjson.OPT_UTC_Z)


def read_published(body: bytes) -> Message:
    """One of our own events. Unreadable (SCHEMA_INVALID) for an unknown type or a body that none of our services wrote."""
    event: Any = None
    try:
        event = orjson.loads(body)
        kind = event["type"]
        if kind not in FACTS:
            raise LookupError(f"no such event type: {kind!r}")
        return Message(
            id=_text(event["id"]),
            source=_text(event["source"]),
            type=kind,
            subject=_text(event.get("subject", "")),
            time=_instant(event["time"]),
            data=_fact_reader(kind)(event["data"]),
            recordedtime=_instant(event["recordedtime"]) if "recordedtime" in event else None,
            sequence=_whole(event["sequence"]) if "sequence" in event else None,
            correlationid=_text_or_none(event.get("correlationid")),
            causationid=_text_or_none(event.get("causationid")),
            traceparent=_text_or_none(event.get("traceparent")),
            policyversion=_text_or_none(event.get("policyversion")),
            sender="DUBAN",
        )
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise _unreadable(event, error) from error


def _unreadable(event: Any, error: Exception) -> Unreadable:
    unreadable = Unreadable("SCHEMA_INVALID", f"not an event of ours: {type(error).__name__}: {error}")
    if isinstance(event, dict):
        for name in ("id", "source", "type"):
            if isinstance(event.get(name), str):
                setattr(unreadable, name, event[name])
    return unreadable


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"naive instant {moment.isoformat()}")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    raise TypeError(f"{type(value).__name__} has no form on the wire")


def _exactly(kind: type) -> Reader:
    """A value that is on the wire as it is in memory."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r:.80} is no {kind.__name__}")
        return value

    return read


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo is UTC else _utc(moment)


def _points(value: Any) -> Decimal:
    if _POINTS.fullmatch(value) is None:
        raise ValueError(f"{value!r:.80} are no points")
    return Decimal(value)


def _text_or_none(value: Any) -> Any:
    return None if value is None else _text(value)


_POINTS = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
_text = _exactly(str)
_whole = _exactly(int)
_SIMPLE: Mapping[Any, Reader] = {
    str: _text,
    int: _whole,
    bool: _exactly(bool),
    date: date.fromisoformat,
    datetime: _instant,
    Decimal: _points,
}


def reader_for(hint: Any) -> Reader:
    """The converter for one annotation; TypeError for one that has no form on the wire."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if is_dataclass(hint):
        return _object_reader(hint)  # type: ignore[arg-type]
    if hint is Any:
        return lambda value: value
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union) and type(None) in arguments and len(arguments) == 2:
        return reader_for(next(argument for argument in arguments if argument is not type(None)))
    if origin is list:
        return _list_reader(reader_for(arguments[0]))
    if origin is dict and arguments[0] is str:
        return _dict_reader(reader_for(arguments[1]))
    raise TypeError(f"{hint!r} has no form on the wire")


def _list_reader(item: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise TypeError(f"{value!r:.80} is no list")
        return [item(entry) for entry in value]

    return read


def _dict_reader(item: Reader) -> Reader:
    def read(value: Any) -> Any:
        return {name: item(entry) for name, entry in value.items()}

    return read


def _object_reader(cls: type) -> Reader:
    """A reader of one class: known fields only; null and missing are the same."""
    hints = get_type_hints(cls)
    plan = tuple((field.name, reader_for(hints[field.name])) for field in fields(cls))

    def read(value: Any) -> Any:
        known = {}
        for name, convert in plan:
            raw = value.get(name)
            if raw is not None:
                known[name] = convert(raw)
        return cls(**known)  # names a missing required field by itself (TypeError)

    return read


@cache
def _fact_reader(kind: str) -> Reader:
    """Made when the first event of a type is read: a process reads few types, and all of them are a tenth of its start."""
    return _object_reader(FACTS[kind])
