"""An event by its id over HTTP, as it was published; who may not read it hears no more than of what does not exist."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from event_contracts.intake import ConclusionIssued, MatterClosed
from service_chassis.persistence import tables
from service_chassis.persistence.sql import insert_rows
from web_door import Web

MATTER = {
    "external_ref": "M-01",
    "title": "老旧小区改造",
    "source": {"type": "PETITION", "issuer": "张三"},
    "standard": "全部完成",
    "assignments": [{"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 20, "unit": "WORKDAY"}}],
}


@pytest.fixture
def web(bench: Any) -> Web:
    return Web(bench.runtime, bench.policy)


def publish(web: Web) -> dict[str, bytes]:
    """What the relay does; type → body of what was announced."""
    with web.runtime.database.begin() as session:
        session.exec_driver_sql("UPDATE outbox SET published_at = announced_at")
        rows = session.execute(tables.outbox.select()).mappings().all()
    return {row["type"]: bytes(row["body"]) for row in rows if row["exchange"] == "duban.events"}


def path(body: bytes) -> str:
    return f"/v1/events/{orjson.loads(body)['id']}"


def statuses(web: Web, place: str) -> dict[str, int]:
    return {unit: web.get(unit, place).status_code for unit in ("OFFICE", "ZJJ", "SLJ")}


def test_an_event_is_read_as_it_was_published_once_it_was(web: Web, bench: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    place = f"/v1/events/{bench.announced('assignment.dispatched')[0].id}"
    assert set(statuses(web, place).values()) == {404}
    body = publish(web)["intake.assignment.dispatched.v1"]
    assert statuses(web, place) == {"OFFICE": 200, "ZJJ": 200, "SLJ": 404}
    found = web.get("ZJJ", place)
    assert (found.data, found.content_type) == (body, "application/cloudevents+json")
    assert web.get("ZJJ", place, If_None_Match=found.headers["ETag"]).status_code == 304


def test_a_foreign_event_reads_like_one_that_never_was(web: Web) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    bodies = publish(web)
    foreign, unknown = web.get("SLJ", path(bodies["intake.assignment.dispatched.v1"])), web.get("SLJ", "/v1/events/nothing")
    assert (foreign.status_code, foreign.data) == (404, unknown.data)
    petition = bodies["intake.matter.registered.v1"]
    assert "张三".encode() in petition, "a citizen's name, which the unit is not told"
    assert statuses(web, path(petition)) == {"OFFICE": 200, "ZJJ": 404, "SLJ": 404}


def test_no_key_and_a_key_that_may_not_read_get_nothing(web: Web) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    place = path(publish(web)["intake.assignment.dispatched.v1"])
    assert web.client.get(place).status_code == 401
    assert web.get(web.key("ZJJ", ["write"]), place).status_code == 403


def test_a_refusal_is_no_event(web: Web) -> None:
    web.post("JYJ", "matter.submitted.v1", MATTER)
    with web.runtime.database.begin() as session:
        (row,) = session.execute(tables.outbox.select()).mappings()
    publish(web)
    assert web.get("OFFICE", f"/v1/events/{row['message_id']}").status_code == 404


def test_the_conclusion_of_a_covert_inspection_is_read_by_nobody_before_its_service(web: Web, bench: Any) -> None:
    known = {"matter_id": "JL-1", "unit": "ZJJ", "issued_at": web.runtime.clock.now(), "sealed": True}
    covert, other = ConclusionIssued(**known), MatterClosed(matter_id="JL-1", title="x", state="CLOSED", submitted_by="ZJJ")
    rows = []
    for number, fact in enumerate((covert, other)):
        event = {"id": f"e{number}", "source": "/duban/intake", "type": fact.TYPE, "data": fact}
        named = {"exchange": "duban.events", "routing_key": fact.TYPE, "message_id": event["id"], "type": fact.TYPE}
        times = {"announced_at": web.runtime.clock.now(), "published_at": web.runtime.clock.now()}
        rows.append(named | times | {"body": orjson.dumps(event), "barrier": False})
    with web.runtime.database.begin() as session:
        insert_rows(session, tables.outbox, rows)
    assert statuses(web, "/v1/events/e0") == {"OFFICE": 404, "ZJJ": 404, "SLJ": 404}
    assert statuses(web, "/v1/events/e1") == {"OFFICE": 200, "ZJJ": 200, "SLJ": 404}


def test_whoever_reads_an_event_is_noted(web: Web, bench: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    place = path(publish(web)["intake.assignment.dispatched.v1"])
    statuses(web, place)
    noted = bench.rows("SELECT unit, what, rows FROM read_log ORDER BY id")
    assert [tuple(row.values()) for row in noted] == [("OFFICE", "event", 1), ("ZJJ", "event", 1), ("SLJ", "event", 0)]
