"""What officials propose and approve, and what holds a ladder because a message could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """An official's proposal of a slip."""

    colour: str
    at: datetime
    by: str
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """An official's approval of a slip."""

    colour: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ParkedHold:
    """A message of the unit could not be read; its ladder waits until it is released or the hold expires."""

    since: datetime
    until: datetime
    released_at: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether the ladder is held at `now`."""
        return self.released_at is None and now < self.until

    def expired_over(self, due: datetime, now: datetime) -> bool:
        """Whether it covered the deadline and ran out unreleased: then a person decides."""
        return self.released_at is None and due < self.until <= now
