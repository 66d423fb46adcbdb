"""Every file of `cases/` has the same outcome, and the same published events, with its lines shaken and repeated (invariant 5).

A file that is put there is taken by itself, until long enough after its last message; `POLICIES` says what its scenario needs.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from acceptance import CASES, Play, seen, shaken

FILES = sorted(path.stem for path in CASES.glob("*.jsonl"))
AFTERWARDS = timedelta(days=40)
"""Long enough for the next rungs of a ladder and for the review window of its last slip."""

POLICIES = {
    "ac03-no-movement-found-by-machine": '[approval]\nred = "auto"\n',
    "ac10": '[approval]\nyellow = "required"\n',
    "ac15": 'service = "immediate"\n',
    "ac16": 'issue_time = "08:30"\n',
}
"""What the policy of the scenarios whose names begin so changes."""


def policy_of(case: str) -> str:
    return next((text for beginning, text in POLICIES.items() if case.startswith(beginning)), "")


def last_day(file: Path) -> str:
    """Some days after whatever comes last."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    last = max(datetime.fromisoformat(line.get("arrivaltime", line["time"])) for line in lines)
    return (last + AFTERWARDS).date().isoformat()


@pytest.mark.parametrize("case", FILES)
def test_the_outcome_is_the_same_whatever_the_order_and_repetition_of_the_lines(play: Play, case: str) -> None:
    until, policy = last_day(CASES / f"{case}.jsonl"), policy_of(case)
    first = seen(play(case, until, policy))
    assert first[1]
    for seed in (1, 2):
        assert seen(play(case, until, policy, shaken(seed))) == first


def test_every_policy_is_for_a_case_that_there_is() -> None:
    assert all(any(case.startswith(beginning) for case in FILES) for beginning in POLICIES)
