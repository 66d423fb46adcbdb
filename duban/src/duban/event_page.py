"""The AsyncAPI document as one page to look things up on: what may be sent, what is announced, every field, real examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

Node = Mapping[str, Any]

GROUPS = {
    "inbound": "发来的消息 · what is sent to duban",
    "intake": "intake 公布 · announced by intake",
    "escalation": "escalation 公布 · announced by escalation",
    "scoring": "scoring 公布 · announced by scoring",
    "notify": "notify 公布 · announced by notify",
    "refusal": "退回 · refused",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field, on one level: `assignments[].limit.amount`."""

    name: str
    type: str
    required: bool
    bounds: str


def page(document: Node) -> str:
    """HTML, whole in itself: no script, no other file, no network."""
    groups = [(key, title, list(_entries(document, key))) for key, title in GROUPS.items()]
    return rendered("event_page.html.j2", document["info"], groups)


def rendered(template: str, info: Node, groups: Sequence[tuple[str, str, Sequence[Node]]]) -> str:
    """A page from one of our templates; what is put in is never markup."""
    loader = FunctionLoader(lambda name: (files("duban") / name).read_text("utf-8"))
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(info=info, groups=groups)


def _entries(document: Node, group: str) -> Iterator[dict[str, Any]]:
    for name, message in document["components"]["messages"].items():
        if message["tags"][0]["name"] == group:
            yield _entry(document, name, message)


def _entry(document: Node, name: str, message: Node) -> dict[str, Any]:
    channel = next(found for found in document["channels"].values() if name in found["messages"])
    schema = document["components"]["schemas"]["Refusal" if name == "message.refused" else name]
    return {
        "name": name,
        "summary": message["summary"],
        "notes": [note for note in (channel.get("description"), message.get("description")) if note],
        "exchange": channel["bindings"]["amqp"]["exchange"]["name"],
        "address": channel["address"],
        "rows": list(rows(schema)),
        "examples": [
            (found["name"], json.dumps(found["payload"], ensure_ascii=False, indent=2)) for found in message.get("examples", ())
        ],
    }


def rows(schema: Node, prefix: str = "") -> Iterator[Row]:
    """Every field of a schema on one level."""
    for name, part in schema.get("properties", {}).items():
        inner = _without_null(part)
        yield Row(prefix + name, _type(inner), name in schema.get("required", ()), _bounds(inner))
        entries = _without_null(inner.get("items", {}))
        yield from rows(inner, f"{prefix}{name}.")
        yield from rows(entries, f"{prefix}{name}[].")


def _without_null(part: Node) -> Node:
    return next((each for each in part.get("anyOf", ()) if each != {"type": "null"}), part)


def _type(part: Node) -> str:
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))
    if "const" in part:
        return json.dumps(part["const"])
    kind = part.get("type", "any")
    if kind == "array":
        return f"list of {_type(_without_null(part['items']))}"
    return str(part.get("format") or (kind if isinstance(kind, str) else " | ".join(kind)))


def _bounds(part: Node) -> str:
    """What a value must keep to besides its type."""
    told = {"minLength": "≥ {} characters", "maxLength": "≤ {} characters", "minimum": "≥ {}", "maximum": "≤ {}"}
    told |= {"minItems": "≥ {} entries", "maxItems": "≤ {} entries", "pattern": "like {}"}
    bounds = ", ".join(text.format(part[key]) for key, text in told.items() if part.get(key))
    return bounds.replace(r"like \S", "not blank")
