"""A unit's year (AC-19, AC-12): exact totals, what is pending, and what restates a closed year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from scoring.domain.assessment import restates, result
from scoring.domain.ledger import Entry, Kind, State

AT = datetime(2026, 3, 17, tzinfo=UTC)


def an_entry(amount: str, kind: Kind = Kind.DEDUCTION, at: datetime = AT) -> Entry:
    return Entry(
        entry_id=f"{kind}{amount}{at}",
        slip_id=None,
        unit="ZJJ",
        year=2026,
        amount=Decimal(amount),
        kind=kind,
        at=at,
        basis="",
        matter_id=None,
        external_ref=None,
        submitted_by=None,
        colour=None,
        policy_version=None,
    )


def ac_19() -> list[tuple[Entry, State]]:
    taken = [(an_entry("-0.30", at=AT + timedelta(days=n)), State.EFFECTIVE) for n in range(3)]
    return [*taken, (an_entry("0.30", Kind.REVERSAL), State.EFFECTIVE), (an_entry("0.50", Kind.BONUS), State.EFFECTIVE)]


def test_the_annual_total_is_exact_to_the_cent() -> None:
    found = result("ZJJ", 2026, ac_19(), effective_reds=0, base=Decimal("96.40"))
    assert (str(found.points), str(found.total), found.eligible) == ("-0.10", "96.30", True)


def test_a_red_leaves_the_total_and_takes_the_eligibility() -> None:
    found = result("ZJJ", 2026, ac_19(), effective_reds=1, base=Decimal("96.40"))
    assert (str(found.total), found.eligible) == ("96.30", False)


def test_without_a_base_there_is_no_total() -> None:
    assert result("ZJJ", 2026, ac_19(), effective_reds=0).total is None


def test_a_year_without_entries_is_zero_and_eligible() -> None:
    found = result("ZJJ", 2026, [], effective_reds=0)
    assert (str(found.points), found.eligible, found.pending) == ("0.00", True, 0)


def test_provisional_entries_are_listed_as_pending() -> None:
    entries = [(an_entry("-0.30"), State.PROVISIONAL), (an_entry("-0.30", at=AT + timedelta(1)), State.EFFECTIVE)]
    assert result("ZJJ", 2026, entries, effective_reds=0).pending == 1


def test_only_a_reversal_after_the_closing_restates_a_year() -> None:
    closed = AT + timedelta(days=30)
    late = closed + timedelta(days=14)
    assert restates(an_entry("0.30", Kind.REVERSAL, late), closed)
    assert not restates(an_entry("0.30", Kind.REVERSAL, AT), closed)
    assert not restates(an_entry("-0.30", Kind.DEDUCTION, late), closed)
    assert not restates(an_entry("0.30", Kind.REVERSAL, late), None)
