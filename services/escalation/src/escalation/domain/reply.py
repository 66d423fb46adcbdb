"""More time for the answer to a source (延期; domain.md a′.2): a petition's sixty days may become ninety, if the office consents.

No other source has that right. Where a petition's work has the same limit as its answer, what is granted for one is granted for
both: it is one limit under two names.
"""

from __future__ import annotations

from ground_rules.limits import Limit
from ground_rules.policy import Policy

from escalation.domain.clock import Clock, End, Reckoning, Term
from escalation.domain.standing import Ladder

PETITION = "PETITION"


def about_of(assignment_id: str) -> str:
    """What a request for more time for an answer is about, in the journal."""
    return f"reply:{assignment_id}"


def is_about_reply(about: str) -> bool:
    """Whether a request in the journal is about an answer, not about the work."""
    return about.startswith("reply:")


def most_days(source_type: str | None, policy: Policy) -> int | None:
    """How many days more an answer to this source may get; None where no rule gives it any."""
    limit: Limit = policy.reply.petition_extension
    return limit.amount if source_type == PETITION else None


def moves_along(ladder: Ladder) -> bool:
    """Whether the answer's limit is the work's own."""
    same = (ladder.amount, ladder.limit_unit) == (ladder.reply_amount, ladder.reply_unit)
    return ladder.source_type == PETITION and same


def extension_of(ladder: Ladder, about: str, policy: Policy) -> int:
    """The days that were granted on top of an answer's limit."""
    most = most_days(ladder.source_type, policy)
    if most is None:
        return 0
    named = {about_of(about), about} if moves_along(ladder) else {about_of(about)}
    return min(most, sum(made.granted for made in ladder.extensions() if made.about in named))


def end_of(ladder: Ladder, clock: Clock, policy: Policy, reckoning: Reckoning) -> End:
    """Where the time for an answer ends, with what was granted."""
    extension = extension_of(ladder, clock.about, policy)
    end = Term(clock.amount, clock.limit_unit, None, clock.started_on, extension).end(reckoning)
    assert end is not None  # it has a length and has begun
    return end
