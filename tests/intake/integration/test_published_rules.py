"""Calendars and policies that are published while intake runs: windows of objections and defaults follow them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from event_contracts.escalation import CalendarPublished, PolicyPublished
from event_contracts.inbound import ObjectionFiled
from event_contracts.notify import NoticeServed
from intake.domain.matter import matter_id


def served(bench: Any, day: datetime, on: int = 2) -> None:
    (row,) = bench.rows("SELECT assignment_id FROM assignment WHERE unit = 'ZJJ'")
    about = {"matter_id": matter_id("OFFICE", "M-01"), "notice_id": "n", "kind": "ASSIGNMENT", "unit": "ZJJ", "mode": "SIGNED"}
    bench.hear(NoticeServed(**about, about=row["assignment_id"], served_at=day, served_on=date(2026, 3, on)), day)


def longer_window(days: int, effective: date) -> PolicyPublished:
    window = {"objection": {"window": {"amount": days, "unit": "WORKDAY"}}}
    return PolicyPublished(version="2026-2", effective_from=effective, parameters=window)


def days_off(*days: int) -> CalendarPublished:
    """The calendar of 2026 once more, with further days off in March."""
    return CalendarPublished(
        year=2026, days_off=[date(2026, 3, day) for day in days], makeup_workdays=[], notice="国办发明电〔2026〕9号"
    )


@pytest.mark.parametrize(
    ("rule", "filed", "refused"),
    [
        (None, 5, False),
        (None, 6, True),
        (longer_window(5, date(2026, 3, 2)), 9, False),
        (longer_window(5, date(2026, 3, 2)), 10, True),
        (longer_window(5, date(2026, 3, 3)), 6, True),
        (days_off(3, 4), 9, False),
        (days_off(3, 4), 10, True),
        (longer_window(1, date(2026, 3, 3)), 5, False),
    ],
    ids=["3 days", "the 4th", "5 days", "the 6th", "served before", "two days off", "the day after", "a shorter one later"],
)
def test_the_window_of_an_objection_follows_what_was_published(
    bench: Any, matter: Any, at: Any, rule: Any, filed: int, refused: bool
) -> None:
    bench.send("OFFICE", matter())
    if rule is not None:
        bench.hear(rule, at(1), "escalation")
    served(bench, at(2))
    bench.send("ZJJ", ObjectionFiled(matter="M-01", unit="ZJJ", grounds="不属本单位职责"), at(filed, 9), id_="o")
    assert bench.refused() == ({"o": "INADMISSIBLE_LATE"} if refused else {})


def test_a_calendar_that_is_published_later_never_shortens_a_window(bench: Any, matter: Any, at: Any) -> None:
    bench.send("OFFICE", matter())  # a make-up Saturday in the window: three workdays would end with 03-09 for who counts it
    bench.hear(
        CalendarPublished(year=2026, days_off=[], makeup_workdays=[date(2026, 3, 7)], notice="国办发明电〔2026〕9号"),
        at(1),
        "escalation",
    )
    served(bench, at(5), on=5)
    bench.send("ZJJ", ObjectionFiled(matter="M-01", unit="ZJJ", grounds="不属本单位职责"), at(10, 9), id_="o")
    assert bench.refused() == {}


def test_a_published_policy_verifies_by_machine_from_its_day(bench: Any, matter: Any, claim: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.hear(
        PolicyPublished(version="2026-2", effective_from=date(2026, 3, 5), parameters={"verification": "auto"}),
        at(1),
        "escalation",
    )
    bench.send("ZJJ", claim(), at(4))
    assert bench.announced("completion.verified") == []
    bench.send("ZJJ", claim(), at(5))
    assert len(bench.announced("completion.verified")) == 1
