"""Decisions, calendars and policies that may not be: each row is rehearsed, and refused with its code and field."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bad_decisions import OUT_OF_ORDER, WITHOUT_POWER
from bad_input import POLICY, Story, Wrong
from bad_powers import EMPOWERED, POWERS, published
from bad_repeats import ENDED, TOO_LATE, TWICE
from bad_rules import CALENDARS, POLICIES
from duban.arrivals import order
from ground_rules.policy import load_policy
from living import living, migrated
from matters import ZONE
from service_chassis.persistence import tables
from sqlalchemy import select

Row = dict[str, Any]
Refusals = dict[str, list[tuple[str, list[str]]]]
"""Message id → code and pointers of each of its refusals."""

ROWS: tuple[Wrong, ...] = (*WITHOUT_POWER, *OUT_OF_ORDER, *TWICE, *TOO_LATE, *ENDED, *POLICIES, *CALENDARS)

START, END = datetime(2026, 3, 2, tzinfo=ZONE), datetime(2026, 6, 1, tzinfo=ZONE)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Refusals:
    """All rows in one rehearsal; each has a matter of its own."""
    stories = [story(number) for number in range(len(ROWS))]
    return play(tmp_path_factory.mktemp("bad"), [message for one in stories for message in one.messages])


def story(number: int) -> Story:
    return ROWS[number][1](Story.begin(f"BAD-{number:03}"))


def play(folder: Path, messages: list[Row]) -> Refusals:
    """What a rehearsal of these messages refuses."""
    lines = [json.dumps(message, ensure_ascii=False).encode() for message in messages]
    found: Refusals = {}
    with living(migrated(folder / "template"), load_policy(POLICY, rehearsal=True), START.astimezone(UTC)) as chain:
        chain.player.arrivals = order(lines).arrivals
        chain.until(END.astimezone(UTC))
        chain.end(timedelta(days=1))
        for runtime in chain.chain.runtimes:
            with runtime.database.begin() as session:
                for row in session.execute(select(tables.refusal)).mappings():
                    known = found.setdefault(row["message_id"], [])
                    known.append((row["code"], [error["pointer"] for error in row["errors"]]))
    return found


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[what.replace(" ", "_") for what, *_ in ROWS])
def test_it_is_refused_with_its_code_and_field(refusals: Refusals, number: int) -> None:
    _, _, code, pointer = ROWS[number]
    last = story(number).messages[-1]["id"]
    assert refusals.get(last) == [(code, [pointer])]


def test_whatever_goes_before_the_bad_message_is_accepted(refusals: Refusals) -> None:
    stories = [story(number).messages for number in range(len(ROWS))]
    before = {message["id"] for messages in stories for message in messages[:-1]} - {messages[-1]["id"] for messages in stories}
    assert not before & refusals.keys()


@pytest.fixture(scope="module")
def with_persons(tmp_path_factory: pytest.TempPathFactory) -> Refusals:
    """The rows about persons, and decisions by those who may, in a city that has published who holds which office."""
    stories = [published(), EMPOWERED, *(power(number) for number in range(len(POWERS)))]
    return play(tmp_path_factory.mktemp("powers"), [message for one in stories for message in one.messages])


def power(number: int) -> Story:
    return POWERS[number][1](Story.begin(f"POWER-{number:03}"))


@pytest.mark.parametrize("number", range(len(POWERS)), ids=[what.replace(" ", "_") for what, *_ in POWERS])
def test_who_does_not_hold_the_office_is_refused(with_persons: Refusals, number: int) -> None:
    _, _, code, pointer = POWERS[number]
    assert with_persons.get(power(number).messages[-1]["id"]) == [(code, [pointer])]


def test_those_who_hold_the_office_decide(with_persons: Refusals) -> None:
    good = {message["id"] for message in (*published().messages, *EMPOWERED.messages)}
    before = {message["id"] for number in range(len(POWERS)) for message in power(number).messages[:-1]}
    assert not (good | before) & with_persons.keys()
