"""Four days of Boston, in two replicas of every role on RabbitMQ and PostgreSQL, give the rehearsal's slips and points."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from city import City, assert_same, by_dates, read
from duban.rehearse import Rehearsal, policy_from, rehearse
from fire import Fire
from servers import Servers

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "boston311"
DATA = "boston-311-2015-q1.csv.gz"
POLICY = (EXAMPLE / "policy.toml").read_text("utf-8")
COMPARED = ("slips", "score_entries", "balances", "referrals", "breaches", "refusals", "deadlines")


def converted(data: Path, folder: Path, *selection: str) -> Path:
    """Boston's cases as inbound messages."""
    events = folder / "boston.jsonl"
    subprocess.run([sys.executable, str(EXAMPLE / "convert.py"), str(data), "-o", str(events), *selection], check=True)
    return events


def compared(outcome: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {key: rows for key, rows in by_dates(outcome).items() if key in COMPARED}


def check(city: City, events: Path, until: date) -> set[str]:
    """The same slips, points and eligibility as the rehearsal; returns the colours that occurred."""
    policy = policy_from(city.policy_file)
    expected = rehearse(Rehearsal(events, policy, until), lambda _text: None)
    found = city.outcome(policy)
    assert city.parked() == ""
    assert city.errors() == []
    assert_same(compared(found), compared(expected))
    return {slip["colour"] for slip in found["slips"]}


@pytest.mark.needs_shared_data
@pytest.mark.timeout(900)
def test_four_days_give_the_same_slips_under_sigkill_and_crashes(
    own_city: Callable[..., City], own_servers: Servers, shared: Path, tmp_path: Path
) -> None:
    events, until = converted(shared / "data" / DATA, tmp_path, "--days", "4"), date(2015, 1, 26)
    running = own_city(POLICY, replicas=2, forgiving=True)
    burning = Fire(running, own_servers, seed=311, every=1, crashes={8: "broker", 18: "database"})
    running.play_days(read(events), until, policy_from(running.policy_file).zone, burning.strike)
    burning.out()
    assert check(running, events, until) >= {"WHITE", "YELLOW", "RED"}
    assert running.kills >= 25
    assert len(burning.crashed) == 2


@pytest.mark.needs_shared_data
@pytest.mark.full
@pytest.mark.timeout(8 * 3600)
@pytest.mark.parametrize("kills", [False, True], ids=["quarter", "soak-quarter"])
def test_the_quarter_gives_the_slips_of_the_rehearsal(
    own_city: Callable[..., City], own_servers: Servers, shared: Path, tmp_path: Path, kills: bool
) -> None:
    events, until = converted(shared / "data" / DATA, tmp_path), date(2016, 1, 12)
    running = own_city(POLICY, replicas=2, forgiving=kills, telling=True)
    crashes = {number: ("broker", "database")[number // 100 % 2] for number in range(50, 450, 100)} if kills else {}
    burning = Fire(running, own_servers, seed=2015, every=10 if kills else 10**9, crashes=crashes)
    running.play_days(read(events), until, policy_from(running.policy_file).zone, burning.strike if kills else None)
    burning.out()
    assert check(running, events, until) >= {"WHITE", "YELLOW", "RED"}
    if kills:
        assert running.kills >= 50
        assert burning.crashed.count("broker") >= 2
        assert burning.crashed.count("database") >= 2
