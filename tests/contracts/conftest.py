"""Fixtures of the contract tests: the examples of the catalogue, and a department that sends them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from event_contracts.event import Message
from event_contracts.wire import Unreadable, read_inbound
from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine is no fault of the code

NOW = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)
"""When the messages of these tests arrive: later than all examples."""


def sender_of(event: dict[str, Any]) -> str:
    """The account that would send this example."""
    return str(event["source"]).rpartition("/")[2].upper() if not str(event["source"]).startswith("/duban") else "DUBAN"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def example() -> Callable[[str], dict[str, Any]]:
    """A fresh copy of the shipped example of an inbound type; it fills every field."""

    def load(name: str) -> dict[str, Any]:
        text = (files("event_contracts") / "catalogue" / "inbound" / f"{name}.json").read_text("utf-8")
        return copy.deepcopy(json.loads(text))

    return load


@pytest.fixture
def send() -> Callable[..., Message]:
    """Sends an event, or a raw body, as its own sender would; keyword arguments change what the broker says about it."""

    def deliver(event: dict[str, Any] | bytes, **changed: Any) -> Message:
        body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass")
        said: dict[str, Any] = {"content_type": "application/cloudevents+json", "headers": None, "user_id": "zjj", "now": NOW}
        if isinstance(event, dict):
            said["routing_key"] = f"{sender_of(event)}.{event.get('type')}" if "source" in event else "ZJJ.progress.reported.v1"
        else:
            said["routing_key"] = "ZJJ.progress.reported.v1"
        return read_inbound(body, **{**said, **changed})

    return deliver


@pytest.fixture
def refused(send: Callable[..., Message]) -> Callable[..., Unreadable]:
    """Sends it, and gives back the refusal; a message that is accepted fails the test."""

    def deliver(event: dict[str, Any] | bytes, **changed: Any) -> Unreadable:
        with pytest.raises(Unreadable) as caught:
            send(event, **changed)
        return caught.value

    return deliver
