"""The catalogue keeps its promise: every type is described, every example loads for ever, published events only grow."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from event_contracts.event import Message
from event_contracts.evolution import breaks, field_list
from event_contracts.wire import FACTS, REQUESTS, inbound_to_wire, json_schema, read_published, to_wire

CATALOGUE = Path(str(files("event_contracts"))) / "catalogue"
SERVICES = {"intake", "escalation", "scoring", "notify"}
TYPE_NAME = re.compile(r"^[a-z]+(\.[a-z_]+){2}\.v[1-9][0-9]*$")
INBOUND_NAME = re.compile(r"^[a-z]+(?:_[a-z]+)*\.[a-z_]+\.v[1-9][0-9]*$")
EXAMPLES = [
    (folder.parent.name, path) for folder in sorted(CATALOGUE.glob("*/examples")) for path in sorted(folder.glob("*.json"))
]
IDS = [f"{name}/{path.stem}" for name, path in EXAMPLES]


def description(name: str) -> dict[str, Any]:
    return tomllib.loads((CATALOGUE / name / "event.toml").read_text("utf-8"))


def frozen(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CATALOGUE / name / "fields.json").read_text("utf-8"))
    return found


def faults(found: dict[str, Any], name: str, fields: list[dict[str, Any]]) -> list[str]:
    """What is wrong with an `event.toml`."""
    keys = {"description", "producer", "owner", "consumers", "ordering_key", "personal_data", "retention"}
    wrong = [f"{key}: missing" for key in sorted(keys - found.keys())]
    wrong += [f"{key}: unknown" for key in sorted(found.keys() - keys)]
    if wrong:
        return wrong
    known = {field["name"] for field in fields}
    if found["producer"] != name.partition(".")[0]:
        wrong.append("producer: not the first word of the type")
    if not {found["owner"], *found["consumers"]} <= SERVICES:
        wrong.append("owner or consumers: not our services")
    if found["ordering_key"] not in known | {"producer"}:
        wrong.append("ordering_key: no such field")
    wrong += [f"personal_data: no field {field}" for field in found["personal_data"] if field not in known]
    if not re.fullmatch(r"P[0-9]+[DY]", found["retention"]):
        wrong.append("retention: no ISO 8601 duration in days or years")
    if len(found["description"]) < 15:
        wrong.append("description: says nothing")
    return wrong


def misfits(schema: dict[str, Any], data: Any) -> Iterator[str]:
    """What of the data does not fit the schema."""
    return (error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data))


def schema_of(name: str) -> dict[str, Any]:
    return json_schema(FACTS[name])


# ---- names and descriptions


def test_every_published_type_has_a_folder_and_every_folder_a_type() -> None:
    assert {folder.name for folder in CATALOGUE.iterdir() if folder.is_dir()} - {"inbound"} == set(FACTS)


def test_every_inbound_type_has_an_example_and_every_example_a_type() -> None:
    assert {path.stem for path in (CATALOGUE / "inbound").glob("*.json")} == set(REQUESTS)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_published_name_is_service_subject_past_action_version(name: str) -> None:
    assert TYPE_NAME.fullmatch(name)
    assert name.partition(".")[0] in SERVICES
    assert "event" not in name


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_an_inbound_name_is_subject_past_action_version(name: str) -> None:
    assert INBOUND_NAME.fullmatch(name)
    assert REQUESTS[name].OWNER in SERVICES | {"*"}


@pytest.mark.parametrize("bad", ["slip.issued.v1", "escalation.slip.issued", "escalation.slip.issued.v0", "Duban.slip.issued.v1"])
def test_the_check_of_names_finds_a_bad_one(bad: str) -> None:
    assert TYPE_NAME.fullmatch(bad) is None


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_event_is_described(name: str) -> None:
    assert faults(description(name), name, frozen(name)) == []


def test_the_check_of_descriptions_finds_every_kind_of_fault() -> None:
    name = "escalation.slip.issued.v1"
    good = description(name)
    for key, value, wanted in (
        ("producer", "scoring", "producer"),
        ("consumers", ["scoring", "board"], "consumers"),
        ("ordering_key", "slip", "ordering_key"),
        ("personal_data", ["telephone"], "personal_data"),
        ("retention", "for ever", "retention"),
        ("description", "A slip.", "description"),
        ("consumer", [], "consumer: unknown"),
    ):
        assert any(wanted in fault for fault in faults(good | {key: value}, name, frozen(name))), key
    del good["retention"]
    assert faults(good, name, frozen(name)) == ["retention: missing"]


# ---- examples


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_type_has_an_example(name: str) -> None:
    assert name in {name for name, _ in EXAMPLES}


@pytest.mark.parametrize(("name", "path"), EXAMPLES, ids=IDS)
def test_every_example_loads_and_comes_back_the_same(name: str, path: Path) -> None:
    body = path.read_bytes()
    message = read_published(body)
    assert type(message.data) is FACTS[name]
    again = json.loads(to_wire(message))
    for key, value in json.loads(body)["data"].items():
        assert again["data"][key] == value
    assert {**again, "data": None} == {**json.loads(body), "data": None}
    assert read_published(to_wire(message)) == message


@pytest.mark.parametrize(("name", "path"), EXAMPLES, ids=IDS)
def test_every_example_fits_the_json_schema(name: str, path: Path) -> None:
    assert list(misfits(schema_of(name), json.loads(path.read_bytes())["data"])) == []


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_inbound_example_is_read_and_comes_back_the_same(
    example: Callable[[str], dict[str, Any]], send: Callable[..., Message], name: str
) -> None:
    event = example(name)
    message = send(event)
    assert type(message.data) is REQUESTS[name]
    again = send(inbound_to_wire(message), routing_key=f"{message.sender}.{name}")
    assert again == message
    assert list(misfits(json_schema(REQUESTS[name]), event["data"])) == []


def test_the_check_against_the_schema_finds_a_misspelt_word_and_a_wrong_type() -> None:
    name, path = next(each for each in EXAMPLES if each[0] == "escalation.slip.issued.v1")
    data = json.loads(path.read_bytes())["data"]
    for wrong in ({"colour": "BLUE"}, {"renewal": "0"}, {"limit": None}, {"requirements": [7]}):
        assert list(misfits(schema_of(name), data | wrong)), wrong


@pytest.mark.parametrize("cls", [*FACTS.values(), *REQUESTS.values()], ids=lambda cls: cls.TYPE)
def test_every_json_schema_is_a_valid_schema(cls: Any) -> None:
    schema = json_schema(cls)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:duban:schema:{cls.TYPE}"


# ---- evolution


@pytest.mark.parametrize("name", sorted(FACTS))
def test_published_fields_only_grow(name: str) -> None:
    today = field_list(FACTS[name])
    wanted = "[\n" + ",\n".join("  " + json.dumps(field, ensure_ascii=False) for field in today) + "\n]\n"
    assert breaks(frozen(name), today) == [], f"a break needs a .v2; an addition belongs into fields.json:\n{wanted}"


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_frozen_list_knows_every_field_of_today(name: str) -> None:
    today = field_list(FACTS[name])
    wanted = "[\n" + ",\n".join("  " + json.dumps(field, ensure_ascii=False) for field in today) + "\n]\n"
    assert {field["name"] for field in today} <= {field["name"] for field in frozen(name)}, f"fields.json should be:\n{wanted}"


def changed(fields: list[dict[str, Any]], name: str, **new: Any) -> list[dict[str, Any]]:
    return [field | new if field["name"] == name else field for field in fields]


def test_the_check_of_evolution_finds_every_kind_of_break() -> None:
    was = frozen("escalation.slip.issued.v1")
    assert breaks(was, [field for field in was if field["name"] != "limit.amount"]) == ["limit.amount: gone"]
    assert breaks(was, changed(was, "renewal", type="string")) == ["renewal: was integer, is string"]
    assert breaks(was, changed(was, "reason", required=False)) == ["reason: required was True, is False"]
    assert breaks(was, changed(was, "number", required=True)) == ["number: required was False, is True"]
    assert breaks(was, changed(was, "colour", words=["WHITE", "YELLOW", "RED", "BLACK"])) == ["colour: new words ['BLACK']"]
    opened = [{key: value for key, value in field.items() if key != "words"} for field in was]
    assert "colour: its list of words is no longer closed" in breaks(was, opened)
    new = {"name": "seal", "type": "string", "required": True}
    assert breaks(was, [*was, new]) == ["seal: new and required; earlier events do not have it"]


def test_optional_additions_and_fewer_words_are_no_break() -> None:
    was = frozen("escalation.slip.issued.v1")
    grown = [
        *was,
        {"name": "seal", "type": "object", "required": False},
        {"name": "seal.number", "type": "string", "required": True},
        {"name": "copies", "type": "list of object", "required": False},
        {"name": "copies[].to", "type": "string", "required": True},
    ]
    assert breaks(was, grown) == []
    assert breaks(was, changed(was, "colour", words=["WHITE", "YELLOW"])) == []
    closed = changed(was, "state", words=["ISSUED"])
    assert breaks(was, closed) == []


def test_an_example_of_an_earlier_release_loads_in_a_later_one_and_the_other_way_round() -> None:
    _, path = next(each for each in EXAMPLES if each[0] == "escalation.slip.issued.v1")
    event = json.loads(path.read_bytes())
    later, earlier = copy.deepcopy(event), copy.deepcopy(event)
    later["data"] |= {"seal": {"number": "x"}, "colour_of_ink": "red"}
    later["newattribute"] = "x"
    del earlier["data"]["number"]
    del earlier["data"]["revision"]
    assert read_published(json.dumps(later).encode()) == read_published(path.read_bytes())
    assert read_published(json.dumps(earlier).encode()).data.number is None
