"""Facts that notify announces: notices dispatched and served (domain.md d.6, d.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from event_contracts.event import Fact, MatterFact, Parked, Released


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFact(MatterFact):
    """One notice to one unit (its addressees sign separately; the clock needs the unit's first receipt)."""

    notice_id: str
    unit: str
    kind: str
    """ASSIGNMENT, SLIP, REMINDER, URGE, UNACKNOWLEDGED, DEADLINE_CHANGED, SLIP_LIFTED, SLIP_WITHDRAWN, CONCLUSION."""
    about: str
    """The assignment or slip id that the notice is about."""
    colour: str | None = None
    renewal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDispatched(NoticeFact):
    """The notice left for all its addressees."""

    TYPE: ClassVar[str] = "notify.notice.dispatched.v1"
    addressees: list[str]
    dispatched_at: datetime
    deemed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeServed(NoticeFact):
    """The unit has it: signed, or deemed served by rule. A clock is armed by this and by nothing else."""

    TYPE: ClassVar[str] = "notify.notice.served.v1"
    served_at: datetime
    served_on: date
    mode: str
    """SIGNED, DEEMED or IMMEDIATE (policy `service = "immediate"`)."""
    signed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeUnacknowledged(NoticeFact):
    """Deemed served without a signature: the unit's head is told."""

    TYPE: ClassVar[str] = "notify.notice.unacknowledged.v1"
    deemed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed(NoticeFact):
    """One addressee's copy could not be delivered on a channel, and is not tried again: a person must act. It is not service."""

    TYPE: ClassVar[str] = "notify.notice.failed.v1"
    addressee: str
    channel: str
    """The name of the channel in the operator's settings."""
    attempts: int
    reason: str
    failed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinEntry:
    """One slip in a bulletin, named as the office named it."""

    matter: str
    unit: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinConclusion:
    """One conclusion in a bulletin, named as the office named it."""

    conclusion: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinFact(Fact):
    """A bulletin and to whom it went."""

    bulletin: str
    scope: list[str]
    items: list[BulletinEntry]
    approved_by: str
    revision: int = 0
    conclusions: list[BulletinConclusion] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPublished(BulletinFact):
    """An approved bulletin went to all in its scope."""

    TYPE: ClassVar[str] = "notify.bulletin.published.v1"
    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinCorrected(BulletinFact):
    """What a bulletin named has fallen: the same audience is told so (domain.md d.8). `slip_id`: the slip, or the conclusion."""

    TYPE: ClassVar[str] = "notify.bulletin.corrected.v1"
    corrects: str
    slip_id: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPassed(Fact):
    """Marker `number` has passed notify's inbound queue."""

    TYPE: ClassVar[str] = "notify.cut.passed.v1"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CutWanted(Fact):
    """Notify needs a marker made after this request (its deemed instants are under the cut too)."""

    TYPE: ClassVar[str] = "notify.cut.wanted.v1"
    want: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundParked(Parked):
    """A message to notify was parked."""

    TYPE: ClassVar[str] = "notify.inbound.parked.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReleased(Released):
    """A message that notify had parked was released."""

    TYPE: ClassVar[str] = "notify.inbound.released.v1"


FACTS: tuple[type[Fact], ...] = (
    NoticeDispatched,
    NoticeServed,
    NoticeUnacknowledged,
    NoticeFailed,
    BulletinPublished,
    BulletinCorrected,
    CutPassed,
    CutWanted,
    InboundParked,
    InboundReleased,
)
