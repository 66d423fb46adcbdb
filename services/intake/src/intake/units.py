"""The directory of units (单位名录), and what follows when units merge, split, are renamed or move (domain.md B3).

The day after a unit's last day its parts go on under its successor: same part, same papers, same limit. A part goes with one
timer of its own, so that a big unit's handover is many small transactions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import UnitsPublished as Published
from event_contracts.intake import AssignmentMoved, PublishedUnit, UnitsPublished
from ground_rules.limits import local_date, start_of_day
from ground_rules.policy import Policy
from ground_rules.units import Period, fault_in
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Timer, Work

from intake.domain.completion import PartState
from intake.domain.roles import Role
from intake.domain.supervised import is_supervised
from intake.handlers import announce_filing, identity, settle_matter, settle_part
from intake.store import moves
from intake.store.matters import Matter, Part, Store

UNITS = "UNITS"
"""What is locked, and the subject of the fact, when units are published; the name of their publication."""
HANDOVER, MOVE = "handover", "move"
"""Timers: a unit's last day is over (key: its code); one of its parts goes on under the successor (key: code/matter)."""

NOT_SUPERVISED = "{kind}不属于督查对象 / a {kind} is not supervised (Decree 733 art. 4, 5)"


def publish(work: Work, message: Message, policy: Policy) -> None:
    """The office publishes all units, complete each time; an older list that comes later changes nothing."""
    data: Published = message.data
    _check(data)
    directory = work.store.directory
    if not directory.is_news(UNITS, message.time):
        return
    before = directory.units().handovers()
    directory.publish_units(message.time, data.units)
    work.announce(UnitsPublished(units=[_published(unit) for unit in data.units]), subject=UNITS, time=message.time)
    after = directory.units().handovers()
    for code in before.keys() - after.keys():
        work.clear_timer(HANDOVER, code)
    for code, day in after.items():
        work.set_timer(HANDOVER, code, max(start_of_day(day, policy.zone), work.now), subject=UNITS)


def _check(data: Published) -> None:
    for index, unit in enumerate(data.units):
        if not is_supervised(unit.kind):
            raise Refused("SCHEMA_INVALID", NOT_SUPERVISED.format(kind=unit.kind), f"/data/units/{index}/kind")
    fault = fault_in(Period(unit.code, unit.valid_from, unit.valid_to, unit.successor) for unit in data.units)
    if fault is not None:
        index, field, why = fault
        raise Refused("SCHEMA_INVALID", why, f"/data/units/{index}/{field}")


def _published(unit: Any) -> PublishedUnit:
    return PublishedUnit(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        parent=unit.parent,
        group=unit.group,
        successor=unit.successor,
    )


def check_unit(work: Work, message: Message, unit: str, pointer: str, policy: Policy) -> None:
    """Refuse a unit that does not exist on the day. While no units were published every code is accepted."""
    directory = work.store.directory
    if not directory.applies(UNITS, message.time):
        return
    lack = directory.units().lack_of(unit, local_date(message.time, policy.zone))
    if lack is not None:
        raise Refused("UNKNOWN_UNIT", lack, pointer)


def check_assigned(work: Work, message: Message, policy: Policy) -> None:
    """Refuse a matter for a unit that does not exist on its day."""
    for index, part in enumerate(message.data.assignments):
        check_unit(work, message, part.unit, f"/data/assignments/{index}/unit", policy)


# ---- units succeed each other


def follow(work: Work, matter: Matter, policy: Policy) -> None:
    """A matter from before a handover that arrived after it: its parts follow at once."""
    units = work.store.directory.units()
    today = local_date(work.now, policy.zone)
    for unit in matter.parts:
        if units.holder(unit, today) != unit:
            work.set_timer(MOVE, f"{unit}/{matter.matter_id}", work.now, subject=matter.matter_id)


def hand_over(work: Work, timer: Timer, policy: Policy) -> None:
    """A unit's last day is over: all its parts go on under its successor, but those of matters closed in earlier years."""
    code, day = timer.key, local_date(timer.due_at, policy.zone)
    if work.store.directory.units().holder(code, day) == code:
        return
    since = start_of_day(day.replace(month=1, day=1), policy.zone)
    for matter_id in moves.matters_with(work.session, code, since):
        work.set_timer(MOVE, f"{code}/{matter_id}", timer.due_at, subject=matter_id)


def move(work: Work, timer: Timer, policy: Policy) -> None:
    """One part goes on under the unit that has succeeded the one that it was given to."""
    store: Store = work.store
    code, _, matter_id = timer.key.partition("/")
    heir = store.directory.units().holder(code, local_date(work.now, policy.zone))
    matter = store.matters.get(matter_id)
    part = matter.parts.get(code) if matter is not None else None
    if matter is None or part is None or heir == code or part.state is PartState.TRANSFERRED:
        return
    own = matter.parts.get(heir)
    if own is not None and own.state is PartState.TRANSFERRED:  # it got rid of this duty before: a person decides whose it is
        return
    if own is None:
        moves.rename(store, matter, part, heir, timer.due_at)
    else:
        _join(work, matter, part, own, timer.due_at)
    work.know_matter(matter.matter_id, matter.external_ref, matter.submitted_by, matter.parties)
    _announce(work, matter, part, code, heir, matter.parties, timer.due_at, joined=own is not None)
    if own is not None:
        settle_matter(work, matter)


def _join(work: Work, matter: Matter, part: Part, own: Part, at: datetime) -> None:
    """The successor has a part of its own: both go on as one, and what the unit filed and nobody answered goes along."""
    store: Store = work.store
    answers, before = part.answers(), own.answers()
    for paper in sorted(part.papers.values(), key=lambda paper: (paper.filing.filed_at, paper.filing.id)):
        if paper.filing.id not in answers and paper.filing.id not in own.papers:
            store.add_paper(matter, own, paper)
            announce_filing(work, matter, own, paper)
    own.formerly = [*own.formerly, part.unit, *part.formerly]
    own.moved_at = at
    if part.role == Role.LEAD:
        own.role = Role.LEAD.value
    part.state = PartState.TRANSFERRED
    moves.join(store, matter, part, own)
    settle_part(work, matter, own, before)


def _announce(
    work: Work, matter: Matter, part: Part, code: str, heir: str, parties: list[str], at: datetime, *, joined: bool
) -> None:
    fact = AssignmentMoved(
        **identity(matter),
        unit=code,
        assignment_id=part.assignment_id,
        successor=heir,
        role=part.role,
        moved_at=at,
        parties=parties,
        joined=joined,
    )
    work.announce(fact, subject=matter.matter_id, time=at)
