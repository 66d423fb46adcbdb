"""What a published event promises to its readers: its JSON Schema, its list of fields, and what would break that promise.

Contracts only grow (layout.md section 5): a new optional field keeps the version; anything else, a new word in a closed list
included, is a new `.v2` type. The frozen lists stand in `catalogue/<type>/fields.json`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints

from event_contracts.vocabulary import words_of

_SIMPLE_SCHEMAS: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"},
}


def fact_schema(cls: type) -> dict[str, Any]:
    """JSON Schema (2020-12) of one class, from its annotations. Unknown fields are allowed: later releases may add some."""
    hints = get_type_hints(cls)
    required = [f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING]
    properties = {field.name: schema_for(hints[field.name], words_of(cls, field.name)) for field in fields(cls)}
    return {"type": "object", "properties": properties, "required": required}


def schema_for(hint: Any, words: tuple[str, ...] | None = None) -> dict[str, Any]:
    """JSON Schema of one annotation; a text may be limited to some words. TypeError if it has no form on the wire."""
    if hint is str and words is not None:
        return {"enum": list(words)}
    if hint in _SIMPLE_SCHEMAS:
        return dict(_SIMPLE_SCHEMAS[hint])
    if is_dataclass(hint):
        return fact_schema(hint)  # type: ignore[arg-type]
    if hint is Any:
        return {}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return {"anyOf": [{"type": "null"} if each is type(None) else schema_for(each, words) for each in arguments]}
    if origin is list:
        return {"type": "array", "items": schema_for(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_for(arguments[1])}
    raise TypeError(f"{hint!r} has no form on the wire")


def field_list(cls: type) -> list[dict[str, Any]]:
    """Every field of a published class on one level, for `fields.json`: `assignments[].limit.amount`, type, required, words."""
    return list(_flat(fact_schema(cls), ""))


def breaks(frozen: list[dict[str, Any]], today: list[dict[str, Any]]) -> list[str]:
    """What today's fields break of the frozen promise; empty if they only grew by optional fields."""
    now = {field["name"]: field for field in today}
    known = {field["name"] for field in frozen}
    found = [reason for field in frozen for reason in _broken(field, now.get(field["name"]))]
    new = [field for field in today if field["name"] not in known and field["required"] and not _inside_new(field, known, now)]
    return found + [f"{field['name']}: new and required; earlier events do not have it" for field in new]


def _broken(was: dict[str, Any], now: dict[str, Any] | None) -> Iterator[str]:
    name = was["name"]
    if now is None:
        yield f"{name}: gone"
        return
    if now["type"] != was["type"]:
        yield f"{name}: was {was['type']}, is {now['type']}"
    if now["required"] != was["required"]:
        yield f"{name}: required was {was['required']}, is {now['required']}"
    added = set(now.get("words", ())) - set(was.get("words", now.get("words", ())))
    if added:
        yield f"{name}: new words {sorted(added)}"
    if "words" in was and "words" not in now:
        yield f"{name}: its list of words is no longer closed"


def _inside_new(field: dict[str, Any], known: set[str], now: Mapping[str, dict[str, Any]]) -> bool:
    """Whether the field belongs to a new optional object: required there means required if the object is present."""
    parent = field["name"].rpartition(".")[0].removesuffix("[]")
    return parent in now and parent not in known


def _flat(schema: dict[str, Any], prefix: str) -> Iterator[dict[str, Any]]:
    for name, part in schema["properties"].items():
        inner = next((each for each in part.get("anyOf", [part]) if each != {"type": "null"}), part)
        field = {"name": prefix + name, "type": _type_of(inner), "required": name in schema["required"]}
        if "enum" in inner:
            field["words"] = inner["enum"]
        yield field
        if "properties" in inner:
            yield from _flat(inner, f"{prefix}{name}.")
        elif "properties" in inner.get("items", {}):
            yield from _flat(inner["items"], f"{prefix}{name}[].")


def _type_of(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "string"
    if not schema:
        return "any"
    if schema["type"] == "array":
        return f"list of {_type_of(schema['items'])}"
    if "additionalProperties" in schema:
        return f"map of {_type_of(schema['additionalProperties'])}"
    if "pattern" in schema:
        return "points"
    return str(schema.get("format", schema["type"]))
