"""The OpenAPI document: good by the official schema, whole, and the same as what the doors serve."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from event_contracts import inbound
from event_contracts.openapi import SERVICES, VIEWS, document
from event_contracts.schemas import REQUESTS
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

DOCS = Path(__file__).resolve().parents[3] / "docs"
DEPARTMENTS = sorted(set(REQUESTS) - {inbound.CutMarked.TYPE})


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document("0.1.0")


def faults(made: Any) -> list[str]:
    return [error.message for error in OpenAPIV31SpecValidator(made).iter_errors()]


def test_the_official_schema_accepts_it(made: dict[str, Any]) -> None:
    assert faults(made) == []


def test_the_official_schema_finds_a_fault(made: dict[str, Any]) -> None:
    bad = copy.deepcopy(made)
    del bad["paths"]["/v1/matters"]["get"]["responses"]["200"]["description"]
    assert faults(bad) != []


def test_every_type_that_a_department_may_send_has_its_route(made: dict[str, Any]) -> None:
    posts = {path.removeprefix("/v1/messages/") for path, methods in made["paths"].items() if "post" in methods}
    assert posts == set(DEPARTMENTS)
    assert inbound.CutMarked.TYPE not in json.dumps(made)


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_the_examples_fit_the_schemas(made: dict[str, Any], name: str) -> None:
    body = made["paths"][f"/v1/messages/{name}"]["post"]["requestBody"]["content"]["application/json"]
    schema = made["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
    check = Draft202012Validator(schema)
    assert [error.message for each in body["examples"].values() for error in check.iter_errors(each["value"])] == []
    assert not check.is_valid({"nothing": "known"})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_describes_what_it_takes_itself(service: str) -> None:
    part = document("0.1.0", service)
    assert faults(part) == []
    owners = {REQUESTS[path.removeprefix("/v1/messages/")].OWNER for path, told in part["paths"].items() if "post" in told}
    assert owners == {service}
    assert ("/v1/matters" in part["paths"]) == (service == "intake")


def test_names_fit_generators_of_clients(made: dict[str, Any]) -> None:
    ids = [told["operationId"] for methods in made["paths"].values() for told in methods.values()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", id_) for id_ in ids)
    assert {cls.__name__ for cls in VIEWS} <= set(made["components"]["schemas"])


def test_the_copy_in_the_docs_is_of_today() -> None:
    assert json.loads((DOCS / "openapi.json").read_text("utf-8")) == document("0.1.0"), "run: duban contracts --out docs"
