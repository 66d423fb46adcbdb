"""From SECRET on a message is refused, and nothing but its id is kept, however it is written (domain.md AC-20 b)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from event_contracts.refusal import Refusal, refusal_body, refusal_data
from event_contracts.wire import Unreadable

Example = Callable[[str], dict[str, Any]]
Refuse = Callable[..., Unreadable]

MARKS = [
    "SECRET",
    "TOP_SECRET",
    "secret",
    " Secret ",
    "TOP SECRET",
    "top-secret",
    "TOPSECRET",
    "CONFIDENTIAL",
    "秘密",
    "机密",
    "绝密",
]


def assert_nothing_but_the_id(error: Unreadable, event_id: str | None) -> None:
    assert error.code == "CLASSIFIED"
    assert error.id == event_id
    assert (error.source, error.type, error.time, error.matter, error.errors) == (None, None, None, None, [])
    assert "涉密标题" not in str(error)


@pytest.fixture
def secret(example: Example) -> dict[str, Any]:
    event = example("matter.submitted.v1")
    event["data"] |= {"title": "涉密标题", "classification": "SECRET"}
    return event


@pytest.mark.parametrize("mark", MARKS)
def test_a_classified_message_is_refused_and_only_its_id_is_kept(secret: dict[str, Any], refused: Refuse, mark: str) -> None:
    secret["data"]["classification"] = mark
    assert_nothing_but_the_id(refused(secret), secret["id"])


@pytest.mark.parametrize("mark", ["NONE", "INTERNAL", None])
def test_what_is_not_classified_goes_through(example: Example, send: Callable[..., Any], mark: str | None) -> None:
    event = example("matter.submitted.v1")
    event["data"]["classification"] = mark
    assert send(event).data.classification == (mark or "NONE")


@pytest.mark.parametrize("wrong", [{"title": 7}, {"surprise": 1}, {"assignments": []}, {"source": None}])
def test_classified_comes_before_any_other_fault(secret: dict[str, Any], refused: Refuse, wrong: dict[str, Any]) -> None:
    secret["data"] |= wrong
    assert_nothing_but_the_id(refused(secret), secret["id"])
    assert_nothing_but_the_id(refused(secret, routing_key="HBJ.matter.submitted.v1", user_id=None), secret["id"])
    assert_nothing_but_the_id(refused(secret | {"type": "matter.decomposed.v1", "time": "soon"}), secret["id"])


def test_a_mark_anywhere_counts(secret: dict[str, Any], refused: Refuse) -> None:
    del secret["data"]["classification"]
    assert_nothing_but_the_id(refused(secret | {"classification": "SECRET"}), secret["id"])
    nested = {"directive": "x", "matters": [{"title": "涉密标题", "classification": "SECRET"}]}
    assert_nothing_but_the_id(refused(secret | {"type": "matter.decomposed.v1", "data": nested}), secret["id"])


def test_a_mark_written_with_escapes_counts(secret: dict[str, Any], refused: Refuse) -> None:
    body = json.dumps(secret).encode()
    assert b'"classification": "SECRET"' in body
    for written in (
        b'"classification": "\\u0053ECRET"',
        b'"\\u0063lassification": "SECRET"',
        b'"c\\u006cassification":"\\u0053ECRE\\u0054"',
    ):
        changed = body.replace(b'"classification": "SECRET"', written)
        assert_nothing_but_the_id(refused(changed, routing_key="OFFICE.matter.submitted.v1"), secret["id"])


def test_a_mark_written_with_escapes_counts_in_a_body_that_cannot_be_read(secret: dict[str, Any], refused: Refuse) -> None:
    body = json.dumps(secret).encode().replace(b'"SECRET"', b'"SECR\\u0045T"').replace(b'"data"', b'"subject": "again", "data"')
    assert_nothing_but_the_id(refused(body, routing_key="OFFICE.matter.submitted.v1"), secret["id"])


def test_a_classified_header_in_binary_mode_counts(secret: dict[str, Any], refused: Refuse) -> None:
    del secret["data"]["classification"]
    names = ("specversion", "id", "source", "type", "time")
    headers = {f"ce-{name}": secret[name] for name in names} | {"ce-classification": "SECRET"}
    body = json.dumps(secret["data"], ensure_ascii=False).encode()
    assert_nothing_but_the_id(refused(body, headers=headers, content_type="application/json"), secret["id"])


@pytest.mark.parametrize(
    "spoil",
    [lambda body: body[:-5], lambda body: body.replace(b'"data"', b'"id": "2", "data"'), lambda body: body + b" " * 200_000,
     lambda body: body.replace(b'"title"', b'"x": NaN, "title"'), lambda body: body.replace(b"}", b"\xff}")],
    ids=["cut off", "a repeated key", "too large", "NaN", "not UTF-8"],
)  # fmt: skip
def test_also_a_classified_body_that_cannot_be_read_is_not_kept(
    secret: dict[str, Any], refused: Refuse, spoil: Callable[[bytes], bytes]
) -> None:
    error = refused(spoil(json.dumps(secret).encode()), routing_key="OFFICE.matter.submitted.v1")
    assert error.id in (secret["id"], "2")
    assert_nothing_but_the_id(error, error.id)


def test_the_refusal_of_a_classified_message_tells_only_the_id(secret: dict[str, Any], refused: Refuse, now: Any) -> None:
    refusal = Refusal.of(refused(secret))
    data = refusal_data(refusal)
    assert data["original_id"] == secret["id"]
    assert data["errors"] == []
    assert "original_type" not in data
    body = refusal_body("intake", refusal, event_id="r-1", time=now)
    assert "涉密标题" not in body.decode()
    assert secret["data"]["external_ref"] not in body.decode()
