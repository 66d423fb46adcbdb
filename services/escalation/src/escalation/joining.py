"""What escalation does when matters are handled as one, and when they are parted again (domain.md d.10).

For each unit one ladder goes on: that of the leading matter, on the earliest limit. The others stand still; a slip on them is
refused (DUPLICATE_LADDER). Answers to sources are not touched.
"""

from __future__ import annotations

from datetime import datetime

from event_contracts import intake
from event_contracts.event import Message
from service_chassis.errors import Refused

from escalation.domain import merging
from escalation.domain.merging import JOINED, MERGED, SPLIT, UNMERGED
from escalation.domain.standing import Ladder
from escalation.handlers import ladder_of
from escalation.settle import Settling

ONE_LADDER = "本事项已并入另一事项，督办单在主办事项上提出 / this matter is handled with another one; slips go to the leading one"


def subjects(message: Message) -> list[str]:
    """The matters that a merge, or its end, touches."""
    data = message.data
    if isinstance(data, intake.MatterMerged):
        return [data.matter_id, data.into, *([data.moved_from] if data.moved_from else [])]
    return [data.matter_id, data.out_of] if isinstance(data, intake.MatterUnmerged) else []


def load_leading(desk: Settling) -> None:
    """Load and lock what the loaded ladders are handled with."""
    found = (ladder.merged() for ladder in list(desk.store.ladders.values()))
    leading = sorted({merged.into for merged in found if merged is not None} - {of for of, _ in desk.store.ladders})
    if leading:
        desk.work.lock(leading)
        desk.store.load(leading)


def refuse_second_ladder(desk: Settling, message: Message) -> None:
    """One ladder for each unit of what is one matter."""
    if ladder_of(desk, message).merged() is not None:
        raise Refused("DUPLICATE_LADDER", ONE_LADDER, "/data/matter")


# ---------------------------------------------------------------- facts


def merged(desk: Settling, message: Message) -> None:
    """A matter is handled with another one from `merged_at` on."""
    data: intake.MatterMerged = message.data
    for ladder in desk.store.of_matter(data.matter_id):
        if ladder.unit not in data.units and ladder.merged() is not None and not _is_old(ladder, data.revision):
            _leave(desk, ladder, data.revision, data.merged_at)
    for unit in data.units:
        _join(desk, desk.store.ladder_or_new(data.matter_id, unit), data)


def unmerged(desk: Settling, message: Message) -> None:
    """A matter goes on by itself from `unmerged_at` on."""
    data: intake.MatterUnmerged = message.data
    for ladder in desk.store.of_matter(data.matter_id):
        if not _is_old(ladder, data.revision):
            _leave(desk, ladder, data.revision, data.unmerged_at)


def _join(desk: Settling, ladder: Ladder, data: intake.MatterMerged) -> None:
    if _is_old(ladder, data.revision):
        return
    before = ladder.merged()
    if before is not None:
        _part(desk, before, ladder.unit, max(before.since, data.merged_at))
    joined = f"{data.matter_id}:{data.revision}"
    day = desk.book.reckoning.local_date(data.merged_at).isoformat()
    details = {"into": data.into, "joined": joined, "revision": data.revision, "on": day}
    desk.write(ladder, MERGED, str(data.revision), data.merged_at, desk.now, details)
    leading = desk.store.ladder_or_new(data.into, ladder.unit)
    desk.write(leading, JOINED, joined, data.merged_at, desk.now, {"matter": data.matter_id, "ref": data.external_ref})


def _leave(desk: Settling, ladder: Ladder, revision: int, at: datetime) -> None:
    """Also of a ladder whose merge has not been read yet: the higher revision holds."""
    before = ladder.merged()
    details = {"revision": revision, "on": desk.book.reckoning.local_date(at).isoformat()}
    desk.write(ladder, UNMERGED, str(revision), at, desk.now, details)
    if before is not None:
        _part(desk, before, ladder.unit, at)


def _part(desk: Settling, before: merging.Merged, unit: str, at: datetime) -> None:
    leading = desk.store.find(before.into, before.unit or unit)
    if leading is not None:
        desk.write(leading, SPLIT, before.id, at, desk.now, {})


def _is_old(ladder: Ladder, revision: int) -> bool:
    """Of two facts about a merge the one with the higher revision holds."""
    return any(entry.kind in (MERGED, UNMERGED) and int(entry.data["revision"]) >= revision for entry in ladder.journal)
