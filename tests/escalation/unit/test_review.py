"""What may be applied for, what may be decided, and in which order the reasons of a refusal count (domain.md d.8, d.17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End
from escalation.domain.review import (
    Fault,
    Review,
    falling,
    inadmissible,
    lighter,
    nothing_to_find,
    reviewable,
    slip_at,
    to_decide,
    undecidable,
    unvariable,
    white_fault,
)
from escalation.domain.slip import Slip

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def late(time: str) -> str | None:
    return None if WINDOW.in_time(at(time)) else "申请期已过"


def slip(
    colour: str, issued: str | None = "2026-03-17 00:00", *, renewal: int = 0, attempt: int = 0, stands: bool = True
) -> Slip:
    known: dict[str, Any] = {"liability_date": date(2026, 3, 17), "proposed_by": "DUBAN", "issued_by": None, "reason": ""}
    return Slip(
        f"{colour}{renewal}{attempt}", "m", "ZJJ", colour, renewal, attempt, "OVERDUE", "SERVED", stands, "第1号", "标准", [], 5,
        "WORKDAY", issued_at=at(issued) if issued else None, previous_slip=None, **known,
    )  # fmt: skip


WINDOW = End(date(2026, 4, 16), at("2026-04-17 00:00"), provisional=False, fixed=False)
FILED = Review("r1", "YELLOW00", "YELLOW", at("2026-04-10 09:00"))
DECIDED = replace(FILED, outcome="UPHELD", decided_at=at("2026-04-12 09:00"))


@pytest.mark.parametrize(
    ("time", "code"),
    [("2026-04-16 23:59", None), ("2026-04-17 00:00", "INADMISSIBLE_LATE"), ("2026-04-17 09:00", "INADMISSIBLE_LATE")],
)
def test_the_window_ends_with_its_last_day(time: str, code: str | None) -> None:
    fault = inadmissible(slip("YELLOW"), None, late(time))
    assert (fault.code if fault else None) == code


def test_who_applies_before_the_receipt_is_not_late() -> None:
    assert inadmissible(slip("YELLOW"), None, None) is None


def test_a_slip_that_is_not_there_or_has_fallen_cannot_be_reviewed_even_late() -> None:
    for found in (None, slip("YELLOW", stands=False)):
        fault = inadmissible(found, None, late("2026-05-30 09:00"))
        assert fault is not None
        assert fault.code == "NOT_REVIEWABLE"


def test_a_second_application_is_used_up_while_pending_not_reviewable_when_decided_and_late_before_both() -> None:
    def code(known: Review, time: str) -> str | None:
        fault = inadmissible(slip("YELLOW"), known, late(time))
        return fault.code if fault else None

    assert code(FILED, "2026-04-15 09:00") == "ALREADY_USED"
    assert code(DECIDED, "2026-04-15 09:00") == "NOT_REVIEWABLE"
    assert {code(known, "2026-04-17 09:00") for known in (FILED, DECIDED)} == {"INADMISSIBLE_LATE"}


def test_a_white_is_objected_to_in_writing_and_the_refusal_says_until_when() -> None:
    assert [reviewable(colour) for colour in ("WHITE", "YELLOW", "RED")] == [False, True, True]
    fault = white_fault(WINDOW)
    assert fault.code == "NOT_REVIEWABLE"
    assert "2026-04-16" in fault.detail
    assert white_fault(None).code == "NOT_REVIEWABLE"


def test_an_application_is_about_the_last_slip_of_its_colour_issued_by_then_and_a_renewal_belongs_to_its_yellow() -> None:
    first, second = slip("YELLOW", stands=False), slip("YELLOW", "2026-05-01 00:00", attempt=1)
    renewed, draft = slip("YELLOW", "2026-05-20 00:00", renewal=1, attempt=2), slip("RED", None)
    found = [first, second, renewed, draft]
    assert slip_at(found, "YELLOW", at("2026-04-10 09:00")) is first
    assert slip_at(found, "YELLOW", at("2026-05-01 00:00")) is second
    assert slip_at(found, "YELLOW", at("2026-06-01 09:00")) is second
    assert slip_at(found, "YELLOW", at("2026-03-16 09:00")) is None
    assert slip_at(found, "RED", at("2026-06-01 09:00")) is None


def test_a_decision_answers_the_application_that_it_names_else_the_last_undecided_one() -> None:
    older = replace(DECIDED, review_id="r0", slip_id="other", filed_at=at("2026-04-11 09:00"))
    now = at("2026-05-06 09:00")
    assert to_decide([FILED, older], "YELLOW", now, None) is FILED
    assert to_decide([FILED, older], "YELLOW", now, "r0") is older
    assert to_decide([FILED, older], "YELLOW", now, "unknown") is None
    assert to_decide([FILED], "RED", now, None) is None
    assert to_decide([FILED], "YELLOW", at("2026-04-10 08:59"), None) is None
    assert to_decide([FILED], "YELLOW", FILED.filed_at, None) is FILED


def test_nothing_is_decided_without_an_application_twice_or_about_a_fallen_slip() -> None:
    def code(review: Review | None, found: Slip | None) -> str | None:
        fault = undecidable(review, found)
        return fault.code if fault else None

    assert code(None, None) == "NOT_REVIEWABLE"
    assert code(DECIDED, slip("YELLOW")) == "ALREADY_USED"
    assert code(DECIDED, slip("YELLOW", stands=False)) == "ALREADY_USED"
    assert code(FILED, slip("YELLOW", stands=False)) == "NOT_REVIEWABLE"
    assert code(FILED, slip("YELLOW")) is None


def test_lighter_means_lower_on_the_ladder() -> None:
    assert lighter("RED", "YELLOW")
    assert lighter("YELLOW", "WHITE")
    assert not any(lighter(colour, new) for colour, new in [("YELLOW", "YELLOW"), ("YELLOW", "RED"), ("RED", None)])


SHORT = End(date(2026, 3, 24), at("2026-03-25 00:00"), provisional=False, fixed=False)


@pytest.mark.parametrize(
    ("new_colour", "wanted", "pointer"),
    [
        ("WHITE", None, None),
        (None, WINDOW, None),
        ("YELLOW", WINDOW, None),
        ("WHITE", WINDOW, None),
        ("RED", None, "/data/new_colour"),
        ("RED", WINDOW, "/data/new_colour"),
        ("YELLOW", None, "/data/new_colour"),
        (None, SHORT, "/data/new_limit"),
        ("WHITE", SHORT, "/data/new_limit"),
    ],
)
def test_a_variation_is_a_lower_colour_or_a_longer_limit_and_nothing_else(
    new_colour: str | None, wanted: End | None, pointer: str | None
) -> None:
    fault = unvariable("YELLOW", new_colour, SHORT, wanted)
    assert (fault.pointer if fault else None) == pointer
    assert fault is None or fault.code == "SCHEMA_INVALID"


def test_back_to_a_colour_takes_away_every_slip_above_it_up_to_the_reviewed_one() -> None:
    white, yellow, renewed, red = slip("WHITE"), slip("YELLOW"), slip("YELLOW", renewal=1), slip("RED")
    ladder = [white, yellow, renewed, red]
    assert falling(ladder, red, "YELLOW") == [red]
    assert falling(ladder, red, "WHITE") == [yellow, red]
    assert falling(ladder, yellow, "WHITE") == [yellow]


# ---------------------------------------------------------------- findings about what has fallen


def fallen(colour: str = "YELLOW", ended: str = "2026-03-23 09:00", **more: Any) -> Slip:
    return replace(slip(colour, stands=False, **more), ended_at=at(ended))


NOTHING = Fault(
    "NOT_REVIEWABLE", "督办单已撤销或失效，无须认定 / the slip has fallen; nothing is left to find", "/data/progress_class"
)


def test_a_finding_about_yellows_that_have_all_fallen_is_refused_from_the_instant_of_the_last_fall() -> None:
    slips = [slip("WHITE"), fallen(attempt=1), fallen(attempt=2, ended="2026-03-24 09:00")]
    assert nothing_to_find(slips, at("2026-03-24 09:00")) == NOTHING
    assert nothing_to_find(slips, at("2026-03-24 08:59")) is None


def test_a_finding_that_comes_early_or_about_a_yellow_that_stands_is_kept() -> None:
    now = at("2026-03-30 09:00")
    assert nothing_to_find([slip("WHITE"), fallen("WHITE")], now) is None
    assert nothing_to_find([fallen(), slip("YELLOW", attempt=1)], now) is None
    assert nothing_to_find([fallen(), slip("YELLOW", None, attempt=1)], now) == NOTHING
    assert nothing_to_find([fallen()], at("2026-03-17 00:00")) is None
    assert nothing_to_find([replace(slip("YELLOW"), ended_at=at("2026-03-20 09:00"))], now) is None
