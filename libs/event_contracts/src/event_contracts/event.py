"""What every message on the wire has in common: the envelope, and the base of its typed data.

Source of the names: events.md section 1 (CloudEvents 1.0) and domain.md d.12.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """A limit by length: `amount` units of `WORKDAY`, `DAY` or `MONTH` (events.md section 3)."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A piece of evidence by hash; the file itself never travels in a message."""

    kind: str
    sha256: str
    collected_at: datetime | None = None
    place: str | None = None
    collector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Data of one published event: something that happened, in the past tense.

    `TYPE` is the CloudEvents type and the routing key. Subclasses only ever gain optional fields
    (a break is a new `.v2` type).
    """

    TYPE: ClassVar[str]

    def routing_key(self) -> str:
        """The routing key on `duban.events`: the type, for slips with the colour after it."""
        return self.TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFact(Fact):
    """A fact about one matter; carries what a reader needs to resolve references (events.md, "Identity of matters")."""

    matter_id: str
    external_ref: str | None = None
    submitted_by: str | None = None
    revision: int = 0
    """State of the subject in the producing service; equals the envelope's `sequence` (filled in when announced)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked(Fact):
    """A message of `sender` could not be handled and was parked; its matters are held until it is released or the hold ends."""

    parked_id: str
    sender: str
    code: str
    parked_at: datetime
    matter_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Fact):
    """A parked message was put back or discarded by a person; its hold ends."""

    parked_id: str
    sender: str
    released_by: str
    resolution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Data of one inbound message: what a department or the office asks or reports (events.md section 3)."""

    TYPE: ClassVar[str]
    OWNER: ClassVar[str]
    """The service that reads this type from its `<service>.inbound` queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One CloudEvent, decoded: the envelope and its typed `data`."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    """When it happened in the world, aware UTC. All effects depend on this, never on arrival."""
    data: Any
    recordedtime: datetime | None = None
    sequence: int | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    policyversion: str | None = None
    sender: str = ""
    """Who the broker says sent it: a unit code, `OFFICE`, or one of our services. Never what the body claims."""
    arrived: datetime | None = None
    """When our system read it from its queue (the service's clock)."""


def catalogue(*groups: Iterable[type]) -> dict[str, type]:
    """Type name → class for all classes given; the same name twice is an error of ours (ValueError)."""
    found: dict[str, type] = {}
    for group in groups:
        for cls in group:
            name = cls.TYPE  # type: ignore[attr-defined]
            if name in found:
                raise ValueError(f"two classes announce {name}")
            found[name] = cls
    return found
