"""Facts that escalation announces about no single matter: interviews, calendars, policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from event_contracts.event import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewFact(Fact):
    """An interview with the head of a unit (约谈; policy `interview.*`)."""

    interview_id: str
    unit: str
    year: int
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewProposed(InterviewFact):
    """The rule proposes one; a person decides."""

    TYPE: ClassVar[str] = "escalation.interview.proposed.v1"
    proposed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewSummoned(InterviewFact):
    """An official summoned the unit."""

    TYPE: ClassVar[str] = "escalation.interview.summoned.v1"
    summoned_at: datetime
    by: str
    persons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewDeclined(InterviewFact):
    """An official found no need for it."""

    TYPE: ClassVar[str] = "escalation.interview.declined.v1"
    declined_at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecalled(InterviewFact):
    """The slips that a proposal rested on fell before anybody decided on it."""

    TYPE: ClassVar[str] = "escalation.interview.recalled.v1"
    recalled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewHeld(InterviewFact):
    """The interview took place."""

    TYPE: ClassVar[str] = "escalation.interview.held.v1"
    held_at: datetime
    minutes: str
    commitments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPublished(Fact):
    """A year's days off and make-up workdays, for all services."""

    TYPE: ClassVar[str] = "escalation.calendar.published.v1"
    year: int
    days_off: list[date]
    makeup_workdays: list[date]
    notice: str
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished(Fact):
    """A policy in force from a local day, for all services; `parameters` as in a policy file."""

    TYPE: ClassVar[str] = "escalation.policy.published.v1"
    version: str
    effective_from: date
    parameters: dict[str, Any]
    by: str | None = None
    revision: int = 0
