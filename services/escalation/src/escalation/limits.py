"""Clocks: armed once by service, stopped by claims, breached under the cut; with their timers and announcements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from escalation import announcements as say
from escalation import merge_moves, office, reminding, replying
from escalation.ahead import urging_of
from escalation.desk import DEADLINE, DECISION, ISSUE, REMINDER, REPLYING, REVIEW, REVIEWERS, URGING, Desk
from escalation.domain import slip as slips
from escalation.domain.clock import (
    ASSIGNMENT,
    BREACHED,
    OFFICE_DECISIONS,
    ONE_DAY,
    REPLY,
    REVIEW_WINDOW,
    RUNNING,
    STOPPED,
    SUSPENDED,
    Clock,
)
from escalation.domain.merging import UNMERGED
from escalation.domain.relief import LET_OFF
from escalation.domain.rounds import MATTER_WITHDRAWN
from escalation.domain.rungs import Rung, term
from escalation.domain.shield import AWAITING_OTHER_UNIT
from escalation.domain.slip import RED, YELLOW, Slip
from escalation.domain.standing import SERVICE, Ladder
from escalation.domain.steps import MERGED
from escalation.reprojecting import tell_reprojected
from escalation.waiting import tell_waited, tell_waiting


class Limits(Desk):
    """Starts, stops and moves limits."""

    # ---- clocks

    def arm(self, ladder: Ladder, about: str, served_at: datetime, served_on: date, mode: str) -> None:
        """Start the limit of an assignment or slip. Arming happens once (d.5.9); what has fallen is not armed."""
        if about == ladder.assignment_id:
            replying.begin(self, ladder, served_at, served_on)
        if about in ladder.clocks:
            return
        slip = ladder.slip(about)
        if slip is not None and slip.served_at is None:
            slip.served_at, slip.served_on, slip.served_mode, slip.changed = served_at, served_on, mode, True
        if slip is None and about != ladder.assignment_id or slip is not None and not slip.in_force:
            return
        limit = replace(term(ladder, slip, None), start=served_on)  # with what binds it since a merge: standing matters, too
        end = limit.end(self.book.reckoning)
        if end is None:
            self._keep_service(ladder, about, served_at, served_on, mode)
            return
        clock = Clock(
            ladder.matter_id,
            ladder.unit,
            slip.owner if slip else ASSIGNMENT,
            about,
            limit.amount,
            limit.unit,
            limit.fixed_due,
            served_on,
            served_at,
            end.last_day,
            end.due_instant,
            end.provisional,
            0,
            RUNNING,
            None,
            self.book.reckoning.edition,
            changed=True,
        )
        ladder.clocks[about] = clock
        self._set_timers(ladder, clock, served_at)
        self.announce_limit(ladder, clock, lambda: say.clock_armed(ladder, clock), served_at)
        if slip is not None:
            self._served(ladder, slip, clock)

    def _keep_service(self, ladder: Ladder, about: str, served_at: datetime, served_on: date, mode: str) -> None:
        """Standing supervision has no limit; its reporting cycles count from here."""
        if not any(entry.kind == SERVICE and entry.id == about for entry in ladder.journal):
            self.write(ladder, SERVICE, about, served_at, self.now, {"served_on": served_on.isoformat(), "mode": mode})

    def _served(self, ladder: Ladder, slip: Slip, clock: Clock) -> None:
        if slip.state == slips.ISSUED:
            slip.state, slip.changed = slips.SERVED, True
        window = self._open_review_window(ladder, slip, clock)
        until = window.due_instant if window else None
        self.announce(ladder, lambda: say.slip_served(ladder, slip, clock, until), clock.started_at)

    def _open_review_window(self, ladder: Ladder, slip: Slip, clock: Clock) -> Clock | None:
        """Decree 733 art. 17: a yellow or red may be reviewed within 30 days of its receipt; a renewal falls with its yellow."""
        if slip.colour not in (YELLOW, RED) or slip.renewal:
            return None
        days = self.book_of(slip).policy.review.window
        end = self.book.reckoning.end(days, "DAY", clock.started_on)
        window = Clock(
            ladder.matter_id,
            ladder.unit,
            REVIEW_WINDOW,
            slip.slip_id,
            days,
            "DAY",
            None,
            clock.started_on,
            clock.started_at,
            end.last_day,
            end.due_instant,
            end.provisional,
            0,
            RUNNING,
            None,
            self.book.reckoning.edition,
            changed=True,
        )
        ladder.windows[slip.slip_id] = window
        if ladder.review_of(slip.slip_id) is not None:  # applied for before the receipt: the window has done its work
            window.state = STOPPED
        else:
            self.work.set_timer(REVIEW, slip.slip_id, end.due_instant, subject=ladder.matter_id)
        return window

    def _set_timers(self, ladder: Ladder, clock: Clock, after: datetime) -> None:
        """The deadline, the next reminder, and the automatic urging where the policy wants one."""
        self.work.set_timer(DEADLINE, clock.about, clock.due_instant, subject=ladder.matter_id)
        reminding.set_next(self, clock, after)
        at = urging_of(ladder, clock, self.book_of(ladder.slip(clock.about)).policy, self.book.reminding)
        if at is not None:
            self.work.set_timer(URGING, clock.about, at, subject=ladder.matter_id)

    def move_window_timer(self, window: Clock) -> None:
        """A review window, or the reviewers' limit, that became longer is looked at later."""
        kind = {REVIEW_WINDOW: REVIEW, REPLY: REPLYING}.get(window.owner, REVIEWERS)
        kind, key = (DECISION, office.timer_key(window)) if window.owner in OFFICE_DECISIONS else (kind, window.about)
        self.work.set_timer(kind, key, window.due_instant, subject=window.matter_id)

    def run_on(self, ladder: Ladder, rung: Rung, clock: Clock, at: datetime) -> None:
        """A limit was given more time at `at`: it runs again, if nothing has stopped it."""
        self._move_end(rung, clock)
        if rung.course.status == RUNNING:
            clock.state, clock.changed = RUNNING, True
            self._set_timers(ladder, clock, at)

    def _clear_timers(self, clock: Clock, *kinds: str) -> None:
        for kind in kinds:
            self.work.clear_timer(kind, clock.about)

    # ---- what the fold says about each rung

    def _project(self, ladder: Ladder, rung: Rung, above: Rung | None) -> None:
        """Bring the stored state of a rung's clock and slip to what the fold says, announcing the difference."""
        clock, status = rung.clock, rung.course.status
        if clock is not None:
            before = (clock.deadline, clock.provisional)
            waited = clock.state == SUSPENDED
            moved = self._move_end(rung, clock)
            self._set_clock_state(ladder, rung, clock, above)
            waited = waited or moved and (ladder.matter_id, ladder.unit) in self.followers
            if rung.course.end is not None and waited and clock.state == RUNNING:
                tell_waited(self, ladder, clock, rung.course.end, before[0])
            if moved and clock.state == RUNNING:
                self._set_timers(ladder, clock, self._counts_since(rung))
            elif moved and status in ("PENDING", "REJECTED"):
                self.work.set_timer(DEADLINE, clock.about, clock.due_instant, subject=ladder.matter_id)
            elif status == "DONE" and not clock.has_passed:
                self._clear_timers(clock, DEADLINE)
            tell_reprojected(self, ladder, clock, rung.course.end, before)
            if moved:
                merge_moves.tell_moved(self, ladder, clock, before[0])
        if status == "DONE" and ladder.office_clocks:
            office.end_about(self, ladder, self.about(ladder, rung), self.now, "DONE")
        if rung.slip is not None:
            self._set_slip_state(ladder, rung, rung.slip)

    def _move_end(self, rung: Rung, clock: Clock) -> bool:
        """Days that are not charged move the end; whether they did."""
        end = rung.course.end
        if end is None:
            return False
        if clock.suspended_days != rung.course.suspended_days:
            clock.suspended_days, clock.changed = rung.course.suspended_days, True
        if end.due_instant == clock.due_instant:
            return False
        clock.deadline, clock.due_instant, clock.provisional = end.last_day, end.due_instant, end.provisional
        clock.changed = True
        return True

    def _set_clock_state(self, ladder: Ladder, rung: Rung, clock: Clock, above: Rung | None) -> None:
        state, reason = _clock_state(rung, clock, above)
        before = clock.state
        if before == state:
            return
        clock.state, clock.changed = state, True
        if state == BREACHED:
            self.announce(ladder, lambda: say.deadline_breached(ladder, clock), clock.due_instant)
            self.lags.append(max(0.0, (self.now - clock.due_instant).total_seconds()))
        elif state == RUNNING:
            at = self._counts_since(rung)
            self._set_timers(ladder, clock, at)
            if clock.about not in self.told:  # else the office said so when it resumed the clock
                why = AWAITING_OTHER_UNIT if before == SUSPENDED else merge_moves.why_again(ladder) or reason
                self.announce_limit(ladder, clock, lambda: say.clock_resumed(ladder, clock, why), min(at, self.now))
        elif state == SUSPENDED:
            self._clear_timers(clock, DEADLINE, REMINDER, URGING, ISSUE)
            tell_waiting(self, ladder, clock)
        else:
            self._stop(ladder, rung, clock, reason, above)

    def _stop(self, ladder: Ladder, rung: Rung, clock: Clock, reason: str, above: Rung | None) -> None:
        """The deadline's timer stays while a claim is pending: only it tells that all claims in time have been read."""
        self._clear_timers(clock, REMINDER, URGING)
        if reason in ("SUPERSEDED", MERGED, UNMERGED, MATTER_WITHDRAWN) or reason in LET_OFF:
            self._clear_timers(clock, DEADLINE)
        at = above.since if reason == "SUPERSEDED" and above is not None else rung.course.at or self.now
        at = rung.merged_at if reason == MERGED and rung.merged_at is not None else at
        at = rung.withdrawn_at if reason == MATTER_WITHDRAWN and rung.withdrawn_at is not None else at
        said = {"DONE": "CLAIMED", "PENDING": "CLAIMED"}.get(reason, reason)
        self.announce_limit(ladder, clock, lambda: say.clock_stopped(ladder, clock, said), at)

    def _counts_since(self, rung: Rung) -> datetime:
        """Since when the limit runs as it does: the last rejection, decision, or day that was not counted."""
        relief = rung.relief
        said = [at for at in (*relief.resumed, *(wait.decided_at for wait in relief.waits)) if at is not None]
        said += [claim.decided_at for claim in rung.claims if claim.decided_at is not None]
        after = [self.book.reckoning.midnight(last + ONE_DAY) for _, last in relief.spans]
        return max([*said, *after], default=self.now)

    def _set_slip_state(self, ladder: Ladder, rung: Rung, slip: Slip) -> None:
        status = rung.course.status
        if status == "DONE":
            if slip.state != slips.LIFTED:
                self._lift(ladder, rung, slip)
            return
        if rung.withdrawn_at is not None and slip is ladder.in_force()[-1]:
            self._end_with_its_matter(ladder, slip, rung.withdrawn_at)
            return
        expired = rung.passed and status in ("RUNNING", "REJECTED") and not rung.held
        if expired:
            state = slips.DETERMINED if slip.state == slips.DETERMINED else slips.EXPIRED
        else:
            state = slips.SERVED if slip.served_at is not None else slips.ISSUED
        if slip.state != state:
            slip.state, slip.ended_at, slip.changed = state, None, True

    def _end_with_its_matter(self, ladder: Ladder, slip: Slip, at: datetime) -> None:
        """The matter is not supervised any more: the slip in force ends, what it did stays."""
        if slip.state != slips.LIFTED:
            slip.state, slip.ended_at, slip.cause, slip.changed = slips.LIFTED, at, MATTER_WITHDRAWN, True
            self.announce(ladder, lambda: say.slip_lifted(ladder, slip, at, say.MATTER_WITHDRAWN), at)

    def _lift(self, ladder: Ladder, rung: Rung, slip: Slip) -> None:
        at = rung.course.at
        assert at is not None
        slip.state, slip.ended_at, slip.changed = slips.LIFTED, at, True
        cause = self.causes.get((ladder.matter_id, ladder.unit))
        self.announce(ladder, lambda: say.slip_lifted(ladder, slip, at), cause.time if cause else self.now)


def _clock_state(rung: Rung, clock: Clock, above: Rung | None) -> tuple[str, str]:
    """The state of a rung's clock, and why."""
    status = rung.course.status
    if status in ("DONE", "PENDING", "REJECTED", *LET_OFF):
        return STOPPED, status
    if above is not None and above.since < clock.due_instant:
        return STOPPED, "SUPERSEDED"
    if rung.merged_at is not None and rung.merged_at < clock.due_instant:
        return STOPPED, MERGED
    if rung.withdrawn_at is not None and rung.withdrawn_at < clock.due_instant:
        return STOPPED, MATTER_WITHDRAWN
    if rung.course.suspended:
        return SUSPENDED, ""
    if rung.course.end is None:  # a joint limit of a standing matter that goes on by itself again
        return STOPPED, UNMERGED
    if rung.held and rung.relief.pending is not None:
        return STOPPED, rung.relief.pending.reason
    if rung.excused:
        return STOPPED, "REFUSED"
    if clock.has_passed:
        return BREACHED, ""
    return RUNNING, "REJECTED" if any(claim.decided_at for claim in rung.claims) else "GRANTED"
