"""What escalation does about each message and timer: write down what happened and touch the ladder; `settle` does the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from event_contracts import escalation as facts
from event_contracts import inbound, intake, notify
from event_contracts.event import Message, TimeLimit
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence import cut
from service_chassis.persistence.unit_of_work import Timer

from escalation import announcements as say
from escalation import conclusions, moving, powers, progress, returning
from escalation.domain import conclusion, determination, review, rungs, standing
from escalation.domain import slip as slips
from escalation.domain.clock import BREACHED, REJECTED, RUNNING, STOPPED, VERIFIED, Clock
from escalation.domain.determination import Finding
from escalation.domain.progress import REPORT, RETURNED
from escalation.domain.slip import FOUNDED_ON_EXPIRY, RED, WHITE, YELLOW, Slip
from escalation.domain.standing import Ladder
from escalation.domain.steps import AWAITING_CUT, PARKED
from escalation.settle import Settling

OFFICE, LEAD = "OFFICE", "LEAD"
WORTH_SAYING = timedelta(minutes=1)
"""A limit that waited so long for its marker has that recorded; the usual moment between due and decided is not worth a row."""

# ---------------------------------------------------------------- matters and service


def know_matter(desk: Settling, message: Message) -> None:
    """A matter was registered: remember its parties, and a ladder for each of its units."""
    data: intake.MatterRegistered = message.data
    desk.work.know_matter(data.matter_id, data.external_ref, data.submitted_by, [item.unit for item in data.assignments])
    replies = {duty.unit: duty.limit for duty in data.replies}
    for item in data.assignments:
        known = item.standard or data.standard
        _know_assignment(desk, data, item, data.title, known, data.source.type, replies.get(item.unit))


def know_assignment(desk: Settling, message: Message) -> None:
    """A unit was given its part; its clock starts when the notice is served."""
    data: intake.AssignmentDispatched = message.data
    if data.parties:
        desk.work.know_matter(data.matter_id, data.external_ref, data.submitted_by, data.parties)
    _know_assignment(desk, data, data, data.title, data.standard, data.source_type, data.reply)


def _know_assignment(
    desk: Settling, matter: Any, item: Any, title: str, standard: str, source_type: str | None, reply: TimeLimit | None
) -> None:
    ladder = desk.store.ladder_or_new(matter.matter_id, item.unit)
    again = ladder.transferred_at is not None or returning.is_new_round(ladder, item.assignment_id)
    if ladder.assignment_id is not None and (ladder.assignment_id == item.assignment_id or not again):
        return
    ladder.external_ref, ladder.submitted_by = matter.external_ref, matter.submitted_by
    ladder.assignment_id, ladder.role, ladder.title, ladder.standard = item.assignment_id, item.role, title, standard
    if item.limit is not None:
        ladder.amount, ladder.limit_unit = item.limit.amount, item.limit.unit
    ladder.fixed_due, ladder.changed = item.due_at, True
    ladder.plan = progress.plan_of(item.milestones, source_type, limited=item.limit is not None or item.due_at is not None)
    ladder.source_type, ladder.urgency = source_type, matter.urgency
    ladder.reply_amount, ladder.reply_unit = (reply.amount, reply.unit) if reply else (None, None)
    desk.store.add(ladder)
    if ladder.journal:
        desk.touch(ladder)


def serve(desk: Settling, message: Message) -> None:
    """A notice reached the unit: the limit of its assignment or slip begins, once; or the window of its conclusion."""
    data: notify.NoticeServed = message.data
    if data.kind == conclusion.ROLE:
        conclusions.served(desk, message)
    if data.kind not in ("ASSIGNMENT", "SLIP"):
        return
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    slip = ladder.slip(data.about) if data.kind == "SLIP" else None
    if slip is not None and slip.served_at is None:
        slip.signed_by = data.signed_by
    about = ladder.assignment_id if data.kind == "ASSIGNMENT" and ladder.assignment_id else data.about
    if about == ladder.assignment_id or ladder.slip(about) is not None:
        desk.touch(ladder)
        desk.arm(ladder, about, data.served_at, data.served_on, data.mode)
    else:
        details = {"served_on": data.served_on.isoformat(), "mode": data.mode}
        desk.write(ladder, standing.SERVICE, about, data.served_at, desk.now, details)


# ---------------------------------------------------------------- reports


def claimed(desk: Settling, message: Message) -> None:
    """A unit says that it is done: the clock stops at the claim until it is verified."""
    data: intake.CompletionClaimed = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    desk.write(ladder, standing.CLAIM, data.claim, data.claimed_at, message.recordedtime or desk.now, {})


def verified(desk: Settling, message: Message) -> None:
    """A claim was found true: what it stopped is done."""
    _verdict(desk, message, VERIFIED, message.data.verified_by)


def rejected(desk: Settling, message: Message) -> None:
    """A claim was found wanting: the clock goes on, or the next colour follows."""
    _verdict(desk, message, REJECTED, message.data.rejected_by)


def _verdict(desk: Settling, message: Message, verdict: str, by: str) -> None:
    data = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    details = {"claim": data.claim, "claimed_at": data.claimed_at.isoformat(), "verdict": verdict, "by": by}
    desk.write(ladder, standing.VERDICT, message.id, message.time, message.recordedtime or desk.now, details)


def progressed(desk: Settling, message: Message) -> None:
    """The office accepted a progress report: there was movement when it was reported."""
    data: intake.ProgressAccepted = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    details = {"percent": data.percent, "substantive": data.substantive, "by": data.decided_by}
    desk.write(ladder, standing.PROGRESS, data.filing, data.reported_at, message.recordedtime or desk.now, details)


def reported(desk: Settling, message: Message) -> None:
    """A unit reported progress; until the office decides, no check fails on it."""
    data: intake.ProgressReported = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    details = {"percent": data.percent}
    desk.write(ladder, REPORT, data.filing, data.reported_at, message.recordedtime or desk.now, details)


def returned(desk: Settling, message: Message) -> None:
    """The office returned a progress report: it does not count."""
    data: intake.ProgressReturned = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    desk.write(ladder, RETURNED, data.filing, message.time, message.recordedtime or desk.now, {"by": data.decided_by})


# ---------------------------------------------------------------- what the office and lead units send


def ladder_of(desk: Settling, message: Message) -> Ladder:
    """The ladder that a request is about; a unit without a part in the matter is refused."""
    ladder = desk.store.find(desk.work.matter_of(message), message.data.unit)
    if ladder is None or ladder.assignment_id is None or conclusion.is_conclusion(ladder):
        raise Refused("NOT_PARTY", "该单位不是本事项的承办单位 / this unit has no part in the matter", "/data/unit")
    moving.refuse_ended(ladder, message)
    return ladder


def joint_ladder_of(desk: Settling, message: Message) -> Ladder:
    """The ladder that a request is about; the leading one, once its matter was merged, unless it has slips of its own."""
    ladder = ladder_of(desk, message)
    merged = ladder.merged()
    if merged is None or message.time < merged.since or ladder.in_force():
        return ladder
    return desk.store.find(merged.into, merged.unit or ladder.unit) or ladder


def urged(desk: Settling, message: Message) -> None:
    """The office, or the lead unit from its own account, urged a unit."""
    data: inbound.UrgeSent = message.data
    ladder = joint_ladder_of(desk, message)
    _may_urge(desk, message, ladder)
    read = cut.read_until(desk.work.session)
    details = {"by": data.by, "sender": message.sender, "reported_block": data.reported_block}
    details["read_until"] = read.isoformat() if read else None  # what had been read by then bounds what it claims
    desk.write(ladder, standing.URGE, message.id, message.time, message.arrived or desk.now, details)
    count = sum(entry.kind == standing.URGE for entry in ladder.journal)
    desk.announce(ladder, lambda: say.urge_sent(ladder, data.by, message.time, count, automatic=False), message.time)


def _may_urge(desk: Settling, message: Message, ladder: Ladder) -> None:
    """The wire has seen to it that OFFICE comes from the office and LEAD from a unit; here: is that unit the lead?"""
    if message.data.by == OFFICE:
        return
    sender = desk.store.find(ladder.matter_id, message.sender)
    if sender is None or sender.role != LEAD or sender is ladder:
        raise Refused("SENDER_MISMATCH", "只有牵头单位可以以牵头身份催办 / only the lead unit urges as the lead", "/data/by")


def determined(desk: Settling, message: Message) -> None:
    """An official found what became of a yellow (认定)."""
    data: inbound.DeterminationMade = message.data
    ladder = joint_ladder_of(desk, message)
    if data.progress_class in determination.NEED_EVIDENCE and not (data.evidence and data.reasons.strip()):
        raise Refused("SCHEMA_INVALID", "此类认定须有理由和证据 / this finding needs reasons and evidence", "/data/evidence")
    acted = powers.check_act(desk, message, data.decided_by, Act.DETERMINE, "/data/decided_by")
    if (fault := review.nothing_to_find(ladder.slips, message.time)) is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)
    details = acted | {"class": data.progress_class, "by": data.decided_by, "reasons": data.reasons}
    desk.write(ladder, standing.FINDING, message.id, message.time, desk.now, details)
    yellow = _in_force_at(ladder, message, YELLOW)
    if yellow is not None:
        finding = Finding(data.progress_class, message.time, data.decided_by, data.reasons)
        slip_id = yellow.slip_id
        desk.announce(ladder, lambda: say.determination_made(ladder, slip_id, finding, acted.get("capacity")), message.time)


def _in_force_at(ladder: Ladder, message: Message, colour: str) -> Slip | None:
    found = [s for s in ladder.in_force() if s.colour == colour and s.issued_at is not None and s.issued_at < message.time]
    return found[-1] if found else None


def proposed(desk: Settling, message: Message) -> None:
    """An official proposes a slip: a draft that waits for approval, whatever the policy says about the machine's."""
    data: inbound.SlipProposed = message.data
    ladder = ladder_of(desk, message)
    acted = powers.check_act(desk, message, data.by, Act.PROPOSE, "/data/by")
    _may_propose(ladder, message, direct_start=desk.rulebook.at(message.time).policy.direct_start)
    details = acted | {"colour": data.colour, "by": data.by, "ground": data.ground, "reason": data.reason}
    desk.write(ladder, standing.PROPOSAL, message.id, message.time, desk.now, details)
    draft = desk.new_slip(ladder, data.colour, 0, data.by)
    draft.ground = data.ground or slips.SLOW_PROGRESS
    draft.reason = data.reason or ""
    _fill_in(draft, data)
    desk.announce(ladder, lambda: say.slip_proposed(ladder, draft), message.time)


def _may_propose(ladder: Ladder, message: Message, *, direct_start: bool) -> None:
    colour = message.data.colour
    if ladder.standing_slip(colour) is not None:
        raise Refused("DUPLICATE_LADDER", "该事项已有同色督办单 / a slip of this colour exists on this ladder", "/data/colour")
    if colour == RED:
        _refuse_barred_red(ladder, message, direct_start=direct_start)
    elif not rungs.may_propose(ladder, colour, direct_start=direct_start):
        text = "不得越级发单：须先有白色督办单 / no direct start at a higher colour: a white comes first"
        raise Refused("NOT_EMPOWERED", text, "/data/colour")
    _refuse_incomplete(ladder, message)
    ground = message.data.ground
    if colour == WHITE and ground in FOUNDED_ON_EXPIRY and ground != slips.OVERDUE:
        raise Refused("SCHEMA_INVALID", f"{ground} 不能作为白色督办单的事由 / not a ground for a white", "/data/ground")


def _refuse_incomplete(ladder: Ladder, message: Message) -> None:
    """A slip without a standard or a limit cannot be issued (E4); the policy always has a limit."""
    data: inbound.SlipProposed = message.data
    missing = slips.lacking(data.standard or ladder.standard, data.limit.amount if data.limit else 1)
    if missing:
        raise Refused("SCHEMA_INVALID", f"督办单缺少 {missing[0]} / the slip lacks its {missing[0]}", f"/data/{missing[0]}")


def _refuse_barred_red(ladder: Ladder, message: Message, *, direct_start: bool) -> None:
    """No red after SUBSTANTIVE_IMPROVEMENT (invariant 3), and none without a yellow (invariant 2)."""
    if determination.bars_red(ladder.findings(), message.time):
        text = "已认定有实质性改进，不得发红色督办单 / substantive improvement was found: no red"
        raise Refused("RED_BARRED", text, "/data/colour")
    if not rungs.may_propose(ladder, RED, direct_start=direct_start):
        raise Refused("RED_BARRED", "尚无黄色督办单，不得发红色督办单 / no yellow was issued: no red", "/data/colour")


def _fill_in(draft: Slip, data: Any) -> None:
    """What the person wrote on the slip goes before the defaults."""
    if data.standard and data.standard.strip():
        draft.standard = data.standard
    if data.requirements:
        draft.requirements = list(data.requirements)
    if data.limit is not None:
        draft.amount, draft.limit_unit = data.limit.amount, data.limit.unit
    draft.changed = True


def approved(desk: Settling, message: Message) -> None:
    """An official approved a slip: a draft is issued at this time; of a slip already issued nothing happens."""
    data: inbound.SlipApproved = message.data
    ladder = ladder_of(desk, message)
    acted = powers.check(desk, message, data.by, powers.approvers(desk, ladder, data.colour, message), "/data/by")
    existing = ladder.standing_slip(data.colour)
    if existing is not None and existing.issued_at is not None and data.colour != YELLOW:
        return
    if data.colour == RED:
        _refuse_barred_red(ladder, message, direct_start=desk.rulebook.at(message.time).policy.direct_start)
    if existing is not None and existing.is_draft:
        _fill_in(existing, data)
    details = acted | {"colour": data.colour, "by": data.by}
    desk.write(ladder, standing.APPROVAL, message.id, message.time, desk.now, details)


def withdrawn(desk: Settling, message: Message) -> None:
    """An official withdraws a slip, with everything that stood on it, or refuses a draft."""
    data: inbound.SlipWithdrawn = message.data
    ladder = ladder_of(desk, message)
    slip = ladder.standing_slip(data.colour)
    if slip is None:
        raise Refused("UNKNOWN_MATTER", "没有该颜色的有效督办单 / there is no such slip on this ladder", "/data/colour")
    acted = powers.check(desk, message, data.by, powers.withdrawers(desk, ladder, slip, message), "/data/by")
    details = acted | {"slip": slip.slip_id, "colour": slip.colour, "by": data.by, "reason": data.reason}
    desk.write(ladder, standing.WITHDRAWAL, message.id, message.time, desk.now, details)
    if slip.is_draft:
        desk.drop_draft(ladder, slip, slips.DRAFT_REFUSED, message.time)
    else:
        desk.withdraw(ladder, slip, slips.BY_OFFICE, message.time)


# ---------------------------------------------------------------- holds


def parked(desk: Settling, message: Message) -> None:
    """A unit's message could not be read: its ladders wait (policy `hold.parked`)."""
    data: intake.InboundParked | notify.InboundParked | facts.InboundParked = message.data
    hold(desk, data.parked_id, data.sender, data.matter_id, data.parked_at)


def hold(desk: Settling, parked_id: str, sender: str, matter_id: str | None, since: Any) -> None:
    """Begin a hold; when it expires the machine does not issue, a person does."""
    limit = desk.book.policy.hold.parked
    end = desk.book.reckoning.end(limit.amount, limit.unit, desk.book.reckoning.local_date(since))
    desk.store.put_hold(parked_id, sender, matter_id, since, end.due_instant)


def released(desk: Settling, message: Message) -> None:
    """A parked message was dealt with: the hold ends and the ladders that waited for it go on."""
    data: intake.InboundReleased | notify.InboundReleased | facts.InboundReleased = message.data
    desk.store.end_hold(data.parked_id, message.time)
    waiting = desk.store.waiting_for(PARKED)
    matters = sorted({matter_id for matter_id, _ in waiting})
    desk.work.lock(matters)
    desk.store.load(matters)
    for matter_id, unit in waiting:
        ladder = desk.store.find(matter_id, unit)
        if ladder is not None:
            desk.touch(ladder)


# ---------------------------------------------------------------- timers


def _clock_of(desk: Settling, timer: Timer) -> tuple[Ladder, Clock] | None:
    ladder = desk.store.by_about.get(timer.key)
    clock = ladder.clocks.get(timer.key) if ladder else None
    return (ladder, clock) if ladder is not None and clock is not None else None


def limit_passed(desk: Settling, timer: Timer) -> None:
    """A limit has passed and every report from before has been read; what follows is decided when the ladder settles."""
    found = _clock_of(desk, timer)
    if found is None or found[1].due_instant != timer.due_at:
        return
    ladder, clock = found
    clock.passed_due, clock.changed = clock.due_instant, True
    if desk.now - timer.due_at >= WORTH_SAYING:
        desk.store.record(ladder, clock.about, AWAITING_CUT, timer.due_at)
    desk.touch(ladder)


def issue_due(desk: Settling, timer: Timer) -> None:
    """The hour of a slip has come, under the cut."""
    ladder = desk.store.by_about.get(timer.key)
    if ladder is not None:
        ladder.cleared.add(timer.key)
        desk.touch(ladder)


def urge_by_clock(desk: Settling, timer: Timer) -> None:
    """The one automatic urging of a slip's term (policy `automatic_urging`); it counts for NO_MOVEMENT."""
    found = _clock_of(desk, timer)
    if found is None or found[1].state != RUNNING or desk.now >= found[1].due_instant:
        return
    ladder, clock = found
    at = max(timer.due_at, clock.started_at)
    desk.write(ladder, standing.URGE, f"auto:{clock.about}", at, desk.now, {"by": "DUBAN", "about": clock.about})
    count = sum(entry.kind == standing.URGE for entry in ladder.journal)
    desk.announce(ladder, lambda: say.urge_sent(ladder, "DUBAN", at, count, automatic=True), at)


def review_lapsed(desk: Settling, timer: Timer) -> None:
    """The review window ended without an application: the points become effective, a conclusion stands."""
    ladder = desk.store.by_about.get(timer.key)
    if ladder is not None and conclusion.is_conclusion(ladder):
        conclusions.lapsed(desk, ladder, timer)
        return
    slip = ladder.slip(timer.key) if ladder else None
    window = ladder.windows.get(timer.key) if ladder else None
    if ladder is None or slip is None or window is None or not slip.standing or window.state in (STOPPED, BREACHED):
        return
    window.state, window.passed_due, window.changed = STOPPED, window.due_instant, True
    desk.weigh(slip)
    desk.announce(ladder, lambda: say.review_lapsed(ladder, slip, window.due_instant), timer.due_at)
