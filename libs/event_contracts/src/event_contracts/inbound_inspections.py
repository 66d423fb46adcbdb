"""Inbound messages about inspections (督查检查; Decree 733 art. 8, 12, 15, 16): plans, what was found, and the conclusion.

All come from the office's account. What a covert inspection's messages say stays in intake until its conclusion is served
(domain.md d.13 no. 12), so these types are `CONFIDENTIAL`: no log line, no error and no list of operators shows their content.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, ClassVar

from event_contracts.event import Evidence, Request, TimeLimit
from event_contracts.inbound_matters import Override


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who inspects (督查组, art. 8): the leader answers for it; members may come from outside."""

    leader: str
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found. With `standard` and a limit it becomes a matter once its conclusion stands (art. 18)."""

    text: str
    code: str | None = None
    """Of the office's list; FALSE_REPORT and OBSTRUCTION are those of art. 25."""
    finding: str | None = None
    """The office's own reference; the same one is the same finding."""
    unit: str | None = None
    task: str | None = None
    standard: str | None = None
    deliverable: str | None = None
    limit: TimeLimit | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlanned(Request):
    """A campaign (集中督查, domain.md D1): each unit is inspected for each task. Again with a new plan: amended."""

    TYPE: ClassVar[str] = "campaign.planned.v1"
    OWNER: ClassVar[str] = "intake"
    CONFIDENTIAL: ClassVar[bool] = True
    campaign: str
    period: str
    units: list[str]
    tasks: list[str]
    team: Team
    plan: str
    means: list[str] = field(default_factory=list)
    by: str | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True, kw_only=True, init=False, eq=False, repr=False)
class InspectionPlanned(Request):
    """One visit, routine or of a campaign, OPEN (明查) or COVERT (暗访), `from` a local day `to` another, both included.

    `from` is a word of Python: read these two as `starts_on` and `ends_on`.
    """

    TYPE: ClassVar[str] = "inspection.planned.v1"
    OWNER: ClassVar[str] = "intake"
    CONFIDENTIAL: ClassVar[bool] = True
    inspection: str
    mode: str
    unit: str
    place: str
    __annotations__["from"] = "date"
    to: date
    team: Team
    plan: str
    campaign: str | None = None
    matter: str | None = None
    means: list[str] = field(default_factory=list)
    by: str | None = None
    override: Override | None = None

    def __init__(self, **values: Any) -> None:
        for name, default in (("campaign", None), ("matter", None), ("means", []), ("by", None), ("override", None)):
            values.setdefault(name, default)
        for known in fields(self):
            object.__setattr__(self, known.name, values.pop(known.name))
        if values:
            raise TypeError("unknown fields")

    @property
    def starts_on(self) -> date:
        """The first local day."""
        found: date = getattr(self, "from")
        return found

    @property
    def ends_on(self) -> date:
        """The last local day."""
        return self.to

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(getattr(self, f.name) == getattr(other, f.name) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFound(Request):
    """What a team found on the spot; `inspection` names the inspection, or the campaign."""

    TYPE: ClassVar[str] = "inspection.found.v1"
    OWNER: ClassVar[str] = "intake"
    CONFIDENTIAL: ClassVar[bool] = True
    inspection: str
    unit: str
    findings: list[Finding]
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionIssued(Request):
    """The conclusion about a unit (督查结论, art. 16): of an inspection, a campaign, or a matter; on evidence.

    Its id, ours or the office's own, stands for `matter` in `notice.signed` and `review.filed`.
    """

    TYPE: ClassVar[str] = "conclusion.issued.v1"
    OWNER: ClassVar[str] = "intake"
    CONFIDENTIAL: ClassVar[bool] = True
    conclusion: str
    unit: str
    findings: list[Finding]
    evidence: list[Evidence]
    issued_by: str
    inspection: str | None = None
    matter: str | None = None
