"""Faults that random histories brought to light, each as the shortest history that showed it; all invariants hold there now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bad_input import Story
from duban.arrivals import order
from ground_rules.policy import load_policy
from invariants import History
from invariants_effects import broken
from living import living, migrated
from matters import ZONE

Row = dict[str, Any]
Play = Callable[..., History]

START, END = datetime(2026, 3, 2, tzinfo=ZONE), datetime(2026, 6, 1, tzinfo=ZONE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated databases."""
    return migrated(tmp_path_factory.mktemp("found") / "template")


def played(template: Path, story: Story, again: bool, policy: Row) -> History:
    """What can be seen of a city in which this happened; `again`: every published event came twice, and nothing followed."""
    lines = [json.dumps(message, ensure_ascii=False).encode() for message in story.messages]
    with living(template, load_policy({"service": "immediate"} | policy, rehearsal=True), START.astimezone(UTC)) as chain:
        chain.player.arrivals = order(lines).arrivals
        chain.messages = story.messages
        chain.until(END.astimezone(UTC))
        chain.end(timedelta(days=1))
        found = chain.history()
        if again:
            chain.redeliver_everything()
            assert not chain.bodies
            assert chain.outcome() == found.outcome
        return found


@pytest.fixture(scope="module")
def play(template: Path) -> Play:
    """`play(story, policy…)`: what can be seen of a city in which this happened."""
    return lambda story, **policy: played(template, story, False, policy)


@pytest.fixture(scope="module")
def play_twice(template: Path) -> Play:
    """The same, where every published event comes twice."""
    return lambda story, **policy: played(template, story, True, policy)


def about_clock(history: History, unit: str, owner: str) -> list[str]:
    """What was told about a clock, in order."""
    names = ("suspended", "resumed", "extended", "stopped")
    events = history.facts(*(f"escalation.clock.{name}" for name in names))
    return [e["type"].split(".")[2] for e in events if (e["data"]["unit"], e["data"]["owner"]) == (unit, owner)]


def waiting_lead(days: int) -> Story:
    """The lead urged the other unit in good time, and reported that it is blocked."""
    return Story.begin("M-1", days).unit("urge.sent", "03-03 09:00", unit="SLJ", by="LEAD", reported_block=True)


def test_a_lead_whose_wait_falls_away_because_the_other_was_in_time_after_all_is_told_that_its_clock_runs(play: Play) -> None:
    story = waiting_lead(6).proposed("WHITE", "03-05 09:00").office("slip.approved", "03-05 10:00", colour="WHITE", by="周建国")
    story.unit("completion.claimed", "03-10 15:00", sender="SLJ", unit="SLJ", text="完")
    story.messages[-1]["arrivaltime"] = "2026-03-11T10:00:00+08:00"
    story.office("completion.verified", "03-11 11:00", unit="SLJ", verified_by="赵明远")
    history = play(story)
    assert about_clock(history, "ZJJ", "SLIP:WHITE")[:2] == ["suspended", "resumed"]
    assert not broken(history)


def test_a_lead_whose_wait_ends_is_told_that_its_clock_runs_and_how_much_longer(play: Play) -> None:
    story = waiting_lead(6).proposed("WHITE", "03-05 09:00").office("slip.approved", "03-05 10:00", colour="WHITE", by="周建国")
    story.unit("completion.claimed", "03-13 15:00", sender="SLJ", unit="SLJ", text="完")
    history = play(story)
    assert about_clock(history, "ZJJ", "SLIP:WHITE")[:3] == ["suspended", "resumed", "extended"]
    assert not broken(history)


def test_a_limit_that_was_let_off_while_a_claim_waited_has_its_reason_when_it_passes(play: Play) -> None:
    story = Story.begin("M-1").unit("completion.claimed", "03-10 09:00", text="完")
    history = play(story.reason("03-11 09:00").answer("03-12 09:00", effect="WAIVE"))
    assert not broken(history)


def test_what_was_asked_of_a_unit_counts_once_however_often_the_slip_is_told(play_twice: Play) -> None:
    assert not broken(play_twice(Story.begin("M-1")))
