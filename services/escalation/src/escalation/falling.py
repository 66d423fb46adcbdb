"""Slips that fall: withdrawn, overturned by a review, and everything that stood on them with them (domain.md d.8).

All that follows from one act is announced in causal order, with that act as its cause: the slip, the later slips from the
lowest up, the referrals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from event_contracts.event import Fact

from escalation import announcements as say
from escalation import office
from escalation.desk import DEADLINE, ISSUE, RED_REPORT, REMINDER, REVIEW, REVIEWERS, URGING, later
from escalation.domain import slip as slips
from escalation.domain.clock import STOPPED
from escalation.domain.slip import RED, Slip
from escalation.domain.standing import Ladder
from escalation.limits import Limits
from escalation.review_announcements import referral_recalled


class Falling(Limits):
    """Takes slips off a ladder."""

    def drop_draft(self, ladder: Ladder, draft: Slip, cause: str, at: datetime) -> None:
        """A draft that will never be issued; the unit never saw it, so nothing is announced."""
        draft.state, draft.standing, draft.cause, draft.ended_at, draft.changed = slips.WITHDRAWN, False, cause, at, True

    def withdraw(self, ladder: Ladder, root: Slip, cause: str, at: datetime) -> None:
        """A slip was issued in error (撤销)."""
        self._fall(ladder, root, slips.WITHDRAWN, cause, at, later(say.slip_withdrawn, ladder, root, at))
        self.vacate(ladder, root, at, _above(ladder, root))

    def overturn(self, ladder: Ladder, roots: Sequence[Slip], cause: str, at: datetime, review_id: str) -> None:
        """A review took these slips away, the lowest first; what stood on the lowest falls as well."""
        falling = [slip for slip in _above(ladder, roots[0]) if slip not in roots]
        for root in roots:
            self._fall(ladder, root, slips.OVERTURNED, cause, at, later(say.slip_overturned, ladder, root, at, review_id))
        self.vacate(ladder, roots[0], at, falling, [*roots, *falling])

    def vacate(
        self, ladder: Ladder, root: Slip, at: datetime, falling: Sequence[Slip], all_fallen: Sequence[Slip] | None = None
    ) -> None:
        """What stood on `root` falls with it, drafts too, and the hand-overs of every red among them are recalled."""
        for slip in falling:
            slip.vacated_by = root.number
            self._fall(ladder, slip, slips.VACATED, slips.VACATED, at, later(say.slip_vacated, ladder, slip, at, root.slip_id))
        for draft in ladder.slips:
            if draft.is_draft and draft.level > root.level:
                self.drop_draft(ladder, draft, slips.DRAFT_OBSOLETE, at)
        self._recall(ladder, root, at, all_fallen if all_fallen is not None else [root, *falling])

    def _recall(self, ladder: Ladder, root: Slip, at: datetime, fallen: Sequence[Slip]) -> None:
        reds = [slip.slip_id for slip in fallen if slip.colour == RED and not slip.standing]
        for referral in self.store.referrals_of(reds) if reds else ():
            if referral.recalled_at is None:
                referral.recalled_at = at
                referral.judge(under_review=False)
                cascade = root.slip_id if root.slip_id != referral.slip_id else None
                self.announce(ladder, later(referral_recalled, ladder, referral, at, cascade), at)

    def _fall(self, ladder: Ladder, slip: Slip, state: str, cause: str, at: datetime, fact: Callable[[], Fact]) -> None:
        slip.state, slip.standing, slip.cause, slip.ended_at, slip.changed = state, False, cause, at, True
        self.count("withdrawn", cause)
        self.weigh(slip, fell=True)
        clock, window = ladder.clocks.get(slip.slip_id), ladder.windows.get(slip.slip_id)
        reviewers = ladder.review_clocks.get(slip.slip_id)
        if clock is not None:
            self._clear_timers(clock, DEADLINE, REMINDER, URGING, ISSUE, RED_REPORT)
        if window is not None:
            self._clear_timers(window, REVIEW)
        if reviewers is not None:
            self._clear_timers(reviewers, REVIEWERS)
            reviewers = reviewers if ladder.review_is_pending(slip.slip_id) else None
        for found in (clock, window, reviewers):
            if found is not None and found.state != STOPPED:
                found.state, found.changed = STOPPED, True
        if reviewers is not None and reviewers.ended_at is None:
            reviewers.ended_at, reviewers.changed = at, True
        office.end_about(self, ladder, slip.slip_id, at, "FALLEN")
        self.announce(ladder, fact, at)


def _above(ladder: Ladder, root: Slip) -> list[Slip]:
    return [slip for slip in ladder.in_force() if slip.level > root.level]
