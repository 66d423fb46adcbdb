"""The checks of progress before a limit ends: when each falls due, and its line in the journal (`domain/progress.py`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from event_contracts.intake import PlannedMilestone
from service_chassis.persistence.unit_of_work import Timer

from escalation.ahead import expected
from escalation.desk import PROGRESS, Desk
from escalation.domain.checks import started_on, track_of
from escalation.domain.progress import CHECK, Check, made_of, upcoming
from escalation.domain.relief import LET_OFF
from escalation.domain.rungs import Rung, rungs
from escalation.domain.standing import Ladder

STANDING_SOURCE = "EIGHT_RULES"
"""Supervision without a natural end (domain.md C3): without a limit it reports in cycles."""


def plan_of(milestones: list[PlannedMilestone], source_type: str | None, *, limited: bool) -> dict[str, Any] | None:
    """What a ladder keeps of its unit's plan; None where nothing is planned."""
    stones = sorted([stone.due_on.isoformat(), stone.percent] for stone in milestones)
    standing = source_type == STANDING_SOURCE and not limited
    return {"milestones": stones, "standing": standing} if stones or standing else None


def schedule(desk: Desk, ladder: Ladder) -> None:
    """Set the timer of the next check, or clear it where none comes any more."""
    start = started_on(ladder)
    if start is None or (ladder.plan is None and desk.rulebook.on(start).policy.progress.cycle is None):
        return
    about = ladder.assignment_id or ""
    found = _next(desk, ladder, start)
    if found is None:
        desk.work.clear_timer(PROGRESS, about)
    else:
        desk.work.set_timer(PROGRESS, about, found[0].end.due_instant, subject=ladder.matter_id)


def _next(desk: Desk, ladder: Ladder, start: date) -> list[Check] | None:
    """The checks still to come, by their end; None while a slip is in force, and after the assignment is over or stands still."""
    if ladder.in_force():
        return None
    rung = rungs(ladder, desk.book.reckoning, desk.book.late_reports)[0]
    if rung.passed or rung.course.suspended or rung.course.status in ("DONE", *LET_OFF):
        return None
    track = track_of(rung, start, desk.book.reckoning)
    coming = upcoming(expected(desk.rulebook, ladder, start), track, made_of(ladder.journal, track))
    return [check for check in coming if _before_end(check, rung)] or None


def _before_end(check: Check, rung: Rung) -> bool:
    """At the end itself the limit decides."""
    return rung.course.end is None or check.end.due_instant < rung.course.end.due_instant


def check_due(desk: Desk, timer: Timer) -> None:
    """A cycle or a milestone's day is over, and every report from before has been read."""
    ladder = desk.store.by_about.get(timer.key)
    start = started_on(ladder) if ladder is not None else None
    if ladder is None or start is None:
        return
    for check in _next(desk, ladder, start) or ():
        if check.end.due_instant <= timer.due_at:
            desk.write(ladder, CHECK, check.id, check.end.due_instant, desk.now, check.data())
    desk.touch(ladder)
