"""Extensions (延期; domain.md d.5.7): asked for in good time, once for each slip, a part may be granted, none on a red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from escalation.domain.clock import End, Term
from escalation.domain.review import ALREADY_USED, INADMISSIBLE_LATE, NOT_REVIEWABLE, SCHEMA_INVALID, Fault
from escalation.domain.slip import RED

if TYPE_CHECKING:
    from escalation.domain.standing import Entry

REQUESTED, DECIDED = "EXTENSION", "EXTENSION_DECISION"
"""Kinds of lines in the journal; the id of a decision is that of its request."""

NOT_EMPOWERED = "NOT_EMPOWERED"


@dataclass(frozen=True, slots=True)
class Extension:
    """One request for more time. `days` as asked: workdays for a limit in workdays, else calendar days."""

    request: str
    about: str
    days: int
    asked_at: datetime
    granted: int = 0
    decided_at: datetime | None = None


def extensions(journal: Sequence[Entry]) -> list[Extension]:
    """Every request with its decision, by time."""
    found = {
        entry.id: Extension(entry.id, entry.data["about"], entry.data["days"], entry.at)
        for entry in journal
        if entry.kind == REQUESTED
    }
    for entry in journal:
        if entry.kind == DECIDED and entry.id in found:
            found[entry.id] = replace(found[entry.id], granted=entry.data["granted"], decided_at=entry.at)
    return sorted(found.values(), key=lambda made: (made.asked_at, made.request))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy says about extensions."""

    file_before: int
    """Workdays before the deadline on which a request must have been made at the latest."""
    per_slip: int
    cap: Decimal
    """Part of the limit that may be granted at most."""
    partial: bool


def inadmissible(
    colour: str | None, end: End | None, last_filing_day: date | None, asked_on: date, made: int, terms: Terms
) -> Fault | None:
    """Why a request is not looked into. Lateness goes before a right that was used (AC-07); `made` counts earlier requests.

    `end` and `last_filing_day` are None while nothing runs or the limit is suspended: then nobody is late.
    """
    if end is not None and last_filing_day is not None and asked_on > last_filing_day:
        text = f"延期须在 {last_filing_day} 及以前申请（期限 {end.last_day}） / the last day for a request was {last_filing_day}"
        return Fault(INADMISSIBLE_LATE, text, "/data/days")
    if colour == RED:
        return Fault(ALREADY_USED, "红色督办单不予延期 / a red is never extended", "/data/colour")
    if made >= terms.per_slip:
        text = f"每张督办单最多申请延期 {terms.per_slip} 次 / {terms.per_slip} request(s) for each slip, and it was made"
        return Fault(ALREADY_USED, text, "/data/days")
    return None


def most_days(term: Term, end: End | None, cap: Decimal) -> int | None:
    """How many days may be granted at most, in the extension's own days; None where the length is not known yet.

    `end` is where the limit ends without anything that lengthened it.
    """
    if term.amount is not None and term.unit in ("WORKDAY", "DAY"):
        length = term.amount
    elif end is not None and term.start is not None:
        length = (end.last_day - term.start).days
    else:
        return None
    return int((length * cap).to_integral_value(ROUND_FLOOR))


def to_decide(made: Sequence[Extension], abouts: set[str] | None, at: datetime, request: str | None) -> Extension | None:
    """The request that a decision of `at` answers: the one named, else the last undecided one (about one of `abouts`)."""
    known = [found for found in made if found.asked_at <= at and (abouts is None or found.about in abouts)]
    if request is not None:
        known = [found for found in known if found.request == request]
    return max(known, key=lambda found: (found.decided_at is None, found.asked_at, found.request), default=None)


def ungrantable(asked: Extension, granted: int, most: int | None, fallen: bool, terms: Terms) -> Fault | None:
    """Why a decision is refused: made before, above the cap, more than was asked, or a part where the policy knows none."""
    if asked.decided_at is not None:
        return Fault(ALREADY_USED, "该延期申请已有决定 / this request was decided", "/data/granted_days")
    if fallen:
        text = "督办单已撤销或失效，无须决定 / the slip has fallen; nothing is left to decide"
        return Fault(NOT_REVIEWABLE, text, "/data/granted_days")
    if most is not None and granted > most:
        text = f"最多可准 {most} 日（期限的 {terms.cap}） / at most {most} days may be granted ({terms.cap} of the limit)"
        return Fault(NOT_EMPOWERED, text, "/data/granted_days")
    if granted > asked.days:
        text = f"准予 {granted} 日多于申请的 {asked.days} 日 / more days than the {asked.days} that were asked for"
        return Fault(SCHEMA_INVALID, text, "/data/granted_days")
    if not terms.partial and 0 < granted < asked.days:
        return Fault(SCHEMA_INVALID, "政策不许部分准予 / the policy knows no partial grant", "/data/granted_days")
    return None
