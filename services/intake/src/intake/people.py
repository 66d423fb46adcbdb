"""Persons and their offices (人员与职务): what the office publishes, and whether the one who decides may decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import PersonsPublished as Published
from event_contracts.intake import Capacity, OfficePerson, PersonsPublished
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from ground_rules.powers import MAY, Act, lack_of_power
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

PERSONS = "PERSONS"
"""What is locked, and the subject of the fact, when persons are published."""


def publish(work: Work, message: Message) -> None:
    """The office publishes who holds which office, complete each time; an older list that comes later changes nothing."""
    data: Published = message.data
    directory = work.store.directory
    if not directory.is_news(PERSONS, message.time):
        return
    persons = [_person(person) for person in data.persons]
    directory.publish_persons(message.time, persons)
    work.announce(PersonsPublished(persons=persons), subject=PERSONS, time=message.time)


def _person(person: Any) -> OfficePerson:
    held = [
        Capacity(
            role=found["role"],
            valid_from=found["from"],
            valid_until=found.get("to"),
            deputy_for=found.get("deputy_for") and found["deputy_for"].strip(),
        )
        for found in person.capacities
    ]
    return OfficePerson(name=person.name.strip(), capacities=held, unit=person.unit)


def check_power(work: Work, message: Message, name: str, act: Act, policy: Policy, pointer: str | None = None) -> None:
    """Refuse a decision of somebody who held no office for it on its day. While no persons were published all are accepted.

    `pointer`: the field that names the person, where it is none of the usual ones.
    """
    directory = work.store.directory
    if not directory.applies(PERSONS, message.time):
        return
    day: date = local_date(message.time, policy.zone)
    lack = lack_of_power(name, MAY[act], day, directory.capacities())
    if lack is not None:
        raise Refused("NOT_EMPOWERED", lack, pointer or "/data/" + _field(message))


def check_power_of(work: Work, message: Message, name: str | None, act: Act, policy: Policy, pointer: str) -> None:
    """The same for an act about an inspection: somebody must stand for it once persons are published, and the refusal repeats no
    name, since it may be that of a covert team."""
    directory = work.store.directory
    if not directory.applies(PERSONS, message.time):
        return
    day = local_date(message.time, policy.zone)
    if name is None or lack_of_power(name, MAY[act], day, directory.capacities()) is not None:
        wanted = ", ".join(sorted(MAY[act]))
        raise Refused("NOT_EMPOWERED", NOBODY.format(wanted=wanted), pointer)


NOBODY = "须由具备以下职务之一的人员批准并署名 / somebody with one of these offices must approve it by name: {wanted}"


def _field(message: Message) -> str:
    """The field of a decision that names its author."""
    return next(name for name in ("decided_by", "verified_by", "by", "issued_by") if hasattr(message.data, name))
