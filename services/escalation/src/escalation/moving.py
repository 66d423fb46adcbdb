"""Units that succeed each other (单位承继, domain.md B3): the ladder goes on under the successor, with its slips and limits.

Nothing begins anew. Where the successor has a ladder of its own in the matter, both go on as one: its own, to the earlier end.
"""

from __future__ import annotations

from event_contracts import intake
from event_contracts.event import Message
from service_chassis.errors import Refused

from escalation.domain.merging import JOINED, MERGED
from escalation.domain.standing import Ladder
from escalation.settle import Settling

SUCCEEDED = "{unit}已撤销，由{heir}继续办理 / {unit} has ended; {heir} goes on with its parts"


def moved(desk: Settling, message: Message) -> None:
    """A unit's part of a matter is its successor's from `moved_at` on."""
    data: intake.AssignmentMoved = message.data
    desk.work.know_matter(data.matter_id, data.external_ref, data.submitted_by, data.parties)
    ladder = desk.store.ladders.get((data.matter_id, data.unit))
    if ladder is None:
        return
    own = desk.store.ladders.get((data.matter_id, data.successor))
    if own is not None and own.assignment_id is not None:
        _join(desk, ladder, own, data)
        return
    desk.store.rename(ladder, data.successor)
    ladder.moved_at, ladder.changed = data.moved_at, True
    desk.touch(ladder)


def _join(desk: Settling, ladder: Ladder, own: Ladder, data: intake.AssignmentMoved) -> None:
    """Two parts of one matter have come to one unit: its own ladder goes on, and the other stands still."""
    if data.role == "LEAD" and own.role != data.role:
        own.role, own.changed = data.role, True
    joined = f"{data.matter_id}:{data.unit}:{data.revision}"
    day = desk.book.reckoning.local_date(data.moved_at).isoformat()
    details = {"into": data.matter_id, "unit": own.unit, "joined": joined, "revision": data.revision, "on": day}
    desk.write(ladder, MERGED, str(data.revision), data.moved_at, desk.now, details)
    desk.write(own, JOINED, joined, data.moved_at, desk.now, {"matter": data.matter_id, "ref": data.external_ref})


def refuse_ended(ladder: Ladder, message: Message) -> None:
    """A unit that has ended does not speak any more; what it said before counts, and so does what the office says of it."""
    unit = message.data.unit
    if ladder.unit != unit == message.sender and ladder.moved_at is not None and message.time >= ladder.moved_at:
        raise Refused("UNKNOWN_UNIT", SUCCEEDED.format(unit=unit, heir=ladder.unit), "/data/unit")
