"""Slips: drafted, and issued with their number and reason."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from ground_rules.limits import Limit

from escalation import announcements as say
from escalation.desk import ISSUE, Book, later
from escalation.domain import slip as slips
from escalation.domain.determination import MACHINE
from escalation.domain.progress import Failed
from escalation.domain.referral import referrals_of
from escalation.domain.rungs import Rung
from escalation.domain.slip import RED, Slip
from escalation.domain.standing import Ladder
from escalation.domain.steps import PARKED, Draft, Issue, Step
from escalation.falling import Falling
from escalation.powers import capacity_of


class Issuing(Falling):
    """Puts slips on a ladder."""

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

    # ---- issuing

    def new_slip(self, ladder: Ladder, colour: str, renewal: int, by: str) -> Slip:
        """A new draft on this ladder, with what must be on it (E4)."""
        attempt = sum(slip.colour == colour and slip.renewal == renewal for slip in ladder.slips)
        limit = _limit(self.book, colour)
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
            policy_version=self.book.policy.version,
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
        self._put_under_policy(slip, below if step.renewal else None)
        slip.reason = self._reason(rung, step, slip.reason)
        if below is not None:
            self._close_below(ladder, rung, below, step)
        if not step.clocked:  # the clock's own timer has just come back, or the slip was due with the end itself
            self.work.clear_timer(ISSUE, self.about(ladder, rung))
        if step.by != MACHINE and not step.renewal:
            capacity = capacity_of(ladder, slip.colour, step.by)
            self.announce(ladder, lambda: say.slip_approved(ladder, slip, step.by, capacity), issued_at)
        if step.renewal:
            self._announce_renewal(ladder, slip, below, issued_at)
        else:
            self._announce_issue(ladder, rung, slip, step, issued_at)
        self.set_waiting(ladder, None)

    def _put_under_policy(self, slip: Slip, renewed: Slip | None) -> None:
        """The policy of the day of issue, by business time; a renewal keeps its yellow's. What a person wrote on it stays."""
        assert slip.issued_at is not None and slip.liability_date is not None
        drafted = self.book_of(slip)
        day = min(slip.liability_date, self.book.reckoning.local_date(slip.issued_at))
        book = self.book_of(renewed) if renewed is not None else self.rulebook.on(day)
        was, limit = _limit(drafted, slip.colour), _limit(book, slip.colour)
        if (slip.amount, slip.limit_unit) == (was.amount, was.unit):
            slip.amount, slip.limit_unit = limit.amount, limit.unit
        slip.policy_version = book.policy.version

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

    def _announce_issue(self, ladder: Ladder, rung: Rung, slip: Slip, step: Issue, issued_at: datetime) -> None:
        self.unnumbered.append((ladder, slip))
        breached_at = rung.course.end.due_instant if rung.passed and rung.course.end else None
        book = self.book_of(slip)
        points, year_by = _deduction(book, slip.colour), book.policy.year_attribution
        if points is not None and slip.previous_slip is None:  # a direct start: no fault precedes it, so it costs nothing (d.4)
            points = Decimal("0.00")
        self.announce(
            ladder, lambda: say.slip_issued(ladder, slip, step.liability_date, issued_at, breached_at, points, year_by), issued_at
        )
        self.count("issued", slip.colour, slip.ground)
        if slip.colour == RED:
            self.weigh(slip)
            for referral in referrals_of(slip.slip_id, ladder.matter_id, ladder.unit):
                self.store.put_referral(referral)
                self.announce(ladder, later(say.referral_created, ladder, slip, referral), issued_at)

    def _reason(self, rung: Rung, step: Issue | Draft, said: str) -> str:
        """The sentence on the slip: colour, dates and rule. `said` is what the office gave as its reason."""
        if isinstance(step, Issue) and step.proposal is not None and rung.slip is None:
            return slips.office_reason(step.ground, step.by, said, step.colour)
        if rung.failed is not None and step.ground == rung.failed.ground:
            return self._check_reason(rung.failed, step)
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

    def _check_reason(self, failed: Failed, step: Issue | Draft) -> str:
        check = failed.check
        return slips.check_reason(
            what=check.what,
            number=check.number,
            last_day=check.end.last_day,
            planned=check.planned,
            percent=failed.percent,
            ground=step.ground,
            liability=step.liability_date,
        )


def _limit(book: Book, colour: str) -> Limit:
    """How long the addressee of a slip has, by a policy."""
    limit: Limit = getattr(book.policy.limits, colour.lower())
    return limit


def _deduction(book: Book, colour: str) -> Decimal | None:
    """Points off for a slip, by a policy; a white costs nothing."""
    return {slips.YELLOW: book.policy.yellow.deduction, RED: book.policy.red.deduction}.get(colour)
