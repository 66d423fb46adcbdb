"""The ladder, exactly (domain.md d.4): what comes next for a limit, and why, or why nothing does.

Everything is folded from facts by business time: the same facts in any order give the same step (invariant 5). `next_step`
is the decision table; every answer carries its reason, so that "why has this not escalated?" can always be answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from escalation.domain.acts import Approval, Proposal
from escalation.domain.clock import End
from escalation.domain.determination import MACHINE, SUBSTANTIVE, Finding, found_by_machine
from escalation.domain.progress import PROGRESS_PENDING
from escalation.domain.relief import LET_OFF
from escalation.domain.review import Review
from escalation.domain.slip import BELOW_STANDARD, LADDER, OVERDUE, RED, SLOW_PROGRESS, WHITE, YELLOW
from escalation.domain.steps import (
    AUTO,
    AWAITING_DETERMINATION,
    DONE_IN_TIME,
    DONE_LATE,
    FELL_BEFORE,
    LADDER_ENDED,
    LIMIT_RUNNING,
    NOT_SERVED,
    PARKED,
    RECORD_ONLY,
    RENEWALS_EXHAUSTED,
    REVIEW_PENDING,
    SUSPENDED,
    VERIFICATION_PENDING,
    Draft,
    Hold,
    Issue,
    Nothing,
    Rules,
    Standing,
    Step,
)


def next_step(standing: Standing, rules: Rules, now: datetime) -> Step:
    """What comes next for the limit in force, or why nothing does."""
    if standing.course.status in LET_OFF:
        return Nothing(standing.course.status)
    if standing.colour is None and (step := _start_by_office(standing, rules, now)) is not None:
        return step
    if standing.course.status == "DONE":
        return Nothing(DONE_IN_TIME)
    if standing.colour == RED:
        return Nothing(LADDER_ENDED)
    early = _white_on_check(standing, rules, now) if standing.failed is not None else None
    if early is not None and (isinstance(early, Issue) or not standing.passed):
        return early
    if (waiting := _not_yet(standing, now)) is not None:
        return waiting
    step = _after_expiry(standing, rules, now)
    return Hold(REVIEW_PENDING) if rules.review_suspends and _reviewed_before(step, standing.reviews) else step


def _reviewed_before(step: Step, reviews: Sequence[Review]) -> bool:
    """Whether a review that was applied for before the next slip would come still waits for its decision."""
    if isinstance(step, Issue):
        return any(review.pending and review.filed_at <= step.at for review in reviews)
    return isinstance(step, Draft) and any(review.pending for review in reviews)


def _not_yet(standing: Standing, now: datetime) -> Step | None:
    """The rows of the table in which the limit has not run out against the unit."""
    course = standing.course
    if course.status == "PENDING":
        return Hold(VERIFICATION_PENDING)
    if course.suspended:
        return _held_by_reason(standing)
    if course.end is None:
        return Nothing(NOT_SERVED)
    if not standing.passed:
        return Nothing(LIMIT_RUNNING)
    if (asked := _held_by_reason(standing)) is not None:
        return asked
    return _parked(standing, now)


def _parked(standing: Standing, now: datetime) -> Hold | None:
    """A message of the unit that could not be read holds its ladders."""
    held = [hold.until for hold in standing.holds if hold.open_at(now)]
    return Hold(PARKED, max(held)) if held else None


def _held_by_reason(standing: Standing) -> Hold | None:
    """No colour changes while a limit is suspended or a reason waits for the office (invariant 4)."""
    if standing.course.suspended:
        return Hold(SUSPENDED)
    asked = standing.relief.pending
    return Hold(asked.reason) if asked is not None else None


def _white_on_check(standing: Standing, rules: Rules, now: datetime) -> Step | None:
    """A check of progress failed while the limit ran (d.4, triggers of white). None where its white would come after the end."""
    assert standing.failed is not None
    end = standing.failed.check.end
    released = [hold.released_at for hold in standing.holds if hold.released_at is not None]
    ended = [at for at in (*released, standing.failed.let_go, standing.relief.let_go(end.due_instant)) if at is not None]
    liability, scheduled = rules.liability(end, max((at for at in ended if at > end.due_instant), default=None))
    if standing.course.end is not None and scheduled > standing.course.end.due_instant:
        return None
    if standing.course.status == "PENDING":
        return Hold(VERIFICATION_PENDING)
    if (held := _held_by_reason(standing) or _parked(standing, now)) is not None:
        return held
    if standing.failed.pending:
        return Hold(PROGRESS_PENDING)
    person = any(hold.expired_over(end.due_instant, now) for hold in standing.holds)
    return _After(standing, rules, end, liability, scheduled, None, person).climb(WHITE, standing.failed.ground)


def _start_by_office(standing: Standing, rules: Rules, now: datetime) -> Step | None:
    """A white that the office proposed and approved, unless the machine was first; by policy a higher colour."""
    colours = LADDER if rules.direct_start else (WHITE,)
    made = [found for colour in colours if (found := _approved_proposal(standing, colour)) is not None]
    if not made:
        return None
    found = min(made, key=lambda pair: pair[1].at)
    if (held := _held_by_reason(standing)) is not None:
        return held
    proposal, approval = found
    if _clock_comes_first(standing, rules, approval.at):
        return None
    if (parked := _parked(standing, now)) is not None:
        return parked
    before = [claim for claim in standing.claims if claim.at <= approval.at and claim.open_at(approval.at)]
    if any(claim.verdict is None for claim in before):
        return Hold(VERIFICATION_PENDING)
    if any(claim.decided_at is None or claim.verdict != "REJECTED" for claim in before):
        return Nothing(DONE_IN_TIME)
    at = max([approval.at, *(claim.decided_at for claim in before if claim.decided_at is not None)])
    liability = rules.reckoning.first_workday(rules.reckoning.local_date(at))
    ground = proposal.ground or SLOW_PROGRESS
    return Issue(proposal.colour, 0, ground, liability, at, approval.by, clocked=False, proposal=proposal)


def _approved_proposal(standing: Standing, colour: str) -> tuple[Proposal, Approval] | None:
    """The first proposal of a colour that was approved after it was made, with that approval."""
    since = standing.fell_at
    for proposal in standing.proposals:
        if proposal.colour == colour and (since is None or proposal.at > since):
            approval = _approval(standing, colour, proposal.at)
            if approval is not None:
                return proposal, approval
    return None


def _clock_comes_first(standing: Standing, rules: Rules, at: datetime) -> bool:
    """Whether the limit ran out and its white was due by the clock before the office approved one."""
    end = standing.course.end
    if not standing.passed or end is None or standing.course.status != "RUNNING" or standing.fell_at is not None:
        return False
    return rules.approval[WHITE] == AUTO and rules.liability(end, None)[1] < at


def _approval(standing: Standing, colour: str, since: datetime, before: datetime | None = None) -> Approval | None:
    """The first approval of a colour at or after `since` (and before `before`)."""
    for approval in standing.approvals:
        if approval.colour == colour and approval.at >= since and (before is None or approval.at < before):
            return approval
    return None


def _after_expiry(standing: Standing, rules: Rules, now: datetime) -> Step:
    """The limit ran out and no claim in time stands."""
    course = standing.course
    assert course.end is not None
    if rules.late_completion == RECORD_ONLY and course.late:
        if any(claim.verdict is None for claim in course.late):
            return Hold(VERIFICATION_PENDING)
        if any(claim.verdict != "REJECTED" for claim in course.late):
            return Nothing(DONE_LATE)
    rejected_at = course.at if course.status == "REJECTED" else None
    due = course.end.due_instant
    ended = [hold.released_at for hold in standing.holds if hold.released_at is not None and hold.released_at > due]
    ended += [at for at in (rejected_at, standing.relief.let_go(due)) if at is not None]
    hold_ended = max(ended, default=None)
    liability, scheduled = _after_review(standing, rules, course.end, hold_ended)
    person = any(hold.expired_over(due, now) for hold in standing.holds)
    after = _After(standing, rules, course.end, liability, scheduled, rejected_at, person)
    return after.yellow() if standing.colour == YELLOW else after.assignment_or_white()


def _after_review(standing: Standing, rules: Rules, end: End, hold_ended: datetime | None) -> tuple[date, datetime]:
    """The liability date and the clock's hour; a review that held the ladder beyond its end moves them to its decision."""
    liability, scheduled = rules.liability(end, hold_ended)
    for review in standing.reviews if rules.review_suspends else ():
        if review.decided_at is not None and review.decided_at > end.due_instant and review.filed_at <= scheduled:
            hold_ended = max(review.decided_at, hold_ended or review.decided_at)
            liability, scheduled = rules.liability(end, hold_ended)
    return liability, scheduled


@dataclass(frozen=True, slots=True)
class _After:
    """The rows of the decision table for a limit that ran out."""

    standing: Standing
    rules: Rules
    end: End
    liability: date
    scheduled: datetime
    rejected_at: datetime | None
    person: bool
    """An expired hold: the machine must not issue."""

    def assignment_or_white(self) -> Step:
        """An assignment leads to a white, a white to a yellow."""
        colour = WHITE if self.standing.colour is None else YELLOW
        return self.climb(colour, BELOW_STANDARD if self.rejected_at is not None else OVERDUE)

    def climb(self, colour: str, ground: str) -> Step:
        """A slip that the clock issues where the policy lets it, and a person otherwise."""
        if self.standing.fell_at is not None:
            return self._only_by_office(colour, ground, None)
        if self.rules.approval[colour] == AUTO and not self.person:
            return Issue(colour, 0, ground, self.liability, self.scheduled, MACHINE, clocked=True, rejected_at=self.rejected_at)
        return self._with_approval(colour, ground, self.rejected_at or self.end.due_instant, None, None)

    def _with_approval(self, colour: str, ground: str, since: datetime, finding: Finding | None, before: datetime | None) -> Step:
        approval = _approval(self.standing, colour, since, before)
        if approval is None:
            return Draft(colour, ground, self.liability, finding, self.rejected_at)
        at = max(self.scheduled, approval.at)
        clocked = approval.at < at
        return Issue(colour, 0, ground, self.liability, at, approval.by, clocked, finding=finding, rejected_at=self.rejected_at)

    def _only_by_office(self, colour: str, ground: str, finding: Finding | None) -> Step:
        """A slip of this colour fell by a person's decision: only a person's new proposal brings another."""
        found = _approved_proposal(self.standing, colour)
        if found is None:
            return Hold(FELL_BEFORE)
        proposal, approval = found
        at = max(self.scheduled, approval.at)
        return Issue(
            colour, 0, ground, self.liability, at, approval.by, clocked=approval.at < at, finding=finding, proposal=proposal
        )

    def yellow(self) -> Step:
        """A yellow needs a finding: improvement renews it, no movement or poor work leads to a red (E7)."""
        findings = self._findings()
        if not findings:
            return Hold(AWAITING_DETERMINATION)
        for finding, later in zip(findings, [*findings[1:], None], strict=True):
            step = self._on_finding(finding, later.at if later else None)
            if later is None or (isinstance(step, Issue) and step.at < later.at):
                break
        return step

    def _findings(self) -> list[Finding]:
        """The official findings by time; before them the machine's own, where the facts allow it."""
        standing, due = self.standing, self.end.due_instant
        official = sorted(standing.findings, key=lambda finding: finding.at)
        if self._exhausted() or self.person or any(finding.at <= due for finding in official):
            return official
        own = found_by_machine(
            scheduled=due,
            served_at=standing.served_at or due,
            issued_at=standing.issued_at or due,
            due=due,
            urges=standing.urges,
            progress=standing.progress,
            claimed=standing.course.claimed,
        )
        return [own, *official] if own else official

    def _exhausted(self) -> bool:
        """After the last renewal the ladder holds: only persons decide (events.md, "After the last renewal")."""
        return 0 < self.standing.renewal >= self.rules.max_renewals

    def _on_finding(self, finding: Finding, before: datetime | None) -> Step:
        at = max(self.scheduled, finding.at)
        if finding.progress_class == SUBSTANTIVE:
            return self._renewal(finding, at, before)
        if self.standing.fell_at is not None:
            return self._only_by_office(RED, finding.progress_class, finding)
        if self.rules.approval[RED] == AUTO and not self.person and not self._exhausted():
            return self._issue(RED, 0, finding, at, MACHINE, by_person=finding.by != MACHINE and finding.at == at)
        since = max(finding.at, self.end.due_instant)
        return self._with_approval(RED, finding.progress_class, since, finding, before)

    def _renewal(self, finding: Finding, at: datetime, before: datetime | None) -> Step:
        renewal = self.standing.renewal + 1
        if renewal <= self.rules.max_renewals:
            return self._issue(YELLOW, renewal, finding, at, finding.by, by_person=finding.at == at)
        approval = _approval(self.standing, YELLOW, max(finding.at, self.end.due_instant), before)
        if approval is None:
            return Hold(RENEWALS_EXHAUSTED)
        last = max(at, approval.at)
        return self._issue(YELLOW, renewal, finding, last, approval.by, by_person=approval.at == last)

    def _issue(self, colour: str, renewal: int, finding: Finding, at: datetime, by: str, *, by_person: bool) -> Issue:
        ground = self.standing.ground if renewal else finding.progress_class
        return Issue(colour, renewal, ground, self.liability, at, by, clocked=not by_person, finding=finding)
