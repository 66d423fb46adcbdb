"""The lead's shield: days on which it waited for a unit that it had urged in good time (domain.md d.9, AC-14)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import Clock, End, Reckoning
from escalation.domain.lateness import LateReports
from escalation.domain.relief import LeftOut
from escalation.domain.rungs import rungs
from escalation.domain.shield import overdue_since, shielded, urged_by_lead, waited
from escalation.domain.standing import Entry, Ladder
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)
BELIEVING = LateReports("auto", Limit(3, "WORKDAY"), RECKONING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


END = End(date(2026, 6, 1), at("2026-06-02 00:00"), provisional=False, fixed=False)
"""AC-14: the supporting unit's ten workdays end on Monday 2026-06-01; the last useful day to urge it is 05-27."""


def urge(when: str, *, block: bool = True, arrived: str | None = None, by: str = "LEAD", sender: str = "ZJJ") -> Entry:
    """An urging; where it says when it `arrived`, all that had been sent before has been read."""
    read = at(arrived).isoformat() if arrived else None
    data = {"by": by, "sender": sender, "reported_block": block, "read_until": read}
    return Entry("URGE", f"u{when}", at(when), at(arrived or when), data)


def ladder(unit: str, role: str, *journal: Entry, passed: bool = True) -> Ladder:
    found = Ladder("m", unit, "M-1", "OFFICE", f"a-{unit}", role, "题", "标准", 10, "WORKDAY", None, None)
    found.journal.extend(journal)
    due = at("2026-06-02 00:00")
    found.clocks[f"a-{unit}"] = Clock(
        "m", unit, "ASSIGNMENT", f"a-{unit}", 10, "WORKDAY", None, date(2026, 5, 18), at("2026-05-18 10:00"), date(2026, 6, 1),
        due, False, 0, "RUNNING", due if passed else None,
    )  # fmt: skip
    return found


LEAD = ladder("ZJJ", "LEAD")


def shield(*urges: Entry) -> bool:
    return shielded(urges, END, RECKONING, BELIEVING, 3)


@pytest.mark.parametrize(
    ("urges", "holds"),
    [
        ([urge("2026-05-26 09:00")], True),
        ([urge("2026-05-27 23:59")], True),
        ([urge("2026-05-28 00:00")], False),
        ([urge("2026-05-26 09:00", block=False)], False),
        ([urge("2026-05-26 09:00", block=False), urge("2026-06-01 23:59")], True),
        ([urge("2026-05-26 09:00", block=False), urge("2026-06-02 00:00")], False),
        ([], False),
    ],
)
def test_the_shield_needs_an_urging_in_good_time_and_a_report_before_the_end(urges: list[Entry], holds: bool) -> None:
    assert shield(*urges) is holds


@pytest.mark.parametrize(
    ("arrived", "believed"),
    [("2026-06-01 23:59", True), ("2026-06-02 00:00", True), ("2026-06-04 23:59", True), ("2026-06-05 00:00", False)],
)
def test_an_urging_that_arrives_too_long_after_the_end_is_not_believed(arrived: str, believed: bool) -> None:
    assert shield(urge("2026-05-26 09:00", arrived=arrived)) is believed


def test_an_urging_that_stood_in_the_queue_before_the_end_is_believed_however_late_it_is_read() -> None:
    waited = urge("2026-05-26 09:00", arrived="2026-06-20 00:00")
    waited.data["read_until"] = at("2026-06-01 23:59").isoformat()
    assert shield(waited)
    waited.data["read_until"] = at("2026-06-02 00:00").isoformat()
    assert not shield(waited)


def test_where_a_person_decides_about_late_reports_only_what_came_before_the_end_counts() -> None:
    strict = LateReports("person", Limit(3, "WORKDAY"), RECKONING)
    assert shielded([urge("2026-05-26 09:00")], END, RECKONING, strict, 3)
    assert not shielded([urge("2026-05-26 09:00", arrived="2026-06-02 00:00")], END, RECKONING, strict, 3)


def test_only_the_leads_own_urgings_count() -> None:
    mine = urge("2026-05-26 09:00")
    others = [urge("2026-05-25 09:00", by="OFFICE"), urge("2026-05-24 09:00", sender="JTJ")]
    claim = Entry("CLAIM", "c", at("2026-05-26 09:00"), at("2026-05-26 09:00"), {"by": "LEAD", "sender": "ZJJ"})
    assert urged_by_lead(ladder("SLJ", "SUPPORTING", *others, mine, claim), LEAD) == [mine]


def wait(*journal: Entry, passed: bool = True, lead: Ladder = LEAD) -> list[LeftOut]:
    return waited(lead, [lead, ladder("SLJ", "SUPPORTING", *journal, passed=passed)], RECKONING, BELIEVING, 3)


def claimed(when: str, id_: str = "c") -> Entry:
    return Entry("CLAIM", id_, at(when), at(when), {})


def verdict(when: str, what: str, claimed_at: str, id_: str = "c") -> Entry:
    data: dict[str, Any] = {"claim": id_, "claimed_at": at(claimed_at).isoformat(), "verdict": what}
    return Entry("VERDICT", f"v{id_}", at(when), at(when), data)


def test_a_lead_waits_from_the_day_after_the_others_end_until_it_delivers() -> None:
    assert wait(urge("2026-05-26 09:00")) == [LeftOut(date(2026, 6, 2), None, "AWAITING_OTHER_UNIT")]
    delivered = wait(urge("2026-05-26 09:00"), claimed("2026-06-09 10:00"))
    assert delivered == [LeftOut(date(2026, 6, 2), date(2026, 6, 9), "AWAITING_OTHER_UNIT")]


def test_a_delivery_that_was_rejected_is_none() -> None:
    journal = (
        urge("2026-05-26 09:00"),
        claimed("2026-06-09 10:00"),
        verdict("2026-06-10 10:00", "REJECTED", "2026-06-09 10:00"),
        claimed("2026-06-12 10:00", "d"),
    )
    assert wait(*journal) == [LeftOut(date(2026, 6, 2), date(2026, 6, 12), "AWAITING_OTHER_UNIT")]
    assert wait(*journal[:3])[0].last is None


def test_nobody_waits_for_a_unit_that_is_not_overdue_or_was_not_urged() -> None:
    assert wait(urge("2026-05-26 09:00"), passed=False) == []
    assert wait() == []
    assert wait(urge("2026-05-29 09:00")) == []
    done = (urge("2026-05-26 09:00"), claimed("2026-06-01 10:00"))
    assert wait(*done) == []
    assert wait(*done, verdict("2026-06-03 10:00", "VERIFIED", "2026-06-01 10:00")) == []


def test_work_in_time_that_was_rejected_after_the_end_is_overdue_from_that_end() -> None:
    journal = (urge("2026-05-26 09:00"), claimed("2026-06-01 10:00"), verdict("2026-06-03 10:00", "REJECTED", "2026-06-01 10:00"))
    assert wait(*journal) == [LeftOut(date(2026, 6, 2), None, "AWAITING_OTHER_UNIT")]


def test_a_supporting_unit_waits_for_nobody() -> None:
    other = ladder("JTJ", "SUPPORTING")
    assert waited(other, [ladder("SLJ", "SUPPORTING", urge("2026-05-26 09:00", sender="JTJ"))], RECKONING, BELIEVING, 3) == []


def test_the_first_limit_that_ran_out_counts() -> None:
    assert overdue_since(rungs(ladder("SLJ", "SUPPORTING"), RECKONING, BELIEVING)) == END
    assert overdue_since(rungs(ladder("SLJ", "SUPPORTING", passed=False), RECKONING, BELIEVING)) is None
