"""How often and how long a unit may object to an assignment (domain.md d.15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ground_rules.limits import Deadline, Limit, start_of_day
from ground_rules.policy import load_policy
from intake.domain.objection import ACCEPTED, Objection, answered_by, fault_in, is_believed, window
from intake.domain.sources import SourceType

ZONE = ZoneInfo("Asia/Shanghai")
LAST = date(2026, 3, 5)
END = Deadline(LAST, start_of_day(LAST + timedelta(days=1), ZONE), False)
START = datetime(2026, 3, 2, 1, tzinfo=UTC)


def filed(name: str, hours: int, outcome: str | None = None) -> Objection:
    return Objection(name, START + timedelta(hours=hours), outcome)


def test_the_last_day_counts_until_midnight() -> None:
    assert fault_in(END.due_instant - timedelta(seconds=1), [], 1, END) is None
    fault = fault_in(END.due_instant, [], 1, END)
    assert fault is not None
    assert fault.code == "INADMISSIBLE_LATE"


@pytest.mark.parametrize(
    ("arrived", "read_until", "mode", "believed"),
    [
        (date(2026, 3, 20), None, "auto", True),  # no marker has passed: it may have stood in the queue all the time
        (date(2026, 3, 20), date(2026, 3, 5), "person", True),  # the last marker was made before the end
        (date(2026, 3, 10), date(2026, 3, 6), "auto", True),  # after the cut, on the third workday after the end
        (date(2026, 3, 11), date(2026, 3, 6), "auto", False),
        (date(2026, 3, 6), date(2026, 3, 6), "person", False),
        (date(2026, 3, 5), date(2026, 3, 20), "person", True),  # in time by its arrival
    ],
)
def test_an_objection_cannot_be_backdated(arrived: date, read_until: date | None, mode: str, believed: bool) -> None:
    policy = load_policy({"late_report": {"mode": mode}})
    marker = start_of_day(read_until, ZONE) if read_until else None
    assert is_believed(start_of_day(arrived, ZONE), marker, END, policy) is believed


def test_before_the_service_every_arrival_is_early_enough() -> None:
    assert is_believed(START + timedelta(days=300), START + timedelta(days=299), None, load_policy({}))


def test_what_is_not_believed_is_inadmissible() -> None:
    fault = fault_in(START, [], 1, END, believed=False)
    assert fault is not None
    assert (fault.code, fault.pointer) == ("INADMISSIBLE_LATE", "/time")
    assert fault.detail == (
        "所称时间在异议期内，但到达过迟，系统不予采信，请向督查室书面说明 / "
        "it claims a time within the window but came too late to be believed by machine; write to the office"
    )


def test_nothing_runs_before_the_assignment_is_served() -> None:
    assert fault_in(START + timedelta(days=300), [], 1, None) is None


def test_after_its_bounces_the_assignment_is_final() -> None:
    fault = fault_in(START, [filed("a", 0)], 1, END)
    assert fault is not None
    assert fault.code == "ASSIGNMENT_FINAL"
    assert fault_in(START, [filed("a", 0)], 2, END) is None


def test_a_petition_has_its_own_window() -> None:
    policy = load_policy()
    assert window(SourceType.PETITION, policy) == Limit(5, "WORKDAY")
    assert window(SourceType.DOCUMENT, policy) == Limit(3, "WORKDAY")


def test_a_decision_answers_the_last_undecided_objection_before_it() -> None:
    every = [filed("a", 1), filed("b", 2, ACCEPTED), filed("c", 5)]
    found = answered_by(every, START + timedelta(hours=3), None)
    assert found is not None
    assert found.id == "a"
    assert answered_by(every, START, None) is None


def test_a_decision_that_names_an_objection_answers_that_one() -> None:
    every = [filed("a", 1), filed("b", 2)]
    found = answered_by(every, START + timedelta(hours=3), "a")
    assert found is not None
    assert found.id == "a"
    assert answered_by(every, START, "z") is None


def test_of_two_objections_at_one_instant_the_later_id_is_answered() -> None:
    every = [filed("b", 1), filed("a", 1)]
    found = answered_by(every, START + timedelta(hours=1), None)
    assert found is not None
    assert found.id == "b"


def test_of_two_undecided_objections_the_later_one_is_answered_whatever_their_ids() -> None:
    every = [filed("a", 2), filed("b", 1)]
    found = answered_by(every, START + timedelta(hours=3), None)
    assert found is not None
    assert found.id == "a"
