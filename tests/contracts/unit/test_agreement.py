"""The marshmallow schema, the straight way past it, the dataclass and the JSON Schema all say the same of a message."""

from __future__ import annotations

import copy
import json
from dataclasses import MISSING, fields
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from event_contracts import envelope
from event_contracts.parts import Contract, Day
from event_contracts.schemas import CONTRACTS
from event_contracts.wire import REQUESTS, json_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or envelope.instant(value) is not None


@FORMATS.checks("date")
def _is_day(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        Day().accept(value)
    except ValidationError:
        return False
    return True


VALIDATORS = {name: jsonschema.Draft202012Validator(json_schema(cls), format_checker=FORMATS) for name, cls in REQUESTS.items()}


def data_of(name: str) -> dict[str, Any]:
    text = (files("event_contracts") / "catalogue" / "inbound" / f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)["data"]
    return found


def by_marshmallow_alone(contract: Contract, data: Any) -> Any:
    """The typed object by marshmallow's own walk, without the straight way; ValidationError otherwise."""
    return contract.MAKES(**{name: value for name, value in Schema.load(contract, data).items() if value is not None})


def contracts() -> list[Contract]:
    """All schemas, the nested ones too."""
    found: list[Contract] = []
    waiting: list[Any] = list(CONTRACTS.values())
    while waiting:
        each = waiting.pop()
        if isinstance(each, Contract):
            found.append(each)
            waiting.extend(part for _, part in each.parts())
        else:
            waiting.extend(
                inner for inner in (getattr(each, "contract", None), getattr(each, "entry", None)) if inner is not None
            )
    return found


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: type(contract).__name__)
def test_schema_and_dataclass_have_the_same_fields_and_the_same_required_ones(contract: Contract) -> None:
    ours = {name: part.required for name, part in contract.parts()}
    if contract.MAKES is dict:
        assert ours == {"role": True, "from": True, "to": False, "deputy_for": False}
        return
    theirs = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(contract.MAKES)}
    assert ours == theirs


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_an_example_fills_every_field_so_that_every_field_is_tested(name: str) -> None:
    data = data_of(name)
    assert set(data) == {f.name for f in fields(REQUESTS[name])}


def test_the_example_of_a_matter_fills_every_nested_field_too() -> None:
    data = data_of("matter.submitted.v1")
    filled = {"source": set(data["source"]), "authorisation": set(data["authorisation"])}
    filled["assignments"] = set().union(*data["assignments"])
    schema = json_schema(REQUESTS["matter.submitted.v1"])["properties"]
    wanted = {name: schema[name].get("anyOf", [schema[name]])[0] for name in filled}
    assert filled["source"] == set(wanted["source"]["properties"])
    assert filled["authorisation"] == set(wanted["authorisation"]["properties"])
    assert filled["assignments"] == set(wanted["assignments"]["items"]["properties"])


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_the_straight_way_and_marshmallow_give_the_same_object(name: str) -> None:
    data = data_of(name)
    assert CONTRACTS[name].load(data) == by_marshmallow_alone(CONTRACTS[name], data)


# ---- mutated data

REPLACEMENTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 5000),
    st.sampled_from([0.5, 80.0, "", " ", "WHITE", "NONE", "MONTH", "OFFICE", "ZJJ", "ABC", "x" * 600, "2026-03-02", "a" * 64]),
    st.sampled_from(["2026-03-02T09:00:00+08:00", "2026-03-02T09:00:00", "2026-02-30", [], {}, [1], [{}], {"a": 1}]),
)


def all_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += all_places(inner, (*path, key))
    return found


@st.composite
def mutated(draw: st.DrawFn, name: str) -> Any:
    """A good message with one or two places replaced, removed, or with an unknown field beside them."""
    data = copy.deepcopy(data_of(name))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(all_places(data)))
        holder = data
        for step in path[:-1]:
            holder = holder[step]
        action = draw(st.sampled_from(["replace", "replace", "remove", "unknown"]))
        if action == "remove":
            del holder[path[-1]]
        elif action == "unknown" and isinstance(holder, dict):
            holder["unknown"] = copy.deepcopy(draw(REPLACEMENTS))
        else:
            holder[path[-1]] = copy.deepcopy(draw(REPLACEMENTS))
        if not all_places(data):
            break
    return data


def disagrees_with_itself(data: Any) -> bool:
    """The rules that JSON Schema cannot say: a unit twice in one matter, an office left before it was taken up, an inspection
    that ends before it begins, and a matter that is the same as itself."""
    begin, end = data.get("from"), data.get("to")
    backwards = isinstance(begin, str) and isinstance(end, str) and end < begin
    itself = "into" in data and data["into"] == data.get("matter")
    return twice_in_one_matter(data) or left_too_early(data) or backwards or itself


def left_too_early(data: Any) -> bool:
    persons = data.get("persons")
    lists = (
        [person.get("capacities") for person in persons or [] if isinstance(person, dict)] if isinstance(persons, list) else []
    )
    held = [each for found in lists if isinstance(found, list) for each in found if isinstance(each, dict)]
    ends = [(each.get("from"), each.get("to")) for each in held]
    return any(isinstance(begin, str) and isinstance(end, str) and end < begin for begin, end in ends)


def twice_in_one_matter(data: Any) -> bool:
    parts = data.get("assignments")
    if not isinstance(parts, list):
        return False
    units = [part.get("unit") for part in parts if isinstance(part, dict)]
    return any(units.count(unit) > 1 for unit in units)


@pytest.mark.parametrize("name", sorted(REQUESTS))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_mutated_message_is_judged_alike_by_all(name: str, data: st.DataObject) -> None:
    value = data.draw(mutated(name))
    found, faults = CONTRACTS[name].take(value, "/data")
    if disagrees_with_itself(value):
        assert faults
        return
    assert VALIDATORS[name].is_valid(value) is (not faults), faults
    try:
        alone = by_marshmallow_alone(CONTRACTS[name], value)
    except ValidationError:
        assert faults
    else:
        assert not faults
        assert found == alone
