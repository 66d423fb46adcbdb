"""What intake shows of matters over HTTP (`GET /v1/matters`), as typed data; the OpenAPI document describes these classes.

Times are instants; amounts are as in events. Of an informant nothing is here, and citizens' names are masked to units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from event_contracts.event import TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLine:
    """One matter in a list."""

    matter_id: str
    external_ref: str
    submitted_by: str
    title: str
    kind: str
    section: str
    source_type: str
    state: str
    submitted_at: datetime
    closed_at: datetime | None = None
    units: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source of a matter: its own, or that of a matter handled with it (并案). Each is owed its own answer."""

    matter_id: str
    external_ref: str
    type: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    clause: str | None = None
    difficult: bool = False
    reply_limit: TimeLimit | None = None
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingView:
    """A report of progress, or a claim of completion; `id` is the message's."""

    id: str
    kind: str
    filed_at: datetime
    text: str
    percent: int | None = None
    colour: str | None = None
    evidence: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """What the office found about a filing."""

    id: str
    kind: str
    decided_at: datetime
    favourable: bool
    decided_by: str
    names: str | None = None
    substantive: bool | None = None
    deficiencies: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionView:
    """An objection (退办) and what was decided."""

    id: str
    filed_at: datetime
    grounds: str
    outcome: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    new_unit: str | None = None
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One unit's part. What was filed and found in it is shown to that unit, the lead, the submitter and the office."""

    unit: str
    role: str
    deliverable: str
    standard: str
    state: str
    limit: TimeLimit | None = None
    due_at: datetime | None = None
    milestones: list[dict[str, Any]] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)
    done_at: datetime | None = None
    filings: list[FilingView] = field(default_factory=list)
    verdicts: list[VerdictView] = field(default_factory=list)
    objections: list[ObjectionView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyView:
    """An answer that a source got."""

    id: str
    matter_id: str
    unit: str
    to: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateView:
    """Two matters that may be one, and what an officer said; shown to the office alone."""

    matter_id: str
    external_ref: str
    suspected_of: str
    suspected_of_ref: str
    score: int
    found_at: datetime
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterView(MatterLine):
    """One matter with all that this caller may see of it."""

    standard: str
    classification: str
    subject_terms: list[str] = field(default_factory=list)
    authorisation: dict[str, Any] | None = None
    directive: str | None = None
    handled_with: str | None = None
    """The matter that it is handled with."""
    sources: list[SourceView] = field(default_factory=list)
    parts: list[PartView] = field(default_factory=list)
    replies: list[ReplyView] = field(default_factory=list)
    duplicates: list[DuplicateView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """A message that waits for its matter to be known."""

    id: str
    type: str
    sender: str
    matter: str
    reason: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """A message that was refused, by whatever door it came."""

    message_id: str
    sender: str
    type: str
    code: str
    detail: str
    errors: list[dict[str, str]]
    refused_at: datetime
