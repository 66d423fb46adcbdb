"""Every field of every inbound message, wrong in every way: refused with SCHEMA_INVALID and a pointer to that field.

The cases are made from the JSON Schemas and the shipped examples, so a new field is covered as soon as it exists.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from event_contracts.event import Message
from event_contracts.schemas import CONTRACTS
from event_contracts.wire import REQUESTS, Unreadable, json_schema

Path = tuple[str | int, ...]
REMOVE = object()

WRONG_TYPES: dict[str, tuple[Any, ...]] = {
    "string": (7, 7.5, True, ["x"], {"x": 1}),
    "integer": ("7", 7.5, True, [7], {"x": 7}, 10**17),
    "boolean": ("true", 1, 0, [], {}),
    "object": ("x", 7, True, ["x"], []),
    "array": ("x", 7, True, {"0": "x"}),
}


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("event_contracts") / "catalogue" / "inbound" / f"{name}.json").read_text("utf-8"))
    return found


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that is there."""
    return next((each for each in schema.get("anyOf", [schema]) if each != {"type": "null"}), schema)


def places(schema: dict[str, Any], value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any], bool]]:
    """Every place in the example with its schema, and whether it must be there."""
    for name, inner in schema.get("properties", {}).items():
        if name not in value:  # the other one of limit and due_at
            continue
        yield (*path, name), plain(inner), name in schema["required"]
        yield from places(plain(inner), value[name], (*path, name))
    if schema.get("type") == "array":
        for index, entry in enumerate(value):
            yield (*path, index), schema["items"], False
            yield from places(schema["items"], entry, (*path, index))


def wrong_values(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values that this schema must not accept, each with a name."""
    kinds = "string" if "enum" in schema else schema["type"]
    kind = kinds[0] if isinstance(kinds, list) else kinds
    for bad in WRONG_TYPES[kind]:
        if isinstance(bad, str) and "string" in kinds:
            bad = ""
        yield f"is {json.dumps(bad)}", bad
    if "enum" in schema:
        yield "is another word", "NONSENSE"
        yield "is in lower case", schema["enum"][0].lower()
        yield "is empty", ""
    elif kind == "string":
        yield "is empty", ""
        yield "is too long", "A" * (schema.get("maxLength", 9999) + 1)
        if schema.get("pattern") == r"\S":
            yield "is blank", " \t\u3000"
        if "format" in schema or "pattern" in schema and schema["pattern"] != r"\S":
            yield "has another shape", " 乱写\n"
    if kind == "integer":
        yield "is too small", schema["minimum"] - 1
        yield "is too large", schema["maximum"] + 1
    if kind == "array":
        yield "has too many entries", [None] * (schema["maxItems"] + 1)
        if schema["minItems"]:
            yield "has no entries", []
    if kind == "object" and schema.get("additionalProperties") is False:
        yield "is empty", {}


def wrongs(name: str) -> Iterator[tuple[str, Path, Any]]:
    """Each thing that can be wrong with a message of this type: how it is called, where, and the value to put there."""
    for path, schema, required in places(json_schema(REQUESTS[name]), example(name)["data"], ("data",)):
        where = pointer(path)
        if required:
            yield f"{where} is missing", path, REMOVE
        if required or isinstance(path[-1], int):
            yield f"{where} is null", path, None
        for what, bad in wrong_values(schema):
            yield f"{where} {what}", path, bad
        if schema.get("additionalProperties") is False:
            yield f"{where} has an unknown field", (*path, "surprise"), 1
    yield "/data has an unknown field", ("data", "surprise"), 1


def pointer(path: Path) -> str:
    return "/" + "/".join(map(str, path))


def change(event: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The event with one place changed or removed."""
    changed = copy.deepcopy(event)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    if value is REMOVE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


def same_or_below(found: str, wanted: str) -> bool:
    return found == wanted or found.startswith(wanted + "/")


def is_refused_for(error: Unreadable, event: dict[str, Any], path: Path, value: Any) -> bool:
    """Whether a refusal names this place, and no other."""
    wanted, pointers = pointer(path), [fault["pointer"] for fault in error.errors]
    exact = value != {}  # an empty object is wrong because of what it lacks
    return (
        (error.code, error.id, error.type) == ("SCHEMA_INVALID", event["id"], event["type"])
        and any(each == wanted if exact else same_or_below(each, wanted) for each in pointers)
        and all(same_or_below(each, wanted) for each in pointers)
        and all(fault["detail"] for fault in error.errors)
    )


@pytest.mark.parametrize("name", REQUESTS)
def test_a_wrong_field_is_refused_and_pointed_at(refused: Callable[..., Unreadable], name: str) -> None:
    tried = 0
    for what, path, value in wrongs(name):
        event = change(example(name), path, value)
        error = refused(event)
        assert is_refused_for(error, event, path, value), f"{what}: {error.code} {error.errors}"
        tried += 1
    assert tried > 10


def test_a_refusal_that_names_another_place_would_be_seen(refused: Callable[..., Unreadable]) -> None:
    event = change(example("progress.reported.v1"), ("data", "text"), 7)
    error = refused(event)
    assert is_refused_for(error, event, ("data", "text"), 7)
    assert not is_refused_for(error, event, ("data", "unit"), 7)
    assert not is_refused_for(error, event | {"id": "another"}, ("data", "text"), 7)


NEEDED_BY_OTHERS = {
    ("justification.decided.v1", "effect"),
    ("justification.decided.v1", "suspended_from"),
    ("inspection.found.v1", "standard"),
    ("conclusion.issued.v1", "standard"),
}
"""Optional fields that the rest of the example needs."""


def test_an_optional_field_may_be_null_or_missing(send: Callable[..., Message]) -> None:
    checked = 0
    for name, cls in REQUESTS.items():
        event = example(name)
        for path, _, required in places(json_schema(cls), event["data"], ("data",)):
            if required or isinstance(path[-1], int) or path[-1] in ("limit", "due_at", "answers"):
                continue
            if (name, path[-1]) in NEEDED_BY_OTHERS:
                continue
            assert send(change(event, path, None)).data == send(change(event, path, REMOVE)).data
            checked += 1
    assert checked > 40


@pytest.mark.parametrize(
    ("name", "given", "lacks"),
    [
        ("justification.decided.v1", {"effect": None}, "/data/effect"),
        ("justification.decided.v1", {"suspended_from": None}, "/data/suspended_from"),
        ("justification.decided.v1", {"effect": "EXTEND", "days": None}, "/data/days"),
        ("review.decided.v1", {"new_colour": None, "new_limit": None, "findings": []}, "/data/outcome"),
        ("conclusion.issued.v1", {"inspection": None, "matter": None}, "/data/inspection"),
    ],
)
def test_a_decision_says_all_that_it_needs(
    refused: Callable[..., Unreadable], name: str, given: dict[str, Any], lacks: str
) -> None:
    event = example(name)
    event["data"] |= given
    assert [fault["pointer"] for fault in refused(event).errors] == [lacks]


def test_a_refusal_needs_no_effect(send: Callable[..., Message]) -> None:
    event = example("justification.decided.v1")
    event["data"] |= {"outcome": "REFUSED", "effect": None, "suspended_from": None, "days": None}
    assert send(event).data.outcome == "REFUSED"


def test_an_office_is_not_left_before_it_is_taken_up(refused: Callable[..., Unreadable]) -> None:
    event = change(example("persons.published.v1"), ("data", "persons", 1, "capacities", 1, "to"), "2026-07-05")
    assert [fault["pointer"] for fault in refused(event).errors] == ["/data/persons/1/capacities/1/to"]


def test_an_office_may_be_held_for_one_day(send: Callable[..., Message]) -> None:
    event = change(example("persons.published.v1"), ("data", "persons", 1, "capacities", 1, "to"), "2026-07-06")
    assert send(event).data.persons[1].capacities[1]["to"].isoformat() == "2026-07-06"


@pytest.mark.parametrize("text", ["0", "0.00", "-0.00", "-0.30", "00.0"])
def test_a_bonus_is_more_than_nothing(refused: Callable[..., Unreadable], text: str) -> None:
    error = refused(change(example("bonus.awarded.v1"), ("data", "amount"), text))
    assert [fault["pointer"] for fault in error.errors] == ["/data/amount"]


@pytest.mark.parametrize("text", ["0.01", "9999.99", "0.5", "3"])
def test_a_bonus_has_at_most_two_places(send: Callable[..., Message], text: str) -> None:
    assert send(change(example("bonus.awarded.v1"), ("data", "amount"), text)).data.amount == Decimal(text)


@pytest.mark.parametrize(("unit", "points"), [("zjj", "90.00"), ("ZJJ", 90), ("OFFICE", "90.00"), ("ZJJ", "90.001")])
def test_base_totals_are_points_by_unit(refused: Callable[..., Unreadable], unit: str, points: Any) -> None:
    error = refused(change(example("assessment.finalised.v1"), ("data", "base_totals"), {unit: points}))
    assert [fault["pointer"] for fault in error.errors] == [f"/data/base_totals/{unit}"]


def test_every_fault_is_named_at_once(refused: Callable[..., Unreadable]) -> None:
    event = example("matter.submitted.v1")
    event["data"]["title"] = ""
    event["data"]["assignments"][1]["unit"] = "zjj"
    event["data"]["assignments"][0]["milestones"][0]["percent"] = 101
    del event["data"]["source"]["type"]
    assert [fault["pointer"] for fault in refused(event).errors] == [
        "/data/assignments/0/milestones/0/percent",
        "/data/assignments/1/unit",
        "/data/source/type",
        "/data/title",
    ]


def test_a_refusal_names_at_most_twenty_fields_however_many_are_wrong(refused: Callable[..., Unreadable]) -> None:
    event = example("matter.submitted.v1")
    event["data"] |= {f"field{number:05}": number for number in range(5000)}
    error = refused(event)
    assert len(error.errors) == 20
    assert error.errors[0]["pointer"] == "/data/field00000"


def test_of_a_list_full_of_faults_only_the_first_twenty_are_looked_at() -> None:
    data = example("progress.reported.v1")["data"] | {"evidence": [7] * 100}
    _, faults = CONTRACTS["progress.reported.v1"].take(data, "/data")
    assert {fault["pointer"] for fault in faults} == {f"/data/evidence/{index}" for index in range(20)}


def test_a_slash_in_a_field_name_is_escaped_in_the_pointer(refused: Callable[..., Unreadable]) -> None:
    event = example("urge.sent.v1")
    event["data"]["a/b~c"] = 1
    assert refused(event).errors[0]["pointer"] == "/data/a~1b~0c"


# ---- rules between fields


def with_assignment(**changed: Any) -> dict[str, Any]:
    event = example("matter.submitted.v1")
    first = event["data"]["assignments"][0]
    first.update(changed)
    event["data"]["assignments"] = [{name: value for name, value in first.items() if value is not None}]
    return event


def test_a_limit_and_an_instant_together_are_refused(refused: Callable[..., Unreadable]) -> None:
    error = refused(with_assignment(due_at="2026-04-01T17:00:00+08:00"))
    assert error.errors[0]["pointer"] == "/data/assignments/0/due_at"


@pytest.mark.parametrize("source", ["MAJOR_DECISION", "FIELD_NOTE", "INSPECTION"])
def test_an_assignment_without_a_limit_is_refused_where_the_source_has_no_clock(
    refused: Callable[..., Unreadable], source: str
) -> None:
    event = with_assignment(limit=None)
    event["data"]["source"]["type"] = source
    error = refused(event)
    assert (error.code, error.errors[0]["pointer"]) == ("SCHEMA_INVALID", "/data/assignments/0/limit")


@pytest.mark.parametrize("source", ["NPC_SUGGESTION", "CPPCC_PROPOSAL", "PETITION", "HOTLINE", "NETIZEN_MESSAGE", "DOCUMENT"])
def test_the_limit_may_be_left_out_where_the_source_has_a_statutory_clock(send: Callable[..., Message], source: str) -> None:
    event = with_assignment(limit=None)
    event["data"]["source"]["type"] = source
    part = send(event).data.assignments[0]
    assert part.limit is None
    assert part.due_at is None


def test_a_unit_that_appears_twice_in_a_matter_is_refused(refused: Callable[..., Unreadable]) -> None:
    event = example("matter.submitted.v1")
    event["data"]["assignments"][1]["unit"] = event["data"]["assignments"][0]["unit"]
    assert refused(event).errors[0]["pointer"] == "/data/assignments/1/unit"


@pytest.mark.parametrize(("amount", "unit", "good"), [(120, "MONTH", True), (121, "MONTH", False), (3650, "DAY", True)])
def test_a_limit_is_at_most_ten_years(send: Callable[..., Message], amount: int, unit: str, good: bool) -> None:
    event = with_assignment(limit={"amount": amount, "unit": unit})
    if good:
        assert send(event).data.assignments[0].limit.amount == amount
        return
    with pytest.raises(Unreadable) as caught:
        send(event)
    assert caught.value.errors[0]["pointer"] == "/data/assignments/0/limit/amount"


@pytest.mark.parametrize("code", ["OFFICE", "DUBAN", "Z", "zjj", "ZJJ-1", "市住建局", "A" * 17, "ZJJ\n", "1ZJ"])
def test_a_unit_code_has_its_shape_and_is_no_reserved_word(refused: Callable[..., Unreadable], code: str) -> None:
    assert refused(with_assignment(unit=code)).errors[0]["pointer"] == "/data/assignments/0/unit"


def test_a_whole_number_written_as_a_fraction_is_read(send: Callable[..., Message]) -> None:
    percent = send(change(example("progress.reported.v1"), ("data", "percent"), 80.0)).data.percent
    assert (percent, type(percent)) == (80, int)


@pytest.mark.parametrize("text", ["2026-02-30", "20260302", "2026-W10-1", "2026-3-2", "1969-12-31", "2200-01-01", "２026-03-02"])
def test_a_date_is_a_real_day_in_one_form(refused: Callable[..., Unreadable], text: str) -> None:
    event = change(example("matter.submitted.v1"), ("data", "source", "issued_on"), text)
    assert refused(event).errors[0]["pointer"] == "/data/source/issued_on"


@pytest.mark.parametrize(
    "text",
    ["2026-03-16T17:00:00", "2026-03-16 17:00:00+08:00", "2026-03-16", "2026-03-16T25:00:00Z", "2026-03-16T17:00:60Z",
     "2026-03-16T17:00:00+24:00", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "2026-03-16T17:00Z", "1760000000"],
)  # fmt: skip
def test_an_instant_has_an_offset_and_a_sane_year(refused: Callable[..., Unreadable], text: str) -> None:
    event = change(example("matter.submitted.v1"), ("data", "assignments", 1, "due_at"), text)
    assert refused(event).errors[0]["pointer"] == "/data/assignments/1/due_at"


@pytest.mark.parametrize(
    "text",
    ["2026-03-16T17:00:00+08:00", "2026-03-16T09:00:00Z", "2026-03-16t09:00:00.000z", "2026-03-16T09:00:00.000000000-00:00"],
)
def test_an_instant_becomes_utc_whatever_its_form(send: Callable[..., Message], text: str) -> None:
    event = change(example("matter.submitted.v1"), ("data", "assignments", 1, "due_at"), text)
    assert send(event).data.assignments[1].due_at.isoformat() == "2026-03-16T09:00:00+00:00"


def test_a_finding_may_be_its_text_alone_and_a_conclusion_may_have_none(send: Callable[..., Message]) -> None:
    event = example("conclusion.issued.v1")
    event["data"]["findings"] = ["台账与现场不符"]
    (finding,) = send(event).data.findings
    assert (finding.text, finding.standard, finding.limit) == ("台账与现场不符", None, None)
    event["data"]["findings"] = []
    assert send(event).data.findings == []
