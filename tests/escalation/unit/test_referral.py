"""The three hand-overs of a red."""

from __future__ import annotations

from escalation.domain.referral import referrals_of


def test_a_red_makes_exactly_three_referrals_and_the_same_red_the_same_ones() -> None:
    made = referrals_of("s", "m", "ZJJ")
    assert [(r.body, r.kind, r.state) for r in made] == [
        ("DISCIPLINE", "EFFICACY_SUPERVISION", "CREATED"),
        ("ASSESSMENT", "EXCELLENCE_REVOCATION", "CREATED"),
        ("ORGANISATION", "ORGANISATIONAL_MEASURE", "CREATED"),
    ]
    assert [r.referral_id for r in referrals_of("s", "m", "ZJJ")] == [r.referral_id for r in made]
    assert len({r.referral_id for r in made} | {r.referral_id for r in referrals_of("t", "m", "ZJJ")}) == 6
