"""Inbound messages about matters, and about what units report and sign: read by intake and notify."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import Evidence, Request, TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Informant:
    """Who told us; never leaves intake."""

    name: str
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedSource:
    """The decision source of a submitted matter."""

    type: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    clause: str | None = None
    difficult: bool = False
    informant: Informant | None = None
    urgency: str | None = None
    """How urgent a leader's instruction is (特急、急、平); its limit follows, where the message names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Who empowered the sender to supervise (Decree 733 art. 7, 11)."""

    principal: str
    basis: str
    body: str | None = None
    scope: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A planned percentage by a date."""

    due_on: date
    percent: int
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedAssignment:
    """One unit's part as submitted; either `limit` or `due_at`."""

    unit: str
    role: str
    deliverable: str
    standard: str | None = None
    limit: TimeLimit | None = None
    due_at: datetime | None = None
    milestones: list[Milestone] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An official goes beyond a quota or a plan, or asks again, with a reason and a name (Decree 733 art. 15)."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterSubmitted(Request):
    """A decision to be carried out."""

    TYPE: ClassVar[str] = "matter.submitted.v1"
    OWNER: ClassVar[str] = "intake"
    external_ref: str
    title: str
    source: SubmittedSource
    standard: str
    assignments: list[SubmittedAssignment]
    kind: str | None = None
    authorisation: Authorisation | None = None
    classification: str = "NONE"
    subject_terms: list[str] = field(default_factory=list)
    override: Override | None = None
    approved_by: str | None = None
    """Who approved its registration (立项), where the policy wants it; without it the matter waits for `registration.decided`."""
    plan: str | None = None
    """The item of a published plan that it belongs to (Decree 733 art. 15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutUnit(Request):
    """Every further message names a matter (our id or an `external_ref`) and a unit."""

    matter: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported(AboutUnit):
    """A unit reports progress."""

    TYPE: ClassVar[str] = "progress.reported.v1"
    OWNER: ClassVar[str] = "intake"
    text: str
    percent: int | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressAssessed(AboutUnit):
    """The office accepts or returns the last undecided report (or the one named by `claim`/`request`)."""

    TYPE: ClassVar[str] = "progress.assessed.v1"
    OWNER: ClassVar[str] = "intake"
    accepted: bool
    decided_by: str
    substantive: bool | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionClaimed(AboutUnit):
    """A unit claims completion."""

    TYPE: ClassVar[str] = "completion.claimed.v1"
    OWNER: ClassVar[str] = "intake"
    text: str
    colour: str | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(AboutUnit):
    """What the office found about a claim: the one named by `claim`, else the last undecided one."""

    OWNER: ClassVar[str] = "intake"
    verified_by: str
    colour: str | None = None
    claim: str | None = None
    deficiencies: list[str] = field(default_factory=list)
    cause: str | None = None
    """What the deficiencies come from, by a code; the same cause in many units or again and again is told (domain.md D4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionVerified(Verdict):
    """The office verifies a claim."""

    TYPE: ClassVar[str] = "completion.verified.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRejected(Verdict):
    """The office rejects a claim, with the deficiencies."""

    TYPE: ClassVar[str] = "completion.rejected.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSigned(AboutUnit):
    """A unit signs for a notice (签收); without `colour` for the assignment's notice."""

    TYPE: ClassVar[str] = "notice.signed.v1"
    OWNER: ClassVar[str] = "notify"
    signed_by: str
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionFiled(AboutUnit):
    """A unit says that the matter is not its duty (退办), within the objection window."""

    TYPE: ClassVar[str] = "objection.filed.v1"
    OWNER: ClassVar[str] = "intake"
    grounds: str
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDecided(AboutUnit):
    """The office decides an objection: the one named by `request`, else the last undecided one."""

    TYPE: ClassVar[str] = "objection.decided.v1"
    OWNER: ClassVar[str] = "intake"
    outcome: str
    decided_by: str
    new_unit: str | None = None
    reasons: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateResolved(Request):
    """The office answers whether two matters are one: MERGE `matter` into `into`, or DISTINCT.

    Without `into`: MERGE means the likeliest suspected matter, DISTINCT all of them. A DISTINCT after a MERGE undoes it.
    """

    TYPE: ClassVar[str] = "duplicate.resolved.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    outcome: str
    reason: str
    into: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySent(Request):
    """One source was answered: `matter` is the one that came from it, merged or not. Without `unit` its lead answered."""

    TYPE: ClassVar[str] = "reply.sent.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    to: str
    text: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterWithdrawn(Request):
    """The submitter or the office ends the supervision of a matter that is not done (撤回)."""

    TYPE: ClassVar[str] = "matter.withdrawn.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    reason: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterReopened(Request):
    """The submitter or the office has a closed matter done again: all of it, or the part of `unit`."""

    TYPE: ClassVar[str] = "matter.reopened.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    reason: str
    cause: str | None = None
    unit: str | None = None
    limit: TimeLimit | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAssessed(Request):
    """The office records whether the source of a matter is satisfied with its answer; if not, it is done again."""

    TYPE: ClassVar[str] = "reply.assessed.v1"
    OWNER: ClassVar[str] = "intake"
    matter: str
    satisfied: bool
    text: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterDecomposed(Request):
    """A decision with the matters that it was split into; all of them are registered, or none."""

    TYPE: ClassVar[str] = "matter.decomposed.v1"
    OWNER: ClassVar[str] = "intake"
    directive: str
    matters: list[MatterSubmitted]
    approved_by: str | None = None
