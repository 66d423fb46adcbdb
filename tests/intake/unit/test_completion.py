"""Which verdict answers which filing, whatever the order (events.md section 3; domain.md d.13, invariant 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from intake.domain.completion import Filing, FilingKind, PartState, Verdict, answer, done_at, part_state

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def claim(name: str, hour: int, colour: str | None = None) -> Filing:
    return Filing(name, FilingKind.COMPLETION, at(hour), colour)


def report(name: str, hour: int) -> Filing:
    return Filing(name, FilingKind.PROGRESS, at(hour))


def verdict(name: str, hour: int, good: bool = True, names: str | None = None, colour: str | None = None) -> Verdict:
    return Verdict(name, FilingKind.COMPLETION, at(hour), good, names, colour)


def pairs(filings: list[Filing], verdicts: list[Verdict]) -> dict[str, str]:
    return {filing: found.id for filing, found in answer(filings, verdicts).items()}


def test_a_verdict_answers_the_last_claim_before_it() -> None:
    assert pairs([claim("a", 1), claim("b", 2), claim("c", 5)], [verdict("v", 3)]) == {"b": "v"}


def test_a_claim_at_the_same_instant_counts() -> None:
    assert pairs([claim("a", 3)], [verdict("v", 3)]) == {"a": "v"}


def test_the_next_verdict_answers_the_last_claim_that_is_still_open() -> None:
    assert pairs([claim("a", 1), claim("b", 2)], [verdict("v", 3), verdict("w", 4)]) == {"b": "v", "a": "w"}


def test_a_verdict_before_every_claim_answers_none() -> None:
    assert pairs([claim("a", 3)], [verdict("v", 2)]) == {}


def test_a_named_claim_is_answered_by_the_verdict_that_names_it() -> None:
    assert pairs([claim("a", 1), claim("b", 2)], [verdict("v", 3, names="a"), verdict("w", 4)]) == {"a": "v", "b": "w"}


def test_a_named_claim_is_kept_for_the_verdict_that_names_it_even_if_another_came_first() -> None:
    assert pairs([claim("a", 1), claim("b", 2)], [verdict("v", 3), verdict("w", 4, names="b")]) == {"b": "w", "a": "v"}


def test_the_earliest_of_two_verdicts_that_name_one_claim_holds() -> None:
    assert pairs([claim("a", 1)], [verdict("w", 4, names="a"), verdict("v", 3, names="a")]) == {"a": "v"}


def test_a_verdict_about_a_colour_leaves_claims_of_other_colours_alone() -> None:
    filings = [claim("a", 1, "WHITE"), claim("b", 2, "YELLOW")]
    assert pairs(filings, [verdict("v", 3, colour="WHITE")]) == {"a": "v"}
    assert pairs([claim("a", 1)], [verdict("v", 3, colour="WHITE")]) == {"a": "v"}


def test_reports_and_claims_are_answered_by_verdicts_of_their_own_kind() -> None:
    assert pairs([report("a", 1)], [verdict("v", 3), verdict("w", 4, names="a")]) == {}


def test_one_verified_claim_makes_the_part_done() -> None:
    filings = [claim("a", 1), claim("b", 2)]
    assert part_state(filings, answer(filings, [verdict("v", 3), verdict("w", 4, good=False)])) is PartState.VERIFIED


def test_an_open_claim_counts_as_claimed_and_a_rejected_one_as_work_in_progress() -> None:
    filings = [report("r", 0), claim("a", 1)]
    assert part_state(filings, {}) is PartState.COMPLETION_CLAIMED
    assert part_state(filings, answer(filings, [verdict("v", 3, good=False)])) is PartState.IN_PROGRESS


def test_a_report_starts_the_work_and_nothing_leaves_it_dispatched() -> None:
    assert part_state([report("r", 0)], {}) is PartState.IN_PROGRESS
    assert part_state([], {}) is PartState.DISPATCHED


def test_a_part_was_done_when_its_first_favourable_verdict_on_a_claim_fell() -> None:
    filings = [report("r", 0), claim("a", 1), claim("b", 4)]
    verdicts = [verdict("v", 3), verdict("w", 5), Verdict("x", FilingKind.PROGRESS, at(1), True)]
    assert done_at(filings, answer(filings, verdicts)) == at(3)
    assert done_at(filings, answer(filings, [verdict("v", 3, good=False)])) is None


HOURS = st.integers(0, 6)
COLOURS = st.sampled_from([None, "WHITE", "YELLOW"])
FILINGS = st.lists(
    st.builds(lambda n, h, c: claim(f"c{n}", h, c), st.integers(0, 5), HOURS, COLOURS), max_size=5, unique_by=lambda f: f.id
)
VERDICTS = st.lists(
    st.builds(
        lambda n, h, g, m, c: verdict(f"v{n}", h, g, m, c),
        st.integers(0, 5),
        HOURS,
        st.booleans(),
        st.sampled_from([None, None, "c0", "c1"]),
        COLOURS,
    ),
    max_size=5,
    unique_by=lambda v: v.id,
)


@given(FILINGS, VERDICTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_pair(filings: list[Filing], verdicts: list[Verdict], chance: object) -> None:
    first = answer(filings, verdicts)
    chance.shuffle(filings)  # type: ignore[attr-defined]
    chance.shuffle(verdicts)  # type: ignore[attr-defined]
    assert answer(filings, verdicts) == first


@given(FILINGS, VERDICTS)
def test_a_verdict_answers_one_filing_at_most_and_none_that_came_after_it(filings: list[Filing], verdicts: list[Verdict]) -> None:
    found = answer(filings, verdicts)
    times = {filing.id: filing.filed_at for filing in filings}
    assert len({v.id for v in found.values()}) == len(found)
    assert all(v.names == name or (v.names is None and times[name] <= v.decided_at) for name, v in found.items())


def test_progress_after_a_claim_does_not_take_the_claim_back() -> None:
    filings = [claim("a", 1), report("b", 2)]
    assert part_state(filings, {}) is PartState.COMPLETION_CLAIMED
