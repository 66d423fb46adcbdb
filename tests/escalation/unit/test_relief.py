"""What lengthens, stops or holds a limit besides claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Clock, Reckoning
from escalation.domain.relief import NO_RELIEF, LeftOut, Relief, Wait, joined, remaining
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def day(number: int) -> date:
    return date(2026, 6, number)


CLOSED, OPEN = LeftOut(day(5), day(8), "A"), LeftOut(day(20), None, "B")
WAIT = Wait("JUSTIFICATION_PENDING", at("2026-06-04 09:00"), None)
DECIDED = replace(WAIT, decided_at=at("2026-06-08 10:00"))


@pytest.mark.parametrize(
    ("instant", "pending"),
    [("2026-06-04 08:59", False), ("2026-06-04 09:00", True), ("2026-06-08 09:59", True), ("2026-06-08 10:00", False)],
)
def test_a_request_holds_from_its_filing_until_its_decision(instant: str, pending: bool) -> None:
    assert DECIDED.open_at(at(instant)) is pending
    assert Relief(waits=(DECIDED,)).held_at(at(instant)) is pending
    assert Relief(waits=(replace(DECIDED, filed_at=at("2027-01-01 09:00")), DECIDED)).held_at(at(instant)) is pending


def test_an_undecided_request_holds_for_ever() -> None:
    assert WAIT.open_at(at("2030-01-01 00:00"))
    assert not NO_RELIEF.held_at(at("2030-01-01 00:00"))


def test_days_whose_end_is_known_are_spans_and_overlaps_merge() -> None:
    found = Relief(
        left_out=(CLOSED, OPEN, LeftOut(day(8), day(10), "C"), LeftOut(day(15), day(14), "D"), LeftOut(day(16), day(16), "E"))
    )
    assert found.spans == ((day(5), day(10)), (day(16), day(16)))
    assert NO_RELIEF.spans == ()


def test_what_has_no_end_yet_is_open_from_its_first_day() -> None:
    assert Relief(left_out=(CLOSED, OPEN, replace(OPEN, first=day(18)))).open_from == day(18)
    assert Relief(left_out=(CLOSED,)).open_from is None


def test_the_first_undecided_request_is_what_the_ladder_waits_for() -> None:
    second = replace(WAIT, reason="OBJECTION_PENDING")
    assert Relief(waits=(DECIDED, WAIT, second)).pending is WAIT
    assert Relief(waits=(DECIDED,)).pending is None


@pytest.mark.parametrize(
    ("due", "let_go"),
    [
        ("2026-06-08 00:00", "2026-06-08 10:00"),
        ("2026-06-08 10:00", None),
        ("2026-06-04 09:00", "2026-06-08 10:00"),
        ("2026-06-04 08:59", None),
    ],
)
def test_a_hold_over_an_end_is_let_go_with_its_decision(due: str, let_go: str | None) -> None:
    assert Relief(waits=(DECIDED, WAIT)).let_go(at(due)) == (at(let_go) if let_go else None)


def test_the_last_of_several_ends_of_holds_counts() -> None:
    found = Relief(waits=(DECIDED,), resumed=(at("2026-06-10 10:00"), at("2026-06-09 10:00")))
    assert found.let_go(at("2026-06-08 00:00")) == at("2026-06-10 10:00")
    assert found.let_go(at("2026-06-10 10:00")) is None


def test_days_of_waiting_for_another_unit_are_added() -> None:
    known = Relief(extension=2, left_out=(CLOSED,))
    assert joined(known, [OPEN]) == Relief(extension=2, left_out=(CLOSED, OPEN))
    assert joined(known, []) is known


def clock(amount: int | None, unit: str | None, deadline: date, fixed: datetime | None = None) -> Clock:
    due = fixed or at(f"{deadline} 23:59")
    return Clock(
        "m",
        "ZJJ",
        "SLIP:WHITE",
        "w",
        amount,
        unit,
        fixed,
        day(1),
        at("2026-06-01 10:00"),
        deadline,
        due,
        False,
        0,
        "RUNNING",
        None,
    )


@pytest.mark.parametrize(
    ("made", "first", "left"),
    [
        (clock(10, "WORKDAY", day(15)), day(5), 7),
        (clock(10, "WORKDAY", day(15)), day(2), 10),
        (clock(10, "WORKDAY", day(15)), date(2026, 5, 20), 10),
        (clock(14, "DAY", day(15)), day(5), 11),
        (clock(None, None, day(15), at("2026-06-15 12:00")), day(5), None),
    ],
)
def test_what_is_left_of_a_limit_from_a_day_on(made: Clock, first: date, left: int | None) -> None:
    assert remaining(made, first, RECKONING) == left
