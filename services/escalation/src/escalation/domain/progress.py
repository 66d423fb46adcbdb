"""What is asked of a unit before its limit ends (domain.md d.4, triggers of white): reports in cycles, and milestones.

A check falls due at the end of a reporting cycle or of a milestone's day and is written into the journal under the cut. Whether
it failed is folded from the reports by their own time, so a report that arrives late takes the ground away again. Days that are
not counted for the limit are not counted here either: a check that was made too early by that counts no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ground_rules.limits import Limit

from escalation.domain.clock import ONE_DAY, End, Reckoning, Span

if TYPE_CHECKING:
    from escalation.domain.standing import Entry

CHECK, REPORT, RETURNED, ACCEPTED = "CHECK", "PROGRESS_REPORT", "PROGRESS_RETURNED", "PROGRESS"
"""Kinds of lines in the journal; the id of a report's decision is that of the report."""

CYCLE, MILESTONE = "CYCLE", "MILESTONE"
NO_PROGRESS, SLOW_PROGRESS = "NO_PROGRESS", "SLOW_PROGRESS"
PROGRESS_PENDING, PROGRESS_MADE = "PROGRESS_PENDING", "PROGRESS_MADE"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the policy and the plan ask of one unit. `tolerance` in percentage points."""

    cycle: Limit | None
    milestones: tuple[tuple[date, int], ...] = ()
    tolerance: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """How the days of an assignment are counted: from its service, without `spans`; `moved` is by how many days its end moved."""

    reckoning: Reckoning
    start: date
    spans: tuple[Span, ...] = ()
    moved: int = 0

    def cycle_end(self, cycle: Limit, number: int) -> End:
        """The end of the n-th cycle."""
        return self.reckoning.end(cycle.amount * number, cycle.unit, self.start, self.spans)

    def milestone_end(self, due_on: date) -> End:
        """The end of a milestone's day; on a day off, of the next workday."""
        day = self.reckoning.first_workday(due_on + ONE_DAY * self.moved)
        return End(day, self.reckoning.midnight(day + ONE_DAY), self.reckoning.calendar.is_provisional(day), fixed=False)


@dataclass(frozen=True, slots=True)
class Check:
    """One look at a unit's progress. A cycle needs a report from `since` on; a milestone needs `needed` percent."""

    what: str
    number: int
    end: End
    since: datetime | None = None
    needed: int | None = None
    planned: int | None = None
    cycle: Limit | None = None
    due_on: date | None = None

    @property
    def ground(self) -> str:
        """The ground of the white when it fails."""
        return NO_PROGRESS if self.what == CYCLE else SLOW_PROGRESS

    @property
    def id(self) -> str:
        """Its line in the journal; the same check at a later instant is another line."""
        return f"{self.what}:{self.number}:{self.end.due_instant.isoformat()}"

    def data(self) -> dict[str, Any]:
        """What its line keeps: the policy of its day, so that a fold needs none."""
        kept: dict[str, Any] = {"what": self.what, "number": self.number}
        if self.cycle is not None:
            kept["cycle"] = [self.cycle.amount, self.cycle.unit]
        if self.due_on is not None:
            kept |= {"due_on": self.due_on.isoformat(), "needed": self.needed, "planned": self.planned}
        return kept


@dataclass(frozen=True, slots=True)
class Report:
    """A unit's report of progress. `accepted` is None while the office has not decided."""

    at: datetime
    percent: int | None
    accepted: bool | None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that the accepted reports do not meet. `pending`: a report made in time waits for the office."""

    check: Check
    percent: int | None
    """The last accepted percentage, if any."""
    pending: bool
    let_go: datetime | None
    """When the office returned the last report that was made in time, if that was after the end."""

    @property
    def ground(self) -> str:
        """NO_PROGRESS or SLOW_PROGRESS."""
        return self.check.ground


# ---- which checks come


def cycle_check(track: Track, cycle: Limit, number: int) -> Check:
    """The n-th reporting cycle; in the first one every report counts, however early."""
    since = track.cycle_end(cycle, number - 1).due_instant if number > 1 else None
    return Check(CYCLE, number, track.cycle_end(cycle, number), since, cycle=cycle)


def milestone_check(track: Track, due_on: date, planned: int, needed: int, number: int) -> Check:
    """The n-th milestone of the plan."""
    return Check(MILESTONE, number, track.milestone_end(due_on), needed=needed, planned=planned, due_on=due_on)


def upcoming(expected: Expected, track: Track, made: Sequence[Check]) -> list[Check]:
    """The next check of each kind that was not made yet, by its end. `made` are the checks that count."""
    known = {(check.what, check.number) for check in made}
    found = []
    if expected.cycle is not None:
        number = max((check.number for check in made if check.what == CYCLE), default=0) + 1
        found.append(cycle_check(track, expected.cycle, number))
    for number, (due_on, planned) in enumerate(sorted(expected.milestones), 1):
        if due_on > track.start and (MILESTONE, number) not in known:
            found.append(milestone_check(track, due_on, planned, max(0, planned - expected.tolerance), number))
    return sorted(found, key=lambda check: (check.end.due_instant, check.what, check.number))


def before(end: datetime, expected: Expected, track: Track, made: Sequence[Check]) -> Iterator[Check]:
    """Every check that is still to be made before `end`: all milestones, then cycle after cycle. Asked for what one needs."""
    coming = [check for check in upcoming(expected, track, made) if check.end.due_instant < end]
    yield from (check for check in coming if check.what == MILESTONE)
    check = next((found for found in coming if found.what == CYCLE), None)
    while check is not None and check.cycle is not None and check.end.due_instant < end:
        yield check
        check = cycle_check(track, check.cycle, check.number + 1)


# ---- what came of them


def made_of(journal: Sequence[Entry], track: Track) -> list[Check]:
    """The checks in the journal that still count, by their end: days left out since then void what was made too early."""
    found = []
    for entry in journal:
        if entry.kind == CHECK:
            check = _read(entry.data, track)
            if check.end.due_instant <= entry.at:
                found.append(check)
    return sorted(found, key=lambda check: (check.end.due_instant, check.what, check.number))


def _read(data: Mapping[str, Any], track: Track) -> Check:
    if data["what"] == CYCLE:
        return cycle_check(track, Limit(*data["cycle"]), data["number"])
    return milestone_check(track, date.fromisoformat(data["due_on"]), data["planned"], data["needed"], data["number"])


def reports_of(journal: Sequence[Entry]) -> list[Report]:
    """Every report with what the office decided, by time."""
    decided: dict[str, Report] = {}
    returned = {entry.id: entry.at for entry in journal if entry.kind == RETURNED}
    for entry in journal:
        if entry.kind == ACCEPTED:
            decided[entry.id] = Report(entry.at, entry.data.get("percent"), True)
        elif entry.kind == REPORT and entry.id not in decided:
            outcome = False if entry.id in returned else None
            decided[entry.id] = Report(entry.at, entry.data.get("percent"), outcome, returned.get(entry.id))
    return sorted(decided.values(), key=lambda report: report.at)


def failing(made: Sequence[Check], reports: Sequence[Report]) -> Failed | None:
    """The first check that failed; one that waits for the office only where no other failed for good."""
    failed = list(_failures(made, reports))
    return next((found for found in failed if not found.pending), failed[0] if failed else None)


def _failures(made: Sequence[Check], reports: Sequence[Report]) -> Iterator[Failed]:
    for check in made:
        due = check.end.due_instant
        before = [report for report in reports if report.at < due and (check.since is None or report.at >= check.since)]
        accepted = [report for report in before if report.accepted]
        percents = [report.percent for report in accepted if report.percent is not None]
        if _met(check, accepted, percents[-1] if percents else 0):
            continue
        pending = any(report.accepted is None and _would_meet(check, report) for report in before)
        let_go = max((r.decided_at for r in before if r.decided_at is not None and r.decided_at > due), default=None)
        yield Failed(check, percents[-1] if percents else None, pending, let_go)


def _met(check: Check, accepted: Sequence[Report], percent: int) -> bool:
    return bool(accepted) if check.needed is None else percent >= check.needed


def _would_meet(check: Check, report: Report) -> bool:
    return check.needed is None or (report.percent is not None and report.percent >= check.needed)
