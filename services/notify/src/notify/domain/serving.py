"""When a unit has a notice: signed for (签收), or deemed served by rule (视为送达), whichever is earlier (domain.md d.6).

Deemed service is the end of the next workday after the dispatch. A signature never counts before the dispatch, and one
that comes after deemed service is kept but changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ground_rules.limits import local_date, start_of_day
from ground_rules.workdays import WorkCalendar

from notify.domain.audience import NEEDS_SERVICE, SIGNS, Addressee, Kind


class Mode(StrEnum):
    """How a notice came to be served."""

    SIGNED = "SIGNED"
    DEEMED = "DEEMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One notice to one unit about one thing; its addressees each have a copy, and the unit has one receipt."""

    letter_id: str
    kind: Kind
    matter_id: str
    external_ref: str | None
    submitted_by: str | None
    unit: str
    about: str
    """The assignment, slip or conclusion; for a reminder the clock, for an urging the urging."""
    colour: str | None
    renewal: int
    dispatched_at: datetime
    deemed_on: date | None = None
    """The workday at whose end it is deemed served; None where it needs no service."""
    deemed_at: datetime | None = None
    """The exclusive instant at the end of `deemed_on`."""
    served_at: datetime | None = None
    served_on: date | None = None
    """The local day that the clock does not count."""
    mode: Mode | None = None
    signed_at: datetime | None = None
    signed_by: str | None = None
    recalled: bool = False
    """The slip fell before it was served; it is not served any more."""
    urgent: bool = False
    """It does not wait for the delivery window; not kept, since its copies say it."""


class Signing(StrEnum):
    """What a signature did."""

    SERVED = "SERVED"
    KEPT_AFTER_SERVICE = "KEPT_AFTER_SERVICE"
    KEPT_TOO_LATE = "KEPT_TOO_LATE"
    KEPT_RECALLED = "KEPT_RECALLED"
    ALREADY_SIGNED = "ALREADY_SIGNED"


class Deeming(StrEnum):
    """What the end of the next workday did."""

    SERVED = "SERVED"
    SERVED_BEFORE = "SERVED_BEFORE"
    RECALLED = "RECALLED"


class Receipt(NamedTuple):
    """One addressee's receipt, as the outcome shows it."""

    served_at: datetime | None
    mode: Mode | None


def dispatch_instant(dated: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """When a notice dated `dated` left, if it is written at `now`.

    A lag within the local day changes no day that is counted, so the business instant stands and the outcome does not
    depend on the speed of a machine. After an outage the real day counts: a unit is never deemed served with a notice
    that had not left (domain.md d.4).
    """
    if now <= dated or local_date(now, zone) == local_date(dated, zone):
        return dated
    return now


def deemed_service(dispatched_at: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> tuple[date, datetime]:
    """The next workday after the dispatch, and the exclusive instant of its end."""
    day = calendar.workday_after(local_date(dispatched_at, zone), 1)
    return day, start_of_day(day + timedelta(days=1), zone)


def awaiting(letter: Letter, calendar: WorkCalendar, zone: ZoneInfo) -> Letter:
    """The letter with the day at whose end it will be deemed served."""
    day, end = deemed_service(letter.dispatched_at, calendar, zone)
    return replace(letter, deemed_on=day, deemed_at=end)


def delivered(letter: Letter, at: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> Letter:
    """The letter once its first copy has reached the unit: the next workday counts from then, if that is later."""
    if letter.served_at is not None or letter.recalled or letter.deemed_at is None:
        return letter
    day, end = deemed_service(max(at, letter.dispatched_at), calendar, zone)
    return letter if end == letter.deemed_at else replace(letter, deemed_on=day, deemed_at=end)


def served_at_once(letter: Letter, zone: ZoneInfo) -> Letter:
    """The letter under the policy `service = "immediate"`: served when it leaves."""
    at = letter.dispatched_at
    return replace(letter, served_at=at, served_on=local_date(at, zone), mode=Mode.DEEMED)


def signed_for(letters: Iterable[Letter], signed_at: datetime) -> Letter | None:
    """Which of a unit's letters (of one kind and colour) a signature is for: the newest that had left by then.

    A signature dated before all of them is for the first one: a unit cannot sign for what it has not got, so its clock
    is wrong, and `sign` counts it from the dispatch. None while nothing has left.
    """
    listed = sorted(letters, key=lambda letter: (letter.dispatched_at, letter.renewal, letter.letter_id))
    left = [letter for letter in listed if letter.dispatched_at <= signed_at]
    if left:
        return left[-1]
    return listed[0] if listed else None


def sign(letter: Letter, signed_at: datetime, signed_by: str, zone: ZoneInfo) -> tuple[Letter, Signing]:
    """The letter after a signature. The first signature in time serves it; later ones change nothing."""
    at = max(signed_at, letter.dispatched_at)
    too_late = letter.deemed_at is not None and at >= letter.deemed_at
    if letter.served_at is None and not too_late and not letter.recalled:
        day = local_date(at, zone)
        letter = replace(letter, served_at=at, served_on=day, mode=Mode.SIGNED, signed_at=at, signed_by=signed_by)
        return letter, Signing.SERVED
    if letter.signed_at is not None:
        return letter, Signing.ALREADY_SIGNED
    return replace(letter, signed_at=at, signed_by=signed_by), _why_kept(letter)


def _why_kept(letter: Letter) -> Signing:
    if letter.served_at is not None:
        return Signing.KEPT_AFTER_SERVICE
    return Signing.KEPT_RECALLED if letter.recalled else Signing.KEPT_TOO_LATE


def deem(letter: Letter) -> tuple[Letter, Deeming]:
    """The letter at the end of the next workday after its dispatch."""
    if letter.served_at is not None:
        return letter, Deeming.SERVED_BEFORE
    if letter.recalled:
        return letter, Deeming.RECALLED
    return replace(letter, served_at=letter.deemed_at, served_on=letter.deemed_on, mode=Mode.DEEMED), Deeming.SERVED


def recall(letter: Letter) -> Letter:
    """The letter about a slip that fell: it is not served any more. One that was served stays so; that happened."""
    return letter if letter.served_at is not None else replace(letter, recalled=True)


def receipt(letter: Letter, addressee: Addressee) -> Receipt:
    """What one addressee's copy shows: the unit's receipt; other bodies have it when it leaves; the rest needs none."""
    if letter.kind not in NEEDS_SERVICE:
        return Receipt(None, None)
    if addressee in SIGNS:
        return Receipt(letter.served_at, letter.mode)
    return Receipt(letter.dispatched_at, Mode.DEEMED)
