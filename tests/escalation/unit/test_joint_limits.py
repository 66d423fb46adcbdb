"""Matters handled as one, as a journal tells it: which ladder goes on, and on which limit (domain.md d.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Reckoning, Term
from escalation.domain.merging import JOINED, JOINED_TERM, MERGED, SPLIT, UNMERGED, Other, apart, merged, others
from escalation.domain.standing import Entry
from ground_rules.workdays import WorkCalendar

RECKONING = Reckoning(WorkCalendar.china(), ZoneInfo("Asia/Shanghai"))


def at(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 2, tzinfo=UTC)


def line(kind: str, id_: str, when: datetime, **data: Any) -> Entry:
    return Entry(kind, id_, when, when, data)


def left(revision: int, day: int) -> Entry:
    return line(UNMERGED, str(revision), at(day), revision=revision, on=f"2026-03-{day:02d}")


def went(revision: int, day: int, into: str = "A") -> Entry:
    return line(MERGED, str(revision), at(day), revision=revision, on=f"2026-03-{day:02d}", into=into, joined=f"B:{revision}")


TERM = {"amount": 10, "unit": "WORKDAY", "fixed_due": None, "started_on": "2026-03-18"}


# ---- the merged ladder


def test_a_ladder_goes_on_by_itself_until_it_is_merged() -> None:
    assert merged([]) is None
    assert merged([line("CLAIM", "c", at(3))]) is None


def test_a_merged_ladder_goes_on_in_the_leading_one_since_the_merge() -> None:
    found = merged([went(4, 17)])
    assert found is not None and (found.into, found.since, found.id) == ("A", at(17), "B:4")


def test_the_highest_revision_holds_whatever_the_order() -> None:
    lines = [went(4, 17), left(5, 18), went(6, 19, "C")]
    assert {(found.into, found.since) for order in permutations(lines) if (found := merged(order))} == {("C", at(19))}
    assert merged([left(5, 18), went(4, 17)]) is None


def test_the_days_of_a_merge_that_was_undone_are_known() -> None:
    assert apart([left(5, 20), went(4, 17)]) == ((date(2026, 3, 17), date(2026, 3, 20)),)
    assert apart([went(4, 17), went(5, 18, "C"), left(6, 20)]) == ((date(2026, 3, 17), date(2026, 3, 20)),)
    assert apart([went(4, 17)]) == ()


# ---- the leading ladder


def test_another_limit_binds_once_it_has_begun() -> None:
    joined = line(JOINED, "B:4", at(19), matter="B")
    assert others([joined]) == ()
    (found,) = others([joined, line(JOINED_TERM, "B:4", at(18), **TERM)])
    assert found == Other(10, "WORKDAY", None, date(2026, 3, 18), at(19), None)


def test_a_limit_of_a_merge_that_ended_is_known_with_its_end() -> None:
    lines = [line(JOINED, "B:4", at(19)), line(JOINED_TERM, "B:4", at(18), **TERM), line(SPLIT, "B:4", at(25))]
    assert {others(order)[0].until for order in permutations(lines)} == {at(25)}


def test_a_fixed_instant_binds_too() -> None:
    term = TERM | {"amount": None, "unit": None, "fixed_due": at(24).isoformat()}
    (found,) = others([line(JOINED, "B:4", at(19)), line(JOINED_TERM, "B:4", at(18), **term)])
    assert found.fixed_due == at(24)


# ---- the earliest end counts

OWN = Term(3, "MONTH", None, date(2026, 3, 10))
NETIZEN = Other(10, "WORKDAY", None, date(2026, 3, 18), at(19), None)
LEADER = Other(15, "WORKDAY", None, date(2026, 3, 16), at(17), None)


def last_day(term: Term, **more: Any) -> date | None:
    end = replace(term, **more).end(RECKONING)
    return end.last_day if end else None


def test_ac15_three_heads_have_the_earliest_of_three_limits() -> None:
    assert last_day(OWN) == date(2026, 6, 10)
    assert last_day(OWN, others=(LEADER,)) == date(2026, 4, 7)
    assert last_day(OWN, others=(LEADER, NETIZEN)) == date(2026, 4, 1)
    assert last_day(OWN, others=(NETIZEN, LEADER)) == date(2026, 4, 1)


def test_the_own_end_counts_where_it_is_the_earliest() -> None:
    assert last_day(Term(5, "WORKDAY", None, date(2026, 3, 18)), others=(NETIZEN,)) == date(2026, 3, 25)


def test_a_limit_that_had_passed_before_the_merge_does_not_count() -> None:
    late = replace(NETIZEN, since=at(2, 4))
    assert last_day(OWN, others=(late,)) == date(2026, 6, 10)
    assert last_day(OWN, others=(replace(NETIZEN, since=at(1, 4)),)) == date(2026, 4, 1)


def test_after_parting_a_limit_counts_only_if_it_had_passed_before() -> None:
    assert last_day(OWN, others=(replace(NETIZEN, until=at(1, 4)),)) == date(2026, 6, 10)
    assert last_day(OWN, others=(replace(NETIZEN, until=at(2, 4)),)) == date(2026, 4, 1)


def test_days_that_are_granted_or_not_counted_move_every_limit() -> None:
    assert last_day(OWN, others=(NETIZEN,), extension=2) == date(2026, 4, 3)
    assert last_day(OWN, others=(NETIZEN,), spans=((date(2026, 3, 20), date(2026, 3, 22)),)) == date(2026, 4, 2)


@pytest.mark.parametrize("nothing", [{"start": None}, {"let_off": True}])
def test_what_has_no_end_of_its_own_has_none_by_others(nothing: dict[str, Any]) -> None:
    assert last_day(OWN, others=(NETIZEN,), **nothing) is None


def test_a_limit_that_ran_out_while_merged_has_its_remaining_days_afterwards() -> None:
    own = Term(10, "WORKDAY", None, date(2026, 3, 2))
    assert last_day(own) == date(2026, 3, 16)
    assert last_day(own, apart=((date(2026, 3, 12), date(2026, 3, 18)),)) == date(2026, 3, 23)


def test_a_limit_that_still_runs_after_parting_is_the_same_as_before() -> None:
    own = Term(10, "WORKDAY", None, date(2026, 3, 2))
    assert last_day(own, apart=((date(2026, 3, 5), date(2026, 3, 13)),)) == date(2026, 3, 16)
