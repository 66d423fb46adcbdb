"""What is logged while a message or a timer is handled names it, so that a line leads to the event and to its trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from event_contracts.event import Message
from service_chassis import logs, redrive
from service_chassis.messaging.envelope import Delivery
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


# ---- what may be about a covert inspection (domain.md d.13 no. 12)

ORDINARY, CONFIDENTIAL = "OFFICE.slip.proposed.v1", "OFFICE.inspection.planned.v1"


def raised(text: str) -> KeyError:
    try:
        raise KeyError(text)
    except KeyError as error:
        return error


def test_a_line_about_a_confidential_message_has_no_subject(said: Said) -> None:
    logs.about(replace(message(None), type="inspection.planned.v1", subject="QDQ"))
    assert "subject" not in said() and said()["event_type"] == "inspection.planned.v1"


def test_an_error_over_a_confidential_message_is_told_by_kind_and_place_alone() -> None:
    error = raised("QDQ")
    told = logs.fault(Delivery(b"", CONFIDENTIAL, "duban.inbound", 1), error)
    assert told["fault"] == "KeyError" and told["at"].startswith("test_logs_are_traced.py:")
    assert "QDQ" not in str(told) + logs.reason(Delivery(b"", CONFIDENTIAL, "duban.inbound", 1), error)
    ordinary = Delivery(b"", ORDINARY, "duban.inbound", 1)
    assert logs.fault(ordinary, error) == {"exc_info": error} and "QDQ" in logs.reason(ordinary, error)


def test_a_parked_confidential_message_is_shown_without_its_body() -> None:
    for key, shown in ((CONFIDENTIAL, False), (ORDINARY, True)):
        row = {"id": "p1", "routing_key": key, "body": b'{"unit": "QDQ"}'}
        assert ("QDQ" in redrive.shown_of(row)["body"]) is shown
