"""What is said about a clock whose end was counted again on a newly published calendar (domain.md d.5.4)."""

from __future__ import annotations

from datetime import date

from escalation import announcements as say
from escalation.desk import Desk
from escalation.domain.clock import BREACHED, RUNNING, SUSPENDED, Clock, End
from escalation.domain.standing import Ladder


def tell_reprojected(desk: Desk, ladder: Ladder, clock: Clock, end: End | None, before: tuple[date, bool]) -> None:
    """After an end was counted on another calendar: clear the provisional flag, and say so where something changed."""
    edition = desk.book.reckoning.edition
    if clock.edition == edition:
        return
    clock.edition, clock.changed = edition, True
    if end is None or clock.state == BREACHED or clock.fixed_due is not None:
        return
    clock.provisional = end.provisional
    if before != (clock.deadline, clock.provisional) and clock.state in (RUNNING, SUSPENDED):
        last = desk.rulebook.calendars[-1]
        year, notice = last.content["year"], last.content["notice"]
        desk.announce_limit(
            ladder, clock, lambda: say.clock_reprojected(ladder, clock, before[0], year, notice), last.published_at
        )
