"""What the events about a limit say of its days: which were counted, which were not, and why (domain.md f.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from event_contracts.escalation_clocks import ExplainedDays
from ground_rules.explanation import Day, Left, explain, runs
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

from escalation import reasons
from escalation.domain.clock import Clock, Reckoning, Span
from escalation.domain.explain import days_of
from escalation.domain.lateness import LateReports
from escalation.domain.relief import Relief
from escalation.domain.rungs import rungs
from escalation.domain.standing import Ladder

VERIFICATION = "VERIFICATION"
"""Why days of checking a claim are left out; of other days the category of the reason says it."""


def explained(ladder: Ladder, clock: Clock, reckoning: Reckoning, late_reports: LateReports) -> list[ExplainedDays]:
    """The days of a limit of this ladder as they stand now, those that are alike told once."""
    left: list[Left] = []
    extension = 0
    if ladder.journal or ladder.waited:  # else nothing was granted: most of them
        left, extension = _more(ladder, clock, reckoning, late_reports)
    if not left and not extension and clock.amount is not None and clock.limit_unit is not None:
        return list(_plain(clock.amount, clock.limit_unit, clock.started_on, clock.deadline, reckoning.calendar))
    return _told(days_of(clock, reckoning, left, extension)[1])


@lru_cache(maxsize=20_000)
def _plain(amount: int, unit: str, start: date, last: date, calendar: WorkCalendar) -> tuple[ExplainedDays, ...]:
    """Nothing was granted: thousands of limits begin on the same day with the same length."""
    return tuple(_told(explain(Limit(amount, unit), start, last, calendar).days))  # type: ignore[arg-type]


def _told(days: Sequence[Day]) -> list[ExplainedDays]:
    return [
        ExplainedDays(
            first=run.first, last=run.last, kind=run.kind, counted=run.counted, cause=run.cause, notice=run.notice
        )
        for run in runs(days)
    ]  # fmt: skip


def _more(ladder: Ladder, clock: Clock, reckoning: Reckoning, late_reports: LateReports) -> tuple[list[Left], int]:
    """The days that are not charged, and the days that were granted."""
    if ladder.clocks.get(clock.about) is not clock:  # a limit of the office, of a review or of the answer to the source
        return [], 0
    rung = next((found for found in rungs(ladder, reckoning, late_reports) if found.clock is clock), None)
    relief = rung.relief if rung is not None else ladder.relief(clock.about)
    return left_out(relief, rung.course.spans if rung is not None else (), clock.deadline), relief.extension


def left_out(relief: Relief, checked: Sequence[Span], last_day: date) -> list[Left]:
    """The days of a limit that are not charged, each span with its reason; one without an end goes as far as is shown."""
    found = [Left(first, last, "核验期间，不计（d.5.6） / being verified, not counted", VERIFICATION) for first, last in checked]
    for left in relief.left_out:
        how = "中止计时，不计" if left.last is not None else "中止计时，未恢复，不计"
        last = left.last or max(left.first, last_day)
        found.append(Left(left.first, last, f"{how}：{reasons.category(left.why)}", left.why))
    return sorted(found, key=lambda left: (left.first, left.last))
