"""Bad input of every kind on the real broker: refused with code and field, told on `duban.rejected`, kept; the rest passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import amqp
import psycopg
import pytest
from city import City
from matters import ZONE, claim, submission
from service_chassis.messaging.client import Subscription
from service_chassis.messaging.connection import Broker
from service_chassis.messaging.envelope import Outgoing

NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE)
KEY = "OFFICE.matter.submitted.v1"

Event = dict[str, Any]


def changed(ref: str, **attributes: Any) -> bytes:
    """A good submission with some attributes replaced; None removes one."""
    event = {**submission(ref, "ZJJ", NOW, 5), **attributes}
    return json.dumps({key: value for key, value in event.items() if value is not None}, ensure_ascii=False).encode()


def with_data(ref: str, **fields: Any) -> bytes:
    """A good submission with some fields of its data replaced; None removes one."""
    data = {**submission(ref, "ZJJ", NOW, 5)["data"], **fields}
    return changed(ref, data={key: value for key, value in data.items() if value is not None})


def assigned(ref: str, **fields: Any) -> bytes:
    """A good submission of a source without a statutory limit, with some fields of its assignment replaced; None removes one."""
    part = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 5, "unit": "WORKDAY"}, **fields}
    given = {key: value for key, value in part.items() if value is not None}
    return with_data(ref, assignments=[given], source={"type": "FIELD_NOTE"})


def without_limit(ref: str, source_type: str) -> bytes:
    """A source type with no statutory clock, and no limit."""
    part = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告"}
    return with_data(ref, assignments=[part], source={"type": source_type})


def id_of(body: bytes) -> str | None:
    """The event's id, if the body can be read at all."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event.get("id") if isinstance(event, dict) else None


NO_DAYS = {"amount": 0, "unit": "DAY"}
TOO_DEEP = b'{"a":' * 1000 + b"1" + b"}" * 1000
BAD: list[tuple[str, str, bytes, str, str | None]] = [
    ("a missing field", KEY, with_data("B1", standard=None), "SCHEMA_INVALID", "/data/standard"),
    ("a wrong type", KEY, with_data("B2", title=7), "SCHEMA_INVALID", "/data/title"),
    ("an unknown field", KEY, with_data("B3", colour="PINK"), "SCHEMA_INVALID", "/data/colour"),
    ("a text that is too long", KEY, with_data("B4", title="长" * 20000), "SCHEMA_INVALID", "/data/title"),
    ("an unknown word", KEY, assigned("B5", role="BOSS"), "SCHEMA_INVALID", "/data/assignments/0/role"),
    ("a unit code that is none", KEY, assigned("B6", unit="住建局"), "SCHEMA_INVALID", "/data/assignments/0/unit"),
    ("no days", KEY, assigned("B7", limit={"amount": 0, "unit": "DAY"}), "SCHEMA_INVALID", "/data/assignments/0/limit/amount"),
    ("no limit at all", KEY, without_limit("B8", "MAJOR_DECISION"), "SCHEMA_INVALID", None),
    ("a time without an offset", KEY, changed("B9", time="2026-03-02T09:00:00"), "SCHEMA_INVALID", "/time"),
    ("a time in the far future", KEY, changed("B10", time=(NOW + timedelta(days=400)).isoformat()), "SCHEMA_INVALID", "/time"),
    ("no id", KEY, changed("B11", id=None), "SCHEMA_INVALID", "/id"),
    ("not UTF-8", KEY, changed("B12").replace("测试".encode(), b"\xff\xfe"), "SCHEMA_INVALID", ""),
    ("no JSON", KEY, b"<matter/>", "SCHEMA_INVALID", ""),
    ("an array", KEY, b"[1,2]", "SCHEMA_INVALID", ""),
    ("nothing", KEY, b"", "SCHEMA_INVALID", ""),
    ("nested 1,000 deep", KEY, TOO_DEEP, "SCHEMA_INVALID", ""),
    ("10 MB", KEY, with_data("B17", title="x" * 10_000_000), "TOO_LARGE", None),
    ("classified content", KEY, with_data("B18", classification="SECRET"), "CLASSIFIED", None),
    ("another sender than the account", "ZJJ.matter.submitted.v1", changed("B19"), "SENDER_MISMATCH", "/source"),
    ("another type than the routing key", KEY, changed("B20", type="completion.claimed.v1"), "SENDER_MISMATCH", "/type"),
    ("a type that nobody reads", "OFFICE.tea.served.v1", changed("B21", type="tea.served.v1"), "SCHEMA_INVALID", "/type"),
    ("an unknown matter", "ZJJ.completion.claimed.v1", b"", "UNKNOWN_MATTER", "/data/matter"),
]  # fmt: skip
"""What is wrong, routing key, body, the code and the field that the refusal must name."""


@contextmanager
def rejections(url: str) -> Iterator[Callable[[int], list[tuple[str, Event]]]]:
    """Listens on `duban.rejected`; the function returns the first n refusals as (routing key, event)."""
    listening = Subscription(Broker(url), "test", "duban.rejected", "#")
    heard: list[tuple[str, Event]] = []

    def first(count: int) -> list[tuple[str, Event]]:
        for found in listening.events():
            if found is not None:
                heard.append((found[0], json.loads(found[1])))
            if len(heard) >= count or found is None:
                return heard
        return heard

    try:
        yield first
    finally:
        listening.close()


def publish_one_by_one(city: City, bodies: list[tuple[str, bytes]]) -> None:
    """Send bad bodies as a careless client would, each with a good message right behind it."""
    for number, (key, body) in enumerate(bodies):
        good = submission(f"GOOD-{number}", "ZJJ", NOW, 5)
        rows = [
            Outgoing("duban.inbound", key, body, message_id=id_of(body)),
            Outgoing("duban.inbound", KEY, json.dumps(good).encode(), message_id=good["id"]),
        ]
        city.publish_raw(rows, ["intake", "intake"])


@pytest.fixture
def told(city: Callable[..., City]) -> Iterator[dict[str, Any]]:
    """All of BAD sent, each with a good message behind it: the running city and what it said on `duban.rejected`."""
    running = city()
    running.set_clock(NOW)
    running.await_ready()
    strange = claim("NOBODY-KNOWS", "ZJJ", NOW)
    bodies = [(key, body or json.dumps(strange).encode() if code == "UNKNOWN_MATTER" else body) for _, key, body, code, _ in BAD]
    with rejections(running.amqp_url) as first:
        publish_one_by_one(running, bodies)
        running.settle()
        running.set_clock(NOW + timedelta(days=2))  # a message about an unknown matter waits for a day
        running.settle()
        yield {"city": running, "refusals": first(len(BAD))}


def test_each_bad_message_is_refused_with_code_and_field_and_all_others_go_through(told: dict[str, Any]) -> None:
    refusals = [(event["data"]["code"], [fault["pointer"] for fault in event["data"]["errors"]]) for _, event in told["refusals"]]
    for what, _key, _body, code, pointer in BAD:
        fitting = [fields for found, fields in refusals if found == code and (pointer is None or pointer in fields)]
        assert fitting, f"{what}: no {code} at {pointer} among {refusals}"
    assert len(refusals) == len(BAD)
    with psycopg.connect(told["city"].database_url) as connection:
        registered = connection.execute(
            "SELECT count(*) FROM intake.outbox WHERE type = 'intake.matter.registered.v1'"
        ).fetchone()
        kept = connection.execute("SELECT count(*) FROM intake.refusal").fetchone()
    assert told["city"].errors() == []
    assert registered == (len(BAD),)
    assert kept == (len(BAD),)


def test_a_message_without_user_id_is_refused(city: Callable[..., City]) -> None:
    running = city()
    running.set_clock(NOW)
    running.await_ready()
    body = changed("NO-USER")
    with rejections(running.amqp_url) as first:
        with amqp.Connection(running.amqp_url.split("@")[1].split("/")[0], "guest", "guest") as connection:
            connection.channel().basic_publish(amqp.Message(body), "duban.inbound", KEY)
        running.settle()
        [(key, event)] = first(1)
    assert key == "OFFICE.SENDER_MISMATCH"
    assert "user_id" in event["data"]["detail"]
