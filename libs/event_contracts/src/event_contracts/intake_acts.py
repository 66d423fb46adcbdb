"""Facts that intake announces about what the office does besides slips.

They say that something was done, about what, and by whom. The words of a field note and the outcome of an action stay in intake:
they may be about persons, and nobody has to act on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecorded(Fact):
    """The office coordinated, investigated, or said how a problem is to be handled (协调、调查核实、处理)."""

    TYPE: ClassVar[str] = "intake.action.recorded.v1"
    action: str
    kind: str
    recorded_at: datetime
    by: str
    matter_id: str | None = None
    external_ref: str | None = None
    submitted_by: str | None = None
    unit: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNoteRecorded(Fact):
    """A meeting was attended or a visit accompanied, and a note made of it; a matter may name `note` as its source."""

    TYPE: ClassVar[str] = "intake.field_note.recorded.v1"
    note: str
    recorded_at: datetime
    kind: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceIssued(Fact):
    """The office gave advice (建议) on a cause, to a unit or a leader."""

    TYPE: ClassVar[str] = "intake.advice.issued.v1"
    advice: str
    cause: str
    addressee: str
    text: str
    issued_at: datetime
    by: str
    matters: list[str] = field(default_factory=list)
    """The matters that it rests on, by our ids."""
    kind: str = "MEASURE"
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceAnswered(Fact):
    """The addressee said whether the advice is adopted; the latest `answered_at` counts."""

    TYPE: ClassVar[str] = "intake.advice.answered.v1"
    advice: str
    cause: str
    addressee: str
    adopted: bool
    text: str
    answered_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceCase:
    """One matter in which a cause was found."""

    case: str
    matter_id: str
    external_ref: str
    unit: str
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceDetected(Fact):
    """The same cause came back (反复出现的同类问题): in too many units, or too often, within the window; advice is proposed.

    Once for each cause and window, with the cases that were known when it was found; both days are included.
    """

    TYPE: ClassVar[str] = "intake.recurrence.detected.v1"
    cause: str
    window_from: date
    window_until: date
    units: list[str]
    count: int
    cases: list[RecurrenceCase] = field(default_factory=list)
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPublished(Fact):
    """The plan of a year's supervision is known (督查计划); `items` by their names. The highest revision counts."""

    TYPE: ClassVar[str] = "intake.plan.published.v1"
    plan: str
    year: int
    items: list[str]
    approved_by: str
    published_at: datetime
    revision: int = 0
