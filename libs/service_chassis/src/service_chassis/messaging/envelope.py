"""A message as a broker takes it and hands it over, before it is decoded; the same for both brokers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Delivery:
    """One message as a broker hands it over, before it is decoded."""

    body: bytes
    routing_key: str
    exchange: str
    tag: int = 0
    content_type: str | None = None
    user_id: str | None = None
    message_id: str | None = None
    headers: dict[str, Any] = field(default_factory=dict)
    redelivered: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish."""

    exchange: str
    routing_key: str
    body: bytes
    content_type: str = "application/cloudevents+json"
    user_id: str | None = None
    message_id: str | None = None
    headers: dict[str, Any] | None = None
    type: str | None = None
