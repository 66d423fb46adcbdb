"""An accepted objection on a leading matter takes the parts of the merged matters along (domain.md d.10, d.15): what is handled
as one goes to the other unit as one.

Each merged matter has an objection of its own, under an id made of both, since every source keeps its own record and escalation
keeps a clock for each. It is the same whether the merge or the decision becomes known first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from event_contracts.intake import MatterMerged, ObjectionDecided, ObjectionFiled
from service_chassis.persistence.unit_of_work import Work

from intake import groups
from intake.domain.completion import PartState
from intake.domain.objection import ACCEPTED, Objection
from intake.handlers import identity
from intake.store.matters import Matter, Part, Store

GROUNDS = "随主办事项{ref}的异议一并处理 / decided with the objection on the leading matter {ref}"

Give = Callable[[Work, Matter, str, dict[str, Any], datetime], None]
"""`objections.give`: dispatch a part to a unit."""


def joined_id(objection: str, matter_id: str) -> str:
    """The id of what an objection means for a matter that is handled with the one that it names."""
    return f"{objection}/{matter_id}"


def joined_parts(store: Store, lead: Matter, unit: str) -> list[tuple[Matter, Part]]:
    """The parts of merged matters that go on in this unit's part of the leading one."""
    members = groups.group(store, lead)[1:]
    return [(matter, matter.parts[unit]) for matter in members if unit in groups.joined(store, matter)]


def take_along(work: Work, lead: Matter, members: Iterable[tuple[Matter, Part]], found: Objection, give: Give) -> None:
    """After the leading part went to another unit: theirs go, too."""
    for matter, part in members:
        _move(work, lead, matter, part, found, give)
        announce_merged(work, matter, lead, found.decided_at or work.now, before=None, reason=found.reasons or "")


def catch_up(work: Work, matter: Matter, lead: Matter, give: Give) -> None:
    """A merge that becomes known after an objection was accepted in it: the part follows before the merge is told."""
    since = matter.merged_at
    for unit, own in sorted(lead.parts.items()):
        part = matter.parts.get(unit)
        if since is None or part is None or part.state is PartState.TRANSFERRED or own.state is not PartState.TRANSFERRED:
            continue
        if part.done_at is not None and part.done_at < since:
            continue
        accepted = [one for one in own.objections.values() if one.outcome == ACCEPTED and (one.decided_at or since) >= since]
        for found in sorted(accepted, key=lambda one: (one.filed_at, one.id))[-1:]:
            _move(work, lead, matter, part, found, give)


def _move(work: Work, lead: Matter, matter: Matter, part: Part, found: Objection, give: Give) -> None:
    store: Store = work.store
    at = found.decided_at
    assert at is not None
    grounds = GROUNDS.format(ref=lead.external_ref)
    own = Objection(joined_id(found.id, matter.matter_id), found.filed_at, ACCEPTED, at, found.new_unit, found.decided_by)
    store.add_objection(matter, part, own, grounds, None)
    decision = {"decided_by": found.decided_by, "new_unit": found.new_unit, "reasons": found.reasons}
    store.decide_objection(matter, part, own, decision)
    filed = ObjectionFiled(**identity(matter), unit=part.unit, objection=own.id, filed_at=own.filed_at, grounds=grounds)
    work.announce(filed, subject=matter.matter_id, time=own.filed_at)
    decided = ObjectionDecided(
        **identity(matter),
        unit=part.unit,
        objection=own.id,
        outcome=ACCEPTED,
        decided_by=found.decided_by or "",
        decided_at=at,
        new_unit=found.new_unit,
        reasons=found.reasons or "",
    )
    work.announce(decided, subject=matter.matter_id, time=at)
    asked = store.terms_of(matter, part)
    part.state = PartState.TRANSFERRED
    store.part_changed(matter, part)
    other = matter.parts.get(found.new_unit) if found.new_unit is not None else None
    if found.new_unit is not None and (other is None or other.state is PartState.TRANSFERRED):
        give(work, matter, found.new_unit, asked, at)


def announce_merged(work: Work, matter: Matter, lead: Matter, at: datetime, *, before: str | None, reason: str) -> list[str]:
    """Say which units' parts of a merged matter go on in the leading one; the highest revision counts."""
    assert matter.merged_at is not None
    units = groups.joined(work.store, matter)
    fact = MatterMerged(
        **identity(matter),
        into=lead.matter_id,
        into_ref=lead.external_ref,
        units=units,
        merged_at=matter.merged_at,
        moved_from=before if before != lead.matter_id else None,
        reason=reason,
    )
    work.announce(fact, subject=matter.matter_id, time=max(at, matter.merged_at))
    return units
