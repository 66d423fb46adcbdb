"""Facts that intake announces about how matters begin and end: proposed, split, withdrawn, looked at again, archived."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from event_contracts.event import Fact, MatterFact


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterWithdrawn(MatterFact):
    """Supervision of the matter ended without its being done (撤回): nothing runs any more; what was issued stays."""

    TYPE: ClassVar[str] = "intake.matter.withdrawn.v1"
    reason: str
    withdrawn_at: datetime
    by: str | None = None
    state: str = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenedPart:
    """A unit that has to act again; the assignment is a new one, with a ladder of its own."""

    unit: str
    assignment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterReopened(MatterFact):
    """A closed matter goes on (重新办理): a further instruction, a source that is not satisfied, or a look-back that failed."""

    TYPE: ClassVar[str] = "intake.matter.reopened.v1"
    reason: str
    cause: str
    reopened_at: datetime
    parts: list[ReopenedPart]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAssessed(MatterFact):
    """Whether the source of the matter is satisfied with its answer (满意度); `unit` gave it."""

    TYPE: ClassVar[str] = "intake.reply.assessed.v1"
    unit: str
    satisfied: bool
    assessed_at: datetime
    source_type: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecomposedMatter:
    """One item of a decision that became a matter."""

    matter_id: str
    external_ref: str
    clause: str | None = None
    units: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterDecomposed(Fact):
    """A decision was split into matters (分解立项); each is registered by its own event before this one."""

    TYPE: ClassVar[str] = "intake.matter.decomposed.v1"
    directive: str
    submitted_by: str
    decomposed_at: datetime
    matters: list[DecomposedMatter]
    approved_by: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterProposed(MatterFact):
    """A submitted matter waits for the approval of its registration (立项审批, Decree 733 art. 11); no unit has it yet."""

    TYPE: ClassVar[str] = "intake.matter.proposed.v1"
    title: str
    proposed_at: datetime
    state: str = "PENDING_APPROVAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterDeclined(MatterFact):
    """The registration of a proposed matter was refused; it was never given to a unit."""

    TYPE: ClassVar[str] = "intake.matter.declined.v1"
    by: str
    declined_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLookedBack(MatterFact):
    """A closed matter was looked at again (回头看); one that did not pass is reopened by an event of its own."""

    TYPE: ClassVar[str] = "intake.matter.looked_back.v1"
    passed: bool
    looked_at: datetime
    by: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterArchived(MatterFact):
    """A closed matter was put away after its time (归档); it cannot be reopened any more."""

    TYPE: ClassVar[str] = "intake.matter.archived.v1"
    archived_at: datetime
    state: str = "ARCHIVED"
