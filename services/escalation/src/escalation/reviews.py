"""What escalation does about reviews and hand-overs: load – decide – save – announce (domain.md d.8, E9–E11)."""

from __future__ import annotations

from typing import Any

from event_contracts import inbound
from event_contracts.event import Message, TimeLimit
from ground_rules.limits import Limit
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Timer

from escalation import conclusions, powers, reviewing
from escalation import review_announcements as say
from escalation.domain import recusal, review
from escalation.domain import slip as slips
from escalation.domain.clock import RUNNING, End
from escalation.domain.lateness import too_late
from escalation.domain.referral import Referral
from escalation.domain.review import OVERTURNED, VARIED, Fault
from escalation.domain.slip import RED, Slip
from escalation.domain.standing import APPLICATION, DECISION, Ladder
from escalation.handlers import ladder_of
from escalation.settle import Settling

NO_COLOUR = "请写明督办单颜色；只有督查结论的复核不写颜色 / name the colour of the slip; only a conclusion has none"

# ---------------------------------------------------------------- applications


def filed(desk: Settling, message: Message) -> None:
    """A unit applies for the review of a yellow or red, or of a conclusion; what is inadmissible is refused and announced."""
    data: inbound.ReviewFiled = message.data
    if (concluded := conclusions.find(desk, message)) is not None:
        conclusions.filed(desk, concluded, message)
        return
    ladder, colour = ladder_of(desk, message), _colour(data)
    slip = review.slip_at(ladder.slips, colour, message.time)
    fault = _inadmissible(desk, ladder, slip, message)
    if fault is not None:
        desk.work.refuse(message, fault.code, fault.detail, fault.pointer)
        if slip is not None:
            desk.announce(ladder, lambda: say.review_inadmissible(ladder, slip, message, fault), message.time)
        return
    assert slip is not None
    details = {"review": message.id, "colour": slip.colour, "grounds": data.grounds}
    desk.write(ladder, APPLICATION, slip.slip_id, message.time, desk.now, details)
    clock = reviewing.reviewers_clock(desk, ladder, slip, message.time)
    desk.announce(ladder, lambda: say.review_filed(ladder, slip, message.id, clock), message.time)
    reviewing.begin(desk, ladder, slip, clock)
    reviewing.judge_referrals(desk, ladder)
    desk.weigh(slip, fell=True)


def _inadmissible(desk: Settling, ladder: Ladder, slip: Slip | None, message: Message) -> Fault | None:
    if not review.reviewable(_colour(message.data)):
        return review.white_fault(_objection_end(desk, slip))
    if slip is None:
        return review.inadmissible(None, None, None)
    return review.inadmissible(slip, ladder.review_of(slip.slip_id), _lateness(desk, ladder, slip, message))


def _lateness(desk: Settling, ladder: Ladder, slip: Slip, message: Message) -> str | None:
    """Why an application comes after its window, by its own time or by its arrival; before the receipt nobody is late."""
    window, end = ladder.windows.get(slip.slip_id), reviewing.window_end(ladder, slip)
    if window is None or end is None:
        return None
    arrived = message.arrived or desk.now
    return too_late(end, message.time, arrived, passed=window.has_passed, late_reports=desk.book_of(slip).late_reports)


def _objection_end(desk: Settling, white: Slip | None) -> End | None:
    """Until when a white may be objected to in writing; the wire has no message for it, so the refusal says it."""
    if white is None or white.served_on is None:
        return None
    limit = desk.book_of(white).policy.white.written_objection
    return desk.book.reckoning.end(limit.amount, limit.unit, white.served_on)


def _colour(data: inbound.ReviewFiled | inbound.ReviewDecided) -> str:
    """The colour of the slip; without one only a conclusion is meant."""
    if data.colour is None:
        raise Refused("SCHEMA_INVALID", NO_COLOUR, "/data/colour")
    return data.colour


def overdue(desk: Settling, timer: Timer) -> None:
    """The reviewers' limit has passed, and every decision from before has been read."""
    ladder = desk.store.by_about.get(timer.key)
    clock = ladder.review_clocks.get(timer.key) if ladder else None
    if ladder is not None and clock is not None and clock.state == RUNNING:
        reviewing.breach(clock)


# ---------------------------------------------------------------- decisions


def decided(desk: Settling, message: Message) -> None:
    """The reviewers let a slip or a conclusion stand, took it away, or varied it."""
    data: inbound.ReviewDecided = message.data
    if (concluded := conclusions.find(desk, message)) is not None:
        conclusions.decided(desk, concluded, message)
        return
    ladder = ladder_of(desk, message)
    found = review.to_decide(ladder.reviews(), _colour(data), message.time, data.request)
    slip = ladder.slip(found.slip_id) if found else None
    _refuse(review.undecidable(found, slip))
    assert found is not None and slip is not None
    _refuse_participants(ladder, slip, data.reviewers)
    held = [powers.check_act(desk, message, name, Act.REVIEW, "/data/reviewers") for name in data.reviewers]
    stays = _staying(ladder, slip, data.new_colour)
    if data.outcome == VARIED:
        _refuse(review.unvariable(slip.colour, data.new_colour, *_ends(desk, ladder, stays, data.new_limit)))
    longer = data.outcome == VARIED and data.new_limit is not None
    details: dict[str, Any] = {"outcome": data.outcome, "reviewers": _names(data.reviewers)}
    details |= {"lengthened": stays.slip_id if longer else None}
    details |= {"capacities": [acted.get("capacity") for acted in held], "policy": held[0]["policy"] if held else None}
    details |= {"reasons": data.reasons, "new_colour": data.new_colour, "message": message.id}
    desk.write(ladder, DECISION, slip.slip_id, message.time, desk.now, details)
    desk.announce(ladder, lambda: say.review_decided(ladder, slip, found.review_id, data, message.time), message.time)
    reviewing.end(desk, ladder, ladder.review_clocks[slip.slip_id], message.time)
    _take_effect(desk, ladder, slip, stays, found.review_id, message)
    reviewing.judge_referrals(desk, ladder)


def _take_effect(desk: Settling, ladder: Ladder, slip: Slip, stays: Slip, review_id: str, message: Message) -> None:
    data: inbound.ReviewDecided = message.data
    if data.outcome == OVERTURNED:
        desk.overturn(ladder, [slip], slips.BY_REVIEW, message.time, review_id)
        desk.count("overturned")
    elif data.outcome == VARIED and data.new_colour is not None and review.lighter(slip.colour, data.new_colour):
        roots = review.falling(ladder.in_force(), slip, data.new_colour)
        desk.overturn(ladder, roots, slips.VARIED_BY_REVIEW, message.time, review_id)
    if data.outcome == VARIED and data.new_limit is not None:
        limit = Limit(data.new_limit.amount, data.new_limit.unit)  # type: ignore[arg-type]  # the schema knows the words
        reviewing.lengthen(desk, ladder, stays, limit, message.time)
    if slip.standing:
        desk.weigh(slip)


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)


def _names(reviewers: list[str]) -> list[str]:
    return [name.strip() for name in reviewers]


def _refuse_participants(ladder: Ladder, slip: Slip, reviewers: list[str]) -> None:
    """Nobody reviews what he or she took part in (回避); the application waits for another panel."""
    barred = recusal.barred(ladder, slip, reviewers)
    if barred:
        who = "、".join(f"{name}（{part}）" for name, part in barred.items())
        text = f"{who} 参与过该督办单的办理，应当回避 / took part in the slip and must recuse themselves"
        raise Refused("RECUSAL", text, "/data/reviewers")


def _staying(ladder: Ladder, slip: Slip, new_colour: str | None) -> Slip:
    """The slip whose limit a variation may lengthen: the reviewed one, or the one that it goes back to."""
    if not review.lighter(slip.colour, new_colour):
        return slip
    back = [found for found in ladder.in_force() if found.colour == new_colour and found.level < slip.level]
    return max(back, key=lambda found: found.level, default=slip)


def _ends(desk: Settling, ladder: Ladder, slip: Slip, wanted: TimeLimit | None) -> tuple[End | None, End | None]:
    """Where a slip's limit ends by its own length, and where by the one wanted; from its service, else from its issue."""
    if wanted is None:
        return None, None
    assert slip.issued_at is not None
    start = slip.served_on or desk.book.reckoning.local_date(slip.issued_at)
    count = desk.book.reckoning.end
    return count(slip.amount, slip.limit_unit, start), count(wanted.amount, wanted.unit, start)


# ---------------------------------------------------------------- hand-overs


def acknowledged(desk: Settling, message: Message) -> None:
    """One of the three bodies has the hand-over. Once is enough; an outcome that came first stays an outcome."""
    ladder, referral = _referral(desk, message)
    if referral.acknowledged_at is not None:
        raise Refused("ALREADY_USED", "该移送已签收 / this referral was acknowledged", "/data/body")
    referral.acknowledged_at, referral.changed = message.time, True
    _judge(ladder, referral)
    by = message.data.by
    desk.announce(ladder, lambda: say.referral_acknowledged(ladder, referral, message.time, by), message.time)


def concluded(desk: Settling, message: Message) -> None:
    """One of the three bodies reports what came of it; whoever has an outcome has had the hand-over."""
    data: inbound.ReferralConcluded = message.data
    ladder, referral = _referral(desk, message)
    if referral.concluded_at is not None:
        raise Refused("ALREADY_USED", "该移送已有办理结果 / this referral was concluded", "/data/body")
    referral.concluded_at, referral.outcome, referral.changed = message.time, data.outcome, True
    _judge(ladder, referral)
    desk.announce(ladder, lambda: say.referral_concluded(ladder, referral, message.time, data.outcome, data.by), message.time)


def _referral(desk: Settling, message: Message) -> tuple[Ladder, Referral]:
    """The hand-over to a body that was in force at the message's time; `may_send` knows that its sender answers for it."""
    data: inbound.ReferralAcknowledged | inbound.ReferralConcluded = message.data
    ladder = ladder_of(desk, message)
    red = review.slip_at(ladder.slips, RED, message.time)
    found = [r for r in desk.store.referrals_of([red.slip_id]) if r.body == data.body] if red else []
    if not found:
        raise Refused("UNKNOWN_MATTER", "没有这项移送 / there is no such referral", "/data/body")
    if found[0].recalled_at is not None and message.time >= found[0].recalled_at:
        raise Refused("INADMISSIBLE_LATE", "该移送已收回 / this referral was recalled", "/data/body")
    return ladder, found[0]


def _judge(ladder: Ladder, referral: Referral) -> None:
    red = ladder.slip(referral.slip_id)
    referral.judge(under_review=red is not None and red.standing and reviewing.under_review(ladder, red))
