"""What fell by a person's decision: nothing climbs by itself to that colour again (domain.md d.17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from escalation.domain.slip import BY_OFFICE, DRAFT_REFUSED, LADDER, OVERTURNED, RED, WHITE, Slip


def fell_at(slips: Sequence[Slip], slip: Slip | None) -> datetime | None:
    """When a person withdrew, refused or overturned the slip of the next colour, if the last one ended so."""
    colour = next_colour(slip)
    fallen = [s for s in slips if s.colour == colour and s.renewal == 0 and not s.standing]
    if not fallen or colour is None:
        return None
    last = max(fallen, key=lambda s: s.attempt)
    by_person = last.state == OVERTURNED or last.cause in (BY_OFFICE, DRAFT_REFUSED)
    return last.ended_at if by_person else None


def next_colour(slip: Slip | None) -> str | None:
    """The colour after this one; None after red."""
    if slip is None:
        return WHITE
    return None if slip.colour == RED else LADDER[LADDER.index(slip.colour) + 1]
