"""Which matters are one, by the officers' answers alone (domain.md d.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from intake.domain.duplicates import DISTINCT, MERGE, Merge, Outcomes, Resolution, merges, root_of, together_since


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def merge(matter: str, into: str, day: int) -> Resolution:
    return Resolution(f"{matter}{into}{day}", matter, into, MERGE, at(day))


def distinct(matter: str, into: str | None, day: int) -> Resolution:
    return Resolution(f"{matter}-{into}{day}", matter, into, DISTINCT, at(day))


def roots(*answers: Resolution) -> dict[str, str]:
    """Matter → its leading one; the same whatever the order of the answers, and with each of them twice."""
    orders = [dict(merges(order)) for order in permutations(answers)]
    assert all(found == orders[0] for found in orders)
    assert merges([*answers, *answers]) == orders[0]
    return {matter: root_of(orders[0], matter) for matter in "ABCD"}


def test_without_an_answer_every_matter_is_on_its_own() -> None:
    assert roots() == {"A": "A", "B": "B", "C": "C", "D": "D"}


def test_a_merged_matter_is_handled_with_the_other() -> None:
    assert roots(merge("B", "A", 17), merge("C", "A", 19)) == {"A": "A", "B": "A", "C": "A", "D": "D"}


def test_a_chain_leads_to_its_end() -> None:
    answers = [merge("C", "B", 17), merge("B", "A", 19)]
    assert roots(*answers)["C"] == "A"
    assert together_since(merges(answers), "C") == at(19)
    assert together_since(merges(answers), "B") == at(19)
    assert together_since(merges(answers), "A") is None


def test_when_the_middle_of_a_chain_leaves_its_own_go_with_it() -> None:
    assert roots(merge("C", "B", 17), merge("B", "A", 18), distinct("B", "A", 19)) == {"A": "A", "B": "B", "C": "B", "D": "D"}


def test_the_last_answer_by_business_time_counts() -> None:
    assert roots(merge("B", "A", 17), distinct("B", "A", 18))["B"] == "B"
    assert roots(distinct("B", "A", 17), merge("B", "A", 18))["B"] == "A"
    assert roots(merge("B", "A", 17), merge("B", "C", 18))["B"] == "C"


def test_at_the_same_instant_the_id_decides() -> None:
    first, second = Resolution("1", "B", "A", MERGE, at(17)), Resolution("2", "B", "A", DISTINCT, at(17))
    assert roots(first, second)["B"] == "B"


def test_a_pair_may_be_named_from_either_side() -> None:
    assert roots(merge("B", "A", 17), distinct("A", "B", 18))["B"] == "B"


def test_distinct_without_a_name_parts_a_matter_from_whatever_leads_it() -> None:
    assert roots(merge("B", "A", 17), distinct("B", None, 18))["B"] == "B"


def test_distinct_from_a_third_matter_leaves_a_merge_alone() -> None:
    assert roots(merge("B", "A", 17), distinct("B", "C", 18))["B"] == "A"


def test_parting_twice_or_what_was_never_merged_does_nothing() -> None:
    assert roots(merge("B", "A", 17), distinct("B", "A", 18), distinct("B", "A", 19))["B"] == "B"
    assert roots(distinct("B", "A", 18))["B"] == "B"


def test_a_second_merge_into_the_same_matter_keeps_the_first_instant() -> None:
    assert merges([merge("B", "A", 17), merge("B", "A", 20)])["B"].since == at(17)


def test_the_other_way_round_the_last_answer_says_which_one_leads() -> None:
    assert roots(merge("B", "A", 17), merge("A", "B", 18)) == {"A": "B", "B": "B", "C": "C", "D": "D"}


def test_no_ring_can_be_made() -> None:
    found = roots(merge("A", "B", 17), merge("B", "C", 18), merge("C", "A", 19))
    assert found == {"A": "A", "B": "A", "C": "A", "D": "D"}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([], None),
        ([merge("B", "A", 17)], MERGE),
        ([distinct("B", "A", 17)], DISTINCT),
        ([distinct("B", None, 17)], DISTINCT),
        ([distinct("A", "B", 17)], DISTINCT),
        ([distinct("B", "C", 17)], None),
        ([merge("B", "A", 17), distinct("B", "A", 18)], DISTINCT),
        ([merge("B", "C", 17), merge("A", "C", 18)], MERGE),
    ],
)
def test_what_became_of_a_suspicion(answers: list[Resolution], outcome: str | None) -> None:
    assert Outcomes(answers).of("B", "A") == outcome


def test_a_pair_is_listed_as_the_officer_named_it() -> None:
    assert Outcomes([merge("A", "B", 17)]).named_by_officer("B", "A") == ("A", "B")
    assert Outcomes([merge("B", "A", 17)]).named_by_officer("B", "A") == ("B", "A")
    assert Outcomes([]).named_by_officer("B", "A") == ("B", "A")


def test_a_merge_keeps_its_instant_and_its_reason() -> None:
    assert merges([replace(merge("B", "A", 17), reason="同一事项")]) == {"B": Merge("A", at(17), "同一事项")}


def test_a_merge_with_itself_or_with_nothing_is_none() -> None:
    assert merges([merge("A", "A", 17), replace(merge("B", "A", 17), into=None)]) == {}


def test_a_chain_is_one_since_its_last_link_wherever_that_is() -> None:
    assert together_since(merges([merge("C", "B", 19), merge("B", "A", 17)]), "C") == at(19)
