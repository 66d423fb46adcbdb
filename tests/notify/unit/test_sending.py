"""When a copy is tried again, when not any more, when people may be disturbed, and when a channel is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ground_rules.policy import load_policy
from hypothesis import given
from hypothesis import strategies as st
from notify.domain.audience import Kind
from notify.domain.sending import (
    DELIVERED,
    FAULTS_UNTIL_OPEN,
    FIRST_PAUSE,
    FIRST_REST,
    LONGEST_PAUSE,
    LONGEST_REST,
    MOST_ATTEMPTS,
    Breaker,
    State,
    Ways,
    after_attempt,
    copy_id,
    is_urgent,
    later,
    may_leave,
    never,
    pause,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
POLICY = load_policy()
ILL = later("down", ill=True)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@given(st.integers(1, 50), st.text(max_size=40))
def test_a_pause_doubles_up_to_its_longest_within_the_jitter_and_is_the_same_again(attempt: int, id_: str) -> None:
    middle = min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
    assert middle * 0.8 <= pause(attempt, id_) <= middle * 1.2
    assert pause(attempt, id_) == pause(attempt, id_)


def test_copies_that_failed_together_do_not_come_back_together() -> None:
    assert len({pause(3, f"c{n}") for n in range(100)}) > 90


@pytest.mark.parametrize(
    ("outcome", "attempt", "state"),
    [
        (DELIVERED, 1, State.DELIVERED),
        (never("550 no such user"), 1, State.FAILED),
        (later("busy"), 1, State.WAITING),
        (later("busy"), MOST_ATTEMPTS - 1, State.WAITING),
        (later("busy"), MOST_ATTEMPTS, State.FAILED),
        (DELIVERED, MOST_ATTEMPTS, State.DELIVERED),
    ],
)
def test_what_becomes_of_a_copy(outcome: Any, attempt: int, state: State) -> None:
    found = after_attempt(outcome, attempt, "c", NOW)
    assert found.state is state
    assert (found.next_at is None) == (state is not State.WAITING)


def test_a_wish_for_a_longer_pause_is_obeyed_but_not_without_end() -> None:
    assert after_attempt(later("429", after=timedelta(minutes=10)), 1, "c", NOW).next_at == NOW + timedelta(minutes=10)
    assert after_attempt(later("429", after=timedelta(days=99)), 1, "c", NOW).next_at == NOW + LONGEST_PAUSE


def test_a_channel_that_is_ill_is_left_alone_and_tried_with_one_copy_after_its_rest() -> None:
    breaker = Breaker()
    for _ in range(FAULTS_UNTIL_OPEN - 1):
        breaker = breaker.after(ILL, NOW)
    assert breaker.allows(NOW) is None
    breaker = breaker.after(ILL, NOW)
    assert (breaker.allows(NOW), breaker.allows(NOW + FIRST_REST)) == (0, 1)
    again = breaker.after(ILL, NOW + FIRST_REST)
    assert again.allows(NOW + FIRST_REST * 2) == 0
    assert breaker.after(DELIVERED, NOW + FIRST_REST).allows(NOW + FIRST_REST) is None


def test_a_rest_has_an_end_however_long_the_illness() -> None:
    breaker = Breaker()
    for _ in range(100):
        breaker = breaker.after(ILL, NOW)
    assert breaker.open_until == NOW + LONGEST_REST


def test_a_wrong_address_says_nothing_about_the_channel() -> None:
    breaker = Breaker(FAULTS_UNTIL_OPEN - 1)
    assert breaker.after(never("550"), NOW) == Breaker()


@pytest.mark.parametrize(
    ("at", "may"),
    [
        (local(2, 8, 29), False),
        (local(2, 8, 30), True),
        (local(2, 17, 59), True),
        (local(2, 18), False),
        (local(7, 10), False),
    ],
)
def test_people_are_disturbed_on_workdays_within_the_window_only(at: datetime, may: bool) -> None:
    assert may_leave(at, POLICY.delivery_window, POLICY.calendar, POLICY.zone) is may


def test_a_red_slip_is_urgent_and_a_reminder_of_it_is_not() -> None:
    assert is_urgent(Kind.SLIP, "RED")
    assert is_urgent(Kind.REPORT, None)
    assert not is_urgent(Kind.REMINDER, "RED")
    assert not is_urgent(Kind.SLIP, "YELLOW")


def test_each_addressee_channel_and_cause_has_one_id_of_its_own() -> None:
    parts = ("SLIP:w1", "ZJJ", "HEAD", "email")
    ids = {copy_id(*(f"{part}x" if n == changed else part for n, part in enumerate(parts))) for changed in range(5)}
    assert len(ids) == 5
    assert copy_id(*parts) in ids


def test_a_units_own_entries_go_before_the_general_ones_and_never_serve_other_bodies() -> None:
    ways = Ways({"ZJJ": {"HEAD": {"email": "a@x"}, "ASSESSMENT": {"email": "b@x"}}}, {"HEAD": {"inbox": "own"}})
    assert ways.to("ZJJ", "HEAD") == {"email": "a@x"}
    assert ways.to("JTJ", "HEAD") == {"inbox": "own"}
    assert ways.to("ZJJ", "ASSESSMENT") == {}
