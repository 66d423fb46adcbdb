"""What clients of the HTTP doors ask and read today is served by every later release of /v1; a bad sample for each break.

After a wanted addition: DUBAN_TEST_FREEZE=1 writes the promises anew, unless one of them would be broken.
"""

from __future__ import annotations

import copy
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from event_contracts.http_evolution import broken, promises
from event_contracts.openapi import document

FILE = files("event_contracts") / "catalogue" / "http_promises.txt"
FROZEN = FILE.read_text("utf-8").splitlines()
MATTERS, ONE = "/v1/matters", "/v1/matters/{matter_id}"


@pytest.fixture
def made() -> dict[str, Any]:
    return copy.deepcopy(document("0.1.0"))


def test_what_is_promised_is_served(made: dict[str, Any]) -> None:
    assert broken(FROZEN, promises(made)) == [], "clients of today would be let down; offer it under /v2 beside this one"


def test_everything_that_is_new_is_promised_too(made: dict[str, Any]) -> None:
    today = promises(made)
    if os.environ.get("DUBAN_TEST_FREEZE") and not broken(FROZEN, today):
        Path(str(FILE)).write_text("\n".join(today) + "\n", "utf-8")
    assert FILE.read_text("utf-8").splitlines() == today, "something is served that is not promised yet: DUBAN_TEST_FREEZE=1"


def reasons(made: dict[str, Any]) -> list[str]:
    return broken(FROZEN, promises(made))


def test_a_new_route_parameter_word_or_field_and_a_field_that_is_always_there_break_nothing(made: dict[str, Any]) -> None:
    made["paths"]["/v1/units"] = {"get": copy.deepcopy(made["paths"][ONE]["get"])}
    made["paths"][MATTERS]["get"]["parameters"].append({"name": "sort", "in": "query", "schema": {"enum": ["title"]}})
    line = made["components"]["schemas"]["MatterLine"]["properties"]
    line["colour"] = {"type": "string"}
    line["closed_at"] = line["submitted_at"]
    assert reasons(made) == []
    assert promises(made) != FROZEN


def test_a_route_that_is_gone_is_found(made: dict[str, Any]) -> None:
    del made["paths"]["/v1/waiting"]
    assert "GET /v1/waiting: gone, or changed" in reasons(made)


def test_a_parameter_that_is_gone_is_found(made: dict[str, Any]) -> None:
    parameters = made["paths"][MATTERS]["get"]["parameters"]
    parameters[:] = [each for each in parameters if each.get("name") != "since"]
    assert reasons(made) == ["GET /v1/matters ? since: gone, or changed"]


def test_a_word_that_is_no_longer_taken_is_found(made: dict[str, Any]) -> None:
    given = next(each for each in made["paths"][MATTERS]["get"]["parameters"] if each.get("name") == "section")
    given["schema"]["enum"].remove("SPECIAL_HANDLING")
    assert "GET /v1/matters ? section = SPECIAL_HANDLING: gone, or changed" in reasons(made)


def test_a_parameter_that_must_be_given_now_is_found(made: dict[str, Any]) -> None:
    made["paths"][MATTERS]["get"]["parameters"].append({"name": "why", "in": "query", "required": True, "schema": {}})
    assert reasons(made) == ["GET /v1/matters ! why: must be given now; clients of today do not"]


@pytest.mark.parametrize("now", [None, {"type": "integer"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}])
def test_a_field_that_is_gone_of_another_type_or_null_now_is_found(made: dict[str, Any], now: dict[str, Any] | None) -> None:
    fields = made["components"]["schemas"]["MatterLine"]["properties"]
    del fields["title"]
    if now is not None:
        fields["title"] = now
    assert reasons(made) == ["MatterLine.title string: gone, or changed"]


def test_another_status_of_success_is_found(made: dict[str, Any]) -> None:
    answers = made["paths"]["/v1/messages/matter.submitted.v1"]["post"]["responses"]
    answers["200"] = answers.pop("201")
    assert "POST /v1/messages/matter.submitted.v1 > 201: gone, or changed" in reasons(made)


def test_another_body_is_found(made: dict[str, Any]) -> None:
    body = made["paths"]["/v1/messages/urge.sent.v1"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {"$ref": "#/components/schemas/reply_sent_v1"}
    assert "POST /v1/messages/urge.sent.v1 < application/json urge_sent_v1: gone, or changed" in reasons(made)
