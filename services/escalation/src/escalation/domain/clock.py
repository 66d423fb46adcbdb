"""A limit: when it ends, what was not counted, and how it went (domain.md d.5).

An instant given as `due_at` is in time at or before it; a limit by length is in time strictly before 00:00 of the day after
its last day (rules of interpretation, "Instants").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ground_rules.limits import Limit, deadline, local_date, start_of_day
from ground_rules.workdays import WorkCalendar

RUNNING, SUSPENDED, STOPPED, BREACHED = "RUNNING", "SUSPENDED", "STOPPED", "BREACHED"
"""States of a clock (domain.md d.3)."""

ASSIGNMENT, REVIEW_WINDOW, REVIEW = "ASSIGNMENT", "REVIEW_WINDOW", "REVIEW"

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
    """Days that were not charged."""


class Reckoning:
    """Counts limits on one calendar in one time zone; remembers what it counted, since thousands share a day."""

    edition = 0
    """How many calendars were published since the start; see `reprojection`."""

    def __init__(self, calendar: WorkCalendar, zone: ZoneInfo) -> None:
        self.calendar = calendar
        self.zone = zone
        self._ends: dict[tuple[int, str, date], End] = {}
        self._days: dict[datetime, date] = {}

    def local_date(self, instant: datetime) -> date:
        """The local day of an instant."""
        day = self._days.get(instant)
        if day is None:
            if len(self._days) > 100_000:
                self._days.clear()
            day = self._days[instant] = local_date(instant, self.zone)
        return day

    def end(self, amount: int, unit: str, start: date, spans: Sequence[Span] = ()) -> End:
        """The end of a limit by length that starts on `start` (not counted), leaving out `spans`."""
        if spans:
            return self._end_with_spans(amount, unit, start, spans)
        key = (amount, unit, start)
        found = self._ends.get(key)
        if found is None:
            if len(self._ends) > 100_000:
                self._ends.clear()
            plain = deadline(Limit(amount, unit), start, self.calendar, self.zone)  # type: ignore[arg-type]
            found = self._ends[key] = End(plain.last_day, plain.due_instant, plain.provisional, fixed=False)
        return found

    def fixed_end(self, due_at: datetime, spans: Sequence[Span] = ()) -> End:
        """The end of a limit given as an instant; days left out move it by whole days."""
        due = due_at + ONE_DAY * sum((last - first).days + 1 for first, last in spans)
        return End(self.local_date(due), due, provisional=False, fixed=True)

    def _end_with_spans(self, amount: int, unit: str, start: date, spans: Sequence[Span]) -> End:
        if unit == "WORKDAY":
            last = self._count(start, amount, spans, workdays=True)
        elif unit == "DAY":
            last = self._roll(self._count(start, amount, spans, workdays=False), spans)
        else:
            last = self._roll(self._months(start, amount, spans), spans)
        due = start_of_day(last + ONE_DAY, self.zone)
        return End(last, due, self.calendar.is_provisional(last) or self.calendar.is_provisional(start), fixed=False)

    def _count(self, day: date, amount: int, spans: Sequence[Span], *, workdays: bool) -> date:
        left = amount
        while left > 0:
            day += ONE_DAY
            if not _inside(day, spans) and (not workdays or self.calendar.is_workday(day)):
                left -= 1
        return day

    def _months(self, start: date, amount: int, spans: Sequence[Span]) -> date:
        """The corresponding day (else the month's end), moved on by the suspended calendar days before it."""
        month = start.month - 1 + amount
        year, month = start.year + month // 12, month % 12 + 1
        last = _day_or_month_end(year, month, start.day)
        extra = days_in(spans, start)
        return last + ONE_DAY * extra

    def _roll(self, day: date, spans: Sequence[Span]) -> date:
        while _inside(day, spans) or not self.calendar.is_workday(day):
            day += ONE_DAY
        return day

    def not_counted(self, unit: str | None, start: date, spans: Sequence[Span]) -> int:
        """Suspended days in the clock's own unit: workdays for WORKDAY, else calendar days."""
        if unit != "WORKDAY":
            return days_in(spans, start)
        return sum(self.calendar.is_workday(day) for first, last in spans for day in _days(first, last) if day > start)

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


def days_in(spans: Sequence[Span], after: date) -> int:
    """Calendar days of `spans` that lie after `after`."""
    return sum(max(0, (last - max(first, after + ONE_DAY)).days + 1) for first, last in spans)


def _day_or_month_end(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


@dataclass(frozen=True, slots=True)
class Term:
    """A limit and where it starts; `start` is None while the notice is not served and nothing runs."""

    amount: int | None
    unit: str | None
    fixed_due: datetime | None
    start: date | None

    def end(self, reckoning: Reckoning, spans: Sequence[Span] = ()) -> End | None:
        """Where the limit ends, or None while it has not started."""
        if self.start is None:
            return None
        if self.fixed_due is not None:
            return reckoning.fixed_end(self.fixed_due, spans)
        if self.amount is None or self.unit is None:
            return None
        return reckoning.end(self.amount, self.unit, self.start, spans)


def course(term: Term, claims: Sequence[Claim], reckoning: Reckoning) -> Course:
    """Fold the claims, which are sorted by time, into how the limit went.

    The days from the first claim to its rejection are not charged (d.5.6); a second rejected claim stops nothing. A claim
    that was in time and is rejected after the end leaves the limit REJECTED: on time, but below the standard.
    """
    if not claims:
        return Course(RUNNING, None, term.end(reckoning), 0, claimed=False)
    return _Fold(term, reckoning).run(claims)


class _Fold:
    """The running state of `course`."""

    def __init__(self, term: Term, reckoning: Reckoning) -> None:
        self.term, self.reckoning = term, reckoning
        self.end = term.end(reckoning)
        self.spans: tuple[Span, ...] = ()
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
        elif not self.spans:
            day = self.reckoning.local_date
            self.spans = ((day(claimed_at), day(decided_at)),)
            self.end = self.term.end(self.reckoning, self.spans)

    def _course(self, status: str, at: datetime | None) -> Course:
        days = self.reckoning.not_counted(self.term.unit, self.term.start, self.spans) if self.spans and self.term.start else 0
        return Course(status, at, self.end, days, self.claimed, tuple(self.late), self.spans)
