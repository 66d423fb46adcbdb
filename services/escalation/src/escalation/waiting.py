"""Lead units that wait for others: settled after them, with the days on which they waited (domain.md d.9)."""

from __future__ import annotations

from datetime import date

from escalation import announcements as say
from escalation import relief_announcements as tell
from escalation.desk import Desk
from escalation.domain.clock import ONE_DAY, Clock, End
from escalation.domain.relief import remaining
from escalation.domain.shield import AWAITING_OTHER_UNIT, LEAD, urged_by_lead, waited
from escalation.domain.standing import Ladder


def refresh(desk: Desk, ladder: Ladder) -> None:
    """Bring a lead's waited days to what the other ladders of its matter say."""
    if ladder.role == LEAD:
        others = desk.store.of_matter(ladder.matter_id)
        if len(others) > 1:
            book = desk.book
            urge_before = book.policy.supporting.urge_before
            ladder.waited = waited(ladder, others, book.reckoning, book.late_reports, urge_before)


def leads_last(desk: Desk, touched: list[Ladder]) -> list[Ladder]:
    """The touched ladders with the leads last, and with the leads that wait for one of them."""
    leads = {id(found): found for found in touched if found.role == LEAD}
    others = [found for found in touched if found.role != LEAD]
    for other in others:
        for lead in desk.store.of_matter(other.matter_id):
            if lead.role == LEAD and urged_by_lead(other, lead):
                leads[id(lead)] = lead
                desk.followers.add((lead.matter_id, lead.unit))
                desk.causes.setdefault((lead.matter_id, lead.unit), desk.causes.get((other.matter_id, other.unit)))
    return [*others, *leads.values()]


def tell_waiting(desk: Desk, ladder: Ladder, clock: Clock) -> None:
    """The lead's clock stands still by rule, from the day after the other unit's limit."""
    first = min((left.first for left in ladder.waited if left.last is None), default=None)
    if first is not None and clock.about not in desk.told:
        reckoning = desk.book.reckoning
        fact = tell.clock_suspended(ladder, clock, first, AWAITING_OTHER_UNIT, remaining(clock, first, reckoning))
        desk.announce_limit(ladder, clock, lambda: fact, reckoning.midnight(first))


def tell_waited(desk: Desk, ladder: Ladder, clock: Clock, end: End, previous: date) -> None:
    """The other unit delivered: its overdue days are added to the lead's limit."""
    spans = [(left.first, left.last) for left in ladder.waited if left.last is not None]
    if not spans or clock.about in desk.told:
        return
    days = desk.book.reckoning.not_counted(clock.limit_unit, clock.started_on, end.last_day, spans)
    if days:
        at = desk.book.reckoning.midnight(max(last for _, last in spans) + ONE_DAY)
        desk.announce_limit(
            ladder, clock, lambda: say.clock_extended(ladder, clock, days, AWAITING_OTHER_UNIT, previous), min(at, desk.now)
        )
