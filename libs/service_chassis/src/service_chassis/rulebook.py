"""The policy in force for a service that follows escalation: limits on the published calendars, rules by their days.

Escalation itself, which decides what is published, builds on the same rows (`persistence/published_rules.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from event_contracts.event import Message
from ground_rules.limits import Deadline, Limit, deadline
from ground_rules.policy import Policy
from ground_rules.powers import Capacity
from ground_rules.publication import Published

from service_chassis.persistence import published_rules
from service_chassis.persistence.published_rules import CALENDAR, PERSONS, POLICY, Rule

RULES = "RULES"
"""What is locked while a publication is stored."""


class Rulebook:
    """What was published, as far as this object has read it; each transaction asks once whether there is more."""

    def __init__(self, base: Policy) -> None:
        self._base = base
        self._published = Published(base)
        self._known = 0
        self._held: list[tuple[datetime, list[Capacity]]] = []

    def refresh(self, session: Any) -> None:
        """Read what was published since."""
        found = published_rules.read(session, self._known)
        if found is None:
            return
        self._known = len(found)
        calendars, policies = ([rule.content for rule in found if rule.kind == kind] for kind in (CALENDAR, POLICY))
        self._published = Published(self._base, calendars, policies)
        self._held = [(rule.published_at, capacities(rule.content)) for rule in reversed(found) if rule.kind == PERSONS]

    def on(self, day: date) -> Policy:
        """The policy in force on a local day."""
        return self._published.on(day)

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant."""
        return self._published.at(instant)

    def end(self, limit: Limit, started_on: date) -> Deadline:
        """Where a limit ends that began on a local day; a calendar that was published since makes it longer, never shorter."""
        known = (deadline(limit, started_on, policy.calendar, policy.zone) for policy in (self._base, self._published.counted))
        return max(known, key=lambda found: found.due_instant)

    def capacities_at(self, instant: datetime) -> list[Capacity] | None:
        """Every office that a person held by the last list published up to an instant; None while there was none."""
        return next((held for published_at, held in self._held if published_at <= instant), None)

    def keep(self, session: Any, message: Message) -> None:
        """Store an announced calendar, policy or list of persons, in force from now on as far as its days say."""
        kind, content = _content(message.data)
        published_rules.keep(session, Rule(kind, message.id, message.time, content))
        self.refresh(session)


def _content(data: Any) -> tuple[str, dict[str, Any]]:
    """Kind, and content as it is stored."""
    match data.TYPE.split(".")[1]:
        case "calendar":
            days = {key: [day.isoformat() for day in getattr(data, key)] for key in ("days_off", "makeup_workdays")}
            return CALENDAR, {"year": data.year, "notice": data.notice} | days
        case "persons":
            return PERSONS, {"held": held(data.persons)}
        case _:
            day = data.effective_from.isoformat()
            return POLICY, {"version": data.version, "parameters": data.parameters, "effective_from": day}


def held(persons: Sequence[Any]) -> list[list[str | None]]:
    """Published persons as they are stored: name, role, first and last day of each office."""
    return [
        [person.name, one.role, one.valid_from.isoformat(), one.valid_until.isoformat() if one.valid_until else None]
        for person in persons
        for one in person.capacities
    ]


def capacities(content: Mapping[str, Any]) -> list[Capacity]:
    """What `held` stored."""
    day = date.fromisoformat
    return [Capacity(name, role, day(since), day(until) if until else None) for name, role, since, until in content["held"]]
