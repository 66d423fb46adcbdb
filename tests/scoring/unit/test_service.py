"""What scoring locks: the unit whose ledger changes and the ledger itself, and nothing for a slip that costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from event_contracts.event import Message
from ground_rules.policy import load_policy
from scoring.service import Scoring

AT = datetime(2026, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(("colour", "locked"), [("WHITE", []), ("YELLOW", ["ZJJ", "ledger"]), ("RED", ["ZJJ", "ledger"])])
def test_the_unit_is_locked_for_what_changes_its_ledger(slip: Callable[..., Any], colour: str, locked: list[str]) -> None:
    issued = slip("s1", colour)
    message = Message(id="e1", source="/duban/escalation", type=issued.TYPE, subject="m1", time=AT, data=issued)
    assert Scoring(load_policy()).subjects(message) == locked


def test_scoring_reads_no_renewals_since_they_cost_nothing() -> None:
    assert set(Scoring.reads) == {
        "escalation.slip.issued.v1",
        "escalation.review.lapsed.v1",
        "escalation.slip.withdrawn.v1",
        "escalation.slip.overturned.v1",
        "escalation.slip.vacated.v1",
        "escalation.review.filed.v1",
        "escalation.review.decided.v1",
        "bonus.awarded.v1",
        "assessment.finalised.v1",
        "intake.persons.published.v1",
        "intake.units.published.v1",
        "escalation.policy.published.v1",
    }
