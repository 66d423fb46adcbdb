"""Facts that intake announces about who exists and who holds which office, and whose parts go to whom when units change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import Fact, MatterFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What a person may do when; both days included. `deputy_for` names the person stood in for."""

    role: str
    valid_from: date
    valid_until: date | None = None
    deputy_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePerson:
    """An official with all capacities."""

    name: str
    capacities: list[Capacity]
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPublished(Fact):
    """Who holds which office; complete each time, the highest revision counts."""

    TYPE: ClassVar[str] = "intake.persons.published.v1"
    persons: list[OfficePerson]
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedUnit:
    """How a unit stands from one day to another, both included; a unit that changed has several. `successor` goes on with its
    duties from the day after its last one."""

    code: str
    name: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    parent: str | None = None
    group: str | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsPublished(Fact):
    """The directory of units (单位名录); complete each time, the highest revision counts."""

    TYPE: ClassVar[str] = "intake.units.published.v1"
    units: list[PublishedUnit]
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentMoved(MatterFact):
    """A unit's part of a matter goes on under `successor` (单位承继): its ladder, slips and limits do not begin anew.

    `joined`: the successor has a part of its own in this matter, and both go on as one, with the earlier end.
    """

    TYPE: ClassVar[str] = "intake.assignment.moved.v1"
    unit: str
    assignment_id: str
    successor: str
    role: str
    moved_at: datetime
    parties: list[str]
    """All units of the matter, the earlier ones too."""
    joined: bool = False
