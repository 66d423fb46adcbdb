"""Brings a touched ladder up to date: folds what is known, asks `domain.ladder` what comes next, and does it.

Handlers only write down what happened and touch the ladder; this runs once per ladder at the end of the transaction, so that
the order of messages within a batch cannot matter. What is announced is collected and sent last, when the numbers of the
slips are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from event_contracts.event import Fact, Message
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work

from escalation import announcements as say
from escalation.domain import slip as slips
from escalation.domain.clock import (
    ASSIGNMENT,
    BREACHED,
    REVIEW_WINDOW,
    RUNNING,
    STOPPED,
    Clock,
    Reckoning,
    Term,
)
from escalation.domain.determination import MACHINE
from escalation.domain.ladder import ESCALATED, ISSUE_SCHEDULED, PARKED, Draft, Hold, Issue, Nothing, Rules, Step, next_step
from escalation.domain.referral import RECALLED, referrals_of
from escalation.domain.reminders import Reminding
from escalation.domain.slip import RED, YELLOW, Slip
from escalation.domain.standing import Entry, Ladder, LateReports, Rung, rungs, standing_of, term, unfounded
from escalation.metrics import Metrics
from escalation.store import Store

DEADLINE, ISSUE, REMINDER, URGING, REVIEW = "deadline", "issue", "reminder", "urge", "review_window"
"""Kinds of timers; the key of each is the assignment or slip that it is about."""

STEPS_AT_MOST = 12
"""A ladder has at most a white, a yellow with renewals and a red, so a settling that takes more steps is a fault of ours."""


@dataclass(slots=True)
class Book:
    """What settling needs besides the ladder: the policy's rules, and this city's way of numbering."""

    policy: Policy
    reckoning: Reckoning
    rules: Rules
    late_reports: LateReports
    reminding: Reminding
    number_prefix: str
    metrics: Metrics

    @classmethod
    def of(cls, policy: Policy, number_prefix: str, metrics: Metrics) -> Book:
        """The rules of a policy, ready to use."""
        reckoning = Reckoning(policy.calendar, policy.zone)
        approval = {slips.WHITE: policy.approval.white, YELLOW: policy.approval.yellow, RED: policy.approval.red}
        rules = Rules(reckoning, policy.issue_time, approval, policy.yellow.max_renewals, policy.late_completion_before_issue)
        late = LateReports(policy.late_report.mode, policy.late_report.window, reckoning)
        reminding = Reminding(policy.reminders, policy.delivery_window[0], reckoning)
        return cls(policy, reckoning, rules, late, reminding, number_prefix, metrics)


@dataclass(slots=True)
class Said:
    """A fact to announce at the end of the transaction, once the numbers are known."""

    build: Callable[[], Fact]
    subject: str
    time: datetime
    cause: Message | None


class Settling:
    """Settles the touched ladders of one transaction."""

    def __init__(self, work: Work, store: Store, book: Book) -> None:
        self.work, self.store, self.book = work, store, book
        self.now = work.now
        self.said: list[Said] = []
        self.unnumbered: list[tuple[Ladder, Slip]] = []
        self.causes: dict[tuple[str, str], Message | None] = {}

    # ---- what handlers call

    def touch(self, ladder: Ladder) -> None:
        """Settle this ladder at the end; the message being handled is the cause of what follows."""
        self.causes[ladder.matter_id, ladder.unit] = self.work.cause
        self.store.touch(ladder)

    def announce(self, ladder: Ladder, build: Callable[[], Fact], time: datetime) -> None:
        """Announce a fact about this ladder at the end of the transaction."""
        cause = self.causes.get((ladder.matter_id, ladder.unit)) or self.work.cause
        self.said.append(Said(build, ladder.matter_id, time, cause))

    def write(self, ladder: Ladder, kind: str, id_: str, at: datetime, arrived: datetime, data: dict[str, Any]) -> None:
        """Add a line to the ladder's journal, once."""
        if not any(entry.kind == kind and entry.id == id_ for entry in ladder.journal):
            ladder.journal.append(Entry(kind, id_, at, arrived, data, new=True))
        self.touch(ladder)

    # ---- the end of the transaction

    def finish(self) -> None:
        """Settle what was touched, number what was issued, save, and announce."""
        touched, self.store.touched = self.store.touched, []
        for ladder in touched:
            ladder.touched = False
            if ladder.assignment_id is not None:
                self.settle(ladder)
        self._number()
        self.store.save()
        self._send()

    def settle(self, ladder: Ladder) -> None:
        """Take steps until nothing more follows from what is known."""
        self._serve_early(ladder)
        for _ in range(STEPS_AT_MOST):
            if not self._step(ladder):
                ladder.cleared.clear()
                return
        raise RuntimeError(f"the ladder of {ladder.unit} in {ladder.matter_id} does not come to rest")

    def _serve_early(self, ladder: Ladder) -> None:
        """Arm what was served before its assignment or slip was known here."""
        for entry in ladder.journal:
            if entry.kind == "SERVICE" and entry.id not in ladder.clocks:
                day = date.fromisoformat(entry.data["served_on"])
                self.arm(ladder, entry.id, entry.at, day, entry.data["mode"])

    def _step(self, ladder: Ladder) -> bool:
        """One step; False when the ladder is at rest."""
        found = rungs(ladder, self.book.reckoning, self.book.late_reports)
        for lower, upper in zip(found, found[1:], strict=False):
            if upper.slip is not None and unfounded(lower, upper.slip):
                self.withdraw(ladder, upper.slip, slips.LATE_ARRIVAL, self.now)
                return True
        for rung, above in zip(found, [*found[1:], None], strict=True):
            self._project(ladder, rung, above)
        return self._decide(ladder, found[-1])

    # ---- clocks

    def arm(self, ladder: Ladder, about: str, served_at: datetime, served_on: date, mode: str) -> None:
        """Start the limit of an assignment or slip. Arming happens once (d.5.9); what has fallen is not armed."""
        if about in ladder.clocks:
            return
        slip = ladder.slip(about)
        if slip is not None and slip.served_at is None:
            slip.served_at, slip.served_on, slip.served_mode, slip.changed = served_at, served_on, mode, True
        if slip is None and about != ladder.assignment_id or slip is not None and not slip.in_force:
            return
        limit = term(ladder, slip, None)
        end = Term(limit.amount, limit.unit, limit.fixed_due, served_on).end(self.book.reckoning)
        if end is None:
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
            changed=True,
        )
        ladder.clocks[about] = clock
        self._set_timers(ladder, clock, served_at)
        self.announce(ladder, lambda: say.clock_armed(ladder, clock), served_at)
        if slip is not None:
            self._served(ladder, slip, clock)

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
        days = self.book.policy.review.window
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
            changed=True,
        )
        ladder.windows[slip.slip_id] = window
        self.work.set_timer(REVIEW, slip.slip_id, end.due_instant, subject=ladder.matter_id)
        return window

    def _set_timers(self, ladder: Ladder, clock: Clock, after: datetime) -> None:
        """The deadline, the next reminder, and the automatic urging where the policy wants one."""
        self.work.set_timer(DEADLINE, clock.about, clock.due_instant, subject=ladder.matter_id)
        self.set_reminder(ladder, clock, after)
        if self.book.policy.automatic_urging and clock.owner != ASSIGNMENT and not self._urged(ladder, clock):
            at = self.book.reminding.urging(clock.deadline, clock.started_at)
            if at < clock.due_instant:
                self.work.set_timer(URGING, clock.about, at, subject=ladder.matter_id)

    def _urged(self, ladder: Ladder, clock: Clock) -> bool:
        return any(entry.kind == "URGE" and entry.data.get("about") == clock.about for entry in ladder.journal)

    def set_reminder(self, ladder: Ladder, clock: Clock, after: datetime) -> None:
        """The next reminder after an instant, if one is left before the end."""
        reminder = self.book.reminding.following(clock.deadline, after)
        if reminder is not None and reminder.at < clock.due_instant:
            self.work.set_timer(REMINDER, clock.about, reminder.at, subject=ladder.matter_id)

    def _clear_timers(self, clock: Clock, *kinds: str) -> None:
        for kind in kinds:
            self.work.clear_timer(kind, clock.about)

    # ---- what the fold says about each rung

    def _project(self, ladder: Ladder, rung: Rung, above: Rung | None) -> None:
        """Bring the stored state of a rung's clock and slip to what the fold says, announcing the difference."""
        clock, course = rung.clock, rung.course
        if clock is not None:
            if course.end is not None and course.end.due_instant != clock.due_instant:
                self._move_end(ladder, rung, clock)
            self._set_clock_state(ladder, rung, clock, above)
            if course.status == "DONE" and not clock.has_passed:
                self._clear_timers(clock, DEADLINE)
        if rung.slip is not None:
            self._set_slip_state(ladder, rung, rung.slip)

    def _move_end(self, ladder: Ladder, rung: Rung, clock: Clock) -> None:
        end = rung.course.end
        assert end is not None
        clock.deadline, clock.due_instant, clock.provisional = end.last_day, end.due_instant, end.provisional
        clock.suspended_days, clock.changed = rung.course.suspended_days, True
        self.work.set_timer(DEADLINE, clock.about, clock.due_instant, subject=ladder.matter_id)

    def _set_clock_state(self, ladder: Ladder, rung: Rung, clock: Clock, above: Rung | None) -> None:
        state, reason = _clock_state(rung, clock, above)
        before = clock.state
        if before == state:
            return
        clock.state, clock.changed = state, True
        if state == BREACHED:
            self._clear_timers(clock, REMINDER, URGING)
            self.announce(ladder, lambda: say.deadline_breached(ladder, clock), clock.due_instant)
            self.book.metrics.lag.observe(max(0.0, (self.now - clock.due_instant).total_seconds()))
        elif state == RUNNING:
            at = self._last_rejection(rung)
            self._set_timers(ladder, clock, at)
            self.announce(ladder, lambda: say.clock_resumed(ladder, clock, reason), at)
        else:
            self._stop(ladder, rung, clock, reason, above)

    def _stop(self, ladder: Ladder, rung: Rung, clock: Clock, reason: str, above: Rung | None) -> None:
        """The deadline's timer stays while a claim is pending: only it tells that all claims in time have been read."""
        self._clear_timers(clock, REMINDER, URGING)
        if reason == "SUPERSEDED":
            self._clear_timers(clock, DEADLINE)
        at = above.since if reason == "SUPERSEDED" and above is not None else rung.course.at or self.now
        said = {"DONE": "CLAIMED", "PENDING": "CLAIMED"}.get(reason, reason)
        self.announce(ladder, lambda: say.clock_stopped(ladder, clock, said), at)

    def _last_rejection(self, rung: Rung) -> datetime:
        return max((claim.decided_at for claim in rung.claims if claim.decided_at is not None), default=self.now)

    def _set_slip_state(self, ladder: Ladder, rung: Rung, slip: Slip) -> None:
        status = rung.course.status
        if status == "DONE":
            if slip.state != slips.LIFTED:
                self._lift(ladder, rung, slip)
            return
        expired = rung.passed and status in ("RUNNING", "REJECTED")
        if expired:
            state = slips.DETERMINED if slip.state == slips.DETERMINED else slips.EXPIRED
        else:
            state = slips.SERVED if slip.served_at is not None else slips.ISSUED
        if slip.state != state:
            slip.state, slip.ended_at, slip.changed = state, None, True

    def _lift(self, ladder: Ladder, rung: Rung, slip: Slip) -> None:
        at = rung.course.at
        assert at is not None
        slip.state, slip.ended_at, slip.changed = slips.LIFTED, at, True
        cause = self.causes.get((ladder.matter_id, ladder.unit))
        self.announce(ladder, lambda: say.slip_lifted(ladder, slip, at), cause.time if cause else self.now)

    # ---- what comes next

    def _decide(self, ladder: Ladder, rung: Rung) -> bool:
        """Ask for the next step and take it; True when it changed the ladder."""
        step = next_step(standing_of(ladder, rung, self.store.holds_of(ladder)), self.book.rules, self.now)
        if isinstance(step, Issue) and self._may_issue_now(ladder, rung, step):
            self._record(ladder, rung, ESCALATED)
            self._issue(ladder, rung, step)
            return True
        self._rest(ladder, rung, step)
        return False

    def _may_issue_now(self, ladder: Ladder, rung: Rung, step: Issue) -> bool:
        """A person's act counts at once; the clock's hour only under the cut: that of the end itself, or its own timer."""
        if step.at > self.now:
            return False
        if not step.clocked:
            return True
        end = rung.course.end
        return (end is not None and step.at <= end.due_instant) or self._about(ladder, rung) in ladder.cleared

    def _about(self, ladder: Ladder, rung: Rung) -> str:
        return rung.slip.slip_id if rung.slip else ladder.assignment_id or ""

    def _rest(self, ladder: Ladder, rung: Rung, step: Step) -> None:
        """Nothing changes now: set the timer that will look again, keep drafts in step, and record the reason."""
        again = step.at if isinstance(step, Issue) else step.until if isinstance(step, Hold) else None
        if again is not None:
            self.work.set_timer(ISSUE, self._about(ladder, rung), again, subject=ladder.matter_id)
        elif rung.passed:
            self.work.clear_timer(ISSUE, self._about(ladder, rung))
        if isinstance(step, Draft):
            self._keep_draft(ladder, rung, step)
        if ladder.slips:
            self._drop_stale_drafts(ladder, step)
        reason = ISSUE_SCHEDULED if isinstance(step, Issue) else step.reason
        if rung.passed:
            self._record(ladder, rung, reason)
        self._set_waiting(ladder, reason if rung.passed and not isinstance(step, Nothing) else None)

    def _record(self, ladder: Ladder, rung: Rung, reason: str) -> None:
        self.store.record(ladder, self._about(ladder, rung), reason, self.now)
        self.book.metrics.outcomes.labels(reason).inc()

    def _set_waiting(self, ladder: Ladder, reason: str | None) -> None:
        if ladder.waiting != reason:
            ladder.waiting, ladder.changed = reason, True

    def _keep_draft(self, ladder: Ladder, rung: Rung, step: Draft) -> None:
        draft = ladder.draft(step.colour)
        if draft is not None and draft.ground == step.ground:
            return
        self._say_found(ladder, rung, step.finding)
        if draft is None:
            draft = self.new_slip(ladder, step.colour, 0, MACHINE)
        draft.ground, draft.liability_date, draft.changed = step.ground, step.liability_date, True
        draft.reason = self._reason(rung, step, "")
        self.announce(ladder, lambda: say.slip_proposed(ladder, draft), self.now)

    def _drop_stale_drafts(self, ladder: Ladder, step: Step) -> None:
        """A draft of the machine that is not wanted any more is no draft; what a person proposed stays."""
        for slip in ladder.slips:
            wanted = step.colour == slip.colour if isinstance(step, Draft | Issue) else step.reason == PARKED
            if slip.is_draft and slip.proposed_by == MACHINE and not wanted:
                self.drop_draft(ladder, slip, slips.DRAFT_OBSOLETE, self.now)

    def drop_draft(self, ladder: Ladder, draft: Slip, cause: str, at: datetime) -> None:
        """A draft that will never be issued; the unit never saw it, so nothing is announced."""
        draft.state, draft.standing, draft.cause, draft.ended_at, draft.changed = slips.WITHDRAWN, False, cause, at, True
        self.store.touch(ladder)

    # ---- issuing

    def new_slip(self, ladder: Ladder, colour: str, renewal: int, by: str) -> Slip:
        """A new draft on this ladder, with what must be on it (E4)."""
        attempt = sum(slip.colour == colour and slip.renewal == renewal for slip in ladder.slips)
        limit = getattr(self.book.policy.limits, colour.lower())
        slip = Slip(
            slips.slip_id(ladder.matter_id, ladder.unit, colour, renewal, attempt),
            ladder.matter_id,
            ladder.unit,
            colour,
            renewal,
            attempt,
            slips.OVERDUE,
            slips.DRAFT,
            True,
            None,
            ladder.standard,
            [],
            limit.amount,
            limit.unit,
            None,
            by,
            None,
            None,
            "",
            None,
            changed=True,
        )
        self.store.attach_slip(ladder, slip)
        return slip

    def _issue(self, ladder: Ladder, rung: Rung, step: Issue) -> None:
        below = rung.slip
        slip = (ladder.draft(step.colour) if not step.renewal else None) or self.new_slip(
            ladder, step.colour, step.renewal, MACHINE
        )
        issued_at = max(step.at, self.now) if step.clocked else step.at
        slip.ground, slip.liability_date = step.ground, step.liability_date
        slip.issued_at, slip.issued_by, slip.state, slip.changed = issued_at, step.by, slips.ISSUED, True
        slip.previous_slip = below.slip_id if below else None
        slip.reason = self._reason(rung, step, slip.reason)
        if below is not None:
            self._close_below(ladder, rung, below, step)
        self.work.clear_timer(ISSUE, self._about(ladder, rung))
        if step.by != MACHINE and not step.renewal:
            self.announce(ladder, lambda: say.slip_approved(ladder, slip, step.by), issued_at)
        if step.renewal:
            self._announce_renewal(ladder, slip, below, issued_at)
        else:
            self._announce_issue(ladder, slip, step, issued_at)
        self._set_waiting(ladder, None)

    def _close_below(self, ladder: Ladder, rung: Rung, below: Slip, step: Issue) -> None:
        if step.finding is not None:
            self._say_found(ladder, rung, step.finding)
            below.state, below.changed = slips.DETERMINED, True

    def _say_found(self, ladder: Ladder, rung: Rung, finding: Any) -> None:
        """Announce the machine's own finding, once; an official's was announced when it came in."""
        slip = rung.slip
        if finding is None or finding.by != MACHINE or slip is None or slip.state == slips.DETERMINED:
            return
        slip.state, slip.changed = slips.DETERMINED, True
        self.announce(ladder, lambda: say.determination_made(ladder, slip.slip_id, finding), finding.at)

    def _announce_renewal(self, ladder: Ladder, slip: Slip, below: Slip | None, issued_at: datetime) -> None:
        assert below is not None
        slip.number, slip.standard, slip.requirements = below.number, below.standard, below.requirements
        self.announce(ladder, lambda: say.slip_renewed(ladder, slip, issued_at), issued_at)

    def _announce_issue(self, ladder: Ladder, slip: Slip, step: Issue, issued_at: datetime) -> None:
        self.unnumbered.append((ladder, slip))
        self.announce(ladder, lambda: say.slip_issued(ladder, slip, step.liability_date, issued_at), issued_at)
        self.book.metrics.issued.labels(slip.colour, slip.ground).inc()
        if slip.colour == RED:
            for referral in referrals_of(slip.slip_id, ladder.matter_id, ladder.unit):
                self.store.referrals.append(referral)
                self.announce(ladder, _later(say.referral_created, ladder, slip, referral), issued_at)

    def _reason(self, rung: Rung, step: Issue | Draft, said: str) -> str:
        """The sentence on the slip: colour, dates and rule. `said` is what the office gave as its reason."""
        if isinstance(step, Issue) and step.proposal is not None and rung.slip is None:
            return slips.office_reason(step.ground, step.by, said)
        end, clock = rung.course.end, rung.clock
        assert end is not None and clock is not None
        limit = slips.limit_text(clock.amount, clock.limit_unit, clock.fixed_due)
        day = self.book.reckoning.local_date
        if step.finding is not None:
            found = step.finding
            return slips.finding_reason(
                limit=limit,
                last_day=end.last_day,
                ground=found.progress_class,
                by=found.by,
                found_on=day(found.at),
                colour=step.colour,
                liability=step.liability_date,
            )
        return slips.expiry_reason(
            before=rung.slip.colour if rung.slip else None,
            limit=limit,
            last_day=end.last_day,
            rejected_on=day(step.rejected_at) if step.rejected_at else None,
            colour=step.colour,
            ground=step.ground,
            liability=step.liability_date,
        )

    # ---- withdrawing

    def withdraw(self, ladder: Ladder, root: Slip, cause: str, at: datetime) -> None:
        """A slip falls, and every later slip that stood on it with it (d.8)."""
        falling = [slip for slip in ladder.in_force() if slip.level > root.level]
        self._fall(ladder, root, slips.WITHDRAWN, cause, at, None)
        for slip in falling:
            self._fall(ladder, slip, slips.VACATED, slips.VACATED, at, root)
        reds = [slip.slip_id for slip in [root, *falling] if slip.colour == RED]
        for referral in self.store.referrals_of(reds) if reds else ():
            referral.state, referral.changed = RECALLED, True
        self.store.touch(ladder)

    def _fall(self, ladder: Ladder, slip: Slip, state: str, cause: str, at: datetime, root: Slip | None) -> None:
        slip.state, slip.standing, slip.cause, slip.ended_at, slip.changed = state, False, cause, at, True
        slip.vacated_by = root.number if root else None
        self.book.metrics.withdrawn.labels(cause).inc()
        clock, window = ladder.clocks.get(slip.slip_id), ladder.windows.get(slip.slip_id)
        if clock is not None:
            self._clear_timers(clock, DEADLINE, REMINDER, URGING, ISSUE)
        if window is not None:
            self._clear_timers(window, REVIEW)
        for found in (clock, window):
            if found is not None and found.state != STOPPED:
                found.state, found.changed = STOPPED, True
        self.announce(ladder, _later(say.slip_withdrawn, ladder, slip, at, root.slip_id if root else None), at)

    # ---- numbers and announcements

    def _number(self) -> None:
        """Number what was issued, in the order (issued_at, external_ref, unit), without gaps within year and colour."""
        groups: dict[tuple[int, str], list[tuple[Ladder, Slip]]] = {}
        for ladder, slip in self.unnumbered:
            if slip.number is None and slip.issued_at is not None:
                year = self.book.reckoning.local_date(slip.issued_at).year
                groups.setdefault((year, slip.colour), []).append((ladder, slip))
        for (year, colour), issued in sorted(groups.items()):
            issued.sort(key=lambda pair: (pair[1].issued_at, pair[0].external_ref or "", pair[0].unit, pair[0].matter_id))
            first = self.store.next_numbers(year, colour, len(issued))
            for count, (_, slip) in enumerate(issued, first):
                slip.number = slips.number_text(self.book.number_prefix, year, colour, count)
        self.unnumbered = []

    def _send(self) -> None:
        version = self.book.policy.version
        for said in self.said:
            self.work.announce(said.build(), subject=said.subject, time=said.time, cause=said.cause, policy=version)
        self.said = []


def _later(build: Callable[..., Fact], *values: Any) -> Callable[[], Fact]:
    """A fact that is built when the numbers are known."""
    return lambda: build(*values)


def _clock_state(rung: Rung, clock: Clock, above: Rung | None) -> tuple[str, str]:
    """The state of a rung's clock, and why."""
    status = rung.course.status
    if status in ("DONE", "PENDING", "REJECTED"):
        return STOPPED, status
    if clock.has_passed:
        return BREACHED, ""
    if above is not None and above.since < clock.due_instant:
        return STOPPED, "SUPERSEDED"
    return RUNNING, "REJECTED"
