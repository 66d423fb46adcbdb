"""The policy in force by what was published (domain.md B5, d.5.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from ground_rules.policy import PolicyError, load_policy
from ground_rules.publication import Published, laid_over, publishable

BASE = load_policy()


def policy(version: str, effective_from: str, white: int) -> dict[str, Any]:
    return {"version": version, "effective_from": effective_from, "parameters": {"limits": {"white": {"amount": white}}}}


POLICIES = [
    policy("v2", "2026-04-01", 12),
    policy("v3", "2026-07-01", 15),
    policy("v1", "2026-02-01", 11),
    policy("x", "2026-07-01", 16),
]


@pytest.mark.parametrize(
    ("day", "white"),
    [("2026-01-31", 10), ("2026-02-01", 11), ("2026-03-31", 11), ("2026-04-01", 12), ("2026-06-30", 12), ("2026-07-01", 15)],
)
def test_the_latest_day_that_has_come_counts_and_of_two_with_one_day_the_first(day: str, white: int) -> None:
    assert Published(BASE, (), POLICIES).on(date.fromisoformat(day)).limits.white.amount == white


def test_days_are_local_ones() -> None:
    published = Published(BASE, (), POLICIES)
    assert published.at(datetime(2026, 3, 31, 15, 59, tzinfo=UTC)).version == "v1"
    assert published.at(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)).version == "v2"


def test_without_a_policy_the_one_of_the_start_counts() -> None:
    assert Published(BASE).at(datetime(2026, 3, 31, tzinfo=UTC)) is BASE


def test_each_policy_is_made_once_however_often_it_is_asked_for() -> None:
    published = Published(BASE, (), POLICIES)
    assert published.on(date(2026, 5, 1)) is published.on(date(2026, 6, 1))


def test_every_policy_counts_on_the_published_calendars() -> None:
    off = {"year": 2027, "notice": "国办发明电〔2026〕9号", "days_off": ["2027-01-01", "2027-01-04"], "makeup_workdays": []}
    published = Published(BASE, [off], POLICIES)
    assert BASE.calendar.is_workday(date(2027, 1, 4))
    for day in (date(2026, 1, 1), date(2026, 8, 1)):
        assert not published.on(day).calendar.is_workday(date(2027, 1, 4))


def test_changes_are_laid_over_other_overrides_by_full_key_however_they_are_written() -> None:
    beneath = {"limits": {"white": 1, "yellow": 2}, "approver.red": "X", "outage_credit": True}
    changes = {"limits.white": 3, "approver": {"red": "Y"}}
    wanted = {"limits.white": 3, "limits.yellow": 2, "approver.red": "Y", "outage_credit": True}
    assert laid_over(beneath, changes) == wanted
    with pytest.raises(PolicyError, match="limits.wite"):
        laid_over(beneath, {"limits": {"wite": 1}})


def test_what_no_publication_may_change_is_left_out_of_what_can_be_published() -> None:
    assert publishable({"calendar": "none", "timezone": "UTC", "limits": {"white": 3}}) == {"limits.white": 3}
