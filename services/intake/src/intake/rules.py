"""The policy in force, on the calendars that were published: defaults, windows of objections and verification follow it."""

from __future__ import annotations

from datetime import date, datetime

from event_contracts.escalation import CalendarPublished, PolicyPublished
from event_contracts.event import Message
from ground_rules.limits import Deadline, Limit, deadline
from ground_rules.policy import Policy
from ground_rules.publication import Published
from service_chassis.persistence.unit_of_work import Work

from intake.store import rules as rows

RULES = "RULES"
"""What is locked while a publication is stored."""

CALENDAR, POLICY = "CALENDAR", "POLICY"


class Rulebook:
    """What was published, as far as this object has read it; each transaction asks once whether there is more."""

    def __init__(self, base: Policy) -> None:
        self._base = base
        self._published = Published(base)
        self._known = 0

    def refresh(self, work: Work) -> None:
        """Read what was published since."""
        found = rows.read(work.session, self._known)
        if found is not None:
            self._known = len(found)
            calendars = [content for kind, content in found if kind == CALENDAR]
            self._published = Published(self._base, calendars, [content for kind, content in found if kind == POLICY])

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

    def keep(self, work: Work, message: Message) -> None:
        """Store a publication, in force from now on as far as its days say."""
        data: CalendarPublished | PolicyPublished = message.data
        if isinstance(data, CalendarPublished):
            kind, content = CALENDAR, {"year": data.year, "notice": data.notice}
            content |= {"days_off": [day.isoformat() for day in data.days_off]}
            content |= {"makeup_workdays": [day.isoformat() for day in data.makeup_workdays]}
        else:
            kind, content = POLICY, {"version": data.version, "parameters": data.parameters}
            content |= {"effective_from": data.effective_from.isoformat()}
        rows.keep(work.session, kind, message.id, message.time, content)
        self.refresh(work)
