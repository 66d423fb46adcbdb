"""What the HTTP doors promise: what a client of today asks and reads is served by every later release of `/v1`.

One line for each promise, so that a difference reads like a list: a route, a parameter and its words, a status, a field of an
answer with its type. New lines may come, save a parameter that must be given; a line that is gone is a break, and belongs under
`/v2`. What may be sent is promised by `inbound_evolution.py`. The frozen lines stand in `catalogue/http_promises.txt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]

MUST = " ! "
"""Before the name of a parameter that must be given."""
NULL = " or null"
"""Behind the type of a field that may be null; one that no longer is breaks nobody."""


def promises(document: Node) -> list[str]:
    """Every promise of an OpenAPI document."""
    found: set[str] = set()
    sent: set[str] = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.update(_operation(document, f"{method.upper()} {path}", operation))
            sent.update(_named(body["schema"]) for body in operation.get("requestBody", {}).get("content", {}).values())
    for name, schema in document["components"]["schemas"].items():
        if name not in sent:
            found.update(_fields(name, schema))
    return sorted(found)


def broken(frozen: Iterable[str], today: Iterable[str]) -> list[str]:
    """What a client of the frozen promises would miss today, with the reason; empty if today only offers more."""
    was, now = set(frozen), set(today)
    gone = [line for line in sorted(was - now) if line.removesuffix(NULL) not in now]
    routes = {line for line in was if " " in line and len(line.split(" ")) == 2}
    asked = [line for line in sorted(now - was) if MUST in line and line.partition(MUST)[0] in routes]
    return [f"{line}: gone, or changed" for line in gone] + [
        f"{line}: must be given now; clients of today do not" for line in asked
    ]


def _operation(document: Node, route: str, operation: Node) -> Iterator[str]:
    yield route
    for given in operation.get("parameters", ()):
        parameter = _resolved(document, given)
        mark = MUST if parameter.get("required") else " ? "
        name = f"{route}{mark}{parameter['name']}"
        yield name
        yield from (f"{name} = {word}" for word in parameter.get("schema", {}).get("enum", ()))
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"{route} < {media} {_named(body['schema'])}"
    for status, given in operation["responses"].items():
        if status.startswith("2"):
            yield f"{route} > {status}"
            for media, body in _resolved(document, given).get("content", {}).items():
                yield from _fields(f"{route} > {status} {media}", body.get("schema", {}))


def _fields(at: str, schema: Node) -> Iterator[str]:
    """The type of a value and of everything in it; what has a name of its own is told under that."""
    options = [each for each in schema.get("anyOf", [schema]) if each != {"type": "null"}]
    null = NULL if len(options) < len(schema.get("anyOf", options)) or "null" in _types(schema) else ""
    inner = options[0]
    kinds = "|".join(kind for kind in _types(inner) if kind != "null")
    yield f"{at} {_named(inner) or inner.get('format') or kinds or 'any'}{null}"
    for name, part in inner.get("properties", {}).items():
        yield from _fields(f"{at}.{name}", part)
    if "items" in inner:
        yield from _fields(f"{at}[]", inner["items"])


def _named(schema: Node) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _types(schema: Node) -> list[str]:
    kinds = schema.get("type", "string" if "enum" in schema else [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _resolved(document: Node, given: Node) -> Node:
    found: Any = given
    while "$ref" in found:
        path, found = found["$ref"].removeprefix("#/").split("/"), document
        for step in path:
            found = found[step]
    return dict(found)
