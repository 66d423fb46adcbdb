"""How a copy of a notice is brought to its addressee: by which channels, when it may leave, when it is tried again, when not.

Everything here is decided from its arguments alone, so that two replicas decide alike and a test needs no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from ground_rules.workdays import WorkCalendar

from notify.domain.audience import Addressee, Kind

MOST_ATTEMPTS = 10
"""With the pauses below some four hours: long enough for a mail server to come back, short enough that a person hears of a
dead end on the day of the dispatch, before the end of the next workday."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
JITTER = 0.2
"""Share by which a pause may be shorter or longer, so that what failed together does not come back together."""

FAULTS_UNTIL_OPEN = 5
"""Faults of a channel in a row after which it is left alone for a while."""
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)


class State(StrEnum):
    """Where a copy is on one channel."""

    WAITING = "WAITING"
    TRYING = "TRYING"
    """Taken by a process; if that dies, it was sent perhaps."""
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    NOT_SENT = "NOT_SENT"
    """Never tried, with the reason."""


class Result(StrEnum):
    """How one attempt ended; whatever is unknown is not a delivery."""

    DELIVERED = "DELIVERED"
    LATER = "LATER"
    NEVER = "NEVER"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel says of one attempt."""

    result: Result
    detail: str = ""
    """For a person; names no secret."""
    channel_is_ill: bool = False
    """It would have failed for any other copy as well."""
    perhaps: bool = False
    """It may have arrived although it failed: the answer was lost."""
    after: timedelta | None = None
    """The other side asks for a pause of at least so long."""


DELIVERED = Outcome(Result.DELIVERED)


def later(detail: str, *, ill: bool = False, perhaps: bool = False, after: timedelta | None = None) -> Outcome:
    """Try again."""
    return Outcome(Result.LATER, detail, ill, perhaps, after)


def never(detail: str) -> Outcome:
    """This copy cannot be delivered on this channel, however often it is tried."""
    return Outcome(Result.NEVER, detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a channel sends: one addressee's copy. `copy_id` is the same in every attempt."""

    copy_id: str
    unit: str
    addressee: str
    address: str
    title: str
    text: str
    written_at: datetime


def copy_id(letter_id: str, unit: str, addressee: str, channel: str) -> str:
    """The one id of a copy on a channel (UUID of version 8): exactly one for each addressee, channel and cause."""
    h = blake2b("\x1f".join((letter_id, unit, addressee, channel)).encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:]}"


@dataclass(frozen=True, slots=True)
class Ways:
    """Which channels lead to whom. Empty: nothing is sent, notices are only recorded."""

    units: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Unit → seat → channel → address."""
    bodies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Seat outside the units (assessment office, discipline, …), or a seat of any unit without entries of its own."""

    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a bulletin's scope calls several units by (各县市区) → their codes."""

    def __bool__(self) -> bool:
        return bool(self.units or self.bodies)

    def within(self, scope: Iterable[str]) -> list[str]:
        """The units that a bulletin's scope means, each once; a word that stands for none is taken for a unit itself."""
        return list(dict.fromkeys(unit for word in scope for unit in self.scopes.get(word, (word,))))

    def to(self, unit: str, addressee: str) -> Mapping[str, str]:
        """Channel → address for one seat."""
        own = self.units.get(unit, {}) if addressee in (Addressee.LIAISON, Addressee.HEAD) else {}
        return own.get(addressee) or self.bodies.get(addressee) or {}


def is_urgent(kind: Kind, colour: str | None) -> bool:
    """What is not held until the next workday: a red slip, its end, and its report."""
    return kind is Kind.REPORT or (colour == "RED" and kind in (Kind.SLIP, Kind.SLIP_WITHDRAWN))


def may_leave(now: datetime, window: tuple[Any, Any], calendar: WorkCalendar, zone: ZoneInfo) -> bool:
    """Whether people may be disturbed: on workdays within the delivery window."""
    local = now.astimezone(zone)
    return calendar.is_workday(local.date()) and window[0] <= local.time() < window[1]


def pause(attempt: int, id_: str) -> timedelta:
    """How long to wait after the n-th attempt (n from 1): 30 s doubled up to two hours, a fifth more or less by the id."""
    return jittered(min(FIRST_PAUSE * 2 ** min(attempt - 1, 16), LONGEST_PAUSE), attempt, id_)


def jittered(base: timedelta, attempt: int, id_: str) -> timedelta:
    """A pause made up to a fifth shorter or longer, always alike for the same attempt and id."""
    share = int.from_bytes(blake2b(f"{attempt}\x1f{id_}".encode(), digest_size=4).digest()) / 2**32
    return base * (1 - JITTER + 2 * JITTER * share)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a copy after an attempt."""

    state: State
    next_at: datetime | None
    detail: str


def after_attempt(outcome: Outcome, attempt: int, id_: str, now: datetime) -> Decision:
    """Delivered, tried again at an instant, or given up."""
    if outcome.result is Result.DELIVERED:
        return Decision(State.DELIVERED, None, "")
    if outcome.result is Result.NEVER:
        return Decision(State.FAILED, None, outcome.detail)
    if attempt >= MOST_ATTEMPTS:
        return Decision(State.FAILED, None, f"{outcome.detail} (attempt {attempt}, the last)")
    wait = max(pause(attempt, id_), min(outcome.after or timedelta(), LONGEST_PAUSE))
    return Decision(State.WAITING, now + wait, outcome.detail)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Leaves a channel alone that is ill, so that its copies do not use up their attempts meanwhile."""

    faults: int = 0
    open_until: datetime | None = None

    def allows(self, now: datetime) -> int | None:
        """How many copies may be tried: None is no limit; after a rest one shows whether the channel is well again."""
        if self.open_until is None:
            return None
        return 0 if now < self.open_until else 1

    def after(self, outcome: Outcome, now: datetime) -> Breaker:
        """What an attempt tells about the channel; an answer about one copy alone shows that it is well."""
        if not outcome.channel_is_ill:
            return Breaker()
        faults = self.faults + 1
        if faults < FAULTS_UNTIL_OPEN:
            return replace(self, faults=faults)
        rest = min(FIRST_REST * 2 ** min(faults - FAULTS_UNTIL_OPEN, 10), LONGEST_REST)
        return Breaker(faults, now + max(rest, min(outcome.after or timedelta(), LONGEST_REST)))
