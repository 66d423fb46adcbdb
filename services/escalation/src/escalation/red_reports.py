"""Reports of open reds to the leading group: when the next one is due, and that it was made (`domain/red_report.py`)."""

from __future__ import annotations

from service_chassis.persistence.unit_of_work import Timer

from escalation import announcements as say
from escalation.desk import RED_REPORT, Desk, later
from escalation.domain.red_report import REPORTED, Period, upcoming
from escalation.domain.rungs import rungs
from escalation.domain.slip import RED, Slip
from escalation.domain.standing import Ladder


def schedule(desk: Desk, ladder: Ladder) -> None:
    """Set the timer of the next report, or clear it where none comes any more; one that fell has lost its timer already."""
    red = _red(ladder)
    if red is None:
        return
    period = _upcoming(desk, ladder, red)
    if period is None:
        desk.work.clear_timer(RED_REPORT, red.slip_id)
    else:
        desk.work.set_timer(RED_REPORT, red.slip_id, period.at, subject=ladder.matter_id)


def due(desk: Desk, timer: Timer) -> None:
    """A limit period of a red is over, and every report from before has been read."""
    ladder = desk.store.by_about.get(timer.key)
    red = _red(ladder) if ladder is not None else None
    if ladder is None or red is None:
        return
    period = _upcoming(desk, ladder, red)
    if period is not None and period.at <= timer.due_at:
        details = {"slip": red.slip_id, "period": period.number, "last_day": period.last_day.isoformat()}
        desk.write(ladder, REPORTED, period.id_for(red.slip_id), period.at, desk.now, details)
        desk.store.record(ladder, red.slip_id, REPORTED, period.at)
        desk.announce(ladder, later(say.slip_reported, ladder, red, period.number, period.last_day, period.at), period.at)
    desk.touch(ladder)


def _red(ladder: Ladder) -> Slip | None:
    return next((slip for slip in ladder.in_force() if slip.colour == RED), None)


def _upcoming(desk: Desk, ladder: Ladder, red: Slip) -> Period | None:
    top = rungs(ladder, desk.book.reckoning, desk.book.late_reports)[-1]
    return upcoming(ladder, top, desk.book_of(red).rules)
