"""What notify does about facts, signatures and deemed service: load – decide – save – announce.

Every fact makes at most one letter to its unit, with a copy for each addressee. Only assignments, slips and conclusions need
service; they alone are announced, and their service is what starts a clock. What is about conclusions stands in `conclusions.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from event_contracts.escalation import (
    ClockExtended,
    ClockMoved,
    ClockReprojected,
    ClockResumed,
    ClockSuspended,
    DeadlineApproaching,
    SlipIssued,
    SlipLifted,
    SlipOverturned,
    SlipRenewed,
    SlipReported,
    SlipVacated,
    SlipWithdrawn,
    UrgeSent,
)
from event_contracts.event import Message
from event_contracts.inbound import NoticeSigned
from event_contracts.intake import AssignmentDispatched, AssignmentMoved, MatterRegistered
from event_contracts.notify import NoticeDispatched, NoticeServed, NoticeUnacknowledged
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Timer, Work

from notify import bulletins, posting
from notify.domain.audience import Kind, audience
from notify.domain.serving import (
    Deeming,
    Letter,
    Signing,
    awaiting,
    deem,
    dispatch_instant,
    recall,
    served_at_once,
    sign,
    signed_for,
)

DEEMED = "deemed"
"""Kind of the timer at which a letter is deemed served."""

IMMEDIATE = "IMMEDIATE"
"""How service on dispatch is announced; the notice itself counts as deemed served."""

UNITS_OWN = frozenset({"ASSIGNMENT", "SLIP", "REPLY", "REVIEW_WINDOW", "OBJECTION_WINDOW"})
"""Clocks that run for the unit, by the first word of their owner; the office's own do not concern it."""

AWAITING_OTHER_UNIT = "AWAITING_OTHER_UNIT"
"""Why a lead's clock runs again: it hears of the days that were added to its limit instead."""

NOTHING_TO_SIGN = "没有待签收的通知 / there is no notice to sign for"


def letter_id(kind: Kind, cause: str) -> str:
    """The id of the one letter of this kind for this cause."""
    return f"{kind.value}:{cause}"


# ---- what makes a letter


def know(work: Work, message: Message) -> None:
    """Remember a matter's names and parties, so that a signature can refer to it."""
    data: MatterRegistered = message.data
    work.know_matter(data.matter_id, data.external_ref, data.submitted_by, (item.unit for item in data.assignments))


def dispatch_assignment(work: Work, message: Message, policy: Policy) -> None:
    """A unit was given its part: once served, this letter starts the unit's clock."""
    data: AssignmentDispatched = message.data
    if data.parties:
        work.know_matter(data.matter_id, data.external_ref, data.submitted_by, data.parties)
    dispatch(work, message, policy, draft(work, message, policy, Kind.ASSIGNMENT, data.assignment_id))


def move(work: Work, message: Message, policy: Policy) -> None:
    """A unit's part is its successor's: what is not served yet is addressed to it, and it is told what it goes on with."""
    data: AssignmentMoved = message.data
    work.know_matter(data.matter_id, data.external_ref, data.submitted_by, data.parties)
    moved = work.store.readdress(data.matter_id, data.unit, data.successor)
    if any(letter.kind is Kind.ASSIGNMENT for letter in moved):
        return
    letter = replace(draft(work, message, policy, Kind.ASSIGNMENT, message.id, about=data.assignment_id), unit=data.successor)
    write(work, message, policy, served_at_once(letter, policy.zone))


def dispatch_slip(work: Work, message: Message, policy: Policy) -> None:
    """A slip was issued or renewed: a letter to the unit and to all whom its colour concerns."""
    data: SlipIssued | SlipRenewed = message.data
    letter = draft(work, message, policy, Kind.SLIP, data.slip_id, colour=data.colour, renewal=data.renewal)
    dispatch(work, message, policy, letter)


def remind(work: Work, message: Message, policy: Policy) -> None:
    """A deadline comes near."""
    data: DeadlineApproaching = message.data
    parts = data.owner.split(":")
    colour = parts[1] if parts[0] == "SLIP" else None
    letter = draft(work, message, policy, Kind.REMINDER, message.id, about=data.owner, colour=colour)
    write(work, message, policy, replace(letter, urgent=data.urgent))


def tell_changed(work: Work, message: Message, policy: Policy) -> None:
    """A limit of the unit ends on another day, or stands still: a calendar, a decision, a merge, or another unit (d.5)."""
    data: ClockReprojected | ClockSuspended | ClockExtended | ClockMoved | ClockResumed = message.data
    parts = data.owner.split(":")
    if getattr(data, "previous_deadline", None) == data.deadline or parts[0] not in UNITS_OWN:
        return
    colour = parts[1] if parts[0] == "SLIP" else None
    letter = draft(work, message, policy, Kind.DEADLINE_CHANGED, message.id, about=data.owner, colour=colour)
    write(work, message, policy, letter)


def tell_resumed(work: Work, message: Message, policy: Policy) -> None:
    """Time is counted again; a lead that waited is told by what was added to its limit."""
    if message.data.reason != AWAITING_OTHER_UNIT:
        tell_changed(work, message, policy)


def urge(work: Work, message: Message, policy: Policy) -> None:
    """A unit was urged (催办)."""
    data: UrgeSent = message.data
    write(work, message, policy, draft(work, message, policy, Kind.URGE, message.id, about=f"URGE:{data.count}"))


def tell_lifted(work: Work, message: Message, policy: Policy) -> None:
    """A slip ended by completion."""
    data: SlipLifted = message.data
    letter = draft(work, message, policy, Kind.SLIP_LIFTED, data.slip_id, colour=data.colour, renewal=data.renewal)
    write(work, message, policy, letter)


def report_red(work: Work, message: Message, policy: Policy) -> None:
    """A red is still open at the end of a limit period: the leading group is told."""
    data: SlipReported = message.data
    cause = f"{data.slip_id}:{data.count}"
    write(work, message, policy, draft(work, message, policy, Kind.REPORT, cause, about=data.slip_id, colour=data.colour))


def tell_withdrawn(work: Work, message: Message, policy: Policy) -> None:
    """A slip fell, by itself or with another: all who received it are told, and it is not served any more if it was not yet."""
    data: SlipWithdrawn | SlipOverturned | SlipVacated = message.data
    letter = draft(work, message, policy, Kind.SLIP_WITHDRAWN, data.slip_id, colour=data.colour, renewal=data.renewal)
    write(work, message, policy, letter)
    slip = work.store.letter(letter_id(Kind.SLIP, data.slip_id))
    if slip is not None and recall(slip) is not slip:
        work.store.put(recall(slip))
        work.clear_timer(DEEMED, slip.letter_id)
    bulletins.slip_fell(work, letter, slip, policy)


def draft(
    work: Work,
    message: Message,
    policy: Policy,
    kind: Kind,
    cause: str,
    *,
    about: str | None = None,
    colour: str | None = None,
    renewal: int = 0,
) -> Letter:
    """A letter about the message's matter and unit, leaving now."""
    data = message.data
    return Letter(
        letter_id=letter_id(kind, cause),
        kind=kind,
        matter_id=data.matter_id,
        external_ref=data.external_ref,
        submitted_by=data.submitted_by,
        unit=data.unit,
        about=about or cause,
        colour=colour,
        renewal=renewal,
        dispatched_at=dispatch_instant(message.time, work.now, policy.zone),
    )


def write(work: Work, message: Message, policy: Policy, letter: Letter) -> None:
    """Record a letter with its copies; the store keeps the first one with this id."""
    hearers = audience(letter.kind, letter.colour)
    told = posting.told(letter, message.data, policy.zone) if work.store.sends else None
    work.store.add(letter, hearers, caused_by=message.id, policy_version=policy.version, told=told)


def dispatch(work: Work, message: Message, policy: Policy, letter: Letter) -> None:
    """Record a letter that needs service, once; see to its service; wake the signatures that wait for it."""
    if work.store.letter(letter.letter_id) is not None:
        return
    if work.store.letter(letter_id(Kind.SLIP_WITHDRAWN, letter.about)) is not None:
        letter = recall(letter)
    elif policy.service == "immediate":
        letter = served_at_once(letter, policy.zone)
    else:
        letter = awaiting(letter, policy.calendar, policy.zone)
    write(work, message, policy, letter)
    _announce_dispatch(work, letter, policy)
    if letter.served_at is not None:
        _announce_service(work, letter, IMMEDIATE, policy)
    elif letter.deemed_at is not None:
        work.set_timer(DEEMED, letter.letter_id, letter.deemed_at, subject=letter.matter_id)
    work.retry(letter.matter_id)


# ---- service


def take_signature(work: Work, message: Message, policy: Policy) -> None:
    """A unit signs (签收). For a notice that has not left yet the signature waits, and then counts from its dispatch."""
    data: NoticeSigned = message.data
    matter_id = work.matter_of(message)
    kinds = (Kind.ASSIGNMENT, Kind.CONCLUSION) if data.colour is None else (Kind.SLIP,)
    letters = [found for kind in kinds for found in work.store.letters(matter_id, data.unit, kind, data.colour)]
    letter = signed_for(letters, message.time)
    if letter is None:
        work.wait_for(message, NOTHING_TO_SIGN)
        return
    work.store.sign(letter.letter_id, data.signed_by.strip(), message.time)
    signed, outcome = sign(letter, message.time, data.signed_by, policy.zone)
    if outcome is Signing.ALREADY_SIGNED:
        return
    work.store.put(signed)
    if outcome is Signing.SERVED:
        work.clear_timer(DEEMED, signed.letter_id)
        _announce_service(work, signed, "SIGNED", policy)


def deem_served(work: Work, timer: Timer, policy: Policy) -> None:
    """The next workday after the dispatch has ended, and everything signed before that has been read."""
    letter = work.store.letter(timer.key)
    if letter is None:
        return
    if not work.store.arrived(letter):
        return  # whoever delivers it at last sets the timer again: a failed delivery is never service (d.6)
    deemed, outcome = deem(letter)
    if outcome is not Deeming.SERVED:
        return
    work.store.put(deemed)
    _announce_service(work, deemed, "DEEMED", policy)
    _press(work, deemed, timer.due_at, policy)


def _press(work: Work, letter: Letter, deemed_at: datetime, policy: Policy) -> None:
    """Nobody signed: urge the unit, and tell its head (domain.md d.6)."""
    work.announce(
        NoticeUnacknowledged(**_common(letter), deemed_at=deemed_at),
        subject=letter.matter_id,
        time=deemed_at,
        policy=policy.version,
    )
    for kind in (Kind.URGE, Kind.UNACKNOWLEDGED):
        pressing = Letter(
            letter_id=letter_id(kind, letter.letter_id),
            kind=kind,
            matter_id=letter.matter_id,
            external_ref=letter.external_ref,
            submitted_by=letter.submitted_by,
            unit=letter.unit,
            about=letter.about,
            colour=letter.colour,
            renewal=letter.renewal,
            dispatched_at=dispatch_instant(deemed_at, work.now, policy.zone),
        )
        told = posting.told(pressing, None, policy.zone) if work.store.sends else None
        work.store.add(pressing, audience(kind, letter.colour), caused_by=None, policy_version=policy.version, told=told)


# ---- what is announced


def _common(letter: Letter) -> dict[str, Any]:
    return {
        "matter_id": letter.matter_id,
        "external_ref": letter.external_ref,
        "submitted_by": letter.submitted_by,
        "notice_id": letter.letter_id,
        "unit": letter.unit,
        "kind": letter.kind.value,
        "about": letter.about,
        "colour": letter.colour,
        "renewal": letter.renewal,
    }


def _announce_dispatch(work: Work, letter: Letter, policy: Policy) -> None:
    addressees = [hearer.addressee.value for hearer in audience(letter.kind, letter.colour)]
    fact = NoticeDispatched(
        **_common(letter), addressees=addressees, dispatched_at=letter.dispatched_at, deemed_at=letter.deemed_at
    )
    work.announce(fact, subject=letter.matter_id, time=letter.dispatched_at, policy=policy.version)


def _announce_service(work: Work, letter: Letter, mode: str, policy: Policy) -> None:
    assert letter.served_at is not None and letter.served_on is not None
    fact = NoticeServed(
        **_common(letter),
        served_at=letter.served_at,
        served_on=letter.served_on,
        mode=mode,
        signed_by=letter.signed_by if mode == "SIGNED" else None,
    )
    work.announce(fact, subject=letter.matter_id, time=letter.served_at, policy=policy.version)
