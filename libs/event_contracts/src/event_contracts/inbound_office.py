"""Inbound messages about no single matter: calendars, policies, interviews, persons, the year's books, and our own markers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from event_contracts.event import Evidence, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPublished(Request):
    """The State Council's notice of a year's days off and make-up workdays."""

    TYPE: ClassVar[str] = "calendar.published.v1"
    OWNER: ClassVar[str] = "escalation"
    year: int
    days_off: list[date]
    makeup_workdays: list[date] = field(default_factory=list)
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished(Request):
    """A new policy: what it changes in the shipped one, in the form of a policy file, in force from a local day."""

    TYPE: ClassVar[str] = "policy.published.v1"
    OWNER: ClassVar[str] = "escalation"
    version: str
    effective_from: date
    parameters: dict[str, Any]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewDecided(Request):
    """An official answers the proposal of an interview (约谈): SUMMON or DECLINE."""

    TYPE: ClassVar[str] = "interview.decided.v1"
    OWNER: ClassVar[str] = "escalation"
    unit: str
    outcome: str
    by: str
    persons: list[str] = field(default_factory=list)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewHeld(Request):
    """The interview took place."""

    TYPE: ClassVar[str] = "interview.held.v1"
    OWNER: ClassVar[str] = "escalation"
    unit: str
    minutes: str
    commitments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An official and what he or she may do when. A capacity has `role`, `from`, `to`? and `deputy_for`? (a person)."""

    name: str
    capacities: list[dict[str, Any]]
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPublished(Request):
    """Who holds which office, and who stands in for whom; complete each time (events.md section 3)."""

    TYPE: ClassVar[str] = "persons.published.v1"
    OWNER: ClassVar[str] = "intake"
    persons: list[Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How a unit stands from `valid_from` to `valid_to`, both included; a unit that changed has several rows.

    Its `successor` goes on with its duties from the day after `valid_to`. `group`: what it is compared within.
    """

    code: str
    name: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    parent: str | None = None
    group: str | None = None
    successor: str | None = None
    head: str | None = None
    liaison: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsPublished(Request):
    """The directory of units, complete each time (events.md section 3)."""

    TYPE: ClassVar[str] = "units.published.v1"
    OWNER: ClassVar[str] = "intake"
    units: list[Unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinItem:
    """One slip that a bulletin names: a matter by our id or by its reference, the unit, the colour; without it a conclusion."""

    matter: str
    unit: str
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPublished(Request):
    """A bulletin (情况通报) that the head of the government approved (Decree 733 art. 21), to all in its scope."""

    TYPE: ClassVar[str] = "bulletin.published.v1"
    OWNER: ClassVar[str] = "notify"
    bulletin: str
    scope: list[str]
    items: list[BulletinItem]
    text: str
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusAwarded(Request):
    """A bonus approved by the head of the government (Decree 733 art. 21)."""

    TYPE: ClassVar[str] = "bonus.awarded.v1"
    OWNER: ClassVar[str] = "scoring"
    unit: str
    year: int
    amount: Decimal
    reason: str
    evidence: list[Evidence]
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFinalised(Request):
    """The assessment office closes a year; `base_totals` are the units' totals after weighting, before plus and minus."""

    TYPE: ClassVar[str] = "assessment.finalised.v1"
    OWNER: ClassVar[str] = "scoring"
    year: int
    base_totals: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutMarked(Request):
    """A marker of the cut (events.md section 2): goes to every inbound queue; only escalation's account may write it.

    `answers` maps a service's name to the highest `want` of its `cut.wanted` requests that this marker was made after.
    """

    TYPE: ClassVar[str] = "cut.marked.v1"
    OWNER: ClassVar[str] = "*"
    number: int
    answers: dict[str, int] = field(default_factory=dict)
