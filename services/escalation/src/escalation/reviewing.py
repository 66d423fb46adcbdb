"""The clocks of a review: the window stops, the reviewers' thirty days run; and a limit that a review made longer."""

from __future__ import annotations

from datetime import date, datetime

from ground_rules.limits import Limit

from escalation import announcements as say
from escalation import waiting
from escalation.desk import REVIEW, REVIEWERS
from escalation.domain.clock import BREACHED, RUNNING, STOPPED, Clock, End
from escalation.domain.clock import REVIEW as REVIEW_OWNER
from escalation.domain.rungs import rungs
from escalation.domain.slip import RED, Slip
from escalation.domain.standing import Ladder
from escalation.settle import Settling


def window_end(ladder: Ladder, slip: Slip) -> End | None:
    """Where the review window of a slip ends; None while the slip is not served."""
    window = ladder.windows.get(slip.slip_id)
    return end_of(window) if window is not None else None


def end_of(window: Clock) -> End:
    """Where a window ends."""
    return End(window.deadline, window.due_instant, window.provisional, fixed=False)


def reviewers_clock(desk: Settling, ladder: Ladder, slip: Slip, filed_at: datetime) -> Clock:
    """The reviewers' limit about a slip, by the policy that it was issued under."""
    return limit_of_reviewers(desk, ladder, slip.slip_id, desk.book_of(slip).policy.review.decide, filed_at)


def limit_of_reviewers(desk: Settling, ladder: Ladder, about: str, days: int, filed_at: datetime) -> Clock:
    """Thirty calendar days from the application (policy `review.decide`), rolled to a workday; the day itself not counted."""
    return window_clock(desk, ladder, REVIEW_OWNER, about, days, desk.book.reckoning.local_date(filed_at), filed_at)


def window_clock(desk: Settling, ladder: Ladder, owner: str, about: str, days: int, start: date, at: datetime) -> Clock:
    """A limit in calendar days from a local day, which is not counted."""
    end = desk.book.reckoning.end(days, "DAY", start)
    return Clock(
        ladder.matter_id,
        ladder.unit,
        owner,
        about,
        days,
        "DAY",
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


def begin(desk: Settling, ladder: Ladder, slip: Slip, clock: Clock) -> None:
    """The window has done its work, and the reviewers' limit runs."""
    window = ladder.windows.get(slip.slip_id)
    if window is not None:
        desk.work.clear_timer(REVIEW, slip.slip_id)
        if window.state != STOPPED:
            window.state, window.changed = STOPPED, True
            desk.announce_limit(ladder, window, lambda: say.clock_stopped(ladder, window, "FILED"), clock.started_at)
    start(desk, ladder, clock)


def start(desk: Settling, ladder: Ladder, clock: Clock) -> None:
    """The reviewers' limit runs."""
    ladder.review_clocks[clock.about] = clock
    desk.work.set_timer(REVIEWERS, clock.about, clock.due_instant, subject=ladder.matter_id)
    desk.announce_limit(ladder, clock, lambda: say.clock_armed(ladder, clock), clock.started_at)


def end(desk: Settling, ladder: Ladder, clock: Clock, decided_at: datetime) -> None:
    """The reviewers decided: in time, or the limit is breached even where its timer has not come back yet."""
    desk.work.clear_timer(REVIEWERS, clock.about)
    clock.ended_at, clock.changed = decided_at, True
    if decided_at < clock.due_instant:
        clock.state, clock.changed = STOPPED, True
        desk.announce_limit(ladder, clock, lambda: say.clock_stopped(ladder, clock, "DECIDED"), decided_at)
    elif clock.state != BREACHED:
        breach(clock)


def breach(clock: Clock) -> None:
    """The office was late with a review; its own list and board show it, and no `deadline.breached`: that is about units."""
    clock.state, clock.passed_due, clock.changed = BREACHED, clock.due_instant, True


def lengthen(desk: Settling, ladder: Ladder, slip: Slip, limit: Limit, at: datetime) -> None:
    """A slip gets a longer limit, counted from its own service; what was issued because the shorter one ran out falls."""
    slip.amount, slip.limit_unit, slip.changed = limit.amount, limit.unit, True
    clock = ladder.clocks.get(slip.slip_id)
    if clock is None:
        return
    previous, amount, unit = clock.deadline, clock.amount or 0, clock.limit_unit
    clock.amount, clock.limit_unit, clock.changed = limit.amount, limit.unit, True
    end_ = desk.book.reckoning.end(limit.amount, limit.unit, clock.started_on)
    early = [s for s in ladder.in_force() if s.level > slip.level and s.issued_at is not None and s.issued_at < end_.due_instant]
    desk.vacate(ladder, slip, at, early)
    waiting.refresh(desk, ladder)
    rung = next(r for r in rungs(ladder, desk.book.reckoning, desk.book.late_reports) if r.slip is slip)
    desk.run_on(ladder, rung, clock, at)
    days = limit.amount - amount if limit.unit == unit else (clock.deadline - previous).days
    desk.announce_limit(ladder, clock, lambda: say.clock_extended(ladder, clock, days, "VARIED_BY_REVIEW", previous), at)


def judge_referrals(desk: Settling, ladder: Ladder) -> None:
    """Bring the hand-overs of the standing red to what is known: a review that was applied for after they were made shows."""
    red = next((slip for slip in ladder.in_force() if slip.colour == RED), None)
    if red is not None:
        marked = under_review(ladder, red)
        for referral in desk.store.referrals_of([red.slip_id]):
            referral.judge(under_review=marked)


def under_review(ladder: Ladder, red: Slip) -> bool:
    """Whether a review of the red, or of the yellow below, was applied for since its issue and is not decided.

    One about a slip that has fallen since is not among them: the red would have fallen with it.
    """
    since = red.issued_at
    return any(review.pending and since is not None and review.filed_at >= since for review in ladder.reviews())
