"""Facts that scoring announces: points and eligibility (domain.md d.11, d.12). Points are Decimal with two places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from event_contracts.event import Fact, MatterFact, Parked, Released


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFact(MatterFact):
    """One entry of the ledger after the change, with the unit's balance of that year."""

    entry_id: str
    slip_id: str
    unit: str
    year: int
    amount: Decimal
    balance: Decimal
    state: str
    colour: str | None = None
    basis: str | None = None
    """One readable sentence: why."""
    approved_by: str | None = None
    """Who answers for it: who issued the slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDeducted(ScoreFact):
    """Points were taken for a yellow slip; PROVISIONAL until the review window ends."""

    TYPE: ClassVar[str] = "scoring.score.deducted.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReversed(ScoreFact):
    """A deduction was undone by a compensating entry in the original year."""

    TYPE: ClassVar[str] = "scoring.score.reversed.v1"
    reverses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreConfirmed(ScoreFact):
    """A deduction became EFFECTIVE."""

    TYPE: ClassVar[str] = "scoring.score.confirmed.v1"
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityFact(Fact):
    """Whether a unit may be rated "excellent" (优秀) in a year; `causes` are the effective red slips."""

    unit: str
    year: int
    revision: int = 0
    causes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRevoked(EligibilityFact):
    """The first effective red of the year."""

    TYPE: ClassVar[str] = "scoring.eligibility.revoked.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRestored(EligibilityFact):
    """The last effective red of the year fell."""

    TYPE: ClassVar[str] = "scoring.eligibility.restored.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A piece of evidence as it is announced: what it is, and its hash. Where and by whom it was collected stays with scoring."""

    kind: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBonusAwarded(Fact):
    """Points were added by the head of the government (Decree 733 art. 21)."""

    TYPE: ClassVar[str] = "scoring.score.bonus_awarded.v1"
    entry_id: str
    unit: str
    year: int
    amount: Decimal
    balance: Decimal
    reason: str
    approved_by: str
    awarded_at: datetime
    evidence: list[Proof] = field(default_factory=list)
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTotal:
    """One unit's line in a year's assessment; `pending` are entries that a review may still undo."""

    unit: str
    points: Decimal
    eligible: bool
    base_total: Decimal | None = None
    total: Decimal | None = None
    pending: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFinalised(Fact):
    """A year was closed (domain.md d.11): the snapshot of all units that have a base total or entries."""

    TYPE: ClassVar[str] = "scoring.assessment.finalised.v1"
    year: int
    finalised_at: datetime
    totals: list[UnitTotal]
    revision: int = 0
    pending: list[str] = field(default_factory=list)
    """All units' entries that a review may still undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRestated(Fact):
    """An entry of a closed year was undone; that year is restated, the next one untouched."""

    TYPE: ClassVar[str] = "scoring.assessment.restated.v1"
    year: int
    unit: str
    amount: Decimal
    entry_id: str
    points: Decimal
    eligible: bool
    restated_at: datetime
    base_total: Decimal | None = None
    total: Decimal | None = None
    matter_id: str | None = None
    external_ref: str | None = None
    slip_id: str | None = None
    colour: str | None = None
    revision: int = 0
    pending: list[str] = field(default_factory=list)
    """The unit's entries that a review may still undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundParked(Parked):
    """A message to scoring was parked."""

    TYPE: ClassVar[str] = "scoring.inbound.parked.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReleased(Released):
    """A message that scoring had parked was released."""

    TYPE: ClassVar[str] = "scoring.inbound.released.v1"


FACTS: tuple[type[Fact], ...] = (
    ScoreDeducted,
    ScoreReversed,
    ScoreConfirmed,
    EligibilityRevoked,
    EligibilityRestored,
    ScoreBonusAwarded,
    AssessmentFinalised,
    AssessmentRestated,
    InboundParked,
    InboundReleased,
)
