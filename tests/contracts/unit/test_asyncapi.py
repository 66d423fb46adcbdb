"""The AsyncAPI document: good by the official schema, whole, and true: its examples are what the services read."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from event_contracts import inbound
from event_contracts.asyncapi import document
from event_contracts.inbound import REFUSAL_CODES
from event_contracts.refusal import told_code
from event_contracts.wire import FACTS, REQUESTS
from jsonschema import Draft7Validator
from jsonschema.validators import validator_for

OFFICIAL = Path(__file__).resolve().parents[1] / "asyncapi" / "3.0.0.json"
COPY = Path(__file__).resolve().parents[3] / "docs" / "asyncapi.json"
DEPARTMENTS = set(REQUESTS) - {inbound.CutMarked.TYPE}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document("0.1.0")


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    schema = json.loads(OFFICIAL.read_text("utf-8"))
    assert validator_for(schema) is Draft7Validator
    return Draft7Validator(schema)


def payload_of(made: dict[str, Any], name: str) -> Draft7Validator:
    """The document's own schema of one message."""
    return Draft7Validator({"$ref": f"#/components/messages/{name}/payload", "components": made["components"]})


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = [value for key, value in node.items() if key != "examples"]
    if isinstance(node, list):
        for inner in node:
            yield from references(inner)


def found_at(made: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        made = made[step.replace("~1", "/").replace("~0", "~")]
    return made


def test_the_official_schema_accepts_it(made: dict[str, Any], official: Draft7Validator) -> None:
    assert [error.message for error in official.iter_errors(made)] == []


@pytest.mark.parametrize("spoiled", ["asyncapi", "channels"])
def test_the_official_schema_finds_a_fault(made: dict[str, Any], official: Draft7Validator, spoiled: str) -> None:
    bad = {"asyncapi": made["asyncapi"], "info": made["info"], spoiled: "wrong"}
    assert [error.json_path for error in official.iter_errors(bad)] == [f"$.{spoiled}"]


def test_every_message_of_the_wire_has_its_channel_and_operation(made: dict[str, Any]) -> None:
    received = {name.removeprefix("receive.") for name, told in made["operations"].items() if told["action"] == "receive"}
    sent = {name.removeprefix("send.") for name, told in made["operations"].items() if told["action"] == "send"}
    assert received == DEPARTMENTS
    assert sent == {*FACTS, "message.refused"}
    assert set(made["channels"]) == DEPARTMENTS | set(FACTS) | {"rejected"}


def test_markers_between_services_are_not_offered_to_departments(made: dict[str, Any]) -> None:
    assert inbound.CutMarked.TYPE not in json.dumps(made)


def test_every_reference_leads_somewhere(made: dict[str, Any]) -> None:
    wanted = set(references(made))
    assert len(wanted) > 3 * len(FACTS)
    assert all(found_at(made, reference) is not None for reference in wanted)


def test_slips_are_found_under_their_colour(made: dict[str, Any]) -> None:
    assert made["channels"]["escalation.slip.issued.v1"]["address"] == "escalation.slip.issued.v1.{colour}"
    assert made["channels"]["escalation.clock.armed.v1"]["address"] == "escalation.clock.armed.v1"


@pytest.mark.parametrize("name", sorted([*DEPARTMENTS, *FACTS]))
def test_the_examples_fit_the_schema_that_the_document_gives(made: dict[str, Any], name: str) -> None:
    examples = made["components"]["messages"][name]["examples"]
    check = payload_of(made, name)
    assert examples
    assert [error.message for example in examples for error in check.iter_errors(example["payload"])] == []


@pytest.mark.parametrize("name", ["completion.claimed.v1", "escalation.slip.issued.v1"])
def test_an_example_without_its_unit_does_not_fit(made: dict[str, Any], name: str) -> None:
    bad = copy.deepcopy(made["components"]["messages"][name]["examples"][0]["payload"])
    del bad["data"]["unit"]
    assert not payload_of(made, name).is_valid(bad)
    bad["data"]["unit"], bad["type"] = "ZJJ", "another.type.v1"
    assert not payload_of(made, name).is_valid(bad)


def test_every_code_that_a_sender_may_hear_is_explained(made: dict[str, Any]) -> None:
    told = made["components"]["schemas"]["Refusal"]["properties"]["code"]
    assert set(told["enum"]) == {told_code(code) for code in REFUSAL_CODES}
    assert all(f"{code}: " in told["description"] for code in told["enum"])


def test_the_copy_in_the_docs_is_of_today() -> None:
    assert json.loads(COPY.read_text("utf-8")) == document("0.1.0"), "run: duban contracts --out docs"
