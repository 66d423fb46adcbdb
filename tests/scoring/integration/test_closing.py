"""Reviews, bonuses and closed years (AC-10 to AC-12, AC-19): what scoring books, announces and shows, on the real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from event_contracts.escalation import ReviewDecided, ReviewFiled, SlipOverturned, SlipVacated
from event_contracts.event import Evidence
from event_contracts.inbound import AssessmentFinalised, BonusAwarded

Make = Callable[..., Any]

ISSUED = datetime(2026, 3, 16, 16, tzinfo=UTC)
FILED = datetime(2026, 4, 10, 2, tzinfo=UTC)
DECIDED = datetime(2026, 5, 6, 7, tzinfo=UTC)
PROOF = Evidence(kind="DOCUMENT", sha256="a" * 64)


def filed(slip_id: str = "y1", colour: str = "YELLOW") -> ReviewFiled:
    return ReviewFiled(
        matter_id="m1", review_id="v1", slip_id=slip_id, unit="ZJJ", colour=colour, filed_at=FILED, decide_by=date(2026, 5, 11)
    )


def decided(outcome: str, slip_id: str = "y1", colour: str = "YELLOW", new_colour: str | None = None) -> ReviewDecided:
    return ReviewDecided(
        matter_id="m1",
        review_id="v1",
        slip_id=slip_id,
        unit="ZJJ",
        colour=colour,
        outcome=outcome,
        reviewers=["郑浩"],
        decided_at=DECIDED,
        new_colour=new_colour,
    )


def fallen(kind: type, slip_id: str = "y1", colour: str = "YELLOW", at: datetime = DECIDED) -> Any:
    told = {"review_id": "v1", "overturned_at": at} if kind is SlipOverturned else {"cascade_root": "y1", "vacated_at": at}
    common = {"matter_id": "m1", "external_ref": "M-02", "slip_id": slip_id, "unit": "ZJJ", "colour": colour}
    return kind(**common, renewal=0, ground="OVERDUE", state="OVERTURNED", **told)


def a_bonus(amount: str = "0.50", year: int = 2026) -> BonusAwarded:
    return BonusAwarded(
        unit="ZJJ", year=year, amount=Decimal(amount), reason="省级表彰", evidence=[PROOF], approved_by="市长 韩立新"
    )


def a_closing(year: int = 2026, **totals: str) -> AssessmentFinalised:
    return AssessmentFinalised(year=year, base_totals={unit: Decimal(total) for unit, total in totals.items()})


def states(bench: Any) -> list[tuple[str, str]]:
    return [(entry["kind"], entry["state"]) for entry in bench.report()["score_entries"]]


def test_an_overturned_yellow_and_the_red_that_stood_on_it_are_undone(bench: Any, slip: Make) -> None:
    bench.tell(slip("y1"), slip("r1", "RED"))
    bench.tell(fallen(SlipOverturned), fallen(SlipVacated, "r1", "RED"), time=DECIDED)
    assert bench.names() == ["score.deducted", "eligibility.revoked", "score.reversed", "eligibility.restored"]
    assert bench.report()["balances"] == [{"unit": "ZJJ", "year": 2026, "points": "0.00", "eligible": True}]
    assert states(bench) == [("DEDUCTION", "REVERSED"), ("REVERSAL", "EFFECTIVE")]


def test_an_overturned_slip_leaves_the_eligibility_to_the_other_effective_reds(bench: Any, slip: Make) -> None:
    bench.tell(slip("y1"), slip("r1", "RED"), slip("r2", "RED", matter_id="m2"))
    bench.tell(fallen(SlipOverturned), fallen(SlipVacated, "r1", "RED"))
    assert bench.report()["balances"][0]["eligible"] is False


def test_an_application_keeps_the_entry_provisional_until_it_is_upheld(bench: Any, slip: Make, lapse: Make) -> None:
    bench.tell(slip(), filed(), lapse())
    assert states(bench) == [("DEDUCTION", "PROVISIONAL")]
    bench.tell(decided("UPHELD"))
    assert states(bench) == [("DEDUCTION", "EFFECTIVE")]
    assert bench.names() == ["score.deducted", "score.confirmed"]
    assert bench.announced()[-1].data.confirmed_at == DECIDED


@pytest.mark.parametrize(("new_colour", "points", "state"), [("WHITE", "0.00", "REVERSED"), (None, "-0.30", "EFFECTIVE")])
def test_a_varied_yellow_is_undone_only_when_it_became_lighter(
    bench: Any, slip: Make, new_colour: str | None, points: str, state: str
) -> None:
    bench.tell(slip(), filed(), decided("VARIED", new_colour=new_colour))
    assert (bench.report()["balances"][0]["points"], states(bench)[0][1]) == (points, state)


def test_any_order_of_a_slip_s_facts_gives_the_same_ledger(bench: Any, slip: Make, lapse: Make) -> None:
    for number, order in enumerate(itertools.permutations(range(4))):
        id_ = f"y{number}"
        facts = [slip(id_), filed(id_), lapse(id_), fallen(SlipOverturned, id_)]
        bench.tell(*(facts[place] for place in order))
    entries = bench.report()["score_entries"]
    assert {(e["amount"], e["kind"], e["state"], e["year"]) for e in entries} == {
        ("-0.30", "DEDUCTION", "REVERSED", 2026),
        ("0.30", "REVERSAL", "EFFECTIVE", 2026),
    }
    assert (len(entries), bench.report()["balances"][0]["points"], bench.parked()) == (48, "0.00", 0)


def test_a_bonus_is_booked_once_with_its_approver(bench: Any) -> None:
    bench.send(a_bonus(), id_="b1")
    bench.send(a_bonus(), id_="b1")
    told = [message.data for message in bench.announced()]
    assert [(fact.TYPE, fact.amount, fact.balance) for fact in told] == [
        ("scoring.score.bonus_awarded.v1", Decimal("0.50"), Decimal("0.50"))
    ]
    assert (told[0].approved_by, told[0].reason) == ("市长 韩立新", "省级表彰")
    assert states(bench) == [("BONUS", "EFFECTIVE")]


def test_two_awards_are_two_entries(bench: Any) -> None:
    bench.send(a_bonus())
    bench.send(a_bonus("0.20"))
    assert bench.report()["balances"][0]["points"] == "0.70"


def test_ac_19_the_year_comes_to_ninety_six_point_three(bench: Any, slip: Make) -> None:
    bench.tell(slip("y1"), slip("y2", matter_id="m2"), slip("y3", matter_id="m3"), fallen(SlipOverturned))
    bench.send(a_bonus())
    bench.send(a_closing(ZJJ="96.40", HBJ="91"), DECIDED + timedelta(days=200))
    assert bench.report()["balances"] == [
        {"unit": "HBJ", "year": 2026, "points": "0.00", "eligible": True, "total": "91.00"},
        {"unit": "ZJJ", "year": 2026, "points": "-0.10", "eligible": True, "total": "96.30"},
    ]
    closed = bench.announced()[-1].data
    assert [(line.unit, line.total, line.pending) for line in closed.totals] == [
        ("HBJ", Decimal("91.00"), []),
        ("ZJJ", Decimal("96.30"), ["DEDUCTION:y2", "DEDUCTION:y3"]),
    ]
    assert closed.pending == ["DEDUCTION:y2", "DEDUCTION:y3"]


def test_ac_12_a_reversal_after_the_closing_restates_that_year_and_no_other(bench: Any, slip: Make) -> None:
    bench.tell(slip(liability_date=date(2025, 12, 23), issued_at=ISSUED))
    bench.send(a_closing(2025, ZJJ="93.10"), ISSUED + timedelta(days=7))
    bench.tell(fallen(SlipOverturned))
    assert bench.names() == ["score.deducted", "assessment.finalised", "score.reversed", "assessment.restated"]
    told = bench.announced()[-1].data
    assert (told.year, told.amount, told.points, told.total) == (2025, Decimal("0.30"), Decimal("0.00"), Decimal("93.10"))
    assert told.pending == []
    assert bench.report()["restatements"] == [
        {"year": 2025, "unit": "ZJJ", "amount": "0.30", "at": "2026-05-06T07:00:00Z", "matter": "M-02", "eligible": True,
         "colour": "YELLOW"}
    ]  # fmt: skip
    assert [balance["year"] for balance in bench.report()["balances"]] == [2025]


def test_an_eligibility_that_turns_after_the_closing_is_restated_without_points(bench: Any, slip: Make) -> None:
    bench.tell(slip("r1", "RED"), slip("y4", matter_id="m4"))
    bench.send(a_closing(), ISSUED + timedelta(days=7))
    assert bench.announced()[-1].data.totals[0].eligible is False
    bench.tell(fallen(SlipVacated, "r1", "RED"))
    told = bench.announced()[-1].data
    assert told.pending == ["DEDUCTION:y4"]
    assert (told.TYPE, told.amount, told.eligible) == ("scoring.assessment.restated.v1", Decimal("0.00"), True)
    assert [(line["amount"], line["colour"]) for line in bench.report()["restatements"]] == [("0.00", "RED")]


def test_what_happened_before_the_closing_and_came_after_it_corrects_the_snapshot(bench: Any, slip: Make) -> None:
    bench.send(a_closing(ZJJ="90.00"), ISSUED + timedelta(days=7))
    bench.tell(slip())
    closings = [m.data for m in bench.announced() if m.type == "scoring.assessment.finalised.v1"]
    assert [closing.totals[0].total for closing in closings] == [Decimal("90.00"), Decimal("89.70")]
    assert bench.report()["restatements"] == []


def test_the_order_of_closing_and_entries_does_not_change_the_outcome(bench: Any, slip: Make) -> None:
    bench.tell(fallen(SlipOverturned))
    bench.send(a_closing(ZJJ="90.00"), ISSUED + timedelta(days=7))
    bench.tell(slip())
    assert [line["amount"] for line in bench.report()["restatements"]] == ["0.30"]
    assert bench.names().count("assessment.restated") == 1
    assert bench.report()["balances"][0]["total"] == "90.00"


def test_a_year_is_closed_before_anything_happened_in_it(bench: Any) -> None:
    bench.send(a_closing(), ISSUED)
    assert bench.names() == ["assessment.finalised"]
    assert bench.announced()[0].data.totals == []
    assert bench.report()["balances"] == []


def test_a_second_call_adds_missing_totals_and_may_not_replace_any(bench: Any) -> None:
    bench.send(a_closing(ZJJ="90.00"), ISSUED)
    bench.send(a_closing(ZJJ="90.00"), ISSUED + timedelta(days=1))
    bench.send(a_closing(HBJ="80.00"), ISSUED + timedelta(days=2))
    bench.send(a_closing(ZJJ="91.00", SLJ="1.00"), ISSUED + timedelta(days=3))
    assert bench.refused() == ["ALREADY_USED"]
    assert bench.names() == ["assessment.finalised", "assessment.finalised"]
    assert [(b["unit"], b["total"]) for b in bench.report()["balances"]] == [("HBJ", "80.00"), ("ZJJ", "90.00")]
    assert {m.data.finalised_at for m in bench.announced()} == {ISSUED}


def test_a_year_that_has_not_begun_is_not_closed(bench: Any) -> None:
    bench.send(a_closing(2027), ISSUED)
    assert (bench.refused(), bench.names()) == (["SCHEMA_INVALID"], [])


def test_each_change_of_a_closed_year_is_told_once(bench: Any, slip: Make) -> None:
    bench.tell(slip("y1"), slip("y2", matter_id="m2"))
    bench.send(a_closing(), ISSUED + timedelta(days=7))
    bench.tell(fallen(SlipOverturned, "y1"))
    bench.tell(fallen(SlipOverturned, "y2", at=DECIDED + timedelta(days=1)))
    told = [m.data.entry_id for m in bench.announced() if m.type == "scoring.assessment.restated.v1"]
    assert told == ["REVERSAL:y1", "REVERSAL:y2"]


def test_a_turn_that_proves_to_be_none_is_told_again_as_it_is(bench: Any, slip: Make) -> None:
    """A second red of before the first one's fall becomes known after it: the unit had not become eligible again."""
    bench.tell(slip("r1", "RED"))
    bench.send(a_closing(), ISSUED + timedelta(days=7))
    bench.tell(fallen(SlipVacated, "r1", "RED"))
    bench.tell(slip("r2", "RED", matter_id="m2", issued_at=DECIDED - timedelta(days=1)))
    told = [m.data for m in bench.announced() if m.type == "scoring.assessment.restated.v1"]
    assert [(fact.entry_id, fact.eligible, fact.restated_at) for fact in told] == [
        ("ELIGIBILITY:RESTORED:r1", True, DECIDED),
        ("ELIGIBILITY:RESTORED:r1", False, DECIDED),
    ]
    assert (told[1].amount, told[1].slip_id, told[1].colour) == (Decimal("0.00"), "r1", "RED")
    assert bench.report()["restatements"] == []


def test_a_unit_that_had_nothing_by_an_earlier_closing_leaves_the_snapshot(bench: Any, slip: Make) -> None:
    bench.tell(slip(unit="JYJ"))
    bench.send(a_closing(ZJJ="90.00"), ISSUED + timedelta(days=7))
    bench.send(a_closing(HBJ="80.00"), ISSUED - timedelta(days=1))
    closings = [m.data for m in bench.announced() if m.type == "scoring.assessment.finalised.v1"]
    assert [[line.unit for line in closing.totals] for closing in closings] == [["JYJ", "ZJJ"], ["HBJ", "ZJJ"]]
    assert [(line["unit"], line["amount"]) for line in bench.report()["restatements"]] == [("JYJ", "-0.30")]
