"""What the books must be, from slips and bonuses alone, and every way in which the stored ones can differ from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from scoring.domain.assessment import UnitYear
from scoring.domain.ledger import Entry, Kind, State
from scoring.domain.rebuild import Books, Difference, Wrong, booked, differences, wrong_sums
from scoring.domain.slip import Issued, Record

ISSUED_AT, LAPSED_AT = datetime(2026, 3, 17, tzinfo=UTC), datetime(2026, 4, 17, tzinfo=UTC)
FELL_AT = datetime(2026, 5, 6, tzinfo=UTC)

YELLOW = Issued(
    slip_id="y", unit="ZJJ", colour="YELLOW", matter_id="m", external_ref="M-1", submitted_by="OFFICE", issued_at=ISSUED_AT,
    year=2026, deduction=Decimal("0.30"), basis="依据", policy_version="P-1", approved_by="周建国",
    liability_date=date(2026, 3, 17),
)  # fmt: skip
RED = replace(YELLOW, slip_id="r", colour="RED", deduction=Decimal("0.00"))
TAKEN, GIVEN_BACK, AWARD = "DEDUCTION:y", "REVERSAL:y", "BONUS:b"
BONUS = Entry(
    entry_id=AWARD, slip_id=None, unit="ZJJ", year=2026, amount=Decimal("0.50"), kind=Kind.BONUS, at=LAPSED_AT, basis="加分",
    matter_id=None, external_ref=None, submitted_by=None, colour=None, policy_version="P-1", approved_by="市长",
    evidence=[{"kind": "DOCUMENT", "sha256": "a" * 64, "place": "市政府"}],
)  # fmt: skip


def books() -> Books:
    """A yellow that fell, a red that stands, and a bonus."""
    records = {"y": Record("y", YELLOW, fell_at=FELL_AT, fall_cause="OVERTURNED"), "r": Record("r", RED)}
    return booked(records, {AWARD: BONUS})


def found(damage: Callable[[Books], object]) -> list[Difference]:
    """What is said of stored books to which this was done."""
    stored = books()
    damage(stored)
    return list(differences(stored, books()))


def about(entry_id: str, **more: Any) -> Difference:
    """A difference about an entry of the yellow, or about the bonus."""
    its = {"matter": "M-1", "slip_id": "y"} if entry_id != AWARD else {}
    return Difference(**({"wrong": Wrong.DIFFERENT, "unit": "ZJJ", "year": 2026, "entry_id": entry_id} | its | more))


def changed(entry_id: str, **fields: Any) -> Callable[[Books], None]:
    return lambda stored: stored.entries.__setitem__(entry_id, replace(stored.entries[entry_id], **fields))


# ---------------------------------------------------------------- what the facts come to


def test_slips_and_bonuses_make_their_entries_and_nothing_else() -> None:
    made = books()
    assert {id_: (entry.kind, str(entry.amount)) for id_, entry in made.entries.items()} == {
        TAKEN: (Kind.DEDUCTION, "-0.30"),
        GIVEN_BACK: (Kind.REVERSAL, "0.30"),
        AWARD: (Kind.BONUS, "0.50"),
    }
    assert made.entries[AWARD] is BONUS
    assert set(made.records) == {"y", "r"}
    assert booked({}, {}) == Books()


def test_the_facts_are_not_changed_by_booking_them() -> None:
    records, bonuses = {"y": Record("y", YELLOW)}, {AWARD: BONUS}
    made = booked(records, bonuses)
    made.entries.clear()
    made.records.clear()
    assert (len(records), len(bonuses)) == (1, 1)


def test_the_state_of_an_entry_follows_from_what_is_known_of_its_slip() -> None:
    made = books()
    assert made.state(made.entries[TAKEN]) is State.REVERSED
    assert made.state(BONUS) is State.EFFECTIVE
    made.records["y"] = Record("y", YELLOW)
    assert made.state(made.entries[TAKEN]) is State.PROVISIONAL
    made.records["y"] = Record("y", YELLOW, lapsed_at=LAPSED_AT)
    assert made.state(made.entries[TAKEN]) is State.EFFECTIVE


def test_a_unit_s_year_is_the_sum_of_its_entries_and_the_number_of_its_effective_reds() -> None:
    fallen = Record("r2", replace(RED, slip_id="r2"), fell_at=FELL_AT)
    elsewhere = Record("r3", replace(RED, slip_id="r3", unit="HBJ", year=2025))
    unknown = Record("r4", lapsed_at=LAPSED_AT)
    yellow = Record("y2", replace(YELLOW, slip_id="y2"))
    more = {"r2": fallen, "r3": elsewhere, "r4": unknown, "y2": yellow, "r5": Record("r5", replace(RED, slip_id="r5"))}
    made = booked(books().records | more, {AWARD: BONUS})
    assert made.sums() == {("HBJ", 2025): (Decimal("0.00"), 1), ("ZJJ", 2026): (Decimal("0.20"), 2)}
    assert list(made.sums()) == [("HBJ", 2025), ("ZJJ", 2026)]
    assert str(made.sums()["HBJ", 2025][0]) == "0.00"
    assert made.causes() == {"r", "r3", "r5"}


def test_a_year_has_the_entries_and_slips_of_each_unit_in_it() -> None:
    made = books()
    made.records |= {"r9": Record("r9", replace(RED, slip_id="r9", unit="HBJ")), "r8": Record("r8")}
    made.records["y9"] = Record("y9", replace(YELLOW, slip_id="y9", year=2025))
    made.entries["BONUS:old"] = replace(BONUS, entry_id="BONUS:old", year=2025, unit="SLJ")
    entries = [made.entries[id_] for id_ in (AWARD, TAKEN, GIVEN_BACK)]
    assert made.unit_years(2026) == {
        "HBJ": UnitYear("HBJ", 2026, [], {"r9": made.records["r9"]}),
        "ZJJ": UnitYear("ZJJ", 2026, entries, {"y": made.records["y"], "r": made.records["r"]}),
    }
    assert list(made.unit_years(2026)) == ["HBJ", "ZJJ"]
    assert made.unit_years(2025) == {
        "SLJ": UnitYear("SLJ", 2025, [made.entries["BONUS:old"]], {}),
        "ZJJ": UnitYear("ZJJ", 2025, [], {"y9": made.records["y9"]}),
    }
    assert made.unit_years(2024) == {}


# ---------------------------------------------------------------- differences


def test_equal_books_have_no_difference() -> None:
    assert found(lambda stored: None) == []


def test_an_entry_that_was_removed_is_missing_with_what_it_should_be() -> None:
    assert found(lambda stored: stored.entries.pop(TAKEN)) == [about(TAKEN, wrong=Wrong.MISSING, expected="-0.30")]
    assert found(lambda stored: stored.entries.pop(AWARD)) == [about(AWARD, wrong=Wrong.MISSING, expected="0.50")]


def test_an_entry_too_many_is_unexplained_with_what_it_says() -> None:
    extra = replace(BONUS, entry_id="BONUS:x", amount=Decimal("9.00"))
    (said,) = found(lambda stored: stored.entries.setdefault("BONUS:x", extra))
    assert said == replace(about(AWARD, wrong=Wrong.UNEXPLAINED, stored="9.00"), entry_id="BONUS:x")


@pytest.mark.parametrize(
    ("field", "other", "stored", "expected"),
    [
        ("unit", "HBJ", "HBJ", "ZJJ"),
        ("year", 2025, "2025", "2026"),
        ("amount", Decimal("-0.29"), "-0.29", "-0.30"),
        ("slip_id", "z", "z", "y"),
        ("at", FELL_AT, "2026-05-06 00:00:00+00:00", "2026-03-17 00:00:00+00:00"),
        ("reverses", "DEDUCTION:z", "DEDUCTION:z", None),
        ("colour", "RED", "RED", "YELLOW"),
        ("matter_id", "n", "n", "m"),
        ("external_ref", None, None, "M-1"),
        ("submitted_by", "ZJJ", "ZJJ", "OFFICE"),
        ("basis", "无", "无", "依据"),
        ("approved_by", "路人", "路人", "周建国"),
        ("policy_version", "P-2", "P-2", "P-1"),
    ],
)
def test_each_field_of_an_entry_is_compared(field: str, other: Any, stored: str | None, expected: str | None) -> None:
    said = about(TAKEN, what=field, stored=stored, expected=expected)
    assert [one for one in found(changed(TAKEN, **{field: other})) if one.what != "state"] == [said]


def test_an_entry_of_another_kind_is_different() -> None:
    said = [one for one in found(changed(TAKEN, kind=Kind.BONUS)) if one.what == "kind"]
    assert said == [about(TAKEN, what="kind", stored="BONUS", expected="DEDUCTION")]


def test_the_words_of_a_reversal_may_name_another_of_its_facts_but_its_points_may_not_differ() -> None:
    assert found(changed(GIVEN_BACK, basis="另一事由")) == []
    said = about(GIVEN_BACK, what="amount", stored="0.29", expected="0.30")
    assert found(changed(GIVEN_BACK, amount=Decimal("0.29"))) == [said]


def test_evidence_is_compared_by_kind_and_hash() -> None:
    assert found(changed(AWARD, evidence=[{"kind": "DOCUMENT", "sha256": "a" * 64, "place": "别处"}])) == []
    for other in ({"kind": "PHOTO", "sha256": "a" * 64}, {"kind": "DOCUMENT", "sha256": "b" * 64}, {}):
        (said,) = found(changed(AWARD, evidence=[other]))
        kept = f"[({other.get('kind')!r}, {other.get('sha256')!r})]"
        assert said == about(AWARD, what="evidence", stored=kept, expected=f"[('DOCUMENT', '{'a' * 64}')]")


def test_a_state_that_another_history_of_the_slip_made_is_different() -> None:
    def not_fallen(stored: Books) -> None:
        stored.records["y"] = Record("y", YELLOW, lapsed_at=LAPSED_AT)

    assert found(not_fallen) == [about(TAKEN, what="state", stored="EFFECTIVE", expected="REVERSED")]


def test_a_red_that_bars_in_one_of_the_two_only_is_named() -> None:
    red = {"unit": "ZJJ", "year": 2026, "matter": "M-1", "what": "effective red"}
    forgotten = Difference(wrong=Wrong.MISSING, slip_id="r", **red)
    assert found(lambda stored: stored.records.update(r=Record("r", RED, fell_at=FELL_AT))) == [forgotten]
    invented = Record("x", replace(RED, slip_id="x", external_ref=None))
    said = Difference(wrong=Wrong.UNEXPLAINED, slip_id="x", **red | {"matter": "m"})
    assert found(lambda stored: stored.records.update(x=invented)) == [said]


def test_differences_come_by_year_unit_time_and_entry_and_reds_last() -> None:
    def spoil(stored: Books) -> None:
        for number, (unit, year, at) in enumerate(
            [("ZJJ", 2027, ISSUED_AT), ("ZJJ", 2026, FELL_AT), ("ZJJ", 2026, ISSUED_AT), ("ZJJ", 2026, ISSUED_AT)]
            + [("HBJ", 2026, FELL_AT), ("SLJ", 2025, FELL_AT)]
        ):
            id_ = f"BONUS:{number}"
            stored.entries[id_] = replace(BONUS, entry_id=id_, unit=unit, year=year, at=at)
        del stored.records["r"], stored.entries[TAKEN]

    said = [one.entry_id or one.slip_id for one in found(spoil)]
    assert said == ["BONUS:5", "BONUS:4", "BONUS:2", "BONUS:3", TAKEN, "BONUS:1", "BONUS:0", "r"]


# ---------------------------------------------------------------- running sums


def test_sums_that_are_kept_as_the_facts_come_to_are_right() -> None:
    assert list(wrong_sums(books().sums(), books().sums())) == []
    assert list(wrong_sums({("ZJJ", 2026): (Decimal("0.00"), 0)}, {})) == []


def test_wrong_sums_are_named_by_year_and_unit_also_where_one_side_has_none() -> None:
    kept = {("ZJJ", 2026): (Decimal("9.00"), 1), ("HBJ", 2026): (Decimal("0.00"), 2)}
    expected = {("ZJJ", 2026): (Decimal("0.50"), 1), ("SLJ", 2025): (Decimal("-0.30"), 0)}
    assert list(wrong_sums(kept, expected)) == [
        Difference(wrong=Wrong.DIFFERENT, unit="SLJ", year=2025, what="balance", stored="0.00", expected="-0.30"),
        Difference(wrong=Wrong.DIFFERENT, unit="HBJ", year=2026, what="number of effective reds", stored="2", expected="0"),
        Difference(wrong=Wrong.DIFFERENT, unit="ZJJ", year=2026, what="balance", stored="9.00", expected="0.50"),
    ]


def test_wrong_sums_of_many_units_come_in_the_order_of_their_names() -> None:
    units = [f"U{number}" for number in range(20)]
    kept = {(unit, 2026): (Decimal("1.00"), 0) for unit in reversed(units)}
    assert [one.unit for one in wrong_sums(kept, {})] == sorted(units)
