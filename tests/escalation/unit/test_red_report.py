"""When an open red is reported to the leading group: after every limit period, until the work is done (domain.md d.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Claim, Clock, Course, End, Reckoning
from escalation.domain.red_report import REPORTED, Period, upcoming
from escalation.domain.relief import NO_RELIEF, Relief, Wait
from escalation.domain.rungs import Rung
from escalation.domain.slip import Slip
from escalation.domain.standing import Entry, Ladder
from escalation.domain.steps import Rules
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RULES = Rules(Reckoning(WorkCalendar.china(), ZONE), time(8, 30), {}, max_renewals=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


BEGAN = at("2026-03-25 10:00")
RED = Slip(
    "r", "m", "ZJJ", "RED", 0, 0, "NO_MOVEMENT", "SERVED", True, "第1号", "标准", [], 5, "WORKDAY", date(2026, 3, 25), "DUBAN",
    BEGAN, None, "", None, served_at=BEGAN, served_on=date(2026, 3, 25),
)  # fmt: skip
LAST, DUE = date(2026, 4, 1), at("2026-04-02 00:00")
CLOCK = Clock(
    "m", "ZJJ", "SLIP:RED", "r", 5, "WORKDAY", None, date(2026, 3, 25), BEGAN, LAST, DUE, False, 0, "RUNNING", DUE
)  # fmt: skip
END = End(LAST, DUE, provisional=False, fixed=False)
COURSE = Course("RUNNING", None, END, 0, claimed=False)
OPEN = Rung(RED, CLOCK, COURSE, [], BEGAN, None)


def ladder(*reports: str) -> Ladder:
    """A ladder whose open red was reported so often; the names are those of the slips."""
    found = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "题", "标准", 10, "WORKDAY", None, None)
    found.journal.extend(Entry(REPORTED, f"{slip}:{n}", DUE, DUE, {"slip": slip}) for n, slip in enumerate(reports))
    found.journal.append(Entry("URGE", "u", DUE, DUE, {"slip": "r"}))
    found.clocks["r"] = CLOCK
    found.slips.append(RED)
    return found


def rung(**changes: Any) -> Rung:
    return replace(OPEN, **changes)


def claim(verdict: str | None, decided: str | None = None) -> Claim:
    made = at("2026-04-02 09:00")
    return Claim("c", made, made, verdict, at(decided) if decided else None)


def test_each_period_is_as_long_as_the_limit_and_is_reported_on_the_first_workday_after_it_at_the_hour_of_slips() -> None:
    assert upcoming(ladder(), OPEN, RULES) == Period(1, LAST, at("2026-04-02 08:30"))
    assert upcoming(ladder("r"), OPEN, RULES) == Period(2, date(2026, 4, 9), at("2026-04-10 08:30"))
    third = upcoming(ladder("r", "r"), OPEN, RULES)
    assert third == Period(3, date(2026, 4, 16), at("2026-04-17 08:30"))
    assert third is not None and third.id_for("r") == "r:3"


def test_the_reports_of_another_red_do_not_count() -> None:
    found = upcoming(ladder("other", "r"), OPEN, RULES)
    assert found is not None and found.number == 2


def test_a_period_that_ends_before_days_off_is_reported_after_them() -> None:
    started = replace(CLOCK, started_on=date(2026, 3, 27), deadline=date(2026, 4, 3), due_instant=at("2026-04-04 00:00"))
    late = rung(clock=replace(started, passed_due=started.due_instant), course=replace(COURSE, end=None))
    found = upcoming(ladder(), late, RULES)
    assert found == Period(1, date(2026, 4, 3), at("2026-04-07 08:30"))


@pytest.mark.parametrize(
    "changes",
    [
        {"slip": None},
        {"slip": replace(RED, colour="YELLOW")},
        {"clock": None},
        {"clock": replace(CLOCK, passed_due=None)},
        {"merged_at": DUE},
        {"withdrawn_at": DUE},
        {"course": replace(COURSE, status="DONE")},
        {"course": replace(COURSE, status="PENDING")},
        {"course": replace(COURSE, status="WAIVED")},
        {"course": replace(COURSE, suspended=True)},
        {"claims": [claim(None)]},
        {"claims": [claim("VERIFIED", "2026-04-03 09:00")]},
        {"claims": [claim("REJECTED", "2026-04-03 09:00"), claim(None)]},
        {"relief": Relief(waits=(Wait("REASON_PENDING", at("2026-03-30 09:00"), None),))},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_nothing_is_reported_while_it_is_not_open_or_for_good_once_it_is_not(changes: dict[str, Any]) -> None:
    assert upcoming(ladder(), rung(**changes), RULES) is None


@pytest.mark.parametrize("status", ["RUNNING", "REJECTED"])
def test_a_red_is_open_although_a_claim_was_rejected_and_is_reported_when_that_was_decided(status: str) -> None:
    rejected = rung(course=replace(COURSE, status=status), claims=[claim("REJECTED", "2026-04-02 15:00")])
    found = upcoming(ladder(), rejected, RULES)
    assert found == Period(1, LAST, at("2026-04-02 15:00"))


def test_days_that_were_not_charged_and_days_of_an_extension_move_the_periods() -> None:
    longer = rung(relief=replace(NO_RELIEF, extension=2))
    assert upcoming(ladder(), longer, RULES) == Period(1, date(2026, 4, 3), at("2026-04-07 08:30"))
    checked = rung(course=replace(COURSE, spans=((date(2026, 3, 30), date(2026, 3, 31)),)))
    assert upcoming(ladder(), checked, RULES) == Period(1, date(2026, 4, 3), at("2026-04-07 08:30"))
