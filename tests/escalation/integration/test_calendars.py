"""A calendar that is published moves what still runs, to a later day only, and says so (domain.md d.5.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

YEAR = {
    "year": 2027,
    "days_off": ["2027-01-01", "2027-01-02", "2027-01-03", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09",
                 "2027-02-10", "2027-02-11"],
    "makeup_workdays": ["2027-01-30", "2027-02-14"],
    "notice": "国办发明电〔2026〕9号",
}  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def publish(city: Any, when: str, **changes: Any) -> str:
    return str(city.rule("calendar.published", at(when), **(YEAR | changes)))


def running(city: Any, day: str, days: int = 10) -> None:
    """An assignment of so many workdays, served on `day`."""
    city.assign(at(f"{day} 09:00"), days=days)
    city.serve(at(f"{day} 10:00"))


def deadline(city: Any, owner: str = "ASSIGNMENT") -> tuple[str, bool]:
    row = next(row for row in city.lists()["deadlines"] if row["owner"] == owner)
    return row["deadline"], row["provisional"]


def test_a_provisional_deadline_becomes_later_and_is_provisional_no_more(city: Any) -> None:
    running(city, "2027-02-01")
    assert deadline(city) == ("2027-02-15", True)
    publish(city, "2027-02-02 09:00")
    assert deadline(city) == ("2027-02-19", False)
    (fact,) = [event.data for event in city.published("escalation.clock.reprojected.v1")]
    assert (fact.previous_deadline.isoformat(), fact.deadline.isoformat(), fact.year) == ("2027-02-15", "2027-02-19", 2027)
    assert fact.notice == YEAR["notice"] and not fact.provisional
    (published,) = [event.data for event in city.published("escalation.calendar.published.v1")]
    assert published.year == 2027 and len(published.days_off) == 10


def test_the_deadline_that_was_moved_is_the_one_that_is_breached(city: Any) -> None:
    running(city, "2027-02-01")
    publish(city, "2027-02-02 09:00")
    city.until(at("2027-02-19 12:00"))
    assert city.lists()["breaches"] == []
    city.until(at("2027-02-22 12:00"))
    assert [row["at"] for row in city.lists()["breaches"]] == ["2027-02-19T16:00:00Z"]
    assert city.slip("WHITE")["liability_date"] == "2027-02-22"


def test_a_served_deadline_is_never_shortened_but_its_flag_is_cleared(city: Any) -> None:
    running(city, "2027-01-25", days=5)
    assert deadline(city) == ("2027-02-01", True)
    publish(city, "2027-01-26 09:00")  # Saturday 01-30 is worked: counted anew the fifth day would be 01-30
    assert deadline(city) == ("2027-02-01", False)
    city.until(at("2027-02-01 12:00"))
    assert city.lists()["breaches"] == []
    (fact,) = [event.data for event in city.published("escalation.clock.reprojected.v1")]
    assert fact.previous_deadline == fact.deadline


def test_what_is_served_after_the_publication_counts_on_the_new_calendar_alone(city: Any) -> None:
    publish(city, "2027-01-20 09:00")
    running(city, "2027-01-25", days=5)
    assert deadline(city) == ("2027-01-30", False)
    assert city.published("escalation.clock.reprojected.v1") == []


def test_what_had_passed_before_the_publication_is_not_moved(city: Any) -> None:
    running(city, "2027-02-01", days=5)
    city.until(at("2027-02-09 12:00"))
    assert [row["at"] for row in city.lists()["breaches"]] == ["2027-02-08T16:00:00Z"]
    publish(city, "2027-02-10 09:00")
    assert deadline(city)[0] == "2027-02-08"
    assert [(row["colour"], row["state"]) for row in city.lists()["slips"]] == [("WHITE", "ISSUED")]


def test_the_same_notice_twice_changes_nothing_and_is_not_announced_again(city: Any) -> None:
    publish(city, "2027-01-20 09:00")
    publish(city, "2027-01-21 09:00")
    assert len(city.published("escalation.calendar.published.v1")) == 1 and city.refusals() == []


def test_an_amendment_with_a_number_of_its_own_replaces_the_year(city: Any) -> None:
    publish(city, "2027-01-20 09:00")
    publish(city, "2027-01-21 09:00", days_off=[*YEAR["days_off"], "2027-02-12"], notice="国办发明电〔2027〕1号")
    running(city, "2027-02-01")
    assert deadline(city) == ("2027-02-22", False)


@pytest.mark.parametrize(
    ("changes", "word", "field"),
    [
        ({"makeup_workdays": ["2027-01-01"]}, "2027-01-01", "makeup_workdays"),
        ({"makeup_workdays": ["2027-01-06"]}, "2027-01-06", "makeup_workdays"),
        ({"days_off": ["2028-01-01"]}, "2028-01-01", "days_off"),
        ({"makeup_workdays": ["2026-11-28"]}, "2026-11-28", "makeup_workdays"),
    ],
    ids=["off and worked", "worked anyway", "another year", "November before"],
)
def test_a_calendar_that_contradicts_itself_is_refused_with_the_day(
    city: Any, changes: dict[str, Any], word: str, field: str
) -> None:
    name = publish(city, "2027-01-20 09:00", **changes)
    assert city.refusals() == [(name, "SCHEMA_INVALID")]
    assert word in city.refusal_details()[0]
    assert city.refused_fields() == [f"/data/{field}"]
    assert city.published("escalation.calendar.published.v1") == []


def test_one_number_cannot_say_two_things(city: Any) -> None:
    publish(city, "2027-01-20 09:00")
    name = publish(city, "2027-01-21 09:00", days_off=["2027-01-01"])
    assert city.refusals() == [(name, "SCHEMA_INVALID")]


def test_a_replica_that_starts_later_counts_on_the_published_calendar(city: Any) -> None:
    publish(city, "2027-01-20 09:00")
    city.service.rulebook.rules.clear()
    running(city, "2027-02-01")
    assert deadline(city) == ("2027-02-19", False)
