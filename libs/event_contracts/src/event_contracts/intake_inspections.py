"""Facts that intake announces about inspections and conclusions (domain.md D1–D3, d.12; Decree 733 art. 8, 15–17).

Of a covert inspection nothing is announced before its conclusion is issued; that conclusion is announced *sealed*, and what it
says, with place, days and team, follows once it is served (domain.md d.13 no. 12).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import Evidence, Fact, MatterFact


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionTeam:
    """Who inspects: the leader answers for it."""

    leader: str
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignItem:
    """One unit inspected for one task; `item` is the same whenever it is planned again."""

    item: str
    unit: str
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlanned(Fact):
    """A campaign (集中督查) as its plan in force has it, whole; the highest revision counts."""

    TYPE: ClassVar[str] = "intake.campaign.planned.v1"
    campaign: str
    period: str
    plan: str
    planned_at: datetime
    team: InspectionTeam
    items: list[CampaignItem]
    means: list[str] = field(default_factory=list)
    by: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecord(Fact):
    """An inspection as its plan in force has it."""

    inspection: str
    unit: str
    mode: str
    place: str
    starts_on: date
    ends_on: date
    team: InspectionTeam
    plan: str
    planned_at: datetime
    campaign: str | None = None
    matter_id: str | None = None
    means: list[str] = field(default_factory=list)
    by: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPlanned(InspectionRecord):
    """An open inspection (明查) was planned, or its plan amended; the highest revision counts. Covert ones never are told so."""

    TYPE: ClassVar[str] = "intake.inspection.planned.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingItem:
    """One thing that was found; `matter`: the reference of what it became, where it is to be put right (art. 18)."""

    finding: str
    text: str
    code: str | None = None
    task: str | None = None
    matter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFound(Fact):
    """An open inspection found something; no conclusion yet."""

    TYPE: ClassVar[str] = "intake.inspection.found.v1"
    inspection: str
    unit: str
    filing: str
    found_at: datetime
    findings: list[FindingItem]
    evidence: list[Evidence] = field(default_factory=list)
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionIssued(MatterFact):
    """The conclusion about a unit (督查结论), to be served on it. Its id stands for a matter's.

    `sealed`: that of a covert inspection; what it says follows as `intake.conclusion.disclosed.v1` once it is served.
    `took_part`: who may not review it (art. 17).
    """

    TYPE: ClassVar[str] = "intake.conclusion.issued.v1"
    unit: str
    issued_at: datetime
    sealed: bool = False
    issued_by: str | None = None
    inspection: str | None = None
    about_matter: str | None = None
    findings: list[FindingItem] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    took_part: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionDisclosed(MatterFact):
    """A conclusion that was sealed is served: now it says what it rests on. Again whenever more is known of who took part."""

    TYPE: ClassVar[str] = "intake.conclusion.disclosed.v1"
    unit: str
    disclosed_at: datetime
    issued_at: datetime
    issued_by: str
    findings: list[FindingItem]
    evidence: list[Evidence]
    took_part: list[str]
    inspection: str | None = None
    place: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    team: InspectionTeam | None = None
