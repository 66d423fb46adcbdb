"""A unit's year (AC-19, AC-12): exact totals, what is pending, how it is closed, and what restates it afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from scoring.domain.assessment import UnitYear, closing_of, contradicted, restatements, result, taken_back
from scoring.domain.ledger import Entry, Kind
from scoring.domain.slip import Issued, Record

AT = datetime(2026, 3, 17, tzinfo=UTC)
CLOSED = AT + timedelta(days=30)
LATE = CLOSED + timedelta(days=14)


def an_entry(amount: str, kind: Kind = Kind.DEDUCTION, at: datetime = AT, slip_id: str | None = None) -> Entry:
    return Entry(
        entry_id=f"{kind}{amount}{at}{slip_id}",
        slip_id=slip_id,
        unit="ZJJ",
        year=2026,
        amount=Decimal(amount),
        kind=kind,
        at=at,
        basis="",
        matter_id=None,
        external_ref="M-1",
        submitted_by=None,
        colour=None,
        policy_version=None,
    )


def a_slip(slip_id: str, colour: str = "RED", at: datetime = AT, **facts: Any) -> Record:
    issued = Issued(
        slip_id=slip_id,
        unit="ZJJ",
        colour=colour,
        matter_id="m1",
        external_ref="M-1",
        submitted_by="OFFICE",
        issued_at=at,
        year=2026,
        deduction=Decimal("0.30") if colour == "YELLOW" else Decimal("0.00"),
        basis="",
        policy_version="2026-01",
    )
    return Record(slip_id, issued, **facts)


def a_year(entries: Iterable[Entry] = (), *records: Record) -> UnitYear:
    return UnitYear("ZJJ", 2026, list(entries), {record.slip_id: record for record in records})


def ac_19() -> list[Entry]:
    taken = [an_entry("-0.30", at=AT + timedelta(days=n)) for n in range(3)]
    return [*taken, an_entry("0.30", Kind.REVERSAL), an_entry("0.50", Kind.BONUS)]


def test_the_annual_total_is_exact_to_the_cent() -> None:
    found = result(a_year(ac_19()), base=Decimal("96.40"))
    assert (str(found.points), str(found.total), found.eligible) == ("-0.10", "96.30", True)


def test_a_red_leaves_the_total_and_takes_the_eligibility() -> None:
    found = result(a_year(ac_19(), a_slip("r1")), base=Decimal("96.40"))
    assert (str(found.total), found.eligible) == ("96.30", False)


def test_without_a_base_there_is_no_total() -> None:
    assert result(a_year(ac_19())).total is None


def test_a_year_without_entries_is_zero_and_eligible() -> None:
    found = result(a_year())
    assert (str(found.points), found.eligible, found.pending) == ("0.00", True, ())


def test_provisional_entries_are_listed_as_pending() -> None:
    waits, firm = an_entry("-0.30", slip_id="y1"), an_entry("-0.30", slip_id="y2")
    found = result(a_year([waits, firm], a_slip("y1", "YELLOW"), a_slip("y2", "YELLOW", lapsed_at=AT)))
    assert found.pending == (waits.entry_id,)


def test_the_first_call_closes_the_year_and_a_later_one_adds_what_was_missing() -> None:
    calls = [(LATE, {"HBJ": Decimal("90.1"), "ZJJ": Decimal("1.00")}), (CLOSED, {"ZJJ": Decimal("96.40")})]
    closed = closing_of(2026, calls)
    assert closed is not None
    assert (closed.at, {unit: str(base) for unit, base in closed.bases.items()}) == (CLOSED, {"ZJJ": "96.40", "HBJ": "90.10"})
    assert contradicted(closed, {"ZJJ": Decimal("96.4"), "SLJ": Decimal("80.00")}) == []
    assert contradicted(closed, {"ZJJ": Decimal("96.41")}) == ["ZJJ"]
    assert closing_of(2026, []) is None


def test_of_two_calls_at_one_instant_the_first_told_gives_the_total() -> None:
    calls = [(AT, {"ZJJ": Decimal("90")}), (AT, {"HBJ": Decimal("80"), "ZJJ": Decimal("91")})]
    closed = closing_of(2026, calls)
    assert closed is not None
    assert (closed.at, closed.bases) == (AT, {"ZJJ": Decimal("90.00"), "HBJ": Decimal("80.00")})


def test_every_entry_after_the_closing_restates_the_year_and_none_before_it() -> None:
    entries = [an_entry("-0.30"), an_entry("-0.30", at=CLOSED), *(an_entry("0.30", kind, LATE) for kind in Kind)]
    assert [(line.amount, line.at) for line in restatements(a_year(entries), CLOSED)] == [(Decimal("0.30"), LATE)] * 3


def test_a_red_that_falls_after_the_closing_restates_the_eligibility() -> None:
    lines = restatements(a_year([], a_slip("r1", fell_at=LATE)), CLOSED)
    assert [(line.amount, line.eligible, line.colour, line.at) for line in lines] == [(Decimal("0.00"), True, "RED", LATE)]


def test_a_red_issued_after_the_closing_restates_the_eligibility() -> None:
    lines = restatements(a_year([], a_slip("r1", at=LATE)), CLOSED)
    assert [(line.eligible, line.key) for line in lines] == [(False, "ELIGIBILITY:REVOKED:r1")]


def test_a_red_that_falls_while_another_stands_restates_nothing() -> None:
    assert restatements(a_year([], a_slip("r1", fell_at=LATE), a_slip("r2")), CLOSED) == []


def test_a_red_that_costs_points_restates_both_in_one_line() -> None:
    taken = replace(an_entry("-0.50", at=LATE, slip_id="r1"), colour="RED")
    lines = restatements(a_year([taken], a_slip("r1", at=LATE)), CLOSED)
    assert [(line.amount, line.eligible) for line in lines] == [(Decimal("-0.50"), False)]


def test_the_order_in_which_facts_stand_does_not_matter() -> None:
    entries = [*ac_19(), an_entry("0.30", Kind.REVERSAL, LATE), an_entry("0.50", Kind.BONUS, LATE + timedelta(days=1))]
    records = [a_slip("r1", fell_at=LATE), a_slip("r2", at=LATE + timedelta(days=2))]
    expected = restatements(a_year(entries, *records), CLOSED)
    random.Random(3).shuffle(entries)
    assert restatements(a_year(entries, *reversed(records)), CLOSED) == expected
    assert [line.eligible for line in expected] == [True, True, True, False]


def test_a_turn_that_was_told_comes_to_what_is_known_now() -> None:
    fell = a_slip("r1", fell_at=LATE)
    restored, revoked = "ELIGIBILITY:RESTORED:r1", "ELIGIBILITY:REVOKED:r1"
    (told,) = restatements(UnitYear("ZJJ", 2026, [], {"r1": fell}), CLOSED)
    assert (told.key, told.eligible) == (restored, True)
    now = UnitYear("ZJJ", 2026, [], {"r1": fell, "r2": a_slip("r2")})
    assert taken_back(now, restored) == replace(told, eligible=False)
    assert taken_back(now, revoked) == replace(told, key=revoked, at=AT, eligible=False)
    assert taken_back(now, "REVERSAL:r1") is None


def test_the_year_of_a_successor_is_restated_under_its_own_name() -> None:
    """A red that its predecessor got falls after the closing: the unit that answers for it becomes eligible again."""
    of = UnitYear("CGJ", 2026, [], {"r1": a_slip("r1", fell_at=LATE)})
    (told,) = restatements(of, CLOSED)
    assert (told.unit, told.year, told.eligible) == ("CGJ", 2026, True)
    assert taken_back(of, told.key) == told
