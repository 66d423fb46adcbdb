"""Review of a yellow or red (复核; Decree 733 art. 17, domain.md d.8): what may be applied for, and what may be decided.

Everything is judged by business time: an application that was made in its window counts, however late it arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.domain.clock import End
from escalation.domain.slip import LADDER, WHITE, YELLOW, Slip

UPHELD, OVERTURNED, VARIED = "UPHELD", "OVERTURNED", "VARIED"

INADMISSIBLE_LATE, ALREADY_USED, NOT_REVIEWABLE = "INADMISSIBLE_LATE", "ALREADY_USED", "NOT_REVIEWABLE"
SCHEMA_INVALID = "SCHEMA_INVALID"


@dataclass(frozen=True, slots=True)
class Review:
    """One application, and what the reviewers decided once they did. A slip has at most one."""

    review_id: str
    """The event id of the application."""
    slip_id: str
    colour: str
    filed_at: datetime
    outcome: str | None = None
    decided_at: datetime | None = None
    lengthened: str | None = None
    """The slip that the decision gave a longer limit, if any."""

    @property
    def pending(self) -> bool:
        """Whether it waits for the reviewers."""
        return self.decided_at is None

    def pending_at(self, instant: datetime) -> bool:
        """Whether it had been made by `instant` and was not decided then."""
        return self.filed_at <= instant and (self.decided_at is None or self.decided_at > instant)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message about a review is refused: the code, and the reason in words."""

    code: str
    detail: str
    pointer: str = "/data/colour"


def nothing_to_find(slips: Sequence[Slip], at: datetime) -> Fault | None:
    """Why a finding of `at` is refused: every yellow that it could be about had fallen by then. One that comes early is kept."""
    yellows = [slip for slip in slips if slip.colour == YELLOW and slip.issued_at is not None and slip.issued_at < at]
    if not yellows or not all(slip.ended_at is not None and slip.ended_at <= at and not slip.standing for slip in yellows):
        return None
    text = "督办单已撤销或失效，无须认定 / the slip has fallen; nothing is left to find"
    return Fault(NOT_REVIEWABLE, text, "/data/progress_class")


def slip_at(slips: Sequence[Slip], colour: str, at: datetime) -> Slip | None:
    """The slip of a colour that an application of `at` is about: the last one issued by then; a renewal is part of its yellow."""
    issued = [s for s in slips if s.colour == colour and not s.renewal and s.issued_at is not None and s.issued_at <= at]
    return max(issued, key=lambda slip: slip.attempt, default=None)


def inadmissible(slip: Slip | None, known: Review | None, late: str | None) -> Fault | None:
    """Why an application is not looked into; None where it is. Lateness goes before a right that was used.

    `known` is the slip's review; `late` says why the application is too late (`lateness.too_late`). None while the slip is not
    served: who applies before the receipt is not late.
    """
    if slip is None:
        return Fault(NOT_REVIEWABLE, "没有可申请复核的督办单 / there is no slip to review")
    if not slip.standing:
        return Fault(NOT_REVIEWABLE, "督办单已撤销或失效，无可复核 / the slip has fallen; nothing is left to review")
    if late is not None:
        return Fault(INADMISSIBLE_LATE, late)
    if known is None:
        return None
    if known.pending:
        return Fault(ALREADY_USED, "已申请复核，正在复核中 / a review was applied for and is pending")
    return Fault(NOT_REVIEWABLE, "复核已有决定，不得再次申请 / the review was decided; the slip is effective")


def white_fault(window: End | None) -> Fault:
    """A white is a reminder: it may be objected to in writing (policy `white.written_objection`), never reviewed."""
    until = f"，书面异议期至 {window.last_day}" if window is not None else ""
    by = f" by {window.last_day}" if window is not None else ""
    return Fault(NOT_REVIEWABLE, f"白色督办单不适用复核，可提书面异议{until} / a white: no review, a written objection{by} only")


def to_decide(reviews: Sequence[Review], colour: str, at: datetime, request: str | None) -> Review | None:
    """The application that a decision of `at` answers: the one named, else the last undecided one of this colour."""
    made = [r for r in reviews if r.colour == colour and r.filed_at <= at and request in (None, r.review_id)]
    return max(made, key=lambda review: (review.pending, review.filed_at, review.review_id), default=None)


def undecidable(review: Review | None, slip: Slip | None) -> Fault | None:
    """Why there is nothing to decide."""
    if review is None or slip is None:
        return Fault(NOT_REVIEWABLE, "没有待决定的复核申请 / no application waits for this decision", "/data/outcome")
    if not review.pending:
        return Fault(ALREADY_USED, "该复核已有决定 / this review was decided", "/data/outcome")
    if not slip.standing:
        return Fault(
            NOT_REVIEWABLE, "督办单已撤销或失效，复核终止 / the slip has fallen, and its review ended with it", "/data/outcome"
        )
    return None


def lighter(colour: str, new_colour: str | None) -> bool:
    """Whether a colour is lower on the ladder than the reviewed one."""
    return new_colour is not None and LADDER.index(new_colour) < LADDER.index(colour)


def unvariable(colour: str, new_colour: str | None, present: End | None, wanted: End | None) -> Fault | None:
    """Why a slip cannot be varied so: only to a lower colour or a longer limit, never to the unit's harm.

    `present` and `wanted` are the ends of the limit that stays in force, as it is and as the reviewers want it.
    """
    if new_colour not in (None, colour) and not lighter(colour, new_colour):
        return Fault(SCHEMA_INVALID, "变更只能降低颜色 / a review may only vary to a lower colour", "/data/new_colour")
    if wanted is not None and present is not None and wanted.due_instant <= present.due_instant:
        text = f"变更后的期限须晚于 {present.last_day} / the new limit must end after {present.last_day}"
        return Fault(SCHEMA_INVALID, text, "/data/new_limit")
    if wanted is None and not lighter(colour, new_colour):
        return Fault(
            SCHEMA_INVALID, "变更须降低颜色或延长期限 / VARIED needs a lower colour or a longer limit", "/data/new_colour"
        )
    return None


def falling(in_force: Sequence[Slip], reviewed: Slip, new_colour: str) -> list[Slip]:
    """The slips that do not survive a variation to a lower colour: everything above that colour, from the lowest up."""
    keep = LADDER.index(new_colour)
    return [slip for slip in in_force if LADDER.index(slip.colour) > keep and slip.level <= reviewed.level and not slip.renewal]


def reviewable(colour: str) -> bool:
    """Every yellow and red; a white is none."""
    return colour != WHITE
