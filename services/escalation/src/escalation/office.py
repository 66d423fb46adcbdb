"""The office's own limits (domain.md f.4): for each request that it must decide, and for the finding at the end of a yellow.

They hold nothing and cost nobody points; a limit that ran out shows on the office's own list and in a metric.
"""

from __future__ import annotations

from datetime import date, datetime

from ground_rules.limits import Limit
from service_chassis.persistence.unit_of_work import Timer

from escalation import announcements as say
from escalation.desk import DECISION, Desk
from escalation.domain.clock import (
    BREACHED,
    DECISION_DETERMINATION,
    DECISION_EXTENSION,
    DECISION_JUSTIFICATION,
    RUNNING,
    STOPPED,
    Clock,
    End,
)
from escalation.domain.rungs import Rung
from escalation.domain.slip import YELLOW
from escalation.domain.standing import FINDING, Ladder


def begin(desk: Desk, ladder: Ladder, owner: str, about: str, limit: Limit, at: datetime, start: date | None = None) -> Clock:
    """The office has this long, from the day of the request, or from `start`, which is not counted. Once for each request."""
    known = ladder.office_clocks.get((owner, about))
    if known is not None:
        return known
    clock = _clock(desk, ladder, owner, about, limit, at, start or desk.book.reckoning.local_date(at))
    ladder.office_clocks[owner, about] = clock
    desk.work.set_timer(DECISION, timer_key(clock), clock.due_instant, subject=ladder.matter_id)
    desk.announce_limit(ladder, clock, lambda: say.clock_armed(ladder, clock), at)
    return clock


def timer_key(clock: Clock) -> str:
    """The key of an office limit's timer: several may be about one slip."""
    return f"{clock.owner}/{clock.about}"


def _clock(desk: Desk, ladder: Ladder, owner: str, about: str, limit: Limit, at: datetime, start: date) -> Clock:
    end = desk.book.reckoning.end(limit.amount, limit.unit, start)
    return Clock(
        ladder.matter_id,
        ladder.unit,
        owner,
        about,
        limit.amount,
        limit.unit,
        None,
        start,
        at,
        end.last_day,
        end.due_instant,
        end.provisional,
        0,
        RUNNING,
        None,
        desk.book.reckoning.edition,
        changed=True,
    )


def end(desk: Desk, ladder: Ladder, owner: str, about: str, at: datetime, reason: str = "DECIDED") -> None:
    """The office decided at `at`, or there is nothing left to decide: in time, or too late even where nobody has noticed yet."""
    clock = ladder.office_clocks.get((owner, about))
    if clock is None or clock.ended_at is not None:
        return
    desk.work.clear_timer(DECISION, timer_key(clock))
    clock.ended_at, clock.changed = at, True
    if at < clock.due_instant and not _backdated(desk, clock):
        clock.state = STOPPED
        desk.announce_limit(ladder, clock, lambda: say.clock_stopped(ladder, clock, reason), at)
    elif clock.state != BREACHED:
        late(clock)


def _backdated(desk: Desk, clock: Clock) -> bool:
    """Whether a decision that says it was in time comes too long after its limit was read under the cut to be believed."""
    due = End(clock.deadline, clock.due_instant, clock.provisional, fixed=False)
    return clock.has_passed and desk.book.late_reports.doubts(desk.now, due)


def end_about(desk: Desk, ladder: Ladder, about: str, at: datetime, reason: str) -> None:
    """Nothing is left to decide about a limit: its slip fell, or the work was done."""
    for made in ladder.justifications():
        if made.about == about:
            end(desk, ladder, DECISION_JUSTIFICATION, made.request, at, reason)
    end_requests(desk, ladder, about, at, reason)
    end(desk, ladder, DECISION_DETERMINATION, about, at, reason)


def end_requests(desk: Desk, ladder: Ladder, about: str, at: datetime, reason: str) -> None:
    """No request for more time about this is left to decide."""
    for asked in ladder.extensions():
        if asked.about == about:
            end(desk, ladder, DECISION_EXTENSION, asked.request, at, reason)


def late(clock: Clock) -> None:
    """The office was late: that stands on its own list and board. No `deadline.breached`: that is about units."""
    clock.state, clock.passed_due, clock.changed = BREACHED, clock.due_instant, True


def overdue(desk: Desk, timer: Timer) -> None:
    """An office limit has passed, and every decision from before has been read."""
    owner, _, about = timer.key.partition("/")
    for ladder in desk.store.of_matter(timer.subject):
        clock = ladder.office_clocks.get((owner, about))
        if clock is not None and clock.state == RUNNING and clock.due_instant == timer.due_at:
            late(clock)


def ask_for_finding(desk: Desk, ladder: Ladder, rung: Rung, wanted: bool) -> None:
    """A yellow that ran out waits for its finding: the office has a limit for that too, from the yellow's last day on."""
    end_, slip = rung.course.end, rung.slip
    if slip is None or slip.colour != YELLOW:
        return
    if wanted and end_ is not None:
        limit = desk.book_of(slip).policy.office_decision.determination
        begin(desk, ladder, DECISION_DETERMINATION, slip.slip_id, limit, end_.due_instant, end_.last_day)
    elif not wanted and (DECISION_DETERMINATION, slip.slip_id) in ladder.office_clocks:
        found = [entry.at for entry in ladder.of_kind(FINDING) if slip.issued_at is not None and entry.at > slip.issued_at]
        end(desk, ladder, DECISION_DETERMINATION, slip.slip_id, found[-1] if found else desk.now)
