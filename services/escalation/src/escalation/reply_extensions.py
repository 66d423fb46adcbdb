"""Requests for more time for the answer to a source, which name `owner` REPLY (`domain/reply.py`)."""

from __future__ import annotations

from event_contracts import inbound
from event_contracts.event import Message
from ground_rules.limits import Limit
from service_chassis.errors import Refused

from escalation import announcements as say
from escalation import office
from escalation import relief_announcements as tell
from escalation.domain import extension, reply
from escalation.domain.clock import DECISION_EXTENSION, REPLY, RUNNING, STOPPED, Clock, End
from escalation.domain.extension import Extension, Terms
from escalation.domain.lateness import too_late
from escalation.domain.standing import Ladder
from escalation.settle import Settling

NO_ANSWER = "该单位不负责答复来源方 / this unit owes the source no answer"
NOT_SERVED = "答复期限尚未开始 / the time for the answer has not begun"
ANSWERED = "已答复来源方 / the source was answered before"
NO_RIGHT = "该来源的答复期限不得延长 / no rule gives an answer to this source more time"


def requested(desk: Settling, ladder: Ladder, message: Message, terms: Terms) -> None:
    """The unit asks for more time to answer; the office has its three workdays, and nothing waits for it."""
    data: inbound.ExtensionRequested = message.data
    if ladder.reply_amount is None or ladder.assignment_id is None:
        raise Refused("UNKNOWN_MATTER", NO_ANSWER, "/data/owner")
    clock = ladder.reply_clocks.get(ladder.assignment_id)
    if clock is None:
        desk.work.wait_for(message, NOT_SERVED)
        return
    _refuse_inadmissible(desk, ladder, clock, message, terms)
    about = reply.about_of(clock.about)
    details = {"about": about, "days": data.days, "reason": data.reason}
    desk.write(ladder, extension.REQUESTED, message.id, message.time, message.arrived or desk.now, details)
    limit: Limit = desk.book.policy.office_decision.extension
    own = office.begin(desk, ladder, DECISION_EXTENSION, message.id, limit, message.time)
    asked = Extension(message.id, about, data.days, message.time)
    desk.announce(ladder, lambda: tell.extension_requested(ladder, REPLY, asked, data.reason, own.deadline), message.time)
    desk.work.retry(ladder.matter_id)


def _refuse_inadmissible(desk: Settling, ladder: Ladder, clock: Clock, message: Message, terms: Terms) -> None:
    if clock.state == STOPPED:
        raise Refused("INADMISSIBLE_LATE", ANSWERED, "/data/owner")
    if reply.most_days(ladder.source_type, desk.book.policy) is None:
        raise Refused("ALREADY_USED", NO_RIGHT, "/data/owner")
    end = End(clock.deadline, clock.due_instant, clock.provisional, fixed=False)
    last = desk.book.reckoning.calendar.workday_before(end.last_day, terms.file_before)
    about = reply.about_of(clock.about)
    made = sum(found.about == about and found.asked_at <= message.time for found in ladder.extensions())
    fault = extension.inadmissible(None, end, last, desk.book.reckoning.local_date(message.time), made, terms)
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)
    arrived = message.arrived or desk.now
    late = too_late(end, message.time, arrived, passed=clock.has_passed, late_reports=desk.book.late_reports)
    if late is not None:
        raise Refused("INADMISSIBLE_LATE", late, "/time")


def most_days(desk: Settling, ladder: Ladder) -> int | None:
    """How many days more may be granted for the answer."""
    return reply.most_days(ladder.source_type, desk.book.policy)


def tell_granted(desk: Settling, ladder: Ladder, asked: Extension, granted: int, message: Message) -> None:
    """The answer's limit became longer, by its own request or along with that of the work."""
    clock = ladder.reply_clocks.get(ladder.assignment_id or "")
    along = asked.about == ladder.assignment_id and reply.moves_along(ladder)
    if clock is not None and granted and (along or reply.is_about_reply(asked.about)) and clock.state in (RUNNING, "BREACHED"):
        previous = clock.deadline
        desk.announce_limit(
            ladder, clock, lambda: say.clock_extended(ladder, clock, granted, "EXTENSION", previous), message.time
        )
