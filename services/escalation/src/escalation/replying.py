"""The answer that each source waits for (答复期限): a limit of its own beside that of the work, without a colour.

It begins with the service of the lead's assignment and stops with the first answer, whatever became of the work and with
whichever other matter it is handled (domain.md a′.2, d.10).
"""

from __future__ import annotations

from datetime import date, datetime

from event_contracts import intake
from event_contracts.event import Message
from service_chassis.persistence.unit_of_work import Timer

from escalation import announcements as say
from escalation import office, reminding
from escalation.desk import REPLY_REMINDER, REPLYING, Desk
from escalation.domain.clock import BREACHED, REPLY, RUNNING, STOPPED, Clock, End
from escalation.domain.relief import TRANSFERRED
from escalation.domain.reply import about_of, end_of
from escalation.domain.rounds import MATTER_WITHDRAWN
from escalation.domain.standing import Entry, Ladder
from escalation.reprojecting import tell_reprojected

REPLIED = "REPLIED"
"""The journal's line of an answer; its id is that of the message."""


def begin(desk: Desk, ladder: Ladder, served_at: datetime, served_on: date) -> None:
    """The unit has its assignment: the time for the answer runs, once."""
    about = ladder.assignment_id
    if ladder.reply_amount is None or ladder.reply_unit is None or about is None or about in ladder.reply_clocks:
        return
    end = desk.book.reckoning.end(ladder.reply_amount, ladder.reply_unit, served_on)
    clock = Clock(
        ladder.matter_id,
        ladder.unit,
        REPLY,
        about,
        ladder.reply_amount,
        ladder.reply_unit,
        None,
        served_on,
        served_at,
        end.last_day,
        end.due_instant,
        end.provisional,
        0,
        RUNNING,
        None,
        desk.book.reckoning.edition,
        changed=True,
    )
    ladder.reply_clocks[about] = clock
    desk.work.set_timer(REPLYING, about, clock.due_instant, subject=ladder.matter_id)
    reminding.set_next(desk, clock, served_at)
    desk.announce_limit(ladder, clock, lambda: say.clock_armed(ladder, clock), served_at)
    desk.work.retry(ladder.matter_id)


def replied(desk: Desk, message: Message) -> None:
    """A source was answered: the limits of its answer stop, whoever of its units has one."""
    data: intake.ReplySent = message.data
    for ladder in desk.store.of_matter(data.matter_id):
        if ladder.reply_amount is not None:
            arrived = message.recordedtime or desk.now
            desk.write(ladder, REPLIED, data.reply, data.sent_at, arrived, {"unit": data.unit, "to": data.to})


def overdue(desk: Desk, timer: Timer) -> None:
    """The time for an answer has passed, and every answer from before has been read."""
    ladder = desk.store.by_about.get(timer.key)
    clock = ladder.reply_clocks.get(timer.key) if ladder else None
    if ladder is not None and clock is not None and clock.due_instant == timer.due_at:
        clock.passed_due, clock.changed = clock.due_instant, True
        desk.touch(ladder)


def settle(desk: Desk, ladder: Ladder) -> None:
    """Bring the limit of the answer to what the journal says."""
    for clock in ladder.reply_clocks.values():
        _move(desk, ladder, clock)
        answer = _in_time(desk, ladder, clock)
        gone, why = _taken_back(ladder, clock)
        if answer is not None:
            _stop(desk, ladder, clock, REPLIED, answer.at)
        elif gone is not None and gone < clock.due_instant:
            _stop(desk, ladder, clock, why, gone)
        elif clock.has_passed and clock.state == RUNNING:
            _breach(desk, ladder, clock)


def _taken_back(ladder: Ladder, clock: Clock) -> tuple[datetime | None, str]:
    """When nobody waits for this unit's answer any more, and why: its part went to another one, or its matter is withdrawn."""
    if ladder.withdrawn_at is not None:
        return ladder.withdrawn_at, MATTER_WITHDRAWN
    return (ladder.transferred_at if clock.about == ladder.assignment_id else None), TRANSFERRED


def _move(desk: Desk, ladder: Ladder, clock: Clock) -> None:
    """Bring its end to where it is with what was granted, on the calendar in force; one granted late undoes the breach."""
    if clock.state == STOPPED or not (clock.edition != desk.book.reckoning.edition or ladder.extensions()):
        return
    before = (clock.deadline, clock.provisional)
    end = end_of(ladder, clock, desk.book.policy, desk.book.reckoning)
    if end.due_instant > clock.due_instant and not (clock.state == BREACHED and not ladder.extensions()):
        clock.deadline, clock.due_instant, clock.changed = end.last_day, end.due_instant, True
        clock.state = RUNNING
        desk.work.set_timer(REPLYING, clock.about, clock.due_instant, subject=ladder.matter_id)
        reminding.set_next(desk, clock, desk.now)
    tell_reprojected(desk, ladder, clock, end, before)


def _breach(desk: Desk, ladder: Ladder, clock: Clock) -> None:
    clock.state, clock.changed = BREACHED, True
    desk.announce(ladder, lambda: say.deadline_breached(ladder, clock), clock.due_instant)


def _stop(desk: Desk, ladder: Ladder, clock: Clock, reason: str, at: datetime) -> None:
    if clock.state != STOPPED:
        clock.state, clock.changed = STOPPED, True
        for kind in (REPLYING, REPLY_REMINDER):
            desk.work.clear_timer(kind, clock.about)
        office.end_requests(desk, ladder, about_of(clock.about), at, reason)
        desk.announce_limit(ladder, clock, lambda: say.clock_stopped(ladder, clock, reason), at)


def _in_time(desk: Desk, ladder: Ladder, clock: Clock) -> Entry | None:
    """The first answer, if it was given in time and is believed (`domain.lateness`)."""
    end = End(clock.deadline, clock.due_instant, clock.provisional, fixed=False)
    for answer in ladder.of_kind(REPLIED):
        if end.in_time(answer.at) and not _of_an_earlier_round(ladder, clock, answer):
            before = answer.arrived < clock.due_instant
            return answer if before or not desk.book.late_reports.doubts(answer.arrived, end) else None
    return None


def _of_an_earlier_round(ladder: Ladder, clock: Clock, answer: Entry) -> bool:
    """Whether an answer was given before the matter was done again, for which this limit runs."""
    begun = ladder.begun_at
    return clock.about == ladder.assignment_id and begun is not None and answer.at <= begun
