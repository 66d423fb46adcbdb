"""A door stands in the same line as the consumer: what handlers rely on, that one batch comes after another, holds for both."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from event_contracts.inbound import MatterSubmitted
from ground_rules.policy import load_policy
from intake.service import Intake
from service_chassis.clock import SystemClock
from service_chassis.delivery import Runtime, Tally, decode, in_line
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database
from web_door import Web

QUEUE = "intake.inbound"
ASSIGNED = [{"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 20, "unit": "WORKDAY"}}]
ONE = {
    "external_ref": "A-1",
    "title": "文林路雨水管网积水整治",
    "source": {"type": "DOCUMENT"},
    "standard": "完成",
    "assignments": ASSIGNED,
}
ONE |= {"subject_terms": ["文林路", "雨水管网"]}


@pytest.fixture
def runtime(fresh_database: Callable[[str], str]) -> Any:
    database = Database(fresh_database("intake"), "intake")
    migrations.migrate(database, Intake.MIGRATIONS)
    yield Runtime(Intake(load_policy()), database, SystemClock())
    database.close()


def waits_for_a_lock(url: str) -> bool:
    with psycopg.connect(url) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.execute(asked).fetchone()[0])  # type: ignore[index]


def test_two_like_submissions_by_two_doors_at_once_do_not_miss_each_other(runtime: Any, database_url: str) -> None:
    web = Web(runtime, load_policy())
    answers: list[Any] = []

    def by_http() -> None:
        answers.append(web.post("OFFICE", MatterSubmitted.TYPE, ONE | {"external_ref": "B-1", "source": {"type": "MEETING"}}))

    web.headers("OFFICE")
    now = runtime.clock.now()
    event = {
        "specversion": "1.0",
        "id": "a",
        "source": "/office",
        "type": MatterSubmitted.TYPE,
        "time": now.isoformat(),
        "data": ONE,
    }
    delivery = Delivery(json.dumps(event).encode(), f"OFFICE.{MatterSubmitted.TYPE}", "duban.inbound", 1, None, "office")
    sender = threading.Thread(target=by_http)
    with in_line(runtime, QUEUE, now) as place:  # the consumer's batch, which has not committed yet
        place.handle([decode(QUEUE, delivery, now)], Tally())
        sender.start()
        while not waits_for_a_lock(database_url):
            assert sender.is_alive(), "the door did not wait for the batch before it"
    sender.join(30)
    assert answers[0].status_code == 201
    with runtime.database.begin() as session:
        suspected = session.exec_driver_sql("SELECT count(*) FROM suspicion").scalar_one()
    assert suspected == 1
