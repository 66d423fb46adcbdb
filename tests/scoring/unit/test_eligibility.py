"""Eligible for "excellent" ⇔ no effective red in the year; only the first and the last red are told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from scoring.domain.eligibility import Turn, causes, is_cause, is_eligible, turn
from scoring.domain.slip import Issued, Record

AT = datetime(2026, 3, 25, tzinfo=UTC)


def a_slip(slip_id: str, colour: str = "RED") -> Issued:
    return Issued(
        slip_id=slip_id,
        unit="QDQ",
        colour=colour,
        matter_id="m1",
        external_ref="M-03",
        submitted_by="OFFICE",
        issued_at=AT,
        year=2026,
        deduction=Decimal("0.00"),
        basis="红色督办单 / red slip",
        policy_version="2026-01",
    )


def test_a_red_bars_its_unit_until_it_falls() -> None:
    red = Record("r1").with_issue(a_slip("r1"))
    assert is_cause(red)
    assert not is_cause(red.with_fall(AT, "OVERTURNED"))


def test_a_yellow_never_bars_a_unit() -> None:
    assert not is_cause(Record("y1").with_issue(a_slip("y1", "YELLOW")))


def test_a_red_that_is_only_known_to_have_fallen_bars_nobody() -> None:
    assert not is_cause(Record("r1").with_fall(AT, "WITHDRAWN"))


def test_only_the_first_and_the_last_red_turn_the_eligibility() -> None:
    assert [turn(0, 1), turn(1, 2), turn(2, 1), turn(1, 0)] == [
        Turn.REVOKED,
        Turn.UNCHANGED,
        Turn.UNCHANGED,
        Turn.RESTORED,
    ]


@given(st.lists(st.tuples(st.sampled_from(["issue", "fall"]), st.integers(0, 3)), max_size=24))
def test_revoking_and_restoring_alternate_and_end_as_the_set_of_reds_says(facts: list[tuple[str, int]]) -> None:
    records = {n: Record(f"r{n}") for n in range(4)}
    told: list[Turn] = []
    for fact, n in facts:
        before = causes(records.values())
        issue = fact == "issue"
        records[n] = records[n].with_issue(a_slip(f"r{n}")) if issue else records[n].with_fall(AT, "OVERTURNED")
        turned = turn(len(before), len(causes(records.values())))
        told += [turned] if turned is not Turn.UNCHANGED else []
    assert all(a is not b for a, b in zip(told, told[1:], strict=False))
    effective = {n for f, n in facts if f == "issue"} - {n for f, n in facts if f == "fall"}
    assert causes(records.values()) == {f"r{n}" for n in effective}
    assert is_eligible(len(effective)) == (not told or told[-1] is Turn.RESTORED)
