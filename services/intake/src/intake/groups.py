"""Matters that are handled as one: who leads, which parts have joined, and where a report belongs."""

from __future__ import annotations

from datetime import datetime

from intake.domain.completion import PartState
from intake.store.matters import Matter, Part, Store


def leading(store: Store, matter: Matter) -> Matter:
    """The matter whose ladders go on; this one itself, if it was not merged."""
    return store.matters[matter.primary_id] if matter.primary_id is not None else matter


def group(store: Store, lead: Matter) -> list[Matter]:
    """The leading matter and those that are handled with it."""
    if not lead.leads:
        return [lead]
    merged = [found for found in store.matters.values() if found.primary_id == lead.matter_id]
    return [lead, *sorted(merged, key=lambda found: found.matter_id)]


def joined(store: Store, matter: Matter) -> list[str]:
    """The units whose part of a merged matter goes on in the leading one; a part that was done before stays done."""
    if matter.primary_id is None or matter.merged_at is None:
        return []
    lead, since = store.matters[matter.primary_id], matter.merged_at
    return [unit for unit, part in sorted(matter.parts.items()) if _joins(part, lead.parts.get(unit), since)]


def _joins(part: Part, other: Part | None, since: datetime) -> bool:
    if other is None or PartState.TRANSFERRED in (part.state, other.state):
        return False
    return part.done_at is None or part.done_at >= since


def where_reported(store: Store, matter: Matter, part: Part, at: datetime) -> tuple[Matter, Part]:
    """Where something belongs that happened at `at`: since the merge, in the leading matter (the unit reports once)."""
    if matter.merged_at is None or at < matter.merged_at or part.unit not in joined(store, matter):
        return matter, part
    lead = leading(store, matter)
    return lead, lead.parts[part.unit]


def open_parts(store: Store, lead: Matter) -> list[Part]:
    """Every part of the group that goes on by itself."""
    found = list(lead.parts.values())
    for matter in group(store, lead)[1:]:
        gone = joined(store, matter)
        found += [part for unit, part in matter.parts.items() if unit not in gone]
    return found
