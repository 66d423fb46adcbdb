"""The policy in force, on the calendars that were published: days until deemed service are counted on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from event_contracts.escalation import CalendarPublished, PolicyPublished
from event_contracts.event import Message
from event_contracts.intake import PersonsPublished
from ground_rules.policy import Policy
from ground_rules.powers import Capacity
from ground_rules.publication import Published
from service_chassis.persistence.unit_of_work import Work

from notify.store import rules as rows

RULES = "RULES"
"""What is locked while a publication is stored."""

CALENDAR, POLICY, PERSONS = "CALENDAR", "POLICY", "PERSONS"


class Rulebook:
    """What was published, as far as this object has read it; each transaction asks once whether there is more."""

    def __init__(self, base: Policy) -> None:
        self._base = base
        self._published = Published(base)
        self._known = 0
        self._held: list[tuple[datetime, list[Capacity]]] = []

    def refresh(self, work: Work) -> None:
        """Read what was published since."""
        found = rows.read(work.session, self._known)
        if found is not None:
            self._known = len(found)
            calendars = [content for kind, content, _ in found if kind == CALENDAR]
            self._published = Published(self._base, calendars, [content for kind, content, _ in found if kind == POLICY])
            self._held = [(at, _capacities(content)) for kind, content, at in reversed(found) if kind == PERSONS]

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant."""
        return self._published.at(instant)

    def capacities_at(self, instant: datetime) -> list[Capacity] | None:
        """Every office that a person held by the last list published up to an instant; None while there was none."""
        return next((held for published_at, held in self._held if published_at <= instant), None)

    def keep(self, work: Work, message: Message) -> None:
        """Store a publication, in force from now on as far as its days say."""
        data: CalendarPublished | PolicyPublished | PersonsPublished = message.data
        if isinstance(data, CalendarPublished):
            kind, content = CALENDAR, {"year": data.year, "notice": data.notice}
            content |= {"days_off": [d.isoformat() for d in data.days_off]}
            content |= {"makeup_workdays": [d.isoformat() for d in data.makeup_workdays]}
        elif isinstance(data, PersonsPublished):
            kind, content = PERSONS, {"held": _held(data)}
        else:
            kind, content = POLICY, {"version": data.version, "parameters": data.parameters}
            content |= {"effective_from": data.effective_from.isoformat()}
        rows.keep(work.session, kind, message.id, message.time, content)
        self.refresh(work)


def _held(data: PersonsPublished) -> list[list[str | None]]:
    return [
        [person.name, one.role, one.valid_from.isoformat(), one.valid_until.isoformat() if one.valid_until else None]
        for person in data.persons
        for one in person.capacities
    ]


def _capacities(content: Mapping[str, Any]) -> list[Capacity]:
    day = date.fromisoformat
    return [Capacity(name, role, day(since), day(until) if until else None) for name, role, since, until in content["held"]]
