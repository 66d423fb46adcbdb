"""Reminders of a limit (d.5.8): the next one is set, and sent where the limit still runs."""

from __future__ import annotations

from datetime import datetime

from service_chassis.persistence.unit_of_work import Timer

from escalation import announcements as say
from escalation.desk import REMINDER, REPLY_REMINDER, Desk
from escalation.domain.clock import REPLY, RUNNING, Clock
from escalation.domain.reminders import is_urgent
from escalation.domain.standing import Ladder


def set_next(desk: Desk, clock: Clock, after: datetime) -> None:
    """The next reminder after an instant, if one is left before the end."""
    reminder = desk.book.reminding.following(clock.deadline, after)
    if reminder is not None:
        _set(desk, clock, reminder.at)


def _set(desk: Desk, clock: Clock, at: datetime) -> None:
    if at < clock.due_instant:
        desk.work.set_timer(_kind(clock), clock.about, at, subject=clock.matter_id)


def _kind(clock: Clock) -> str:
    return REPLY_REMINDER if clock.owner == REPLY else REMINDER


def due(desk: Desk, timer: Timer) -> None:
    """So many workdays are left; a stopped clock reminds nobody. After an outage it waits for the delivery window, unless the
    matter is urgent (d.5.8)."""
    ladder = desk.store.by_about.get(timer.key)
    clocks = {} if ladder is None else ladder.reply_clocks if timer.kind == REPLY_REMINDER else ladder.clocks
    clock = clocks.get(timer.key)
    if ladder is None or clock is None or clock.state != RUNNING or desk.now >= clock.due_instant:
        return
    opens = desk.now if is_urgent(ladder.urgency) else desk.book.reminding.may_go_out(desk.now)
    if opens > desk.now:
        _set(desk, clock, opens)
        return
    reminder = desk.book.reminding.latest(clock.deadline, desk.now)
    if reminder is not None and not _told_by_the_work(ladder, clock):
        days = desk.book.reminding.left(clock.deadline, desk.now)
        desk.announce(ladder, lambda: say.deadline_approaching(ladder, clock, days), desk.now)
    set_next(desk, clock, desk.now)


def _told_by_the_work(ladder: Ladder, clock: Clock) -> bool:
    """The answer falls due on the day of the work itself: one reminder tells both."""
    work = ladder.clocks.get(clock.about)
    return clock.owner == REPLY and work is not None and work.state == RUNNING and work.deadline == clock.deadline
