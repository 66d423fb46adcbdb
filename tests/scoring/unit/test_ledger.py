"""The ledger: what a slip's facts add to it, in any order, and that nothing is ever taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from ground_rules.policy import load_policy
from hypothesis import given
from hypothesis import strategies as st
from scoring.domain.ledger import Entry, Kind, State, Step, balance, bonus, changes, deduction, reversal, state_of
from scoring.domain.slip import Issued, Record, assessment_year, deduction_for, falls_by, points

ISSUED_AT = datetime(2026, 3, 16, 16, tzinfo=UTC)
LAPSED_AT = datetime(2026, 4, 16, 16, tzinfo=UTC)
FILED_AT = datetime(2026, 4, 10, 2, tzinfo=UTC)
UPHELD_AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
FELL_AT = datetime(2026, 5, 6, 2, tzinfo=UTC)


def a_yellow(slip_id: str = "y1", unit: str = "ZJJ", taken: str = "0.30", year: int = 2026) -> Issued:
    return Issued(
        slip_id=slip_id,
        unit=unit,
        colour="YELLOW",
        matter_id="m1",
        external_ref="M-02",
        submitted_by="OFFICE",
        issued_at=ISSUED_AT,
        year=year,
        deduction=Decimal(taken),
        basis="黄色督办单 / yellow slip",
        policy_version="2026-01",
    )


def grown(*facts: str, issued: Issued | None = None) -> tuple[Record, list[tuple[Step, Decimal]]]:
    """The record after these facts, and the steps that the ledger took."""
    record, steps = Record("y1"), []
    for fact in facts:
        after = {
            "issue": lambda r: r.with_issue(issued or a_yellow()),
            "lapse": lambda r: r.with_lapse(LAPSED_AT),
            "fall": lambda r: r.with_fall(FELL_AT, "OVERTURNED"),
            "file": lambda r: r.with_filing(FILED_AT),
            "uphold": lambda r: r.with_upholding(UPHELD_AT),
        }[fact](record)
        steps += [(change.step, change.entry.amount) for change in changes(record, after)]
        record = after
    return record, steps


def test_a_yellow_takes_exactly_thirty_hundredths_provisionally() -> None:
    entry = deduction(a_yellow())
    assert entry is not None
    assert (str(entry.amount), entry.kind, entry.year, entry.at) == ("-0.30", Kind.DEDUCTION, 2026, ISSUED_AT)
    assert state_of(entry.kind, Record("y1", a_yellow())) is State.PROVISIONAL


def test_the_end_of_the_review_window_makes_the_deduction_effective() -> None:
    record, steps = grown("issue", "lapse")
    assert steps == [(Step.DEDUCTED, Decimal("-0.30")), (Step.CONFIRMED, Decimal("-0.30"))]
    assert state_of(Kind.DEDUCTION, record) is State.EFFECTIVE


def test_a_lapse_that_arrives_before_the_issue_is_remembered() -> None:
    record, steps = grown("lapse", "issue")
    assert steps == [(Step.DEDUCTED, Decimal("-0.30")), (Step.CONFIRMED, Decimal("-0.30"))]
    assert record == grown("issue", "lapse")[0]


def test_a_fall_that_arrives_before_the_issue_leaves_both_entries() -> None:
    _, steps = grown("fall", "issue")
    assert steps == [(Step.DEDUCTED, Decimal("-0.30")), (Step.REVERSED, Decimal("0.30"))]


def test_a_fall_reverses_an_effective_deduction_in_its_own_year() -> None:
    _, steps = grown("issue", "lapse", "fall", issued=a_yellow(year=2025))
    entry = deduction(a_yellow(year=2025))
    assert entry is not None
    undone = reversal(entry, FELL_AT, "OVERTURNED")
    assert steps[-1] == (Step.REVERSED, Decimal("0.30"))
    assert (undone.year, undone.reverses, undone.at) == (2025, entry.entry_id, FELL_AT)
    assert "OVERTURNED" in undone.basis


def test_a_fallen_deduction_is_not_confirmed_any_more() -> None:
    record, steps = grown("issue", "fall", "lapse")
    assert [step for step, _ in steps] == [Step.DEDUCTED, Step.REVERSED]
    assert state_of(Kind.DEDUCTION, record) is State.REVERSED


@pytest.mark.parametrize("fact", ["issue", "lapse", "fall"])
def test_a_fact_told_twice_adds_nothing(fact: str) -> None:
    once, _ = grown("issue", "lapse", "fall")
    again = {
        "issue": once.with_issue(a_yellow(taken="9.00")),
        "lapse": once.with_lapse(FELL_AT),
        "fall": once.with_fall(LAPSED_AT, "WITHDRAWN"),
    }[fact]
    assert again is once


@given(st.lists(st.sampled_from(["issue", "lapse", "fall", "file", "uphold"]), max_size=12))
def test_any_order_with_repetition_leads_to_the_same_record_and_balance(facts: list[str]) -> None:
    record, steps = grown(*facts)
    expected, _ = grown(*sorted(set(facts), key=["issue", "lapse", "fall", "file", "uphold"].index))
    assert record == expected
    booked = balance(amount for step, amount in steps if step is not Step.CONFIRMED)
    assert booked == (Decimal("-0.30") if "issue" in facts and "fall" not in facts else Decimal("0.00"))


@given(st.lists(st.decimals("0.01", "9.99", places=2), max_size=30))
def test_reversals_bring_every_balance_back_to_zero_to_the_cent(taken: list[Decimal]) -> None:
    entries = [deduction(a_yellow(f"y{n}", taken=str(amount))) for n, amount in enumerate(taken)]
    booked = [entry for entry in entries if entry is not None]
    undone = [reversal(entry, FELL_AT, "WITHDRAWN") for entry in booked]
    assert len(booked) == len(taken)
    assert balance(entry.amount for entry in [*booked, *undone]) == Decimal("0.00")


def test_a_slip_that_costs_nothing_makes_no_entry() -> None:
    assert deduction(a_yellow(taken="0.00")) is None
    assert grown("issue", "lapse", "fall", issued=a_yellow(taken="0.00"))[1] == []


def test_a_renewed_yellow_costs_nothing_more() -> None:
    policy = load_policy()
    assert deduction_for(policy, "YELLOW", 0) == Decimal("0.30")
    assert deduction_for(policy, "YELLOW", 1) == Decimal("0.00")


def test_a_red_costs_no_points_unless_the_policy_says_so() -> None:
    assert deduction_for(load_policy(), "RED", 0) == Decimal("0.00")
    assert deduction_for(load_policy({"red": {"deduction": "0.50"}}), "RED", 0) == Decimal("0.50")


def test_a_white_costs_nothing_under_any_policy() -> None:
    assert deduction_for(load_policy({"yellow": {"deduction": "5.00"}}), "WHITE", 0) == Decimal("0.00")


def test_points_have_two_places_rounded_half_up() -> None:
    assert [str(points(Decimal(value))) for value in ("0.005", "0.3", "-0.125", "0.124")] == ["0.01", "0.30", "-0.13", "0.12"]


YEAR_END = {
    "liability_date": datetime(2026, 1, 4, tzinfo=UTC).date(),
    "issued_at": datetime(2026, 1, 5, 0, 30, tzinfo=UTC),
    "breached_at": datetime(2025, 12, 31, 15, 59, tzinfo=UTC),
}


@pytest.mark.parametrize(("attribution", "year"), [("LIABILITY_DATE", 2026), ("ISSUED", 2026), ("BREACHED", 2025)])
def test_the_policy_says_which_date_gives_the_year(attribution: str, year: int) -> None:
    assert assessment_year(load_policy({"year_attribution": attribution}), **YEAR_END) == year


def test_the_liability_date_gives_the_year_although_the_slip_was_issued_in_the_next() -> None:
    dates = YEAR_END | {"liability_date": datetime(2025, 12, 31, tzinfo=UTC).date()}
    assert assessment_year(load_policy(), **dates) == 2025


def test_the_issued_year_is_the_local_one() -> None:
    new_year_in_xianyang = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    dates = YEAR_END | {"issued_at": new_year_in_xianyang}
    assert assessment_year(load_policy({"year_attribution": "ISSUED"}), **dates) == 2026


def test_without_a_breach_the_liability_date_stands_in() -> None:
    assert assessment_year(load_policy({"year_attribution": "BREACHED"}), **(YEAR_END | {"breached_at": None})) == 2026


def test_what_gives_points_back_is_effective_at_once() -> None:
    fallen = Record("y1", a_yellow(), fell_at=FELL_AT)
    assert {state_of(kind, fallen) for kind in (Kind.REVERSAL, Kind.BONUS)} == {State.EFFECTIVE}


def test_an_entry_cannot_be_changed() -> None:
    entry = deduction(a_yellow())
    assert isinstance(entry, Entry)
    with pytest.raises(AttributeError):
        entry.amount = Decimal(0)  # type: ignore[misc]


@pytest.mark.parametrize("order", [("issue", "file", "lapse"), ("file", "issue", "lapse"), ("issue", "lapse", "file")])
def test_an_application_in_time_keeps_the_entry_provisional_past_the_window(order: tuple[str, ...]) -> None:
    record, _ = grown(*order)
    assert state_of(Kind.DEDUCTION, record) is State.PROVISIONAL


def test_an_application_after_the_window_changes_nothing() -> None:
    record = grown("issue", "lapse")[0].with_filing(LAPSED_AT + timedelta(days=1))
    assert state_of(Kind.DEDUCTION, record) is State.EFFECTIVE


@pytest.mark.parametrize(
    "order", [("issue", "file", "uphold"), ("uphold", "file", "issue"), ("file", "uphold", "lapse", "issue")]
)
def test_an_upheld_slip_is_effective_from_the_decision(order: tuple[str, ...]) -> None:
    record, steps = grown(*order)
    assert (state_of(Kind.DEDUCTION, record), record.firm_at) == (State.EFFECTIVE, UPHELD_AT)
    assert [step for step, _ in steps].count(Step.CONFIRMED) == 1


@pytest.mark.parametrize(
    ("colour", "new", "falls"),
    [("YELLOW", "WHITE", True), ("RED", "YELLOW", True), ("YELLOW", None, False), ("YELLOW", "YELLOW", False)],
)
def test_only_a_lighter_colour_makes_a_varied_slip_fall(colour: str, new: str | None, falls: bool) -> None:
    assert falls_by(colour, new) is falls


def test_what_had_happened_by_an_instant_leaves_out_what_came_later() -> None:
    record, _ = grown("issue", "file", "fall")
    then = record.until(FILED_AT)
    assert (then.issued, then.filed_at, then.fell_at, then.fall_cause) == (record.issued, FILED_AT, None, None)
    assert record.until(ISSUED_AT - timedelta(seconds=1)) == Record("y1")


def test_the_slip_s_own_policy_decides_the_year_whatever_the_present_one_says() -> None:
    assert assessment_year(load_policy(), **YEAR_END, attribution="BREACHED") == 2025


def test_a_bonus_names_its_award_its_approver_and_its_evidence() -> None:
    proof = [{"kind": "DOCUMENT", "sha256": "a" * 64}]
    entry = bonus(
        award="/office:b1",
        unit="ZJJ",
        year=2026,
        amount=Decimal("0.5"),
        at=ISSUED_AT,
        reason="工作获省级表彰",
        approved_by="市长",
        evidence=proof,
        policy_version="2026-01",
    )
    assert (entry.entry_id, str(entry.amount), entry.kind) == ("BONUS:/office:b1", "0.50", Kind.BONUS)
    assert (entry.approved_by, entry.evidence, "工作获省级表彰" in entry.basis) == ("市长", proof, True)
