"""Inbound messages about what the office does besides slips: its recorded powers, field notes, advice, look-backs and plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from event_contracts.event import Evidence, Request, TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecorded(Request):
    """The office used one of its powers (domain.md C9): it coordinated, investigated, or said how a problem is to be handled.

    About a matter, a unit, both or neither. Interviews and bulletins, the other two powers, have messages of their own.
    """

    TYPE: ClassVar[str] = "action.recorded.v1"
    OWNER: ClassVar[str] = "intake"
    kind: str
    parties: list[str]
    outcome: str
    by: str
    matter: str | None = None
    unit: str | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNoteRecorded(Request):
    """What was said at a meeting that was attended, or on a visit that was accompanied (domain.md C11).

    A matter that comes from it has the source type FIELD_NOTE, and the id of this message as `source.number`.
    """

    TYPE: ClassVar[str] = "field_note.recorded.v1"
    OWNER: ClassVar[str] = "intake"
    occasion: str
    text: str
    by: str
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceIssued(Request):
    """The office gives advice (建议) on a cause that several matters share, to a unit or a leader (domain.md D4; art. 19–21)."""

    TYPE: ClassVar[str] = "advice.issued.v1"
    OWNER: ClassVar[str] = "intake"
    advice: str
    cause: str
    matters: list[str]
    addressee: str
    text: str
    by: str
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceAnswered(Request):
    """The addressee says whether the advice is adopted; the office says it for a leader. The latest answer counts."""

    TYPE: ClassVar[str] = "advice.answered.v1"
    OWNER: ClassVar[str] = "intake"
    advice: str
    adopted: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBackRecorded(Request):
    """The office looked at a closed matter again (回头看): it stands, or it is done again, all of it or the part of `unit`."""

    TYPE: ClassVar[str] = "look_back.recorded.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    passed: bool
    text: str
    by: str
    unit: str | None = None
    evidence: list[Evidence] = field(default_factory=list)
    limit: TimeLimit | None = None
    """How long the units have, if it did not pass; without it what they had before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationDecided(Request):
    """The registration (立项) of a matter that waits for it is approved or refused (Decree 733 art. 11).

    `matter` is our id or, of a matter that the office submitted, its reference.
    """

    TYPE: ClassVar[str] = "registration.decided.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    outcome: str
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """One line of a plan: what is supervised, of whom, within which scope, and how often a unit at most."""

    item: str
    units: list[str]
    content: str
    scope: str
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPublished(Request):
    """The plan of a year's supervision (督查计划, Decree 733 art. 15), complete each time."""

    TYPE: ClassVar[str] = "plan.published.v1"
    OWNER: ClassVar[str] = "intake"
    plan: str
    year: int
    items: list[PlanItem]
    approved_by: str
