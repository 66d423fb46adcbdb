"""Matters that are withdrawn, and closed matters that are done again (domain.md d.3; `domain/rounds.py`)."""

from __future__ import annotations

from event_contracts import intake
from event_contracts.event import Message

from escalation import office
from escalation.domain.rounds import MATTER_WITHDRAWN, REOPENED
from escalation.domain.standing import Ladder
from escalation.settle import Settling


def withdrawn(desk: Settling, message: Message) -> None:
    """A matter is not supervised any more from `withdrawn_at` on; nothing is left for the office to decide about it."""
    data: intake.MatterWithdrawn = message.data
    for ladder in desk.store.of_matter(data.matter_id):
        details = {"reason": data.reason, "by": data.by}
        desk.write(ladder, MATTER_WITHDRAWN, data.matter_id, data.withdrawn_at, message.recordedtime or desk.now, details)
        for owner, about in list(ladder.office_clocks):
            office.end(desk, ladder, owner, about, data.withdrawn_at, MATTER_WITHDRAWN)


def reopened(desk: Settling, message: Message) -> None:
    """A matter is done again by these units: the slips of the round before have ended and count no more for the ladder."""
    data: intake.MatterReopened = message.data
    for part in data.parts:
        ladder = desk.store.ladder_or_new(data.matter_id, part.unit)
        for slip in ladder.slips:
            if slip.standing:
                slip.standing, slip.changed = False, True
        details = {"reason": data.reason, "cause": data.cause, "by": data.by}
        desk.write(ladder, REOPENED, part.assignment_id, data.reopened_at, message.recordedtime or desk.now, details)


def is_new_round(ladder: Ladder, assignment_id: str) -> bool:
    """Whether an assignment is that of a round that was announced."""
    return any(entry.kind == REOPENED and entry.id == assignment_id for entry in ladder.journal)
