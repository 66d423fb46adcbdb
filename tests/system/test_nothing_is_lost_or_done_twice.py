"""Processes of every role die by SIGKILL, the broker and the database crash, and the outcome is the rehearsal's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from city import City, assert_same, by_dates
from duban.rehearse import Rehearsal, policy_from, rehearse
from fire import Fire
from matters import ZONE, story
from servers import Servers

POLICY = """
issue_time = "00:00"
verification = "auto"
automatic_urging = true
[approval]
red = "auto"
"""
START = datetime(2026, 3, 2, 0, 30, tzinfo=ZONE)
BROKER, DATABASE = "broker", "database"


def rehearsed(messages: list[Any], policy: Path, until: date, folder: Path) -> dict[str, list[dict[str, Any]]]:
    events = folder / "events.jsonl"
    events.write_bytes(b"".join(message.body + b"\n" for message in messages))
    return rehearse(Rehearsal(events, policy_from(policy), until), lambda _text: None)


def burn(city: City, servers: Servers, messages: list[Any], until: date, **fire: Any) -> Fire:
    """Play the messages on a burning city."""
    policy = policy_from(city.policy_file)
    burning = Fire(city, servers, **fire)
    city.play_days(messages, until, policy.zone, burning.strike)
    burning.out()
    city.settle()
    return burning


def check(city: City, expected: dict[str, list[dict[str, Any]]]) -> None:
    """The outcome is the rehearsal's, nobody was parked, and the plain sums hold.

    Whether a unit is urged on the day of its claim depends on which comes first, so urgings are held against what was published.
    """
    found = city.outcome(policy_from(city.policy_file))
    assert city.parked() == ""
    assert city.errors() == []
    assert_same(by_dates(found), by_dates(expected))
    burden = Counter[str]()
    for row in found["burden"]:
        burden[row["unit"]] += row["feedback"]
    assert +burden == city.urged()
    yellows = sum(slip["colour"] == "YELLOW" for slip in found["slips"])
    assert sum(entry["kind"] == "DEDUCTION" for entry in found["score_entries"]) == yellows
    assert expected["slips"]


@pytest.mark.timeout(600)
def test_sigkill_of_every_role_and_crashes_of_both_servers_change_nothing(
    own_city: Callable[..., City], own_servers: Servers, tmp_path: Path
) -> None:
    city = own_city(POLICY, replicas=2, forgiving=True)
    messages, until = story(40, START, seed=7), date(2026, 4, 10)
    fire = burn(city, own_servers, messages, until, seed=11, every=3, crashes={9: BROKER, 17: DATABASE, 25: BROKER, 33: DATABASE})
    check(city, rehearsed(messages, city.policy_file, until, tmp_path))
    assert city.kills >= 12
    assert sorted(fire.crashed) == [BROKER, BROKER, DATABASE, DATABASE]


@pytest.mark.full
@pytest.mark.timeout(3 * 3600)
def test_soak_of_a_thousand_matters_under_sigkill_and_crashes(
    own_city: Callable[..., City], own_servers: Servers, tmp_path: Path
) -> None:
    city = own_city(POLICY, replicas=2, forgiving=True, telling=True)
    messages, until = story(1000, START, seed=8), date(2026, 6, 30)
    crashes = {number: (BROKER, DATABASE)[number % 2] for number in range(15, 400, 15)}
    fire = burn(city, own_servers, messages, until, seed=12, every=1, crashes=crashes)
    check(city, rehearsed(messages, city.policy_file, until, tmp_path))
    assert city.kills >= 50
    assert fire.crashed.count(BROKER) >= 2
    assert fire.crashed.count(DATABASE) >= 2
