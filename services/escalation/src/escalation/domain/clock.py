"""A limit: when it ends, what was not counted, and how it went (domain.md d.5).

An instant given as `due_at` is in time at or before it; a limit by length is in time strictly before 00:00 of the day after
its last day (rules of interpretation, "Instants").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ground_rules.limits import Limit, deadline, local_date, start_of_day
from ground_rules.workdays import WorkCalendar

from escalation.domain.merging import Other

RUNNING, SUSPENDED, STOPPED, BREACHED = "RUNNING", "SUSPENDED", "STOPPED", "BREACHED"
"""States of a clock (domain.md d.3)."""

ASSIGNMENT, REVIEW_WINDOW, REVIEW = "ASSIGNMENT", "REVIEW_WINDOW", "REVIEW"
REPLY = "REPLY"
"""The answer that a source waits for: its breach brings no colour."""

DECISION_JUSTIFICATION, DECISION_EXTENSION = "DECISION:JUSTIFICATION", "DECISION:EXTENSION"
DECISION_OBJECTION, DECISION_DETERMINATION = "DECISION:OBJECTION", "DECISION:DETERMINATION"
OBJECTION_WINDOW = "OBJECTION_WINDOW"
OFFICE_DECISIONS = frozenset({DECISION_JUSTIFICATION, DECISION_EXTENSION, DECISION_OBJECTION, DECISION_DETERMINATION})
OFFICE = OFFICE_DECISIONS | {REVIEW}
"""Owners of the office's own limits (domain.md f.4); nobody is in breach but the office."""

VERIFIED, REJECTED = "VERIFIED", "REJECTED"
"""Verdicts on a claim; a claim without one is pending."""

Span = tuple[date, date]
"""Days that are not counted, both ends included (d.5.5)."""

ONE_DAY = timedelta(days=1)


def owner_of(colour: str, renewal: int) -> str:
    """The name of a slip's clock in events and reports: SLIP:WHITE, SLIP:YELLOW, SLIP:YELLOW:1, SLIP:RED."""
    return f"SLIP:{colour}:{renewal}" if renewal else f"SLIP:{colour}"


@dataclass(frozen=True, slots=True)
class End:
    """Where a limit ends."""

    last_day: date
    """Local."""
    due_instant: datetime
    """Exclusive 00:00 of the next local day; for a fixed instant the instant itself, inclusive."""
    provisional: bool
    fixed: bool

    def in_time(self, at: datetime) -> bool:
        """Whether something that happened at `at` was in time."""
        return at <= self.due_instant if self.fixed else at < self.due_instant


@dataclass(slots=True)
class Clock:
    """A clock that was armed, as it is stored. `about` is the assignment or slip that it belongs to."""

    matter_id: str
    unit: str
    owner: str
    about: str
    amount: int | None
    limit_unit: str | None
    fixed_due: datetime | None
    started_on: date
    started_at: datetime
    deadline: date
    due_instant: datetime
    provisional: bool
    suspended_days: int
    state: str
    passed_due: datetime | None
    """The due instant that has passed under the cut: everything reported before it has been read."""
    edition: int = 0
    """How many published calendars its end was counted on."""
    ended_at: datetime | None = None
    """When the office decided; only for the office's own limits."""
    changed: bool = False

    @property
    def has_passed(self) -> bool:
        """Whether the present due instant has passed under the cut; an end that moved on asks again."""
        return self.passed_due is not None and self.passed_due >= self.due_instant


@dataclass(frozen=True, slots=True)
class Claim:
    """A report of completion and what became of it."""

    id: str
    at: datetime
    arrived: datetime
    verdict: str | None = None
    decided_at: datetime | None = None

    def open_at(self, instant: datetime) -> bool:
        """Whether it had not been rejected by `instant`."""
        return self.verdict != REJECTED or (self.decided_at is not None and self.decided_at > instant)


@dataclass(frozen=True, slots=True)
class Course:
    """How a limit went, as far as the claims tell.

    `status` is RUNNING (no claim in time stands), PENDING (a claim in time waits for its verdict), DONE, or REJECTED (every
    claim in time was rejected, the last one after the end). `at` is the instant of that claim or rejection.
    """

    status: str
    at: datetime | None
    end: End | None
    suspended_days: int
    claimed: bool
    """Whether any claim was made in time."""
    late: tuple[Claim, ...] = ()
    spans: tuple[Span, ...] = ()
    """Days of checking claims that were not charged; other days that are not counted stand in the term."""
    suspended: bool = False
    """Whether nothing is counted at present: there is no end."""


class Reckoning:
    """Counts limits on one calendar in one time zone; remembers what it counted, since thousands share a day."""

    edition = 0
    """How many calendars were published since the start; see `reprojection`."""

    def __init__(self, calendar: WorkCalendar, zone: ZoneInfo) -> None:
        self.calendar = calendar
        self.zone = zone
        self._ends: dict[tuple[int, str, date], End] = {}
        self._fixed_ends: dict[datetime, End] = {}
        self._days: dict[datetime, date] = {}

    def local_date(self, instant: datetime) -> date:
        """The local day of an instant."""
        day = self._days.get(instant)
        if day is None:
            if len(self._days) > 100_000:
                self._days.clear()
            day = self._days[instant] = local_date(instant, self.zone)
        return day

    def end(self, amount: int, unit: str, start: date, spans: Sequence[Span] = (), extension: int = 0) -> End:
        """The end of a limit by length that starts on `start` (not counted), leaving out `spans`.

        An `extension` is counted in workdays for a limit in workdays, else in calendar days (domain.md d.17).
        """
        if spans or extension:
            return self._longer_end(amount, unit, start, spans, extension)
        key = (amount, unit, start)
        found = self._ends.get(key)
        if found is None:
            if len(self._ends) > 100_000:
                self._ends.clear()
            plain = deadline(Limit(amount, unit), start, self.calendar, self.zone)  # type: ignore[arg-type]
            found = self._ends[key] = End(plain.last_day, plain.due_instant, plain.provisional, fixed=False)
        return found

    def fixed_end(self, due_at: datetime, start: date, spans: Sequence[Span] = (), extension: int = 0) -> End:
        """The end of a limit given as an instant; days left out before it move it by whole days, and so does an extension."""
        if not spans and not extension:
            return self._plain_fixed_end(due_at)
        due = due_at + ONE_DAY * extension
        for first, last in merged(spans):
            if first <= self.local_date(due):
                due += ONE_DAY * max(0, (last - max(first, start + ONE_DAY)).days + 1)
        return End(self.local_date(due), due, provisional=False, fixed=True)

    def _plain_fixed_end(self, due_at: datetime) -> End:
        found = self._fixed_ends.get(due_at)
        if found is None:
            if len(self._fixed_ends) > 100_000:
                self._fixed_ends.clear()
            found = self._fixed_ends[due_at] = End(self.local_date(due_at), due_at, provisional=False, fixed=True)
        return found

    def _longer_end(self, amount: int, unit: str, start: date, spans: Sequence[Span], extension: int) -> End:
        if unit == "WORKDAY":
            last = self._count(start, amount + extension, spans, workdays=True)
        else:
            days = amount if unit == "DAY" else (_months_later(start, amount) - start).days
            last = self._roll(self._count(start, days + extension, spans, workdays=False), spans)
        due = start_of_day(last + ONE_DAY, self.zone)
        return End(last, due, self.calendar.is_provisional(last) or self.calendar.is_provisional(start), fixed=False)

    def _count(self, day: date, amount: int, spans: Sequence[Span], *, workdays: bool) -> date:
        left = amount
        while left > 0:
            day += ONE_DAY
            if not _inside(day, spans) and (not workdays or self.calendar.is_workday(day)):
                left -= 1
        return day

    def _roll(self, day: date, spans: Sequence[Span]) -> date:
        while _inside(day, spans) or not self.calendar.is_workday(day):
            day += ONE_DAY
        return day

    def not_counted(self, unit: str | None, start: date, until: date, spans: Sequence[Span]) -> int:
        """Days of `spans` after `start` up to `until`, in the clock's own unit: workdays for WORKDAY, else calendar days."""
        days = (day for first, last in merged(spans) for day in _days(max(first, start + ONE_DAY), min(last, until)))
        return sum(unit != "WORKDAY" or self.calendar.is_workday(day) for day in days)

    def first_workday(self, day: date) -> date:
        """The first workday on or after `day`."""
        return self.calendar.on_or_after(day)

    def midnight(self, day: date) -> datetime:
        """00:00 local of `day`, as an instant."""
        return start_of_day(day, self.zone)


def _inside(day: date, spans: Iterable[Span]) -> bool:
    return any(first <= day <= last for first, last in spans)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + ONE_DAY * n for n in range((last - first).days + 1))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as spans that do not touch, from the earliest on (d.5.5, "Overlaps merge")."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + ONE_DAY:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def _months_later(start: date, amount: int) -> date:
    """The corresponding day, else the month's end."""
    month = start.month - 1 + amount
    return _day_or_month_end(start.year + month // 12, month % 12 + 1, start.day)


def _day_or_month_end(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


@dataclass(frozen=True, slots=True)
class Term:
    """A limit, where it starts, and what lengthened it; `start` is None while the notice is not served and nothing runs."""

    amount: int | None
    unit: str | None
    fixed_due: datetime | None
    start: date | None
    extension: int = 0
    """Days granted on top, in workdays for a limit in workdays, else calendar days."""
    spans: tuple[Span, ...] = ()
    """Days that are not counted (suspensions)."""
    open_from: date | None = None
    """From this day on nothing is counted until further notice; what had ended before is not touched."""
    let_off: bool = False
    """Nothing can run out any more: the reason was waived, or the part went to another unit."""
    others: tuple[Other, ...] = ()
    """Limits of other sources of the same matter: the earliest end counts (`domain.merging`)."""
    apart: tuple[Span, ...] = ()
    """Days of a merge that was undone: not counted where the limit would have run out on them."""

    @property
    def plain(self) -> bool:
        """Whether nothing lengthened or stopped it."""
        return not self.extension and not self.spans and self.open_from is None and not self.let_off

    def end(self, reckoning: Reckoning, more: Sequence[Span] = ()) -> End | None:
        """Where the limit ends, leaving out `more` days too; None while it has not started or has no end: all is in time."""
        if self.start is None or self.let_off:
            return None
        found = self._counted(reckoning, self.start, more)
        for span in self.apart:
            if found is not None and span[0] <= found.last_day <= span[1]:
                more = (*more, span)
                found = self._counted(reckoning, self.start, more)
        for other in self.others:
            found = self._earlier(found, other, reckoning, more)
        return None if found is not None and self.open_from is not None and self.open_from <= found.last_day else found

    def _earlier(self, found: End | None, other: Other, reckoning: Reckoning, more: Sequence[Span]) -> End | None:
        """The earlier of two ends. What was granted for one was granted for the work, so it moves the other one, too."""
        limit = replace(self, amount=other.amount, unit=other.unit, fixed_due=other.fixed_due)
        at_first = Term(other.amount, other.unit, other.fixed_due, other.start).end(reckoning)
        end = limit._counted(reckoning, other.start, more)
        if at_first is None or end is None or at_first.due_instant <= other.since:
            return found
        if other.until is not None and end.due_instant > other.until:
            return found
        return end if found is None or end.due_instant < found.due_instant else found

    def _counted(self, reckoning: Reckoning, start: date, more: Sequence[Span]) -> End | None:
        spans = merged((*self.spans, *more)) if self.spans or more else ()
        if self.fixed_due is not None:
            return reckoning.fixed_end(self.fixed_due, start, spans, self.extension)
        if self.amount is None or self.unit is None:
            return None
        return reckoning.end(self.amount, self.unit, start, spans, self.extension)


def course(term: Term, claims: Sequence[Claim], reckoning: Reckoning) -> Course:
    """Fold the claims, which are sorted by time, into how the limit went.

    The days from the first claim to its rejection are not charged (d.5.6); a second rejected claim stops nothing. A claim
    that was in time and is rejected after the end leaves the limit REJECTED: on time, but below the standard.
    """
    if not claims and term.plain:
        return Course(RUNNING, None, term.end(reckoning), 0, claimed=False)
    return _Fold(term, reckoning).run(claims)


class _Fold:
    """The running state of `course`."""

    def __init__(self, term: Term, reckoning: Reckoning) -> None:
        self.term, self.reckoning = term, reckoning
        self.end = term.end(reckoning)
        self.checked: tuple[Span, ...] = ()
        self.pending: Claim | None = None
        self.rejected_after: datetime | None = None
        self.claimed = False
        self.late: list[Claim] = []

    def run(self, claims: Sequence[Claim]) -> Course:
        for claim in claims:
            if self.end is not None and not self.end.in_time(claim.at):
                self.late.append(claim)
                continue
            self.claimed = True
            if claim.verdict == VERIFIED:
                return self._course("DONE", claim.at)
            if claim.verdict is None:
                self.pending = self.pending or claim
            elif claim.decided_at is not None:
                self._reject(claim.at, claim.decided_at)
        if self.pending is not None:
            return self._course("PENDING", self.pending.at)
        if self.rejected_after is not None:
            return self._course("REJECTED", self.rejected_after)
        return self._course(RUNNING, None)

    def _reject(self, claimed_at: datetime, decided_at: datetime) -> None:
        if self.end is not None and not self.end.in_time(decided_at):
            self.rejected_after = max(decided_at, self.rejected_after or decided_at)
        elif not self.checked:
            self._leave_out(self.reckoning.local_date(claimed_at), self.reckoning.local_date(decided_at))

    def _leave_out(self, first: date, last: date) -> None:
        """Days of checking are left out once per slip; days that are not counted anyway do not use that up."""
        if merged((*self.term.spans, (first, last))) != merged(self.term.spans):
            self.checked = ((first, last),)
            self.end = self.term.end(self.reckoning, self.checked)

    def _course(self, status: str, at: datetime | None) -> Course:
        return Course(status, at, self.end, self._days(), self.claimed, tuple(self.late), self.checked, self._suspended())

    def _suspended(self) -> bool:
        return self.end is None and self.term.start is not None and self.term.open_from is not None and not self.term.let_off

    def _days(self) -> int:
        spans, start = (*self.term.spans, *self.checked), self.term.start
        if not spans or start is None:
            return 0
        until = self.end.last_day if self.end is not None else date.max
        return self.reckoning.not_counted(self.term.unit if self.term.fixed_due is None else None, start, until, spans)
