"""One sender's flood is bounded; nobody else feels it, and looking twice counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service_chassis.flow import Flow

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_what_is_over_the_limit_is_refused_until_a_minute_is_over() -> None:
    flow = Flow(2)
    assert [flow.over("ZJJ", name, NOW) for name in "abc"] == [False, False, True]
    assert not flow.over("SLJ", "d", NOW), "another sender"
    assert flow.over("ZJJ", "c", NOW + timedelta(seconds=59))
    assert not flow.over("ZJJ", "e", NOW + timedelta(seconds=60))


def test_a_message_that_is_looked_at_again_counts_once() -> None:
    flow = Flow(2)
    assert not any(flow.over("ZJJ", name, NOW) for name in "abababab")
    assert flow.over("ZJJ", "c", NOW)


def test_the_office_is_never_refused_and_without_a_limit_nobody_is() -> None:
    assert not any(Flow(1).over("OFFICE", str(n), NOW) for n in range(5))
    assert not any(Flow().over("ZJJ", str(n), NOW) for n in range(5))
