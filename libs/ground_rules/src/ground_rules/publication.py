"""Calendars and policies that were published, and the policy in force on a day with both in it (domain.md d.5.4, B5).

Contents are those of `escalation.calendar.published.v1` and `escalation.policy.published.v1`, days as ISO texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ground_rules.limits import local_date
from ground_rules.policy import NOT_BY_PUBLICATION, Policy, amended, by_full_key
from ground_rules.workdays import WorkCalendar, YearNotice

Content = Mapping[str, Any]


def with_calendars(base: Policy, calendars: Sequence[Content]) -> Policy:
    """The policy on these notices, the last of a year counts; a policy for which every day is a workday keeps that."""
    if not calendars or not base.calendar.is_provisional(9999):
        return base
    return replace(base, calendar=WorkCalendar.china({content["year"]: notice_of(content) for content in calendars}))


class Published:
    """The policy in force by what was published. Each is laid over the one of the start once: messages ask for it one by one."""

    def __init__(self, base: Policy, calendars: Sequence[Content] = (), policies: Sequence[Content] = ()) -> None:
        self.counted = with_calendars(base, calendars)
        """The policy of the start, on the published calendars."""
        self._policies = sorted(policies, key=lambda content: str(content["effective_from"]), reverse=True)
        self._made: dict[int, Policy] = {}

    def on(self, day: date) -> Policy:
        """The published policy with the latest `effective_from` up to a local day; of two with the same one, the first."""
        for number, content in enumerate(self._policies):
            if date.fromisoformat(content["effective_from"]) <= day:
                if number not in self._made:
                    self._made[number] = amended(self.counted, content["parameters"], content["version"])
                return self._made[number]
        return self.counted

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant."""
        return self.on(local_date(instant, self.counted.zone)) if self._policies else self.counted


def laid_over(beneath: Content, changes: Content) -> dict[str, Any]:
    """Two tables of overrides as one, by full key: where both name a parameter, `changes` counts.

    PolicyError names every unknown key; whether the values are accepted is seen when the policy is loaded.
    """
    return by_full_key(beneath) | by_full_key(changes)


def publishable(overrides: Content) -> dict[str, Any]:
    """Overrides by full key, without what no publication may change."""
    return {key: value for key, value in by_full_key(overrides).items() if key not in NOT_BY_PUBLICATION}


def notice_of(content: Content) -> YearNotice:
    """A published calendar as `workdays` reads it."""
    off, worked = ([date.fromisoformat(day) for day in content[key]] for key in ("days_off", "makeup_workdays"))
    return YearNotice.published(content["year"], off, worked, content["notice"])
