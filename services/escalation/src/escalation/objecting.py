"""What escalation does about objections: intake decides what is admissible and who gets the part; the ladder waits or ends."""

from __future__ import annotations

from event_contracts import intake
from event_contracts.event import Message

from escalation import office
from escalation.domain import objection
from escalation.domain.clock import DECISION_OBJECTION
from escalation.settle import Settling


def filed(desk: Settling, message: Message) -> None:
    """A unit says that the matter is not its duty; the office has three workdays."""
    data: intake.ObjectionFiled = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    details = {"about": ladder.assignment_id, "grounds": data.grounds}
    desk.write(ladder, objection.FILED, data.objection, data.filed_at, message.recordedtime or desk.now, details)
    limit = desk.book.policy.office_decision.objection
    office.begin(desk, ladder, DECISION_OBJECTION, data.objection, limit, data.filed_at)


def decided(desk: Settling, message: Message) -> None:
    """The office accepted an objection, and the unit's part ends; or refused it, and the ladder goes on."""
    data: intake.ObjectionDecided = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    details = {"outcome": data.outcome, "by": data.decided_by, "new_unit": data.new_unit}
    desk.write(ladder, objection.DECIDED, data.objection, data.decided_at, message.recordedtime or desk.now, details)
    office.end(desk, ladder, DECISION_OBJECTION, data.objection, data.decided_at)
