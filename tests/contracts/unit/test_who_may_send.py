"""A unit speaks for itself only, the office alone decides, and markers come from escalation alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from event_contracts.event import Message
from event_contracts.inbound import BY_A_BODY, BY_THE_ASSESSMENT_OFFICE, BY_THE_OFFICE, BY_THE_UNIT
from event_contracts.vocabulary import BODIES
from event_contracts.wire import REQUESTS, Unreadable, may_send

Example = Callable[[str], dict[str, Any]]


def from_(event: dict[str, Any], sender: str) -> dict[str, Any]:
    source = {"OFFICE": "/office", "DUBAN": "/duban/escalation"}.get(sender, f"/units/{sender}")
    return event | {"source": source}


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_example_may_be_sent_by_its_own_sender(example: Example, send: Callable[..., Message], name: str) -> None:
    assert may_send(send(example(name))) is None


@pytest.mark.parametrize("name", sorted(BY_THE_UNIT))
@pytest.mark.parametrize("sender", ["HBJ", "OFFICE"])
def test_nobody_speaks_for_another_unit(example: Example, refused: Callable[..., Unreadable], name: str, sender: str) -> None:
    error = refused(from_(example(name), sender))
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/data/unit")


@pytest.mark.parametrize("name", sorted(BY_THE_OFFICE))
def test_decisions_of_the_office_are_not_taken_from_a_unit(
    example: Example, refused: Callable[..., Unreadable], name: str
) -> None:
    error = refused(from_(example(name), "ZJJ"))
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/type")


@pytest.mark.parametrize(
    ("by", "sender", "good"),
    [("OFFICE", "OFFICE", True), ("LEAD", "ZJJ", True), ("LEAD", "OFFICE", False), ("OFFICE", "ZJJ", False)],
)
def test_an_urge_says_who_urges(example: Example, send: Callable[..., Message], by: str, sender: str, good: bool) -> None:
    event = from_(example("urge.sent.v1"), sender)
    event["data"] |= {"by": by, "unit": "SLJ"}
    if good:
        assert send(event).data.by == by
        return
    with pytest.raises(Unreadable) as caught:
        send(event)
    assert (caught.value.code, caught.value.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/data/by")


@pytest.mark.parametrize("name", sorted(BY_A_BODY))
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("sender", [*BODIES, "OFFICE", "ZJJ", "HBJ"])
def test_a_referral_is_answered_by_its_body_or_the_office(
    example: Example, send: Callable[..., Message], name: str, body: str, sender: str
) -> None:
    event = from_(example(name), sender)
    event["data"]["body"] = body
    if sender in ("OFFICE", body):
        assert send(event).data.body == body
        return
    with pytest.raises(Unreadable) as caught:
        send(event)
    assert (caught.value.code, caught.value.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/data/body")


@pytest.mark.parametrize("name", sorted(BY_THE_ASSESSMENT_OFFICE))
@pytest.mark.parametrize("sender", ["ASSESSMENT", "OFFICE"])
def test_the_assessment_office_keeps_the_books(example: Example, send: Callable[..., Message], name: str, sender: str) -> None:
    assert send(from_(example(name), sender)).sender == sender


@pytest.mark.parametrize("name", sorted(BY_THE_ASSESSMENT_OFFICE))
@pytest.mark.parametrize("sender", ["ZJJ", "DISCIPLINE", "ORGANISATION"])
def test_nobody_else_touches_the_books(example: Example, refused: Callable[..., Unreadable], name: str, sender: str) -> None:
    error = refused(from_(example(name), sender))
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/type")


@pytest.mark.parametrize(("unit", "sender"), [("ZJJ", "ZJJ"), (None, "ZJJ"), ("ZJJ", "OFFICE"), (None, "OFFICE")])
def test_a_source_is_answered_by_the_unit_itself_or_the_office(
    example: Example, send: Callable[..., Message], unit: str | None, sender: str
) -> None:
    event = from_(example("reply.sent.v1"), sender)
    event["data"] = {name: value for name, value in (event["data"] | {"unit": unit}).items() if value is not None}
    assert send(event).data.unit == unit


def test_no_unit_answers_in_the_name_of_another(example: Example, refused: Callable[..., Unreadable]) -> None:
    error = refused(from_(example("reply.sent.v1"), "HBJ"))
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/data/unit")


def test_every_inbound_type_says_who_may_send_it() -> None:
    kinds = [BY_THE_UNIT, BY_THE_OFFICE, BY_A_BODY, BY_THE_ASSESSMENT_OFFICE]
    by_anybody = {"matter.submitted.v1", "matter.decomposed.v1", "matter.withdrawn.v1", "matter.reopened.v1"}
    by_anybody |= {"urge.sent.v1", "reply.sent.v1", "advice.answered.v1", "cut.marked.v1"}
    assert set().union(*kinds) | by_anybody == set(REQUESTS)
    assert sum(map(len, kinds)) == len(set().union(*kinds))


@pytest.mark.parametrize("sender", ["ZJJ", "OFFICE"])
def test_a_forged_marker_is_refused(example: Example, refused: Callable[..., Unreadable], sender: str) -> None:
    error = refused(from_(example("cut.marked.v1"), sender))
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/type")


@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - {"cut.marked.v1"}))
def test_our_own_account_sends_nothing_but_markers(example: Example, refused: Callable[..., Unreadable], name: str) -> None:
    error = refused(from_(example(name), "DUBAN"))
    assert (error.code, error.errors[0]["pointer"]) == ("SENDER_MISMATCH", "/type")


@pytest.mark.parametrize("sender", ["ZJJ", "OFFICE", "JYJ"])
def test_a_matter_may_be_submitted_by_anybody(example: Example, send: Callable[..., Message], sender: str) -> None:
    message = send(from_(example("matter.submitted.v1"), sender))
    assert may_send(replace(message, sender=sender)) is None
