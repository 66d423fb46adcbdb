"""What papers are made of, collected from published events; nothing else is read, so any archive of events can be printed.

Order and repetition of the events do not matter, except that the last change of a limit is the one with the highest revision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import orjson
from event_contracts.escalation import (
    ClockExtended,
    ClockFact,
    ClockReprojected,
    ClockResumed,
    ReferralCreated,
    ReferralRecalled,
    ReviewDecided,
    ReviewFiled,
    SlipIssued,
    SlipLifted,
    SlipOverturned,
    SlipRenewed,
    SlipServed,
    SlipVacated,
    SlipWithdrawn,
)
from event_contracts.event import Fact, Message
from event_contracts.intake import MatterRegistered, UnitsPublished
from event_contracts.notify import BulletinCorrected, BulletinPublished
from event_contracts.published import read_published
from event_contracts.refusal import Unreadable
from service_chassis.errors import ConfigError

Given = SlipIssued | SlipRenewed
Ended = SlipLifted | SlipWithdrawn | SlipOverturned | SlipVacated
Moved = ClockExtended | ClockReprojected | ClockResumed

READ: tuple[type[Fact], ...] = (
    MatterRegistered, SlipIssued, SlipRenewed, SlipServed, SlipLifted, SlipWithdrawn, SlipOverturned, SlipVacated,
    ClockExtended, ClockReprojected, ClockResumed, ReferralCreated, ReferralRecalled, ReviewFiled, ReviewDecided,
    BulletinPublished, BulletinCorrected, UnitsPublished,
)  # fmt: skip
TYPES = frozenset(kind.TYPE for kind in READ)


@dataclass(slots=True)
class SlipCase:
    """One slip, or one renewal of a yellow, with what became of it. `policy` is the version that it was issued under."""

    slip_id: str
    given: Given | None = None
    policy: str | None = None
    served: SlipServed | None = None
    ended: Ended | None = None

    @property
    def issued(self) -> Given:
        """The slip itself; LookupError while the archive has only what came after it."""
        if self.given is None:
            raise LookupError(self.slip_id)
        return self.given

    @property
    def has_fallen(self) -> bool:
        """Whether its effects were undone; a lifted slip keeps them."""
        return self.ended is not None and not isinstance(self.ended, SlipLifted)


@dataclass(slots=True)
class ReviewCase:
    """One review of a slip."""

    filed: ReviewFiled | None = None
    decided: ReviewDecided | None = None


@dataclass(slots=True)
class Casebook:
    """Everything that can be printed, by its key."""

    matters: dict[str, MatterRegistered] = field(default_factory=dict)
    slips: dict[str, SlipCase] = field(default_factory=dict)
    moves: dict[tuple[str, str, str], Moved] = field(default_factory=dict)
    """(matter, unit, owner of the clock) → its last change."""
    referrals: dict[str, ReferralCreated] = field(default_factory=dict)
    recalled: dict[str, ReferralRecalled] = field(default_factory=dict)
    reviews: dict[str, ReviewCase] = field(default_factory=dict)
    bulletins: dict[str, BulletinPublished] = field(default_factory=dict)
    corrections: dict[tuple[str, str], BulletinCorrected] = field(default_factory=dict)
    """(bulletin, slip) → its correction."""
    units: UnitsPublished | None = None
    until: datetime | None = None
    """The time of the newest event that papers are made of: the papers are as of then."""

    def read(self, bodies: Iterable[bytes]) -> set[str]:
        """Take in events; returns the ids of the slips that something new is known about. ConfigError for what is no event."""
        changed: set[str] = set()
        for body in bodies:
            message = decoded(body)
            if message is not None:
                self._take(message.data, message.policyversion)
                self.until = max(self.until or message.time, message.time)
                changed.update(self._touched(message.data))
        return changed

    def _touched(self, fact: Fact) -> list[str]:
        """The slips whose paper reads differently now."""
        if isinstance(fact, ClockFact):
            return [
                case.slip_id
                for case in self.slips.values()
                if case.given and (case.given.matter_id, case.given.unit) == (fact.matter_id, fact.unit)
            ]
        return [slip_id] if (slip_id := getattr(fact, "slip_id", None)) else []

    def _take(self, fact: Fact, policy: str | None) -> None:
        match fact:
            case MatterRegistered():
                self.matters[fact.matter_id] = fact
            case SlipIssued() | SlipRenewed():
                case = self._slip(fact.slip_id)
                case.given, case.policy = fact, policy
            case SlipServed():
                self._slip(fact.slip_id).served = fact
            case SlipLifted() | SlipWithdrawn() | SlipOverturned() | SlipVacated():
                self._end(fact)
            case ClockFact():
                self._move(fact)
            case _:
                self._letter(fact)

    def _letter(self, fact: Fact) -> None:
        match fact:
            case ReferralCreated():
                self.referrals[fact.referral_id] = fact
            case ReferralRecalled():
                self.recalled[fact.referral_id] = fact
            case ReviewFiled():
                self.reviews.setdefault(fact.review_id, ReviewCase()).filed = fact
            case ReviewDecided():
                self.reviews.setdefault(fact.review_id, ReviewCase()).decided = fact
            case BulletinPublished():
                self.bulletins[fact.bulletin] = fact
            case BulletinCorrected():
                self.corrections[fact.corrects, fact.slip_id] = fact
            case UnitsPublished():
                if self.units is None or fact.revision >= self.units.revision:
                    self.units = fact

    def _slip(self, slip_id: str) -> SlipCase:
        return self.slips.setdefault(slip_id, SlipCase(slip_id))

    def _end(self, fact: Ended) -> None:
        """A slip that was lifted may fall later; its fall is what counts."""
        case = self._slip(fact.slip_id)
        if case.ended is None or fact.revision >= case.ended.revision:
            case.ended = fact

    def _move(self, fact: ClockFact) -> None:
        if isinstance(fact, Moved):
            key = (fact.matter_id, fact.unit, fact.owner)
            if key not in self.moves or fact.revision >= self.moves[key].revision:
                self.moves[key] = fact

    # ---- what is asked

    def issued(self) -> list[SlipCase]:
        """Every slip that was issued, in order of issue."""
        return sorted(
            (case for case in self.slips.values() if case.given), key=lambda case: (case.issued.issued_at, case.slip_id)
        )

    def original(self, case: SlipCase) -> SlipIssued | None:
        """The slip that a renewal renews; the slip itself where it is none."""
        given: Given | None = case.given
        while isinstance(given, SlipRenewed):
            before = self.slips.get(given.previous_slip)
            given = before.given if before is not None else None
        return given

    def unit_name(self, code: str, on: date) -> str | None:
        """What a unit is called on a day, by the published directory; None where it was not published."""
        rows = [row for row in self.units.units if row.code == code] if self.units is not None else []
        fitting = [row for row in rows if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)]
        found = max(fitting or rows, key=lambda row: row.valid_from, default=None)
        return found.name if found is not None else None

    def slip_of(self, matter: str, unit: str, colour: str) -> SlipCase | None:
        """The slip that somebody names by its matter, unit and colour: the last one that was issued."""
        named = [
            case
            for case in self.issued()
            if matter in (case.issued.external_ref, case.issued.matter_id)
            and (case.issued.unit, case.issued.colour) == (unit, colour)
        ]
        return named[-1] if named else None

    def moved(self, case: SlipCase) -> Moved | None:
        """The last change of the slip's limit after its service."""
        given = case.issued
        owner = f"SLIP:{given.colour}" + (f":{given.renewal}" if given.renewal else "")
        return self.moves.get((given.matter_id, given.unit, owner))


def decoded(body: bytes) -> Message | None:
    """An event that papers need; None for any other. ConfigError for what is no event."""
    try:
        return read_published(body) if orjson.loads(body).get("type") in TYPES else None
    except (Unreadable, ValueError, AttributeError) as error:
        raise ConfigError(f"不是已发布的事件 / not a published event: {error}") from error
