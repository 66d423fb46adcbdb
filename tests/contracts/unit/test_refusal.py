"""What a sender is told on `duban.rejected`: RFC 9457 problem details in a CloudEvent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_rabbitmq_event
from event_contracts.inbound import REFUSAL_CODES
from event_contracts.refusal import Refusal, refusal_body, refusal_data, refusal_routing_key
from event_contracts.wire import CONTENT_TYPE, Unreadable

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def told(code: str, detail: str = "细节 / detail", pointer: str = "/data/unit") -> dict[str, Any]:
    return refusal_data(Refusal.at(pointer, code, detail))


@pytest.mark.parametrize("code", sorted(REFUSAL_CODES))
def test_every_code_has_a_title_in_both_languages_and_a_status(code: str) -> None:
    data = told(code)
    assert 400 <= data["status"] < 500
    chinese, slash, english = data["title"].partition(" / ")
    assert slash
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert english.isascii()
    assert data["type"] == f"urn:duban:refusal:{data['code']}"


def test_a_code_outside_the_closed_list_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="NO_SUCH_CODE"):
        told("NO_SUCH_CODE")
    with pytest.raises(ValueError, match="NO_SUCH_CODE"):
        refusal_routing_key("ZJJ", "NO_SUCH_CODE")


def test_a_refusal_is_a_cloudevent_with_the_original_id_and_the_fields_at_fault(
    example: Callable[[str], dict[str, Any]], refused: Callable[..., Unreadable]
) -> None:
    event = example("progress.reported.v1")
    event["data"]["percent"] = 101
    refusal = Refusal.of(refused(event))
    body = refusal_body("intake", refusal, event_id="r-1", time=AT)
    read = from_rabbitmq_event(RabbitMQMessage({}, CONTENT_TYPE, body))
    assert (read.get_id(), read.get_source(), read.get_type()) == ("r-1", "/duban/intake", "intake.message.refused.v1")
    data: Any = read.get_data()
    assert (data["code"], data["status"]) == ("SCHEMA_INVALID", 422)
    assert (data["original_id"], data["original_type"]) == (event["id"], "progress.reported.v1")
    assert data["errors"] == [{"pointer": "/data/percent", "detail": refusal.errors[0]["detail"]}]
    assert set(data) == {"type", "title", "status", "code", "detail", "original_id", "original_type", "errors"}


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(("root", "told"), [("c-1", "c-1"), (None, "own id")])
def test_a_refusal_goes_on_in_the_trace_of_the_message(
    example: Callable[[str], dict[str, Any]], refused: Callable[..., Unreadable], root: str | None, told: str
) -> None:
    event = example("progress.reported.v1") | {"traceparent": TRACE} | ({"correlationid": root} if root else {})
    event["data"]["percent"] = 101
    body = json.loads(refusal_body("intake", Refusal.of(refused(event)), event_id="r-1", time=AT))
    assert body["correlationid"] == (event["id"] if told == "own id" else told)
    assert body["traceparent"][:36] == TRACE[:36]
    assert body["traceparent"][36:52] != TRACE[36:52], "a span of its own"


@pytest.mark.parametrize("refusal", [Refusal.at(None, "TOO_LARGE", "x"), Refusal(code="CLASSIFIED", detail="x", original_id="i")])
def test_a_refusal_of_what_may_not_or_cannot_be_named_has_no_trace(refusal: Refusal) -> None:
    body = json.loads(refusal_body("intake", replace(refusal, traceparent=TRACE), event_id="r-1", time=AT))
    assert body.keys().isdisjoint({"correlationid", "traceparent"})


def test_the_time_of_a_refusal_is_utc() -> None:
    east = AT.astimezone(tz=None) + timedelta(0)
    body = json.loads(refusal_body("notify", Refusal.at(None, "RATE_LIMITED", "x"), event_id="r", time=east))
    assert datetime.fromisoformat(body["time"]) == AT
    assert body["data"]["errors"] == []


def test_a_foreign_matter_and_an_unknown_one_read_the_same() -> None:
    foreign = told("NOT_PARTY", "ZJJ is no party to the covert inspection", "/data/unit")
    unknown = told("UNKNOWN_MATTER", "no row", "/data/matter")
    assert foreign == unknown
    assert "covert" not in json.dumps(foreign)
    assert refusal_routing_key("ZJJ", "NOT_PARTY") == refusal_routing_key("ZJJ", "UNKNOWN_MATTER") == "ZJJ.UNKNOWN_MATTER"


def test_a_party_is_told_which_of_its_own_things_is_unknown() -> None:
    refusal = Refusal.at("/data/matter", "UNKNOWN_MATTER", "ambiguous reference, use the matter's id", to_party=True)
    assert "use the matter's id" in refusal_data(refusal)["detail"]


def test_the_routing_key_names_the_sender_and_the_code() -> None:
    assert refusal_routing_key("ZJJ", "SCHEMA_INVALID") == "ZJJ.SCHEMA_INVALID"
