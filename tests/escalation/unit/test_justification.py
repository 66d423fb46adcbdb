"""Legitimate reasons: what may be filed and granted, and when time is counted again (domain.md d.7, d.5.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End, Reckoning
from escalation.domain.justification import (
    Justification,
    Resumption,
    ends_of,
    inadmissible,
    justifications,
    open_suspensions,
    resumptions,
    suspension,
    to_decide,
    undecidable,
    unresumable,
    unsuspendable,
)
from escalation.domain.relief import LeftOut, Wait
from escalation.domain.review import Fault
from escalation.domain.standing import Entry
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def entry(kind: str, id_: str, when: str, **data: Any) -> Entry:
    return Entry(kind, id_, at(when), at(when), data)


FILED = Justification("j1", "white", "STATUTORY_PROCEDURE", at("2026-06-04 09:00"))
SUSPENDED = replace(
    FILED, outcome="GRANTED", decided_at=at("2026-06-08 10:00"), effect="SUSPEND", suspended_from=date(2026, 6, 5)
)
END = End(date(2026, 6, 15), at("2026-06-16 00:00"), provisional=False, fixed=False)


def decision(when: str, **data: Any) -> Entry:
    said = {"outcome": "GRANTED", "effect": "SUSPEND", "suspended_from": "2026-06-05", "days": None} | data
    return entry("JUSTIFICATION_DECISION", "j1", when, **said)


def test_reasons_and_decisions_fold_into_one_in_whatever_order_they_were_written() -> None:
    lines = [
        entry("JUSTIFICATION", "j1", "2026-06-04 09:00", about="white", category="STATUTORY_PROCEDURE"),
        decision("2026-06-08 10:00"),
        entry("JUSTIFICATION", "j0", "2026-06-04 09:00", about="yellow", category="FORCE_MAJEURE"),
        entry("URGE", "j1", "2026-06-08 10:00"),
    ]
    for order in permutations(lines):
        found = justifications(order)
        assert found == [Justification("j0", "yellow", "FORCE_MAJEURE", at("2026-06-04 09:00")), SUSPENDED]


def test_an_extension_has_days_and_a_refusal_nothing() -> None:
    filed = entry("JUSTIFICATION", "j1", "2026-06-04 09:00", about="white", category="STATUTORY_PROCEDURE")
    (longer,) = justifications([filed, decision("2026-06-08 10:00", effect="EXTEND", suspended_from=None, days=4)])
    assert (longer.effect, longer.days, longer.suspended_from, longer.suspends) == ("EXTEND", 4, None, False)
    (refused,) = justifications([filed, decision("2026-06-08 10:00", outcome="REFUSED", effect=None, suspended_from=None)])
    assert (refused.outcome, refused.effect, refused.days, refused.suspends) == ("REFUSED", None, 0, False)


def test_a_decision_without_its_filing_stands_for_nothing() -> None:
    assert justifications([decision("2026-06-08 10:00")]) == []


def test_a_reason_holds_the_ladder_from_its_filing_until_its_decision() -> None:
    assert FILED.wait() == Wait("JUSTIFICATION_PENDING", at("2026-06-04 09:00"), None)
    assert SUSPENDED.wait() == Wait("JUSTIFICATION_PENDING", at("2026-06-04 09:00"), at("2026-06-08 10:00"))


RESUMED = Resumption(at("2026-06-24 17:00"), date(2026, 6, 24))
LATER = Resumption(at("2026-06-26 17:00"), date(2026, 6, 26))


def test_the_words_that_time_is_counted_again_come_by_time() -> None:
    lines = [
        entry("RESUMPTION", "r2", "2026-06-26 17:00", on="2026-06-26"),
        entry("RESUMPTION", "r1", "2026-06-24 17:00", on="2026-06-24"),
        entry("URGE", "u", "2026-06-24 17:00"),
    ]
    assert resumptions(lines) == [RESUMED, LATER]


def test_the_first_word_after_the_decision_ends_a_suspension() -> None:
    before = Resumption(at("2026-06-08 09:59"), date(2026, 6, 8))
    assert ends_of(SUSPENDED, [before, RESUMED, LATER]) == RESUMED
    assert ends_of(SUSPENDED, [Resumption(at("2026-06-08 10:00"), date(2026, 6, 8))]) is not None
    assert ends_of(FILED, [RESUMED]) is None
    assert suspension(SUSPENDED, [before, RESUMED]) == LeftOut(date(2026, 6, 5), date(2026, 6, 24), "STATUTORY_PROCEDURE")
    assert suspension(SUSPENDED, [before]) == LeftOut(date(2026, 6, 5), None, "STATUTORY_PROCEDURE")


def test_a_suspension_is_open_from_its_decision_until_the_word() -> None:
    assert open_suspensions([SUSPENDED], [], at("2026-06-08 10:00")) == [SUSPENDED]
    assert open_suspensions([SUSPENDED], [], at("2026-06-08 09:59")) == []
    assert open_suspensions([SUSPENDED], [RESUMED], at("2026-06-30 10:00")) == []
    assert open_suspensions([FILED, replace(SUSPENDED, effect="EXTEND")], [], at("2026-06-30 10:00")) == []


@pytest.mark.parametrize(
    ("done_at", "let_off", "fault"),
    [
        (None, False, None),
        ("2026-06-04 09:01", False, None),
        (
            "2026-06-04 09:00", False,
            Fault("INADMISSIBLE_LATE", "该事项已办结 / the work was reported and found done before", "/data/category"),
        ),
        (
            "2026-06-04 08:00", True,
            Fault("ALREADY_USED", "该期限已不再计 / the unit was let off this limit already", "/data/category"),
        ),
    ],
)  # fmt: skip
def test_a_reason_that_is_not_looked_into(done_at: str | None, let_off: bool, fault: Fault | None) -> None:
    assert inadmissible(at(done_at) if done_at else None, let_off, at("2026-06-04 09:00")) == fault


def test_a_decision_answers_the_reason_that_it_names_else_the_last_undecided_one() -> None:
    older = replace(SUSPENDED, request="j0", about="yellow", filed_at=at("2026-06-04 10:00"))
    now = at("2026-06-09 09:00")
    assert to_decide([FILED, older], None, now, None) is FILED
    assert to_decide([FILED, older], None, now, "j0") is older
    assert to_decide([FILED, older], {"yellow"}, now, None) is older
    assert to_decide([FILED, older], {"yellow"}, now, "j1") is None
    assert to_decide([FILED], None, at("2026-06-04 08:59"), None) is None
    assert to_decide([FILED], None, FILED.filed_at, None) is FILED
    later = replace(FILED, request="a", filed_at=at("2026-06-04 11:00"))
    assert to_decide([later, FILED], None, now, None) is later
    twin = replace(FILED, request="j2")
    assert to_decide([twin, FILED], None, now, None) is twin


def test_nothing_is_decided_twice_or_about_a_fallen_slip() -> None:
    used = Fault("ALREADY_USED", "该正当理由已有决定 / this justification was decided", "/data/outcome")
    fallen = Fault(
        "NOT_REVIEWABLE", "督办单已撤销或失效，无须决定 / the slip has fallen; nothing is left to decide", "/data/outcome"
    )
    assert undecidable(SUSPENDED, fallen=True) == used
    assert undecidable(FILED, fallen=True) == fallen
    assert undecidable(FILED, fallen=False) is None


FILED_ON = date(2026, 6, 4)


@pytest.mark.parametrize(("first", "end"), [(FILED_ON, END), (date(2026, 6, 15), END), (date(2026, 7, 1), None)])
def test_a_limit_may_be_stopped_from_the_filing_to_its_end(first: date, end: End | None) -> None:
    assert unsuspendable(FILED, first, FILED_ON, end) is None


def test_a_limit_cannot_be_stopped_before_the_filing_except_for_force_majeure() -> None:
    detail = "中止不得早于申请之日 2026-06-04 / a suspension cannot start before the day of filing, 2026-06-04"
    found = unsuspendable(FILED, date(2026, 6, 3), FILED_ON, END)
    assert found == Fault("SUSPENSION_BEFORE_FILING", detail, "/data/suspended_from")
    assert unsuspendable(replace(FILED, category="FORCE_MAJEURE"), date(2026, 6, 3), FILED_ON, END) is None


def test_a_limit_cannot_be_stopped_after_its_end() -> None:
    detail = "期限至 2026-06-15 已届满 / the limit ends with 2026-06-15, before this day"
    found = unsuspendable(FILED, date(2026, 6, 16), FILED_ON, END)
    assert found == Fault("SCHEMA_INVALID", detail, "/data/suspended_from")


def test_a_suspension_does_not_end_before_it_began() -> None:
    two = [SUSPENDED, replace(SUSPENDED, suspended_from=date(2026, 6, 9))]
    detail = "中止自 2026-06-05 起，不能早于该日结束 / the suspension starts on 2026-06-05 and cannot end before"
    on = [FILED_ON, FILED_ON]
    assert unresumable(two, date(2026, 6, 4), on, 3, RECKONING) == Fault("SCHEMA_INVALID", detail, "/data/on")
    assert unresumable(two, date(2026, 6, 5), on, 3, RECKONING) is None


FLOOD = replace(SUSPENDED, category="FORCE_MAJEURE", suspended_from=date(2026, 6, 1))


@pytest.mark.parametrize(("ended", "in_time"), [(date(2026, 6, 2), True), (date(2026, 6, 1), True), (date(2026, 5, 29), False)])
def test_force_majeure_from_before_its_filing_must_be_filed_within_three_workdays_of_its_end(ended: date, in_time: bool) -> None:
    """Filed on Thursday 06-04: three workdays after Monday 06-01."""
    flood = replace(FLOOD, suspended_from=date(2026, 5, 28))
    found = unresumable([flood], ended, [FILED_ON], 3, RECKONING)
    detail = "不可抗力结束后 3 个工作日内应提出，此申请提出于 2026-06-04 / filed on 2026-06-04, too long after it ended"
    assert found == (None if in_time else Fault("SUSPENSION_BEFORE_FILING", detail, "/data/on"))


def test_a_suspension_from_its_filing_on_may_end_whenever_it_does() -> None:
    same_day = replace(SUSPENDED, suspended_from=FILED_ON)
    assert unresumable([same_day], FILED_ON, [date(2026, 6, 4)], 0, RECKONING) is None


def test_a_request_for_more_time_for_what_was_done_is_told_at_its_own_field() -> None:
    done, asked = at("2026-06-03 09:00"), at("2026-06-04 09:00")
    detail = "该事项已办结 / the work was reported and found done before"
    assert inadmissible(done, False, asked, "/data/days") == Fault("INADMISSIBLE_LATE", detail, "/data/days")
    detail = "该期限已不再计 / the unit was let off this limit already"
    assert inadmissible(done, True, asked, "/data/days") == Fault("ALREADY_USED", detail, "/data/days")
