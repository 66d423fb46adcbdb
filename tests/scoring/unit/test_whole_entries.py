"""Entries, records and restatements in full: every field of the ledger is somebody's evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from ground_rules.policy import load_policy
from scoring.domain.assessment import Restatement, UnitYear, YearResult, closing_of, restatements, result
from scoring.domain.ledger import Change, Entry, Kind, Step, bonus, changes, deduction, reversal
from scoring.domain.slip import Issued, Record, assessment_year

ISSUED_AT = datetime(2026, 3, 17, tzinfo=UTC)
LAPSED_AT, FELL_AT = datetime(2026, 4, 17, tzinfo=UTC), datetime(2026, 5, 6, tzinfo=UTC)
YELLOW = Issued(
    slip_id="y", unit="ZJJ", colour="YELLOW", matter_id="m", external_ref="M-1", submitted_by="OFFICE", issued_at=ISSUED_AT,
    year=2026, deduction=Decimal("0.30"), basis="依据", policy_version="P-1", approved_by="周建国",
)  # fmt: skip
RED = replace(YELLOW, slip_id="r", colour="RED", deduction=Decimal("0.00"))
ENTRY = Entry(
    entry_id="DEDUCTION:y", slip_id="y", unit="ZJJ", year=2026, amount=Decimal("-0.30"), kind=Kind.DEDUCTION, at=ISSUED_AT,
    basis="依据", matter_id="m", external_ref="M-1", submitted_by="OFFICE", colour="YELLOW", policy_version="P-1",
    reverses=None, approved_by="周建国",
)  # fmt: skip
UNDONE = Entry(
    entry_id="REVERSAL:y", slip_id="y", unit="ZJJ", year=2026, amount=Decimal("0.30"), kind=Kind.REVERSAL, at=FELL_AT,
    basis="冲销 DEDUCTION:y：OVERTURNED / reverses DEDUCTION:y: OVERTURNED", matter_id="m", external_ref="M-1",
    submitted_by="OFFICE", colour="YELLOW", policy_version="P-1", reverses="DEDUCTION:y",
)  # fmt: skip


def test_a_deduction_carries_everything_about_its_slip() -> None:
    assert deduction(YELLOW) == ENTRY
    assert deduction(RED) is None


def test_a_reversal_carries_the_same_and_names_what_it_undoes() -> None:
    assert reversal(ENTRY, FELL_AT, "OVERTURNED") == UNDONE


def test_a_bonus_carries_its_act_and_no_slip() -> None:
    evidence = [{"kind": "PHOTO"}]
    found = bonus(
        award="/office:b", unit="SLJ", year=2025, amount=Decimal("0.5"), at=ISSUED_AT, reason="先进", approved_by="市长",
        evidence=evidence, policy_version="P-1",
    )  # fmt: skip
    assert found == Entry(
        entry_id="BONUS:/office:b", slip_id=None, unit="SLJ", year=2025, amount=Decimal("0.50"), kind=Kind.BONUS, at=ISSUED_AT,
        basis="加分：先进 / bonus: 先进", matter_id=None, external_ref=None, submitted_by=None, colour=None, policy_version="P-1",
        reverses=None, approved_by="市长", evidence=evidence,
    )  # fmt: skip


def test_the_steps_of_a_slip_are_dated_by_what_happened() -> None:
    whole = Record("y", YELLOW, lapsed_at=LAPSED_AT)
    assert changes(Record("y"), whole) == [Change(Step.DEDUCTED, ENTRY, ISSUED_AT), Change(Step.CONFIRMED, ENTRY, LAPSED_AT)]
    fallen = whole.with_fall(FELL_AT, "OVERTURNED")
    assert changes(whole, fallen) == [Change(Step.REVERSED, UNDONE, FELL_AT)]
    assert changes(Record("y", fell_at=FELL_AT, fall_cause="OVERTURNED"), fallen) == [
        Change(Step.DEDUCTED, ENTRY, ISSUED_AT),
        Change(Step.REVERSED, UNDONE, FELL_AT),
    ]


def test_a_record_keeps_what_was_told_first() -> None:
    record = Record("y").with_issue(YELLOW).with_lapse(LAPSED_AT).with_fall(FELL_AT, "OVERTURNED")
    record = record.with_filing(ISSUED_AT).with_upholding(LAPSED_AT)
    assert record == Record("y", YELLOW, LAPSED_AT, FELL_AT, "OVERTURNED", ISSUED_AT, LAPSED_AT)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    again = record.with_issue(RED).with_lapse(later).with_fall(later, "x").with_filing(later).with_upholding(later)
    assert again == record


def test_what_had_happened_by_an_instant() -> None:
    record = Record("y", YELLOW, LAPSED_AT, FELL_AT, "OVERTURNED", LAPSED_AT, FELL_AT)
    assert record.until(FELL_AT) == record
    assert record.until(LAPSED_AT) == Record("y", YELLOW, LAPSED_AT, None, None, LAPSED_AT, None)
    assert record.until(ISSUED_AT) == Record("y", YELLOW)
    assert record.until(datetime(2026, 1, 1, tzinfo=UTC)) == Record("y")


@pytest.mark.parametrize(("attribution", "year"), [("LIABILITY_DATE", 2026), ("ISSUED", 2027), ("BREACHED", 2025), (None, 2026)])
def test_the_year_by_each_attribution_in_local_time(attribution: str | None, year: int) -> None:
    """20:00 in London on New Year's Eve is the new year in China."""
    found = assessment_year(
        load_policy(),
        liability_date=date(2026, 1, 5),
        issued_at=datetime(2026, 12, 31, 20, tzinfo=UTC),
        breached_at=datetime(2024, 12, 31, 20, tzinfo=UTC),
        attribution=attribution,
    )
    assert found == year


CLOSED_AT = datetime(2026, 4, 1, tzinfo=UTC)


def test_the_year_of_a_unit_in_full() -> None:
    year = UnitYear("ZJJ", 2026, [ENTRY], {"y": Record("y", YELLOW), "r": Record("r", RED)})
    assert result(year, Decimal("96.40")) == YearResult(
        "ZJJ", 2026, Decimal("-0.30"), False, ("DEDUCTION:y",), Decimal("96.40"), Decimal("96.10")
    )
    assert year.until(datetime(2026, 3, 16, tzinfo=UTC)) == UnitYear("ZJJ", 2026, [], {"y": Record("y"), "r": Record("r")})
    assert year.until(ISSUED_AT) == year


def test_a_closed_year_is_restated_by_each_later_entry_and_each_turn() -> None:
    fallen = {"y": Record("y", YELLOW, fell_at=FELL_AT, fall_cause="OVERTURNED"), "r": Record("r", RED, fell_at=FELL_AT)}
    year = UnitYear("ZJJ", 2026, [ENTRY, UNDONE], fallen)
    known = {"unit": "ZJJ", "year": 2026, "at": FELL_AT, "eligible": True, "matter_id": "m", "external_ref": "M-1"}
    assert restatements(year, CLOSED_AT) == [
        Restatement(key="ELIGIBILITY:RESTORED:r", amount=Decimal("0.00"), slip_id="r", colour="RED", **known),  # type: ignore[arg-type]
        Restatement(key="REVERSAL:y", amount=Decimal("0.30"), slip_id="y", colour="YELLOW", **known),  # type: ignore[arg-type]
    ]
    assert restatements(year, FELL_AT) == []


def test_a_red_after_the_closing_turns_the_year() -> None:
    late = UnitYear("ZJJ", 2026, [], {"r": Record("r", replace(RED, issued_at=FELL_AT)), "n": Record("n")})
    (found,) = restatements(late, CLOSED_AT)
    assert (found.key, found.eligible, found.slip_id) == ("ELIGIBILITY:REVOKED:r", False, "r")


def test_the_first_of_several_calls_closes_the_year_whatever_their_order() -> None:
    early, late = (CLOSED_AT, {"ZJJ": Decimal("90")}), (FELL_AT, {"SLJ": Decimal("80")})
    for calls in ([early, late], [late, early]):
        found = closing_of(2026, calls)
        assert found is not None
        assert (found.year, found.at, dict(found.bases)) == (2026, CLOSED_AT, {"ZJJ": Decimal("90.00"), "SLJ": Decimal("80.00")})
    assert closing_of(2026, []) is None
