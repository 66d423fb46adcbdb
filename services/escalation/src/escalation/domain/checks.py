"""A ladder's checks of progress: where its days begin, which check failed, and whether a white on one keeps its ground."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from escalation.domain import progress
from escalation.domain.clock import Reckoning, Term, merged
from escalation.domain.relief import LET_OFF
from escalation.domain.slip import LATE_ARRIVAL, LATE_REPORT, LEGITIMATE_REASON, Slip

if TYPE_CHECKING:
    from escalation.domain.rungs import Rung
    from escalation.domain.standing import Ladder

SERVICE = "SERVICE"
"""Kind of the journal's lines about a notice that was served: early, or of an assignment without a limit."""


def started_on(ladder: Ladder) -> date | None:
    """The day on which the assignment was served; None before."""
    clock = ladder.clocks.get(ladder.assignment_id or "")
    if clock is not None:
        return clock.started_on
    if ladder.amount is not None or ladder.fixed_due is not None:
        return None
    served = [entry for entry in ladder.journal if entry.kind == SERVICE and entry.id == ladder.assignment_id]
    return date.fromisoformat(served[0].data["served_on"]) if served else None


def track_of(rung: Rung, start: date, reckoning: Reckoning) -> progress.Track:
    """How days are counted for an assignment's checks: what is not charged to its limit is not charged to them."""
    spans = merged((*rung.relief.spans, *rung.course.spans))
    clock, end = rung.clock, rung.course.end
    if clock is None or end is None:
        return progress.Track(reckoning, start, spans)
    plain = Term(clock.amount, clock.limit_unit, clock.fixed_due, start).end(reckoning)
    moved = (end.last_day - plain.last_day).days if plain is not None else 0
    return progress.Track(reckoning, start, spans, moved)


def failed_of(ladder: Ladder, rung: Rung, reckoning: Reckoning) -> progress.Failed | None:
    """The check of the assignment that failed, if one did; none while its time is not counted."""
    if rung.slip is not None or not any(entry.kind == progress.CHECK for entry in ladder.of_this_round()):
        return None
    start = started_on(ladder)
    if start is None or rung.course.suspended:
        return None
    made = progress.made_of(ladder.of_this_round(), track_of(rung, start, reckoning))
    return progress.failing(made, progress.reports_of(ladder.of_this_round()))


def met_after_all(lower: Rung, above: Slip) -> bool:
    """Whether a white on a failed check has lost its ground: a report, a claim or a reason from before was read later."""
    issued, failed = above.issued_at, lower.failed
    if lower.course.status in ("DONE", "PENDING", *LET_OFF) or lower.course.suspended or issued is None:
        return True
    return lower.relief.held_at(issued) or failed is None or failed.pending or failed.check.end.due_instant > issued


def met_by(lower: Rung, above: Slip) -> str:
    """What took the ground away: the claim, the reason, or the report."""
    if lower.course.status in ("DONE", "PENDING"):
        return LATE_ARRIVAL
    held = above.issued_at is not None and lower.relief.held_at(above.issued_at)
    granted = lower.relief.spans or lower.course.spans or lower.relief.extension or lower.course.status in LET_OFF
    return LEGITIMATE_REASON if held or lower.course.suspended or granted else LATE_REPORT
