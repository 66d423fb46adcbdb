"""How alike two fingerprints are, in numbers: each part, its weight, and the edges (domain.md d.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from intake.domain.similarity import ALIKE, CLAUSE, LONG, TERMS, TEXT, Fingerprint, fingerprint, keys, likeness, related

DAY = datetime(2026, 3, 10, tzinfo=UTC)
YEAR = timedelta(days=366)
PAIRS = frozenset(f"p{number}" for number in range(LONG))


def print_of(**changes: object) -> Fingerprint:
    plain = Fingerprint("a", frozenset({"ZJJ"}), frozenset(), None, "DOCUMENT", PAIRS, DAY)
    return replace(plain, **changes)  # type: ignore[arg-type]


def shared(count: int) -> frozenset[str]:
    """So many pairs of PAIRS, and others up to the same number."""
    return frozenset(sorted(PAIRS)[:count]) | frozenset(f"q{number}" for number in range(LONG - count))


def test_a_text_alone_is_what_it_has_in_common_of_what_both_have() -> None:
    half = shared(LONG // 2)
    expected = 100 * len(PAIRS & half) // len(PAIRS | half)
    assert likeness(print_of(), print_of(pairs=half)) == expected
    assert likeness(print_of(), print_of(pairs=frozenset({"x"}))) == 0
    assert likeness(print_of(pairs=frozenset()), print_of(pairs=frozenset())) == 0


def test_terms_weigh_only_where_both_have_some() -> None:
    one = print_of(terms=frozenset({"a", "b", "c"}))
    assert likeness(one, print_of()) == 100
    assert likeness(print_of(), one) == 100
    some = likeness(one, print_of(terms=frozenset({"a"})))
    assert some == (TEXT * 100 + TERMS * 33) // (TEXT + TERMS)


def test_clauses_weigh_only_where_both_have_one() -> None:
    one = print_of(clause="x")
    assert likeness(one, print_of()) == likeness(print_of(), one) == 100
    assert likeness(one, print_of(clause="x")) == 100
    assert likeness(one, print_of(clause="y")) == TEXT * 100 // (TEXT + CLAUSE)
    other = print_of(clause="x", pairs=frozenset({"z"}))
    assert likeness(one, other) == CLAUSE * 100 // (TEXT + CLAUSE)


def test_a_text_of_another_source_relates_from_its_least_length_and_likeness_on() -> None:
    other = print_of(matter_id="b", source_type="NETIZEN_MESSAGE")
    assert related(print_of(), other, YEAR)
    short = frozenset(sorted(PAIRS)[1:])
    assert not related(print_of(pairs=short), replace(other, pairs=short), YEAR)
    assert not related(print_of(), replace(other, source_type="DOCUMENT"), YEAR)
    assert likeness(print_of(), replace(other, pairs=shared(LONG // 3))) < ALIKE
    assert not related(print_of(), replace(other, pairs=shared(LONG // 3)), YEAR)


def test_the_period_is_counted_from_either_side_and_its_last_instant_counts() -> None:
    other = print_of(matter_id="b", clause="x", submitted_at=DAY + YEAR)
    assert related(print_of(clause="x"), other, YEAR)
    assert related(other, print_of(clause="x"), YEAR)
    assert not related(print_of(clause="x"), replace(other, submitted_at=DAY + YEAR + timedelta(seconds=1)), YEAR)


def test_keys_are_the_same_on_every_run_and_fit_into_64_bits_with_a_sign() -> None:
    found = keys(print_of(clause="x", terms=frozenset({"a"}), pairs=frozenset()))
    assert found == keys(print_of(clause="x", terms=frozenset({"a"}), pairs=frozenset()))
    assert found == [-2969790787576957142, 7497541780938694534]
    assert all(-(2**63) <= key < 2**63 for key in keys(print_of()))
    assert len(set(keys(print_of()))) == len(keys(print_of())) > 1


@pytest.mark.parametrize("length", [LONG - 1, LONG])
def test_a_short_text_has_no_keys_of_its_own(length: int) -> None:
    assert bool(keys(print_of(pairs=frozenset(sorted(PAIRS)[:length])))) is (length == LONG)


@pytest.mark.parametrize("count", range(LONG + 1))
def test_a_likeness_is_rounded_down_once_for_each_part_and_once_in_all(count: int) -> None:
    some = shared(count)
    text = 100 * len(PAIRS & some) // len(PAIRS | some)
    for clause, same in (("x", 100), ("y", 0)):
        whole = (TEXT * text + CLAUSE * same) // (TEXT + CLAUSE)
        assert likeness(print_of(clause="x"), print_of(clause=clause, pairs=some)) == whole


def test_the_least_likeness_of_two_texts_is_enough() -> None:
    whole = frozenset(f"p{number:03}" for number in range(100))
    one = print_of(pairs=whole)
    for count, is_related in ((ALIKE, True), (ALIKE - 1, False)):
        part = print_of(matter_id="b", source_type="NETIZEN_MESSAGE", pairs=frozenset(sorted(whole)[:count]))
        assert related(one, part, YEAR) is is_related


def test_texts_without_a_pair_in_common_have_no_key_in_common() -> None:
    other = print_of(pairs=frozenset(f"z{number}" for number in range(LONG)))
    assert not set(keys(print_of())) & set(keys(other))


def test_an_ordinal_of_a_document_is_compared_with_the_document_s_number() -> None:
    asked = {
        "matter_id": "a",
        "units": ["ZJJ"],
        "title": "老旧小区改造",
        "terms": [],
        "clause": "第三条",
        "number": "咸政发〔2026〕1号",
    }
    found = fingerprint(**asked, source_type="DOCUMENT", submitted_at=DAY)  # type: ignore[arg-type]
    assert found.clause == "咸政发20261号|第三条"
