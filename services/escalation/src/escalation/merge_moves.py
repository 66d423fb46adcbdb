"""What a unit is told when a merge, or its end, moves its limit (domain.md d.10): it ends on another day, or runs again."""

from __future__ import annotations

from datetime import date

from escalation import announcements as say
from escalation.desk import Desk
from escalation.domain.clock import RUNNING, Clock
from escalation.domain.merging import JOINED, JOINED_TERM, MERGED, SPLIT, UNMERGED
from escalation.domain.standing import Entry, Ladder


def _new(ladder: Ladder, *kinds: str) -> list[Entry]:
    return [entry for entry in ladder.journal if entry.new and entry.kind in kinds]


def tell_moved(desk: Desk, ladder: Ladder, clock: Clock, previous: date) -> None:
    """The leading limit became shorter with the merge that was just read, or longer with its end."""
    lines = _new(ladder, JOINED, JOINED_TERM, SPLIT)
    if not lines or clock.state != RUNNING or clock.deadline == previous or clock.about in desk.told:
        return
    reason = UNMERGED if any(entry.kind == SPLIT for entry in lines) else MERGED
    at = min(desk.now, max(entry.at for entry in lines))
    desk.announce_limit(ladder, clock, lambda: say.clock_moved(ladder, clock, previous, reason), at)


def why_again(ladder: Ladder) -> str | None:
    """UNMERGED, where a limit runs again because its matter was just parted from the leading one."""
    return UNMERGED if _new(ladder, UNMERGED) else None
