"""The three hand-overs of a red."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from escalation.domain.referral import referrals_of

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_red_makes_exactly_three_referrals_and_the_same_red_the_same_ones() -> None:
    made = referrals_of("s", "m", "ZJJ")
    assert [(r.body, r.kind, r.state) for r in made] == [
        ("DISCIPLINE", "EFFICACY_SUPERVISION", "CREATED"),
        ("ASSESSMENT", "EXCELLENCE_REVOCATION", "CREATED"),
        ("ORGANISATION", "ORGANISATIONAL_MEASURE", "CREATED"),
    ]
    assert [r.referral_id for r in referrals_of("s", "m", "ZJJ")] == [r.referral_id for r in made]
    assert len({r.referral_id for r in made} | {r.referral_id for r in referrals_of("t", "m", "ZJJ")}) == 6


@pytest.mark.parametrize(
    ("known", "under_review", "state"),
    [
        ({}, False, "CREATED"),
        ({}, True, "UNDER_REVIEW"),
        ({"acknowledged_at": NOW}, False, "ACKNOWLEDGED"),
        ({"acknowledged_at": NOW}, True, "UNDER_REVIEW"),
        ({"concluded_at": NOW}, False, "CONCLUDED"),
        ({"acknowledged_at": NOW, "concluded_at": NOW}, True, "CONCLUDED"),
        ({"acknowledged_at": NOW, "concluded_at": NOW, "recalled_at": NOW}, True, "RECALLED"),
    ],
)
def test_the_state_follows_from_what_is_known_in_whatever_order_it_came(
    known: dict[str, Any], under_review: bool, state: str
) -> None:
    made = replace(referrals_of("s", "m", "ZJJ")[0], changed=False, **known)
    made.judge(under_review=under_review)
    assert (made.state, made.changed) == (state, state != "CREATED")
