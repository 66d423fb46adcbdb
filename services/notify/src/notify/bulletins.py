"""Bulletins (情况通报): published once by their number, and corrected to the same audience when a slip that they name falls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from event_contracts import notify as facts
from event_contracts.event import Message
from event_contracts.inbound import BulletinPublished
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from ground_rules.powers import MAY, Act, Capacity, lack_of_power
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from notify.domain import telling
from notify.domain.audience import Kind, audience
from notify.domain.bulletin import Bulletin, Correction, Entry, Fall, correction
from notify.domain.serving import Letter, dispatch_instant
from notify.store.bulletins import BulletinStore

BULLETINS = "BULLETINS"
"""Bulletins and the falls of slips are handled one after the other, under this lock: neither can miss the other."""

ALREADY = "编号已用于另一份通报，请使用新编号 / the number belongs to another bulletin, use a new one"


def publish(work: Work, message: Message, policy: Policy, known: Sequence[Capacity] | None) -> None:
    """The office publishes a bulletin. What it names and has fallen by now is corrected at once.

    Refused with ALREADY_USED: another bulletin has this number. The same bulletin again does nothing. Refused with NOT_EMPOWERED:
    who approved it held no office for that on its day; `known` offices are None while nobody's were published.
    """
    bulletin = _bulletin(message)
    _check_approver(bulletin, policy, known)
    store = BulletinStore(work.session)
    before = store.find(bulletin.bulletin)
    if before is not None:
        if (before.scope, before.entries, before.text) != (bulletin.scope, bulletin.entries, bulletin.text):
            raise Refused("ALREADY_USED", ALREADY, "/data/bulletin")
        return
    store.add(bulletin)
    fact = facts.BulletinPublished(
        bulletin=bulletin.bulletin,
        scope=list(bulletin.scope),
        items=_items(bulletin.entries),
        conclusions=_conclusions(bulletin.entries),
        approved_by=bulletin.approved_by,
        text=bulletin.text,
        published_at=bulletin.published_at,
    )
    work.announce(fact, subject=BULLETINS, time=bulletin.published_at, policy=policy.version)
    _send(work, Kind.BULLETIN, bulletin, work.store.units_within(bulletin.scope), policy)
    work.store.save()  # a slip may have fallen in this very batch
    for fall in store.falls(bulletin.entries):
        _correct(work, store, bulletin, fall, policy)


def _check_approver(bulletin: Bulletin, policy: Policy, known: Sequence[Capacity] | None) -> None:
    """Criticism and praise need the head of the government, or of the leading group (Decree 733 art. 21)."""
    if known is None:
        return
    day = local_date(bulletin.published_at, policy.zone)
    lack = lack_of_power(bulletin.approved_by, MAY[Act.APPROVE_BULLETIN], day, known)
    if lack is not None:
        raise Refused("NOT_EMPOWERED", lack, "/data/approved_by")


def slip_fell(work: Work, told: Letter, slip: Letter | None, policy: Policy) -> None:
    """A slip fell (`told` tells its unit so; `slip` is the notice of the slip itself): bulletins that named it are corrected."""
    assert told.colour is not None
    fall = Fall(
        slip_id=told.about,
        matter_id=told.matter_id,
        external_ref=told.external_ref,
        unit=told.unit,
        colour=told.colour,
        renewal=told.renewal,
        issued_at=slip.dispatched_at if slip is not None else None,
        fell_at=told.dispatched_at,
    )
    fell(work, fall, policy)


def fell(work: Work, fall: Fall, policy: Policy) -> None:
    """Correct what named a slip, or a conclusion, that is not what it was any more."""
    store = BulletinStore(work.session)
    for bulletin in store.naming(fall):
        _correct(work, store, bulletin, fall, policy)


def _correct(work: Work, store: BulletinStore, bulletin: Bulletin, fall: Fall, policy: Policy) -> None:
    found = correction(bulletin, fall)
    if found is None or not store.add_correction(found):
        return
    fact = facts.BulletinCorrected(
        bulletin=found.number,
        corrects=bulletin.bulletin,
        scope=list(bulletin.scope),
        items=_items((found.entry,)),
        conclusions=_conclusions((found.entry,)),
        approved_by=bulletin.approved_by,
        slip_id=found.slip_id,
        corrected_at=found.corrected_at,
    )
    work.announce(fact, subject=BULLETINS, time=found.corrected_at, policy=policy.version)
    units = work.store.told_of(Kind.BULLETIN, bulletin.bulletin) or work.store.units_within(bulletin.scope)
    _send(work, Kind.BULLETIN_CORRECTED, found, units, policy)


def _send(work: Work, kind: Kind, told: Bulletin | Correction, units: Iterable[str], policy: Policy) -> None:
    """One letter for each unit of the audience, where notices are sent at all; the same cause never makes a second one."""
    if not work.store.sends:
        return
    number, cause, at = _identity(told)
    for unit in units:
        letter = Letter(
            letter_id=f"{kind.value}:{cause}:{unit}",
            kind=kind,
            matter_id=BULLETINS,
            external_ref=number,
            submitted_by=None,
            unit=unit,
            about=number,
            colour=None,
            renewal=0,
            dispatched_at=dispatch_instant(at, work.now, policy.zone),
        )
        text = telling.bulletin_text(letter, told) if isinstance(told, Bulletin) else telling.correction_text(letter, told)
        cause_id = work.cause.id if work.cause else None
        work.store.add(
            letter, audience(kind), caused_by=cause_id, policy_version=policy.version, told=(telling.title(letter), text)
        )


def _identity(told: Bulletin | Correction) -> tuple[str, str, datetime]:
    """The bulletin's number, what makes this telling the only one of its kind, and when it was."""
    if isinstance(told, Bulletin):
        return told.bulletin, told.bulletin, told.published_at
    return told.bulletin.bulletin, f"{told.bulletin.bulletin}:{told.slip_id}", told.corrected_at


def _bulletin(message: Message) -> Bulletin:
    data: BulletinPublished = message.data
    return Bulletin(
        bulletin=data.bulletin,
        scope=tuple(data.scope),
        entries=tuple(Entry(matter=item.matter, unit=item.unit, colour=item.colour) for item in data.items),
        text=data.text,
        approved_by=data.approved_by.strip(),
        published_at=message.time,
    )


def _items(entries: tuple[Entry, ...]) -> list[facts.BulletinEntry]:
    return [facts.BulletinEntry(matter=entry.matter, unit=entry.unit, colour=entry.colour) for entry in entries if entry.colour]


def _conclusions(entries: tuple[Entry, ...]) -> list[facts.BulletinConclusion]:
    return [facts.BulletinConclusion(conclusion=entry.matter, unit=entry.unit) for entry in entries if entry.colour is None]
