"""From when on a restored service reads again."""

from __future__ import annotations

from datetime import UTC, datetime

from service_chassis.catching_up import OVERLAP, begin_at


def test_a_service_that_had_read_nothing_begins_at_an_instant_that_the_broker_can_be_asked_for() -> None:
    assert begin_at(None).timestamp() == 0


def test_a_service_begins_a_little_before_what_it_read_last() -> None:
    last = datetime(2026, 11, 29, tzinfo=UTC)
    assert begin_at(last) == last - OVERLAP
