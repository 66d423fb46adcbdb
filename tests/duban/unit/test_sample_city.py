"""The sample city: large enough, of every source, good and bad, and told the same each time."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from duban.arrivals import of_event
from duban.sample_city import story
from duban.sample_city.sources import KINDS
from duban.sample_city.topics import TOPICS
from duban.sample_city.units import UNITS, Kind, Record, name_of
from event_contracts.wire import read_inbound
from ground_rules.policy import Policy, load_policy


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="module")
def events(policy: Policy) -> list[dict[str, Any]]:
    return story.story(policy)


def submitted(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["data"] for event in events if event["type"] == "matter.submitted.v1"]


def test_it_has_at_least_thirty_units_of_every_kind_with_codes_of_their_own() -> None:
    assert len(UNITS) >= 30
    assert len({unit.code for unit in UNITS}) == len(UNITS) == len({unit.name for unit in UNITS})
    assert {unit.kind for unit in UNITS} == set(Kind)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{1,15}", unit.code) for unit in UNITS)
    assert {name_of(code) for code in ("ZJJ", "HBJ", "JTJ", "SLJ", "QDQ", "JYJ")} == {
        "市住建局",
        "市生态环境局",
        "市交通局",
        "市水利局",
        "秦都区政府",
        "市教育局",
    }


def test_every_unit_has_something_to_do_in_its_field() -> None:
    assert all(TOPICS[unit.field] for unit in UNITS)


def test_it_has_at_least_120_matters_and_every_unit_leads_some(events: list[dict[str, Any]]) -> None:
    matters = submitted(events)
    assert len(matters) >= 120
    assert len({matter["external_ref"] for matter in matters}) == len(matters)
    assert {part["unit"] for matter in matters for part in matter["assignments"] if part["role"] == "LEAD"} == {
        u.code for u in UNITS
    }


def test_every_type_of_source_that_the_office_supervises_occurs(events: list[dict[str, Any]]) -> None:
    types = Counter(matter["source"]["type"] for matter in submitted(events))
    assert set(types) == {
        "MAJOR_DECISION",
        "MEETING",
        "DOCUMENT",
        "EIGHT_RULES",
        "LEADER_INSTRUCTION",
        "NETIZEN_MESSAGE",
        "NPC_SUGGESTION",
        "CPPCC_PROPOSAL",
    }
    labels = {kind.label for kind in KINDS}
    assert {"集中督查", "暗访督查", "随同调研"} <= labels
    assert sum(types.values()) == sum(kind.share for kind in KINDS)


def test_there_are_good_and_bad_performers() -> None:
    assert {unit.record for unit in UNITS} == set(Record)


def test_titles_and_standards_are_texts_of_their_own(events: list[dict[str, Any]]) -> None:
    for matter in submitted(events):
        assert len(matter["title"]) > 8 and len(matter["standard"]) > 8
        assert "{" not in matter["title"] and "{" not in json.dumps(matter["source"], ensure_ascii=False)[1:]


def test_the_story_is_told_the_same_each_time(policy: Policy, events: list[dict[str, Any]]) -> None:
    assert story.story(policy) == events
    assert len({event["id"] for event in events}) == len(events)


def test_every_message_is_one_that_the_services_read(events: list[dict[str, Any]]) -> None:
    for event in events:
        sent = of_event(event, json.dumps(event, ensure_ascii=False).encode())
        out = sent.outgoing()
        message = read_inbound(
            out.body,
            content_type=out.content_type,
            headers={},
            routing_key=out.routing_key,
            user_id=out.user_id,
            now=sent.instant,
        )
        assert message.type == event["type"]


def test_nothing_is_sent_before_its_matter(events: list[dict[str, Any]]) -> None:
    begun = {event["data"]["external_ref"]: event["time"] for event in events if event["type"] == "matter.submitted.v1"}
    for event in events:
        if matter := event["data"].get("matter"):
            assert datetime.fromisoformat(event["time"]) > datetime.fromisoformat(begun[matter])


def test_the_messages_of_one_part_are_in_the_order_of_their_times(events: list[dict[str, Any]]) -> None:
    last: dict[tuple[str, str], datetime] = {}
    for event in events:
        if "matter" in event["data"]:
            part, at = (event["data"]["matter"], event["data"]["unit"]), datetime.fromisoformat(event["time"])
            assert last.get(part, at) <= at
            last[part] = at


def test_a_year_of_story_begins_and_ends_in_its_year(policy: Policy, events: list[dict[str, Any]]) -> None:
    days = [event["time"] for event in events if event["type"] == "matter.submitted.v1"]
    assert min(days) > story.opening(policy).isoformat()
    assert {day[:4] for day in days} == {str(story.YEAR)}
    assert max(days)[5:7] == "11"
