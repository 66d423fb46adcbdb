"""Brings a touched ladder up to date: folds what is known, asks `domain.ladder` what comes next, and does it.

Handlers only write down what happened and touch the ladder; this runs once per ladder at the end of the transaction, so that
the order of messages within a batch cannot matter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from escalation import interviews, joined_terms, office, progress, red_reports, replying, waiting
from escalation.desk import ISSUE
from escalation.domain import slip as slips
from escalation.domain.acts import ParkedHold
from escalation.domain.ladder import next_step
from escalation.domain.progress import CHECK, PROGRESS_MADE
from escalation.domain.rounds import MATTER_WITHDRAWN
from escalation.domain.rungs import Rung, lost_by, rungs, standing_of, unfounded
from escalation.domain.standing import PROPOSAL, SERVICE, Ladder
from escalation.domain.steps import (
    AWAITING_DETERMINATION,
    ESCALATED,
    ISSUE_SCHEDULED,
    MERGED,
    Draft,
    Hold,
    Issue,
    Nothing,
    Rules,
    Step,
)
from escalation.issuing import Issuing

STEPS_AT_MOST = 12
"""A ladder has at most a white, a yellow with renewals and a red, so a settling that takes more steps is a fault of ours."""


class Settling(Issuing):
    """Settles the touched ladders of one transaction."""

    # ---- the end of the transaction

    def finish(self) -> None:
        """Settle what was touched, number what was issued, save, and announce."""
        for ladder in list(self.store.touched):
            if ladder.assignment_id is not None and ladder.merged() is not None:
                self._serve_early(ladder)
                joined_terms.tell(self, ladder)
        touched, self.store.touched = self.store.touched, []
        for ladder in touched:
            ladder.touched = False
        for ladder in waiting.leads_last(self, touched):
            if ladder.assignment_id is not None:
                self.settle(ladder)
        self.store.save()
        self._number()  # late, because other replicas wait for the next number until this transaction is over
        self.store.save_slips()
        interviews.ask(self.work, self.weightier, self.lightened)
        self.weightier, self.lightened = {}, {}
        self._send()

    def settle(self, ladder: Ladder) -> None:
        """Take steps until nothing more follows from what is known."""
        self._serve_early(ladder)
        replying.settle(self, ladder)
        waiting.refresh(self, ladder)
        for _ in range(STEPS_AT_MOST):
            if not self._step(ladder) or not (
                ladder.journal or ladder.waited
            ):  # with neither, nothing follows from a slip just issued
                progress.schedule(self, ladder)
                red_reports.schedule(self, ladder)
                ladder.cleared.clear()
                return
        raise RuntimeError(f"the ladder of {ladder.unit} in {ladder.matter_id} does not come to rest")

    def _serve_early(self, ladder: Ladder) -> None:
        """Arm what was served before its assignment or slip was known here."""
        for entry in ladder.journal:
            if entry.kind == SERVICE and entry.id not in ladder.clocks:
                day = date.fromisoformat(entry.data["served_on"])
                self.arm(ladder, entry.id, entry.at, day, entry.data["mode"])

    def _step(self, ladder: Ladder) -> bool:
        """One step; False when the ladder is at rest."""
        if self._transferred(ladder):
            return True
        found = rungs(ladder, self.book.reckoning, self.book.late_reports)
        for lower, upper in zip(found, found[1:], strict=False):
            if upper.slip is not None and unfounded(lower, upper.slip):
                self.withdraw(ladder, upper.slip, lost_by(lower, upper.slip), self.now)
                return True
        return self._decide(ladder, found)

    def _transferred(self, ladder: Ladder) -> bool:
        """The part was never this unit's duty: what was issued about it is withdrawn (d.17). True when something fell."""
        at, issued = ladder.transferred_at, ladder.in_force()
        if at is None or not issued:
            return False
        self.withdraw(ladder, issued[0], slips.OBJECTION_ACCEPTED, at)
        return True

    # ---- what comes next

    def _decide(self, ladder: Ladder, found: list[Rung]) -> bool:
        """Ask for the next step and take it; True when it changed the ladder.

        A white by the office goes first: what was claimed after it is about the white, not about the assignment.
        """
        rung = found[-1]
        if rung.merged_at is not None or rung.withdrawn_at is not None:
            self._project_all(ladder, found)
            self._rest(ladder, rung, Nothing(MERGED if rung.merged_at is not None else MATTER_WITHDRAWN))
            return False
        step = next_step(standing_of(ladder, rung, self._holds(ladder, rung)), self._rules(rung), self.now)
        office.ask_for_finding(self, ladder, rung, isinstance(step, Hold) and step.reason == AWAITING_DETERMINATION)
        if not isinstance(step, Issue) or not self._may_issue_now(ladder, rung, step):
            self._project_all(ladder, found)
            self._rest(ladder, rung, step)
            return False
        if rung.passed or step.proposal is None:
            self._project_all(ladder, found)
        self._record(ladder, rung, ESCALATED)
        self._issue(ladder, rung, step)
        return True

    def _rules(self, rung: Rung) -> Rules:
        """A running slip keeps the rules it was issued under; who approves the next one, and its hour, are those of its day."""
        end = rung.failed.check.end if rung.failed is not None else rung.course.end
        day = self.book.reckoning.local_date(end.due_instant) if end else self.book.reckoning.local_date(self.now)
        following = self.rulebook.on(self.book.reckoning.first_workday(day)).rules
        own = self.rulebook.of(rung.slip)
        if own is None or own.rules is following:
            return following
        return replace(own.rules, approval=following.approval, issue_time=following.issue_time)

    def _project_all(self, ladder: Ladder, found: list[Rung]) -> None:
        for rung, above in zip(found, [*found[1:], None], strict=True):
            self._project(ladder, rung, above)

    def _holds(self, ladder: Ladder, rung: Rung) -> list[ParkedHold]:
        """The holds over a ladder, where anything could be issued at all."""
        asked = _due(rung) or any(entry.kind == PROPOSAL for entry in ladder.journal)
        return self.store.holds_of(ladder) if asked else []

    def _may_issue_now(self, ladder: Ladder, rung: Rung, step: Issue) -> bool:
        """A person's act counts at once; the clock's hour only under the cut: that of the end itself, or its own timer."""
        if step.at > self.now:
            return False
        if not step.clocked:
            return True
        early = rung.failed is not None and step.ground == rung.failed.ground
        end = rung.failed.check.end if early and rung.failed is not None else rung.course.end
        return (end is not None and step.at <= end.due_instant) or self.about(ladder, rung) in ladder.cleared

    def _rest(self, ladder: Ladder, rung: Rung, step: Step) -> None:
        """Nothing changes now: set the timer that will look again, keep drafts in step, and record the reason."""
        again = step.at if isinstance(step, Issue) else step.until if isinstance(step, Hold) else None
        if again is not None:
            self.work.set_timer(ISSUE, self.about(ladder, rung), again, subject=ladder.matter_id)
        elif _due(rung):
            self.work.clear_timer(ISSUE, self.about(ladder, rung))
        if isinstance(step, Draft):
            self._keep_draft(ladder, rung, step)
        if ladder.slips:
            self._drop_stale_drafts(ladder, step)
        reason = ISSUE_SCHEDULED if isinstance(step, Issue) else step.reason
        if _due(rung) or (rung.clock is not None and rung.clock.has_passed):  # the latter: let off before it ran out
            self._record(ladder, rung, reason)
        elif rung.slip is None and any(entry.new and entry.kind == CHECK for entry in ladder.journal):
            self._record(ladder, rung, PROGRESS_MADE)
        self.set_waiting(ladder, reason if _due(rung) and not isinstance(step, Nothing) else None)

    def _record(self, ladder: Ladder, rung: Rung, reason: str) -> None:
        self.store.record(ladder, self.about(ladder, rung), reason, self.now)
        self.count("outcomes", reason)


def _due(rung: Rung) -> bool:
    """Whether a slip could follow: the limit has passed, or a check failed. The reason why it does or does not is recorded."""
    return rung.passed or rung.failed is not None
