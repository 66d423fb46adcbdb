"""The ladder over real processes, RabbitMQ and PostgreSQL is the same as in the rehearsal, with two replicas as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from city import City, assert_same, read
from duban.rehearse import Rehearsal, policy_from, rehearse

CASES = Path(__file__).parent / "cases"
ZONE_TIME = 'issue_time = "00:00"\n'
"""Rehearsals issue at midnight, services at 08:30 unless told otherwise."""


def rehearsed(case: Path, policy: Path, until: date) -> dict[str, list[dict[str, Any]]]:
    return rehearse(Rehearsal(case, policy_from(policy), until), lambda _text: None)


@pytest.mark.parametrize(
    ("case", "until", "replicas"),
    [
        ("ac03-full-ladder", date(2017, 4, 30), 2),
        ("ac01-white-done-in-time", date(2026, 4, 30), 1),
    ],
)
def test_processes_give_the_same_outcome_as_the_rehearsal(
    city: Callable[..., City], case: str, until: date, replicas: int
) -> None:
    running = city(ZONE_TIME, replicas=replicas)
    policy = policy_from(running.policy_file)
    running.play(read(CASES / f"{case}.jsonl"), until, policy.zone)
    expected = rehearsed(CASES / f"{case}.jsonl", running.policy_file, until)
    assert expected["slips"]
    assert_same(running.outcome(policy), expected)
    assert running.parked() == ""
    assert running.errors() == []
