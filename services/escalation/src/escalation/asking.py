"""What escalation does about legitimate reasons, resumed clocks and extensions: load – decide – save – announce (d.5, d.7)."""

from __future__ import annotations

from datetime import date
from typing import Any

from event_contracts import inbound
from event_contracts.event import Message
from ground_rules.limits import Limit
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence import cut

from escalation import announcements as say
from escalation import office, powers, reply_extensions, waiting
from escalation import relief_announcements as tell
from escalation.domain import extension, justification
from escalation.domain.clock import ASSIGNMENT, DECISION_EXTENSION, DECISION_JUSTIFICATION, ONE_DAY, REPLY, End
from escalation.domain.extension import Extension, Terms
from escalation.domain.justification import EXTEND, GRANTED, SUSPEND, Justification
from escalation.domain.lateness import is_believed, too_late
from escalation.domain.relief import remaining
from escalation.domain.reply import about_of, is_about_reply
from escalation.domain.review import INADMISSIBLE_LATE, Fault
from escalation.domain.rungs import Rung, rungs, term
from escalation.domain.slip import Slip
from escalation.domain.standing import Ladder
from escalation.handlers import joint_ladder_of as ladder_of
from escalation.handlers import ladder_of as own_ladder_of
from escalation.settle import Settling

NO_FILING = "没有待决定的正当理由申请 / no justification waits for this decision"
NO_REQUEST = "没有待决定的延期申请 / no request for an extension waits for this decision"
FALLEN = "督办单已撤销或失效，无须恢复计时 / the slip has fallen; nothing is left to resume"
NOT_BELIEVED = (
    "所称时间在最后申请日 {last} 及以前，但到达过迟，系统不予采信，请向督查室书面说明 / "
    "it claims a time by {last}, the last day for it, but came too late to be believed by machine; write to the office"
)
NOT_SUSPENDED = "计时没有中止 / the clock is not suspended"

# ---------------------------------------------------------------- what a request is about


def _rungs(desk: Settling, ladder: Ladder) -> list[Rung]:
    waiting.refresh(desk, ladder)
    return rungs(ladder, desk.book.reckoning, desk.book.late_reports)


def _asked_about(desk: Settling, ladder: Ladder, message: Message) -> Rung:
    """The limit that a request concerns: of the slip it names, else of what was in force at its time (events.md)."""
    found, colour = _rungs(desk, ladder), message.data.colour
    issued = [r for r in found if r.slip is not None and r.slip.issued_at is not None and r.slip.issued_at < message.time]
    if colour is None:
        return issued[-1] if issued else found[0]
    named = [rung for rung in issued if rung.slip is not None and rung.slip.colour == colour]
    if not named:
        raise Refused("UNKNOWN_MATTER", "没有该颜色的有效督办单 / there is no such slip on this ladder", "/data/colour")
    return named[-1]


def _rung_of(desk: Settling, ladder: Ladder, about: str) -> Rung | None:
    """The rung of an assignment or slip; None where the slip has fallen."""
    return next((rung for rung in _rungs(desk, ladder) if desk.about(ladder, rung) == about), None)


def _owner(ladder: Ladder, about: str) -> str:
    if is_about_reply(about):
        return REPLY
    slip = ladder.slip(about)
    return slip.owner if slip else ASSIGNMENT


def _abouts(ladder: Ladder, colour: str | None) -> set[str] | None:
    """The slips that a decision with a colour may be about; None: any limit."""
    return {slip.slip_id for slip in ladder.slips if slip.colour == colour} if colour else None


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)


def _refuse_ended(rung: Rung, message: Message, pointer: str) -> None:
    """What was done, or is not counted any more, needs neither a reason nor more time."""
    done_at = rung.course.at if rung.course.status == "DONE" else None
    _refuse(justification.inadmissible(done_at, rung.relief.let_off_at is not None, message.time, pointer))


def _refuse_late(desk: Settling, rung: Rung, message: Message) -> None:
    """A request comes before the end of its limit, and one that says so must be believable (`domain.lateness`)."""
    end = rung.course.end
    if end is None:
        return
    arrived = message.arrived or desk.now
    late = too_late(end, message.time, arrived, passed=rung.passed, late_reports=desk.book_of(rung.slip).late_reports)
    if late is not None:
        raise Refused(INADMISSIBLE_LATE, late, "/time")


def refuse_backdated(desk: Settling, slip: Slip | None, last: date, message: Message) -> None:
    """A request that says it was made by its last day must be believable too, though the limit itself still runs."""
    end = End(last, desk.book.reckoning.midnight(last + ONE_DAY), provisional=False, fixed=False)
    read, late_reports = cut.read_until(desk.work.session), desk.book_of(slip).late_reports
    if not is_believed(message.arrived or desk.now, read, end, late_reports):
        raise Refused(INADMISSIBLE_LATE, NOT_BELIEVED.format(last=last), "/time")


# ---------------------------------------------------------------- legitimate reasons


def justification_filed(desk: Settling, message: Message) -> None:
    """A unit gives a legitimate reason; the office has three workdays, and the ladder waits for it."""
    data: inbound.JustificationFiled = message.data
    ladder = ladder_of(desk, message)
    rung = _asked_about(desk, ladder, message)
    _refuse_ended(rung, message, "/data/category")
    _refuse_late(desk, rung, message)
    about = desk.about(ladder, rung)
    details = {"about": about, "category": data.category, "text": data.text}
    desk.write(ladder, justification.FILED, message.id, message.time, message.arrived or desk.now, details)
    limit = desk.book.policy.office_decision.justification
    clock = office.begin(desk, ladder, DECISION_JUSTIFICATION, message.id, limit, message.time)
    filed = Justification(message.id, about, data.category, message.time)
    owner = _owner(ladder, about)
    desk.announce(ladder, lambda: tell.justification_filed(ladder, owner, filed, clock.deadline), message.time)
    desk.work.retry(ladder.matter_id)


def justification_decided(desk: Settling, message: Message) -> None:
    """The office grants a reason, with its effect, or refuses it."""
    data: inbound.JustificationDecided = message.data
    ladder = ladder_of(desk, message)
    acted = powers.check_act(desk, message, data.decided_by, Act.DECIDE_REQUEST, "/data/decided_by")
    abouts = _abouts(ladder, data.colour)
    filed = justification.to_decide(ladder.justifications(), abouts, message.time, data.request)
    if filed is None:
        desk.work.wait_for(message, NO_FILING)
        return
    rung = _rung_of(desk, ladder, filed.about)
    _refuse(justification.undecidable(filed, rung is None))
    assert rung is not None
    if data.outcome == GRANTED and data.effect == SUSPEND and data.suspended_from is not None:
        filed_on = desk.book.reckoning.local_date(filed.filed_at)
        _refuse(justification.unsuspendable(filed, data.suspended_from, filed_on, rung.course.end))
    _note_decision(desk, ladder, filed, message, acted)
    office.end(desk, ladder, DECISION_JUSTIFICATION, filed.request, message.time)
    if data.outcome == GRANTED:
        _tell_grant(desk, ladder, rung, filed, message)
    desk.work.retry(ladder.matter_id)


def _note_decision(desk: Settling, ladder: Ladder, filed: Justification, message: Message, acted: dict[str, Any]) -> None:
    data: inbound.JustificationDecided = message.data
    granted = data.outcome == GRANTED
    first = data.suspended_from if granted and data.effect == SUSPEND else None
    details = acted | {
        "outcome": data.outcome,
        "effect": data.effect if granted else None,
        "suspended_from": first.isoformat() if first else None,
        "days": data.days if granted and data.effect == EXTEND else None,
        "by": data.decided_by,
        "reasons": data.reasons,
        "message": message.id,
    }
    desk.write(ladder, justification.DECIDED, filed.request, message.time, message.arrived or desk.now, details)
    owner, build = _owner(ladder, filed.about), tell.justification_granted if granted else tell.justification_refused
    desk.announce(ladder, lambda: build(ladder, owner, filed, data, message.time), message.time)


def _tell_grant(desk: Settling, ladder: Ladder, rung: Rung, filed: Justification, message: Message) -> None:
    """What a grant does to the clock: stopped from a day on, or longer. A waiver stops it when the ladder settles."""
    data: inbound.JustificationDecided = message.data
    clock = rung.clock
    if clock is None:
        return
    desk.told.add(clock.about)
    if data.effect == SUSPEND and data.suspended_from is not None:
        first, left = data.suspended_from, remaining(clock, data.suspended_from, desk.book.reckoning)
        fact = tell.clock_suspended(ladder, clock, first, filed.category, left)
        desk.announce_limit(ladder, clock, lambda: fact, message.time)
    elif data.effect == EXTEND:
        days, previous = data.days or 0, clock.deadline
        desk.announce_limit(
            ladder, clock, lambda: say.clock_extended(ladder, clock, days, filed.category, previous), message.time
        )


def resumed(desk: Settling, message: Message) -> None:
    """The ground of a suspension has ended: time is counted again from the day after `on`."""
    data: inbound.ClockResumed = message.data
    ladder = ladder_of(desk, message)
    made, ended = ladder.justifications(), justification.resumptions(ladder.journal)
    opened = justification.open_suspensions(made, ended, message.time)
    if not opened:
        if any(found.suspends and found.filed_at <= message.time for found in made):
            raise Refused("ALREADY_USED", "计时已经恢复 / the clock was resumed before", "/data/on")
        desk.work.wait_for(message, NOT_SUSPENDED)
        return
    if all(_rung_of(desk, ladder, found.about) is None for found in opened):
        raise Refused("NOT_REVIEWABLE", FALLEN, "/data/on")
    reckoning, discovery = desk.book.reckoning, desk.book.policy.justification.late_discovery.amount
    filed_on = [reckoning.local_date(found.filed_at) for found in opened]
    _refuse(justification.unresumable(opened, data.on, filed_on, discovery, reckoning))
    details = {"on": data.on.isoformat(), "reason": data.reason}
    desk.write(ladder, justification.RESUMED, message.id, message.time, message.arrived or desk.now, details)
    for about in sorted({found.about for found in opened}):
        _tell_resumed(desk, ladder, about, data.reason or "SUSPENSION_ENDED", message)


def _tell_resumed(desk: Settling, ladder: Ladder, about: str, reason: str, message: Message) -> None:
    clock = ladder.clocks.get(about)
    if clock is not None:
        desk.told.add(about)
        desk.announce_limit(ladder, clock, lambda: say.clock_resumed(ladder, clock, reason), message.time)


# ---------------------------------------------------------------- extensions


def extension_requested(desk: Settling, message: Message) -> None:
    """A unit asks for more time, in good time and once for each slip."""
    data: inbound.ExtensionRequested = message.data
    if data.owner == REPLY:
        own = own_ladder_of(desk, message)
        reply_extensions.requested(desk, own, message, _terms(desk, _rungs(desk, own)[0]))
        return
    ladder = ladder_of(desk, message)
    rung = _asked_about(desk, ladder, message)
    _refuse_ended(rung, message, "/data/days")
    terms, about, end = _terms(desk, rung), desk.about(ladder, rung), rung.course.end
    last = desk.book.reckoning.calendar.workday_before(end.last_day, terms.file_before) if end else None
    made = sum(found.about == about and found.asked_at <= message.time for found in ladder.extensions())
    colour = rung.slip.colour if rung.slip else None
    _refuse(extension.inadmissible(colour, end, last, desk.book.reckoning.local_date(message.time), made, terms))
    _refuse_late(desk, rung, message)
    if last is not None:
        refuse_backdated(desk, rung.slip, last, message)
    details = {"about": about, "days": data.days, "reason": data.reason}
    desk.write(ladder, extension.REQUESTED, message.id, message.time, message.arrived or desk.now, details)
    limit: Limit = desk.book.policy.office_decision.extension
    clock = office.begin(desk, ladder, DECISION_EXTENSION, message.id, limit, message.time)
    asked, owner = Extension(message.id, about, data.days, message.time), _owner(ladder, about)
    desk.announce(ladder, lambda: tell.extension_requested(ladder, owner, asked, data.reason, clock.deadline), message.time)
    desk.work.retry(ladder.matter_id)


def _terms(desk: Settling, rung: Rung) -> Terms:
    """The policy of the slip, else the one in force now."""
    said = desk.book_of(rung.slip).policy.extension
    return Terms(said.file_before, said.per_slip, said.cap, said.partial)


def extension_decided(desk: Settling, message: Message) -> None:
    """The office grants all, a part, or nothing of what was asked."""
    data: inbound.ExtensionDecided = message.data
    ladder = own_ladder_of(desk, message) if data.owner == REPLY else ladder_of(desk, message)
    acted = powers.check_act(desk, message, data.decided_by, Act.DECIDE_REQUEST, "/data/decided_by")
    asked = extension.to_decide(ladder.extensions(), _abouts_of(ladder, data), message.time, data.request)
    if asked is None:
        desk.work.wait_for(message, NO_REQUEST)
        return
    rung = _rung_of(desk, ladder, asked.about)
    terms, answer = _terms(desk, rung or _rungs(desk, ladder)[0]), is_about_reply(asked.about)
    most = reply_extensions.most_days(desk, ladder) if answer else _most_days(desk, ladder, rung, terms) if rung else None
    _refuse(extension.ungrantable(asked, data.granted_days, most, rung is None and not answer, terms))
    details = acted | {"granted": data.granted_days, "by": data.decided_by, "reasons": data.reasons, "message": message.id}
    desk.write(ladder, extension.DECIDED, asked.request, message.time, message.arrived or desk.now, details)
    office.end(desk, ladder, DECISION_EXTENSION, asked.request, message.time)
    owner = _owner(ladder, asked.about)
    desk.announce(ladder, lambda: tell.extension_decided(ladder, owner, asked, data, message.time), message.time)
    clock = rung.clock if rung else None
    if clock is not None and data.granted_days:
        desk.told.add(clock.about)
        previous, days = clock.deadline, data.granted_days
        desk.announce_limit(ladder, clock, lambda: say.clock_extended(ladder, clock, days, "EXTENSION", previous), message.time)
    reply_extensions.tell_granted(desk, ladder, asked, data.granted_days, message)


def _abouts_of(ladder: Ladder, data: inbound.ExtensionDecided) -> set[str] | None:
    """What a decision may be about, as far as it says: the answer to the source, or the slips of a colour."""
    return {about_of(ladder.assignment_id or "")} if data.owner == REPLY else _abouts(ladder, data.colour)


def _most_days(desk: Settling, ladder: Ladder, rung: Rung, terms: Terms) -> int | None:
    bare = term(ladder, rung.slip, rung.clock)
    return extension.most_days(bare, bare.end(desk.book.reckoning), terms.cap)
