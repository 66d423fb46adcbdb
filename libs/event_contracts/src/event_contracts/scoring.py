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
    InboundParked,
    InboundReleased,
)
