"""Answers to sources (答复): each source gets its own, merged or not (identical suggestions may be handled together, but are
answered separately, domain.md a′.2)."""

from __future__ import annotations

from event_contracts.event import Message
from event_contracts.inbound import ReplySent as Sent
from event_contracts.intake import ReplySent
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake.domain.authority import OFFICE
from intake.domain.completion import PartState
from intake.domain.privacy import addressee
from intake.domain.roles import Role
from intake.handlers import NOT_ASSIGNED, identity, settle_matter
from intake.store.matters import Matter, Store

ONLY_THE_LEAD = "答复由牵头单位或督查室作出 / the lead unit or the office answers the source"


def send(work: Work, message: Message) -> None:
    """The lead unit, or the office, answered the source of a matter; the first answer counts."""
    data: Sent = message.data
    store: Store = work.store
    matter = store.matters[work.matter_of(message)]
    unit = _who_answers(message, matter)
    store.heads.add_reply(message.id, matter.matter_id, unit, data.to, data.text, message.time)
    fact = ReplySent(
        **identity(matter), unit=unit, reply=message.id, sent_at=message.time, to=addressee(data.to, matter.source_type)
    )
    work.announce(fact, subject=matter.matter_id, time=message.time)
    if matter.replied_at is None or message.time < matter.replied_at:
        matter.replied_at = message.time
        store.matter_changed(matter)
        settle_matter(work, matter)
    work.retry(matter.matter_id)


def _who_answers(message: Message, matter: Matter) -> str:
    named: str | None = message.data.unit if message.sender == OFFICE else message.sender
    parts = {unit: part for unit, part in matter.parts.items() if part.state is not PartState.TRANSFERRED}
    lead = next((unit for unit, part in parts.items() if part.role == Role.LEAD), None)
    mine = matter.part(named) if named is not None else None
    unit = (mine.unit if mine is not None else named) or lead
    if unit is None or unit not in parts:
        raise Refused("NOT_PARTY", NOT_ASSIGNED.format(unit=unit), "/data/unit" if message.data.unit else "/data/matter")
    if message.sender != OFFICE and unit != lead:
        raise Refused("NOT_EMPOWERED", ONLY_THE_LEAD, "/data/matter")
    return unit
