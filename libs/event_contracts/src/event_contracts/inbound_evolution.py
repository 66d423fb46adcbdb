"""What an inbound message promises to its senders: what was accepted once is accepted in every later release of the version.

The other way round than published events: an optional field may be added, a list of words may grow, a bound may widen. A field
that is gone or newly required, a word or a value that is no longer taken: each refuses what departments send today, and is a new
`.v2` type. The frozen promises stand in `catalogue/inbound_fields.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from event_contracts.event import Request
from event_contracts.wire import json_schema

Field = dict[str, Any]

LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")
EXACT = {
    "type": "takes another type of value",
    "pattern": "takes other texts",
    "format": "takes other texts",
    "not": "refuses other values",
    "choice": "takes other forms",
    "conditions": "is bound to other conditions",
}
"""What can only be compared as a whole; whoever widens one shows that every earlier value still fits, and freezes it anew."""
WHOLE = "(all)"
"""Stands for the message itself."""


def promises(cls: type[Request]) -> list[Field]:
    """Every field of an inbound class on one level (`assignments[].limit.amount`), with everything that may refuse it."""
    return list(_object("", json_schema(cls)))


def narrowed(frozen: list[Field], today: list[Field]) -> list[str]:
    """What today's release would refuse that the frozen promise takes; empty if it only takes more."""
    now = {field["name"]: field for field in today}
    known = {field["name"] for field in frozen}
    found = [reason for field in frozen for reason in _refused(field, now.get(field["name"]))]
    new = [field for field in today if field["name"] not in known and field.get("required") and _parent(field["name"]) in known]
    return found + [f"{field['name']}: new and required; senders of today do not have it" for field in new]


def _refused(was: Field, now: Field | None) -> Iterator[str]:
    name = was["name"]
    if now is None:
        yield f"{name}: gone; unknown fields are refused, so are its senders"
        return
    if now.get("required") and not was.get("required"):
        yield f"{name}: is required now"
    if was.get("null") and not now.get("null"):
        yield f"{name}: null is refused now"
    yield from _fewer_words(was, now)
    yield from (f"{name}: {key} was {was.get(key, 'free')}, is {now[key]}" for key in LOWER if _less(was.get(key), now.get(key)))
    yield from (f"{name}: {key} was {was.get(key, 'free')}, is {now[key]}" for key in UPPER if _more(was.get(key), now.get(key)))
    yield from (f"{name}: {text} ({key})" for key, text in EXACT.items() if key in now and not _takes(was.get(key), now[key]))


def _takes(was: Any, now: Any) -> bool:
    """Whether they are the same, or today's only has further choices (`anyOf`)."""
    if isinstance(was, dict) and isinstance(now, dict) and was.keys() == now.keys():
        return all(
            all(option in now[key] for option in was[key]) if key == "anyOf" else _takes(was[key], now[key]) for key in was
        )
    return bool(was == now)


def _fewer_words(was: Field, now: Field) -> Iterator[str]:
    if "words" in now and "words" not in was:
        yield f"{was['name']}: only {now['words']} are taken now"
    elif "words" in now and (lost := sorted(set(was["words"]) - set(now["words"]))):
        yield f"{was['name']}: words {lost} are refused now"


def _less(was: float | None, now: float | None) -> bool:
    return now is not None and (was is None or now > was)


def _more(was: float | None, now: float | None) -> bool:
    return now is not None and (was is None or now < was)


def _parent(name: str) -> str:
    """The object or list that a field stands in: required inside something new means required if that is there."""
    return name.rpartition(".")[0] or WHOLE


def _object(prefix: str, schema: Mapping[str, Any]) -> Iterator[Field]:
    conditions = {key: schema[key] for key in ("allOf", "if", "then") if key in schema}
    if not prefix:
        yield {"name": WHOLE, **({"conditions": conditions} if conditions else {})}
    for name, part in schema["properties"].items():
        yield from _field(f"{prefix}{name}", part, name in schema["required"])


def _field(name: str, part: Mapping[str, Any], required: bool) -> Iterator[Field]:
    options = [each for each in part.get("anyOf", [part]) if each != {"type": "null"}]
    found: Field = {"name": name}
    if required:
        found["required"] = True
    if len(options) < len(part.get("anyOf", ())):
        found["null"] = True
    if len(options) > 1:
        yield found | {"choice": options}
        return
    (inner,) = options
    found |= {key: inner[key] for key in ("type", *LOWER, *UPPER, "pattern", "format", "not") if key in inner}
    if "enum" in inner:
        found |= {"type": "string", "words": inner["enum"]}
    inside = {key: inner[key] for key in ("allOf", "if", "then") if key in inner}
    yield found | ({"conditions": inside} if inside else {})
    if "properties" in inner:
        yield from _object(f"{name}.", inner)
    if "items" in inner:
        yield from _field(f"{name}[]", inner["items"], required=False)
