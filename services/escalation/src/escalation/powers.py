"""Whether the person who decides may decide (domain.md d.14), and in which capacity: asked of what was last published.

While no persons were published anybody is accepted, and no capacity is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from event_contracts import intake
from event_contracts.event import Message
from ground_rules.powers import LEADING_GROUP, MAY, Act, above, at_least, capacity_for, lack_of_power
from service_chassis.errors import Refused
from service_chassis.persistence.published_rules import PERSONS, Rule
from service_chassis.rulebook import held

from escalation.desk import Desk
from escalation.domain.determination import MACHINE
from escalation.domain.slip import WHITE, YELLOW, Slip
from escalation.domain.standing import APPROVAL, Ladder


def publish(desk: Desk, message: Message) -> None:
    """Who holds which office; complete each time."""
    data: intake.PersonsPublished = message.data
    desk.rulebook.add(desk.work.session, Rule(PERSONS, message.id, message.time, {"held": held(data.persons)}))


def check(desk: Desk, message: Message, name: str, roles: Iterable[str], pointer: str) -> dict[str, Any]:
    """Refuse who may not; else what the journal keeps of the decision besides its author: capacity and policy version."""
    known = desk.rulebook.capacities_at(message.time)
    policy = desk.rulebook.at(message.time).policy.version
    if known is None:
        return {"policy": policy}
    wanted = frozenset(roles)
    day = desk.book.reckoning.local_date(message.time)
    lack = lack_of_power(name, wanted, day, known)
    if lack is not None:
        raise Refused("NOT_EMPOWERED", lack, pointer)
    return {"capacity": capacity_for(name, wanted, day, known), "policy": policy}


def check_act(desk: Desk, message: Message, name: str, act: Act, pointer: str) -> dict[str, Any]:
    """The same for an act that does not depend on a slip."""
    return check(desk, message, name, MAY[act], pointer)


def approvers(desk: Desk, ladder: Ladder, colour: str, message: Message) -> frozenset[str]:
    """Who may approve a slip of a colour on this ladder at the message's time: by policy; a further renewal, and a direct
    start at a higher colour, only the leading group."""
    existing = ladder.standing_slip(colour)
    if colour == YELLOW and existing is not None and existing.in_force:
        return LEADING_GROUP
    lowest = getattr(desk.rulebook.at(message.time).policy.approver, colour.lower())
    direct = colour != WHITE and not ladder.in_force()
    return at_least(lowest) & LEADING_GROUP if direct else at_least(lowest)


def withdrawers(desk: Desk, ladder: Ladder, slip: Slip, message: Message) -> frozenset[str]:
    """Who may withdraw a slip: one level above its issuer (d.8). Who could approve a draft may refuse it."""
    if slip.is_draft:
        return approvers(desk, ladder, slip.colour, message)
    policy = desk.book_of(slip).policy
    return above(_issued_as(ladder, slip) or getattr(policy.approver, slip.colour.lower()))


def _issued_as(ladder: Ladder, slip: Slip) -> str | None:
    """The capacity in which a person issued a slip; None for the machine, or where it was not recorded."""
    if slip.issued_by in (None, MACHINE):
        return None
    return capacity_of(ladder, slip.colour, slip.issued_by or "")


def capacity_of(ladder: Ladder, colour: str, by: str) -> str | None:
    """The capacity in which somebody last approved a slip of a colour here, as far as it was recorded."""
    made = [entry for entry in ladder.of_kind(APPROVAL) if entry.data["colour"] == colour and entry.data["by"] == by]
    return made[-1].data.get("capacity") if made else None
