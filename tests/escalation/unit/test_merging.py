"""Matters handled as one, as a ladder's journal tells it (domain.md d.10), and what fell by a person's decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End, Reckoning, Term
from escalation.domain.fallen import fell_at, next_colour
from escalation.domain.merging import Merged, Other, apart, merged, others
from escalation.domain.objection import Objection, objections, transferred_at
from escalation.domain.relief import Wait
from escalation.domain.slip import Slip
from escalation.domain.standing import Entry
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def entry(kind: str, id_: str, when: str, **data: Any) -> Entry:
    return Entry(kind, id_, at(when), at(when), data)


def merge(revision: int, when: str, into: str = "M-2") -> Entry:
    return entry("MERGED", f"m{revision}", when, into=into, joined=f"j{revision}", revision=revision, on=when[:10])


def part(revision: int, when: str) -> Entry:
    return entry("UNMERGED", f"u{revision}", when, revision=revision, on=when[:10])


FIRST, PARTED, AGAIN = merge(2, "2026-03-10 09:00"), part(3, "2026-03-12 09:00"), merge(10, "2026-03-20 09:00", "M-3")


def test_the_line_of_the_highest_revision_says_where_a_ladder_goes_on() -> None:
    for order in permutations([FIRST, PARTED, AGAIN, entry("URGE", "u", "2026-03-30 09:00")]):
        assert merged(order) == Merged("M-3", at("2026-03-20 09:00"), "j10")
    assert merged([PARTED, FIRST]) is None
    assert merged([]) is None
    other = replace(FIRST, data=FIRST.data | {"unit": "CGJ"})
    assert merged([other]) == Merged("M-2", at("2026-03-10 09:00"), "j2", "CGJ")


def test_the_days_of_a_merge_that_was_undone_are_told() -> None:
    for order in permutations([FIRST, PARTED, AGAIN]):
        assert apart(order) == ((date(2026, 3, 10), date(2026, 3, 12)),)
    twice = [merge(1, "2026-03-02 09:00"), merge(2, "2026-03-04 09:00"), part(3, "2026-03-06 09:00"), part(4, "2026-03-08 09:00")]
    assert apart(twice) == ((date(2026, 3, 2), date(2026, 3, 6)),)
    backwards = [merge(1, "2026-03-04 09:00"), part(2, "2026-03-02 09:00")]
    assert apart(backwards) == ((date(2026, 3, 4), date(2026, 3, 4)),)
    assert apart([FIRST]) == ()


def joined(id_: str, when: str) -> Entry:
    return entry("JOINED", id_, when)


def began(id_: str, amount: int | None, unit: str | None, fixed: str | None = None) -> Entry:
    due = at(fixed).isoformat() if fixed else None
    return entry("JOINED_TERM", id_, "2026-03-11 09:00", amount=amount, unit=unit, fixed_due=due, started_on="2026-03-02")


def test_the_limits_of_the_other_sources_count_once_they_have_begun() -> None:
    lines = [
        joined("b", "2026-03-10 09:00"),
        began("b", 5, "WORKDAY"),
        joined("a", "2026-03-09 09:00"),
        began("a", None, None, "2026-03-13 12:00"),
        entry("SPLIT", "a", "2026-03-12 09:00"),
        joined("c", "2026-03-09 09:00"),
    ]
    wanted = (
        Other(None, None, at("2026-03-13 12:00"), date(2026, 3, 2), at("2026-03-09 09:00"), at("2026-03-12 09:00")),
        Other(5, "WORKDAY", None, date(2026, 3, 2), at("2026-03-10 09:00"), None),
    )
    for order in permutations(lines, 6):
        assert others(order) == wanted
    assert others([entry("URGE", "u", "2026-03-30 09:00")]) == ()


# ---- the earliest end


MINE = Term(10, "WORKDAY", None, date(2026, 3, 2))
"""Ends on 2026-03-16."""


def with_other(amount: int, since: str, until: str | None = None, start: date = date(2026, 3, 2), **more: Any) -> End | None:
    other = Other(amount, "WORKDAY", None, start, at(since), at(until) if until else None)
    return Term(10, "WORKDAY", None, date(2026, 3, 2), others=(other,), **more).end(RECKONING)


@pytest.mark.parametrize(
    ("amount", "since", "until", "last"),
    [
        (5, "2026-03-04 09:00", None, 9),
        (5, "2026-03-10 00:00", None, 16),
        (5, "2026-03-09 23:59", None, 9),
        (20, "2026-03-04 09:00", None, 16),
        (5, "2026-03-04 09:00", "2026-03-09 23:59", 16),
        (5, "2026-03-04 09:00", "2026-03-10 00:00", 9),
    ],
)
def test_the_earliest_end_counts_of_what_ran_while_both_were_one(amount: int, since: str, until: str | None, last: int) -> None:
    found = with_other(amount, since, until)
    assert found is not None
    assert found.last_day == date(2026, 3, last)


def test_what_was_granted_moves_the_other_limit_too() -> None:
    found = with_other(5, "2026-03-04 09:00", extension=2)
    assert found is not None
    assert found.last_day == date(2026, 3, 11)


def test_a_limit_without_an_end_of_its_own_takes_that_of_the_other() -> None:
    other = Other(5, "WORKDAY", None, date(2026, 3, 2), at("2026-03-04 09:00"), None)
    found = Term(None, None, None, date(2026, 3, 2), others=(other,)).end(RECKONING)
    assert found is not None
    assert found.last_day == date(2026, 3, 9)


def test_the_days_of_a_merge_that_was_undone_are_not_counted_where_the_limit_would_have_run_out_on_them() -> None:
    on_them = Term(10, "WORKDAY", None, date(2026, 3, 2), apart=((date(2026, 3, 12), date(2026, 3, 17)),)).end(RECKONING)
    before = Term(10, "WORKDAY", None, date(2026, 3, 2), apart=((date(2026, 3, 4), date(2026, 3, 5)),)).end(RECKONING)
    assert on_them is not None and before is not None
    assert (on_them.last_day, before.last_day) == (date(2026, 3, 20), date(2026, 3, 16))


# ---- objections


def test_an_objection_and_its_decision_fold_into_one() -> None:
    filed = entry("OBJECTION", "o", "2026-03-03 09:00", about="a")
    decided = entry("OBJECTION_DECISION", "o", "2026-03-04 09:00", outcome="ACCEPTED")
    other = entry("OBJECTION", "n", "2026-03-03 09:00", about="b")
    for order in permutations(
        [filed, decided, other, entry("OBJECTION_DECISION", "gone", "2026-03-04 09:00", outcome="REFUSED")]
    ):
        found = objections(order)
        assert found == [
            Objection("n", "b", at("2026-03-03 09:00")),
            Objection("o", "a", at("2026-03-03 09:00"), "ACCEPTED", at("2026-03-04 09:00")),
        ]
    assert found[1].wait() == Wait("OBJECTION_PENDING", at("2026-03-03 09:00"), at("2026-03-04 09:00"))


def test_only_an_accepted_objection_takes_the_assignment_off_the_unit() -> None:
    made = [Objection("o", "a", at("2026-03-03 09:00"), "REFUSED", at("2026-03-04 09:00"))]
    accepted = [*made, Objection("p", "a", at("2026-03-05 09:00"), "ACCEPTED", at("2026-03-06 09:00"))]
    assert transferred_at(made, "a") is None
    assert transferred_at(accepted, "a") == at("2026-03-06 09:00")
    assert transferred_at(accepted, "b") is None


# ---- what fell


def slip(colour: str, attempt: int, state: str, cause: str | None, *, renewal: int = 0, stands: bool = False) -> Slip:
    known: dict[str, Any] = {
        "liability_date": None,
        "proposed_by": "DUBAN",
        "issued_by": None,
        "reason": "",
        "previous_slip": None,
    }
    return Slip(
        f"{colour}{attempt}", "m", "ZJJ", colour, renewal, attempt, "OVERDUE", state, stands, None, "标准", [], 5, "WORKDAY",
        issued_at=None, cause=cause, ended_at=at(f"2026-03-{10 + attempt:02} 09:00"), **known,
    )  # fmt: skip


WHITE = slip("WHITE", 0, "SERVED", None, stands=True)


@pytest.mark.parametrize(
    ("state", "cause", "by_person"),
    [
        ("WITHDRAWN", "WITHDRAWN_BY_OFFICE", True),
        ("WITHDRAWN", "DRAFT_REFUSED", True),
        ("OVERTURNED", "OVERTURNED_BY_REVIEW", True),
        ("WITHDRAWN", "LATE_ARRIVING_TIMELY_COMPLETION", False),
    ],
)
def test_a_slip_that_a_person_took_back_does_not_come_again_by_itself(state: str, cause: str, by_person: bool) -> None:
    fallen = slip("YELLOW", 0, state, cause)
    assert fell_at([WHITE, fallen], WHITE) == (fallen.ended_at if by_person else None)


def test_the_last_one_that_fell_decides_and_only_of_the_next_colour() -> None:
    first, second = slip("YELLOW", 0, "OVERTURNED", "x"), slip("YELLOW", 1, "WITHDRAWN", "LATE_ARRIVING_TIMELY_COMPLETION")
    assert fell_at([second, first], WHITE) is None
    assert fell_at([first], None) is None
    assert fell_at([slip("YELLOW", 0, "OVERTURNED", "x", renewal=1)], WHITE) is None
    assert fell_at([slip("YELLOW", 0, "OVERTURNED", "x", stands=True)], WHITE) is None
    assert fell_at([first], slip("RED", 0, "SERVED", None, stands=True)) is None


def test_the_colours_follow_each_other() -> None:
    assert [next_colour(None), next_colour(WHITE)] == ["WHITE", "YELLOW"]
    assert [next_colour(slip(colour, 0, "SERVED", None)) for colour in ("YELLOW", "RED")] == ["RED", None]
