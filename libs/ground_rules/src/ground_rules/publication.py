"""Calendars and policies that were published, and the policy in force on a day with both in it (domain.md d.5.4, B5).

Contents are those of `escalation.calendar.published.v1` and `escalation.policy.published.v1`, days as ISO texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ground_rules.policy import Policy, amended
from ground_rules.workdays import WorkCalendar, YearNotice

Content = Mapping[str, Any]


def with_calendars(base: Policy, calendars: Sequence[Content]) -> Policy:
    """The policy on these notices, the last of a year counts; a policy for which every day is a workday keeps that."""
    if not calendars or not base.calendar.is_provisional(9999):
        return base
    return replace(base, calendar=WorkCalendar.china({content["year"]: notice_of(content) for content in calendars}))


def in_force(base: Policy, policies: Sequence[Content], day: date) -> Policy:
    """The published policy with the latest `effective_from` up to a local day, laid over the one of the start."""
    begun = [content for content in policies if date.fromisoformat(content["effective_from"]) <= day]
    if not begun:
        return base
    latest = max(begun, key=lambda content: str(content["effective_from"]))
    return amended(base, latest["parameters"], latest["version"])


def notice_of(content: Content) -> YearNotice:
    """A published calendar as `workdays` reads it."""
    off, worked = ([date.fromisoformat(day) for day in content[key]] for key in ("days_off", "makeup_workdays"))
    return YearNotice.published(content["year"], off, worked, content["notice"])
