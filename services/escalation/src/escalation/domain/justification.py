"""Legitimate reasons (正当理由; domain.md d.7): what may be filed, what may be granted, and when time is counted again.

Everything is judged by business time. A reason is filed for the limit in force; while it waits for the office the ladder is
held. A grant lengthens the limit (EXTEND), stops it from a day on (SUSPEND) or lets it go (WAIVE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from escalation.domain.clock import End, Reckoning
from escalation.domain.relief import LeftOut, Relief, Wait
from escalation.domain.review import ALREADY_USED, INADMISSIBLE_LATE, NOT_REVIEWABLE, SCHEMA_INVALID, Fault

if TYPE_CHECKING:
    from escalation.domain.standing import Entry

FILED, DECIDED, RESUMED = "JUSTIFICATION", "JUSTIFICATION_DECISION", "RESUMPTION"
"""Kinds of lines in the journal; the id of a decision is that of its filing."""

GRANTED, REFUSED = "GRANTED", "REFUSED"
EXTEND, SUSPEND, WAIVE = "EXTEND", "SUSPEND", "WAIVE"
FORCE_MAJEURE = "FORCE_MAJEURE"

JUSTIFICATION_PENDING = "JUSTIFICATION_PENDING"
SUSPENSION_BEFORE_FILING = "SUSPENSION_BEFORE_FILING"


@dataclass(frozen=True, slots=True)
class Justification:
    """One reason, and what the office decided about it."""

    request: str
    """The event id of the filing."""
    about: str
    """The slip, or the assignment."""
    category: str
    filed_at: datetime
    outcome: str | None = None
    decided_at: datetime | None = None
    effect: str | None = None
    suspended_from: date | None = None
    days: int = 0

    @property
    def suspends(self) -> bool:
        """Whether it stopped the limit."""
        return self.outcome == GRANTED and self.effect == SUSPEND

    def wait(self) -> Wait:
        """The same as what the decision table sees of it."""
        return Wait(JUSTIFICATION_PENDING, self.filed_at, self.decided_at)


@dataclass(frozen=True, slots=True)
class Resumption:
    """The office said at `at` that `on` is the last day that is not counted."""

    at: datetime
    on: date


def justifications(journal: Sequence[Entry]) -> list[Justification]:
    """Every reason with its decision, by the time of filing."""
    found = {
        entry.id: Justification(entry.id, entry.data["about"], entry.data["category"], entry.at)
        for entry in journal
        if entry.kind == FILED
    }
    for entry in journal:
        if entry.kind == DECIDED and entry.id in found:
            said = entry.data
            day = date.fromisoformat(said["suspended_from"]) if said["suspended_from"] else None
            known = replace(found[entry.id], outcome=said["outcome"], decided_at=entry.at, effect=said["effect"])
            found[entry.id] = replace(known, suspended_from=day, days=said["days"] or 0)
    return sorted(found.values(), key=lambda made: (made.filed_at, made.request))


def resumptions(journal: Sequence[Entry]) -> list[Resumption]:
    """Every word of the office that time is counted again, by time."""
    found = [Resumption(entry.at, date.fromisoformat(entry.data["on"])) for entry in journal if entry.kind == RESUMED]
    return sorted(found, key=lambda said: said.at)


def ends_of(granted: Justification, resumed: Sequence[Resumption]) -> Resumption | None:
    """What ended a suspension: the first word after its decision; it ends every suspension that is open then."""
    return next((said for said in resumed if granted.decided_at is not None and said.at >= granted.decided_at), None)


def suspension(granted: Justification, resumed: Sequence[Resumption]) -> LeftOut:
    """The days that a granted suspension leaves out."""
    assert granted.suspended_from is not None
    end = ends_of(granted, resumed)
    return LeftOut(granted.suspended_from, end.on if end else None, granted.category)


def open_suspensions(made: Sequence[Justification], resumed: Sequence[Resumption], at: datetime) -> list[Justification]:
    """The suspensions that were decided by `at` and that nothing has ended."""
    decided = (found for found in made if found.suspends and found.decided_at is not None and found.decided_at <= at)
    return [found for found in decided if ends_of(found, resumed) is None]


def relief(made: Sequence[Justification], resumed: Sequence[Resumption], extension: int, waits: Sequence[Wait]) -> Relief:
    """What the reasons given for one limit do to it, with days of an `extension` and other requests that hold it."""
    granted = [found for found in made if found.outcome == GRANTED]
    stopped = [found for found in granted if found.suspends]
    return Relief(
        extension + sum(found.days for found in granted if found.effect == EXTEND),
        tuple(suspension(found, resumed) for found in stopped),
        min((found.decided_at for found in granted if found.effect == WAIVE and found.decided_at), default=None),
        waits=(*(found.wait() for found in made), *waits),
        resumed=tuple(end.at for found in stopped if (end := ends_of(found, resumed)) is not None),
    )


# ---------------------------------------------------------------- what is refused


def inadmissible(done_at: datetime | None, let_off: bool, at: datetime, pointer: str = "/data/category") -> Fault | None:
    """Why a reason, or a request for more time, of `at` for a limit that had not ended is not looked into."""
    if let_off:
        return Fault(ALREADY_USED, "该期限已不再计 / the unit was let off this limit already", pointer)
    if done_at is not None and done_at <= at:
        return Fault(INADMISSIBLE_LATE, "该事项已办结 / the work was reported and found done before", pointer)
    return None


def to_decide(made: Sequence[Justification], abouts: set[str] | None, at: datetime, request: str | None) -> Justification | None:
    """The filing that a decision of `at` answers: the one named, else the last undecided one (about one of `abouts`)."""
    known = [found for found in made if found.filed_at <= at and (abouts is None or found.about in abouts)]
    if request is not None:
        known = [found for found in known if found.request == request]
    return max(known, key=lambda found: (found.decided_at is None, found.filed_at, found.request), default=None)


def undecidable(filing: Justification, fallen: bool) -> Fault | None:
    """Why a filing cannot be decided any more."""
    if filing.decided_at is not None:
        return Fault(ALREADY_USED, "该正当理由已有决定 / this justification was decided", "/data/outcome")
    if fallen:
        text = "督办单已撤销或失效，无须决定 / the slip has fallen; nothing is left to decide"
        return Fault(NOT_REVIEWABLE, text, "/data/outcome")
    return None


def unsuspendable(filing: Justification, first: date, filed_on: date, end: End | None) -> Fault | None:
    """Why a limit cannot be stopped from `first` on: not before the filing, except for force majeure, nor after its end."""
    if first < filed_on and filing.category != FORCE_MAJEURE:
        text = f"中止不得早于申请之日 {filed_on} / a suspension cannot start before the day of filing, {filed_on}"
        return Fault(SUSPENSION_BEFORE_FILING, text, "/data/suspended_from")
    if end is not None and first > end.last_day:
        text = f"期限至 {end.last_day} 已届满 / the limit ends with {end.last_day}, before this day"
        return Fault(SCHEMA_INVALID, text, "/data/suspended_from")
    return None


def unresumable(
    suspended: Sequence[Justification], on: date, filed_on: Sequence[date], discovery: int, reckoning: Reckoning
) -> Fault | None:
    """Why time cannot be counted again after `on`. `filed_on` are the local days on which the suspensions were asked for.

    Force majeure that stopped the limit before its filing must have been filed within `discovery` workdays after it ended.
    """
    firsts = [found.suspended_from for found in suspended if found.suspended_from is not None]
    if on < min(firsts):
        text = f"中止自 {min(firsts)} 起，不能早于该日结束 / the suspension starts on {min(firsts)} and cannot end before"
        return Fault(SCHEMA_INVALID, text, "/data/on")
    for found, day in zip(suspended, filed_on, strict=True):
        before = found.suspended_from is not None and found.suspended_from < day
        if before and day > reckoning.calendar.workday_after(on, discovery):
            text = f"不可抗力结束后 {discovery} 个工作日内应提出，此申请提出于 {day} / filed on {day}, too long after it ended"
            return Fault(SUSPENSION_BEFORE_FILING, text, "/data/on")
    return None
