"""The OpenAPI document as one page to look things up on: every route of the HTTP doors, every field, real examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from duban.event_page import rendered, rows

Node = Mapping[str, Any]

GROUPS = {
    "intake": "intake 的接口 · served by intake",
    "escalation": "escalation 的接口 · served by escalation",
    "notify": "notify 的接口 · served by notify",
    "scoring": "scoring 的接口 · served by scoring",
    "everywhere": "每个服务都有 · served by each",
}


def page(document: Node) -> str:
    """HTML, whole in itself: no script, no other file, no network."""
    groups = [(key, title, list(_entries(document, key))) for key, title in GROUPS.items()]
    return rendered("http_page.html.j2", document["info"], groups)


def _entries(document: Node, group: str) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if group in told["tags"]:
                yield _entry(document, f"{method.upper()} {path}", told)


def _entry(document: Node, name: str, told: Node) -> dict[str, Any]:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    parameters = [_followed(document, each) for each in told["parameters"]]
    asked: dict[str, Any] = {
        "properties": {each["name"]: each["schema"] for each in parameters},
        "required": [each["name"] for each in parameters if each.get("required")],
    }
    fields = rows(_followed(document, body["schema"])) if body else rows(asked)
    return {
        "name": name,
        "summary": told["summary"],
        "notes": [told["description"]] if "description" in told else [],
        "answers": [(status, answer["description"]) for status, answer in told["responses"].items()],
        "rows": list(fields),
        "examples": [
            (key, json.dumps(each["value"], ensure_ascii=False, indent=2)) for key, each in body.get("examples", {}).items()
        ],
    }


def _followed(document: Node, node: Node) -> Node:
    """What a reference means."""
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]
