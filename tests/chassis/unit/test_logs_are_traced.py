"""What is logged while a message or a timer is handled names it, so that a line leads to the event and to its trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from event_contracts.event import Message
from service_chassis import logs
from service_chassis.persistence.unit_of_work import Timer

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
Said = Callable[[], dict[str, Any]]


@pytest.fixture
def said() -> Iterator[Said]:
    """A line as the processor makes it."""
    yield lambda: logs.traced(None, "info", {"event": "said", "action": "test"})
    logs.about(None)


def message(trace: str | None) -> Message:
    nothing: Any = None
    return Message(
        id="e2", source="/duban/intake", type="intake.t.v1", subject="m1", time=NOW, data=nothing,
        correlationid="c1", causationid="e1", traceparent=trace,
    )  # fmt: skip


def test_a_line_about_a_message_names_it_its_cause_its_root_and_its_trace(said: Said) -> None:
    logs.about(message(TRACE))
    assert said() == {
        "event_id": "e2", "event_type": "intake.t.v1", "subject": "m1", "causation": "e1", "correlation": "c1",
        "trace_id": TRACE[3:35], "span_id": TRACE[36:52], "event": "said", "action": "test",
    }  # fmt: skip


def test_a_line_about_a_timer_names_it(said: Said) -> None:
    logs.about(Timer("deadline", "s1", "m1", NOW))
    assert said() == {"timer": "deadline", "subject": "m1", "event": "said", "action": "test"}


def test_a_message_without_a_trace_has_none_in_its_line(said: Said) -> None:
    logs.about(message(None))
    assert "trace_id" not in said()


def test_afterwards_lines_are_about_nothing(said: Said) -> None:
    logs.about(message(TRACE))
    logs.about(None)
    assert said() == {"event": "said", "action": "test"}
