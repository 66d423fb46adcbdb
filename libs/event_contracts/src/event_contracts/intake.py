"""Facts that intake announces: matters, assignments, progress and completion (domain.md d.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import Evidence, Fact, MatterFact, Parked, Released, TimeLimit
from event_contracts.intake_acts import (
    ActionRecorded,
    AdviceAnswered,
    AdviceIssued,
    FieldNoteRecorded,
    PlanPublished,
    RecurrenceCase,
    RecurrenceDetected,
)
from event_contracts.intake_directory import (
    AssignmentMoved,
    Capacity,
    OfficePerson,
    PersonsPublished,
    PublishedUnit,
    UnitsPublished,
)
from event_contracts.intake_inspections import (
    CampaignItem,
    CampaignPlanned,
    ConclusionDisclosed,
    ConclusionIssued,
    FindingItem,
    InspectionFound,
    InspectionPlanned,
    InspectionTeam,
)
from event_contracts.intake_returns import (
    DecomposedMatter,
    MatterArchived,
    MatterDeclined,
    MatterDecomposed,
    MatterLookedBack,
    MatterProposed,
    MatterReopened,
    MatterWithdrawn,
    ReopenedPart,
    ReplyAssessed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """Where a matter comes from (domain.md A1); the informant never leaves intake."""

    type: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    clause: str | None = None
    difficult: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMilestone:
    """A percentage that a unit's part is planned to have reached by the end of a local day."""

    due_on: date
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentItem:
    """One unit's part of a matter."""

    assignment_id: str
    unit: str
    role: str
    deliverable: str
    standard: str | None = None
    limit: TimeLimit | None = None
    due_at: datetime | None = None
    milestones: list[PlannedMilestone] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDuty:
    """A unit that owes the source of a matter an answer, and how long it has from the service of its assignment."""

    unit: str
    limit: TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRegistered(MatterFact):
    """A matter was formally opened (立项)."""

    TYPE: ClassVar[str] = "intake.matter.registered.v1"
    title: str
    kind: str
    section: str
    standard: str
    source: SourceRecord
    state: str
    assignments: list[AssignmentItem] = field(default_factory=list)
    classification: str = "NONE"
    replies: list[ReplyDuty] = field(default_factory=list)
    urgency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDispatched(MatterFact):
    """A unit was given its part (交办). Its clock starts when the notice is served."""

    TYPE: ClassVar[str] = "intake.assignment.dispatched.v1"
    assignment_id: str
    unit: str
    role: str
    title: str
    deliverable: str
    standard: str
    limit: TimeLimit | None = None
    due_at: datetime | None = None
    depends_on: list[str] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    """All units of the matter, where they are others than when it was registered; else empty."""
    milestones: list[PlannedMilestone] = field(default_factory=list)
    source_type: str | None = None
    reply: TimeLimit | None = None
    """How long this unit has to answer the source, from the same service; None where it owes no answer."""
    urgency: str | None = None
    """Of the source; what is urgent is brought at any hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported(MatterFact):
    """A unit reported progress; nothing was decided about it yet."""

    TYPE: ClassVar[str] = "intake.progress.reported.v1"
    unit: str
    filing: str
    reported_at: datetime
    text: str
    percent: int | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressAssessed(MatterFact):
    """What the office decided about the report `filing`."""

    unit: str
    filing: str
    reported_at: datetime
    decided_by: str
    percent: int | None = None
    substantive: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressAccepted(ProgressAssessed):
    """The office accepted a progress report; it counts as movement from `reported_at`."""

    TYPE: ClassVar[str] = "intake.progress.accepted.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReturned(ProgressAssessed):
    """The office returned a progress report; it does not count as movement."""

    TYPE: ClassVar[str] = "intake.progress.returned.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionClaimed(MatterFact):
    """A unit says that it is done (报结). The clock stops at `claimed_at` until it is verified."""

    TYPE: ClassVar[str] = "intake.completion.claimed.v1"
    unit: str
    claim: str
    claimed_at: datetime
    text: str = ""
    colour: str | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionVerified(MatterFact):
    """The office found the claim true (核验)."""

    TYPE: ClassVar[str] = "intake.completion.verified.v1"
    unit: str
    claim: str
    claimed_at: datetime
    verified_by: str
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRejected(MatterFact):
    """The office found the claim wanting; `deficiencies` says why."""

    TYPE: ClassVar[str] = "intake.completion.rejected.v1"
    unit: str
    claim: str
    claimed_at: datetime
    rejected_by: str
    colour: str | None = None
    deficiencies: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterClosed(MatterFact):
    """All units' parts were verified and every source has its answer (销号)."""

    TYPE: ClassVar[str] = "intake.matter.closed.v1"
    title: str
    state: str = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A matter that another one may repeat; `score` in whole percent."""

    matter_id: str
    external_ref: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateSuspected(MatterFact):
    """A matter may be the same as others that came before it or after it; an officer answers MERGE or DISTINCT."""

    TYPE: ClassVar[str] = "intake.duplicate.suspected.v1"
    score: int
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateResolved(MatterFact):
    """An officer answered whether the matter is the same as `suspected_of`; the suspicion between the two is settled.

    Told about each of the two, since either may have been suspected of repeating the other. The answer with the latest
    `resolved_at` counts; what it changes is told by `matter.merged` and `matter.unmerged`.
    """

    TYPE: ClassVar[str] = "intake.duplicate.resolved.v1"
    outcome: str
    reason: str
    resolved_at: datetime
    suspected_of: str | None = None
    """None: DISTINCT from all that it was suspected of repeating."""
    suspected_of_ref: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterMerged(MatterFact):
    """The matter is handled together with `into` (并案办理): for each of `units` only the ladder of `into` goes on.

    The highest revision counts. Every source keeps its own reply.
    """

    TYPE: ClassVar[str] = "intake.matter.merged.v1"
    into: str
    into_ref: str
    units: list[str]
    merged_at: datetime
    moved_from: str | None = None
    """The matter that it was merged into before, if it was."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterUnmerged(MatterFact):
    """The matter is another one after all: it goes on by itself."""

    TYPE: ClassVar[str] = "intake.matter.unmerged.v1"
    out_of: str
    out_of_ref: str
    unmerged_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySent(MatterFact):
    """The source of the matter was answered (答复); its reply clock stops at `sent_at`."""

    TYPE: ClassVar[str] = "intake.reply.sent.v1"
    unit: str
    reply: str
    sent_at: datetime
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionFiled(MatterFact):
    """A unit said that the matter is not its duty (退办)."""

    TYPE: ClassVar[str] = "intake.objection.filed.v1"
    unit: str
    objection: str
    filed_at: datetime
    grounds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDecided(MatterFact):
    """The office decided an objection. ACCEPTED: `new_unit`, if any, gets the assignment with its full limit."""

    TYPE: ClassVar[str] = "intake.objection.decided.v1"
    unit: str
    objection: str
    outcome: str
    decided_by: str
    decided_at: datetime
    new_unit: str | None = None
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPassed(Fact):
    """Marker `number` has passed intake's inbound queue; everything before it is already announced."""

    TYPE: ClassVar[str] = "intake.cut.passed.v1"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundParked(Parked):
    """A message to intake was parked."""

    TYPE: ClassVar[str] = "intake.inbound.parked.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReleased(Released):
    """A message that intake had parked was released."""

    TYPE: ClassVar[str] = "intake.inbound.released.v1"


FACTS: tuple[type[Fact], ...] = (
    MatterRegistered,
    AssignmentDispatched,
    ProgressReported,
    ProgressAccepted,
    ProgressReturned,
    CompletionClaimed,
    CompletionVerified,
    CompletionRejected,
    MatterClosed,
    DuplicateSuspected,
    DuplicateResolved,
    MatterMerged,
    MatterUnmerged,
    ReplySent,
    ObjectionFiled,
    ObjectionDecided,
    PersonsPublished,
    UnitsPublished,
    AssignmentMoved,
    MatterWithdrawn,
    MatterReopened,
    MatterDecomposed,
    ReplyAssessed,
    ActionRecorded,
    FieldNoteRecorded,
    AdviceIssued,
    AdviceAnswered,
    RecurrenceDetected,
    CampaignPlanned,
    InspectionPlanned,
    InspectionFound,
    ConclusionIssued,
    ConclusionDisclosed,
    MatterProposed,
    MatterDeclined,
    MatterLookedBack,
    MatterArchived,
    PlanPublished,
    CutPassed,
    InboundParked,
    InboundReleased,
)
