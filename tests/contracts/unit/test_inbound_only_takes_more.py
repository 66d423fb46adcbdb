"""What departments send today is taken by every later release of the version; a bad sample for each way to break that.

After a wanted addition: DUBAN_TEST_FREEZE=1 writes the promises anew, unless one of them would be broken.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from event_contracts.inbound_evolution import narrowed, promises
from event_contracts.wire import REQUESTS

FILE = files("event_contracts") / "catalogue" / "inbound_fields.json"
FROZEN: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text("utf-8"))
NAME = "matter.submitted.v1"


def layout(fields: list[dict[str, Any]]) -> str:
    return ",\n".join("    " + json.dumps(field, ensure_ascii=False) for field in fields)


def document() -> str:
    """The whole file as it should be today."""
    types = (f'  "{name}": [\n{layout(promises(REQUESTS[name]))}\n  ]' for name in sorted(REQUESTS))
    return "{\n" + ",\n".join(types) + "\n}\n"


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_what_was_taken_is_taken(name: str) -> None:
    assert name in REQUESTS, f"{name} is gone: its senders would be refused; keep it until nobody sends it"
    broken = narrowed(FROZEN[name], promises(REQUESTS[name]))
    assert broken == [], f"{name} refuses what departments send today; make it a .v2 beside this one"


def test_everything_that_is_new_is_promised_too() -> None:
    if os.environ.get("DUBAN_TEST_FREEZE") and not any(narrowed(FROZEN[name], promises(REQUESTS[name])) for name in FROZEN):
        Path(str(FILE)).write_text(document(), "utf-8")
    assert FILE.read_text("utf-8") == document(), "something is taken that is not promised yet: DUBAN_TEST_FREEZE=1"


def changed(name: str, **new: Any) -> list[dict[str, Any]]:
    """The promise with one field changed; None takes a word away."""
    found = [field | new if field["name"] == name else field for field in FROZEN[NAME]]
    assert found != FROZEN[NAME], name
    return [{key: value for key, value in field.items() if value is not None} for field in found]


def field(name: str) -> dict[str, Any]:
    return next(field for field in FROZEN[NAME] if field["name"] == name)


def test_an_optional_field_a_word_and_a_wider_bound_break_nothing() -> None:
    was = FROZEN[NAME]
    assert narrowed(was, [*was, {"name": "hurry", "type": "string", "null": True}]) == []
    assert narrowed(was, [*was, {"name": "map", "type": "object"}, {"name": "map.x", "type": "integer", "required": True}]) == []
    assert narrowed(was, changed("title", required=None)) == []
    assert narrowed(was, changed("title", maxLength=field("title")["maxLength"] + 1)) == []
    assert narrowed(was, changed("classification", words=[*field("classification")["words"], "NEW"])) == []
    assert narrowed(was, changed("classification", words=None)) == []
    assert narrowed(was, changed("title", pattern=None)) == []
    bound = [{"name": "(all)", "conditions": {"if": {}, "then": {"anyOf": [1, 2]}}}]
    wider = [{"name": "(all)", "conditions": {"if": {}, "then": {"anyOf": [1, 2, 3]}}}]
    assert (narrowed(bound, wider), len(narrowed(wider, bound))) == ([], 1)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ([field for field in FROZEN[NAME] if field["name"] != "title"], "title: gone"),
        ([*FROZEN[NAME], {"name": "hurry", "type": "string", "required": True}], "hurry: new and required"),
        ([*FROZEN[NAME], {"name": "source.map", "type": "string", "required": True}], "source.map: new and required"),
        (changed("classification", required=True), "classification: is required now"),
        (changed("classification", null=None), "classification: null is refused"),
        (changed("classification", words=["NONE"]), r"classification: words \['INTERNAL'\] are refused"),
        (changed("title", words=["a"]), r"title: only \['a'\] are taken"),
        (changed("title", maxLength=3), "title: maxLength was .*, is 3"),
        (changed("title", minLength=3), "title: minLength was free, is 3"),
        (changed("assignments", minItems=2), "assignments: minItems was 1, is 2"),
        (changed("assignments", maxItems=2), "assignments: maxItems was .*, is 2"),
        (changed("title", type="integer"), r"title: takes another type of value \(type\)"),
        (changed("title", pattern="^a$"), r"title: takes other texts \(pattern\)"),
        (changed("assignments[].unit", **{"not": {"enum": ["ZJJ"]}}), "refuses other values"),
        (changed("(all)", conditions={"if": {}}), "is bound to other conditions"),
    ],
)  # fmt: skip
def test_each_way_to_refuse_what_was_taken_is_found(today: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        raise AssertionError("; ".join(narrowed(FROZEN[NAME], today)))
