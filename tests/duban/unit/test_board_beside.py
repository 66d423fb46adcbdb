"""The sample city's board: its pace, what other threads ask of the city's thread, and where it may listen."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from duban.errands import Closed, Errands
from duban.pace import Pace
from duban.site import DEMO, address
from service_chassis.errors import ConfigError

START = datetime(2026, 1, 4, tzinfo=UTC)
DAY = 86_400.0


class Seconds:
    """A monotonic clock set by hand."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed


def test_the_city_lives_at_its_pace_and_nobody_is_shown_more_than_has_happened() -> None:
    clock = Seconds()
    pace = Pace(START, DAY, clock)
    clock.passed = 3.0
    assert pace.wanted() == START + timedelta(days=3)
    assert pace.now() == START
    pace.reach(START + timedelta(days=2))
    assert pace.now() == START + timedelta(days=2)


def test_paused_it_stands_where_everything_has_happened_and_goes_on_from_there() -> None:
    clock = Seconds()
    pace = Pace(START, DAY, clock)
    clock.passed = 10.0
    pace.reach(START + timedelta(days=4))
    pace.pause(True)
    clock.passed = 60.0
    assert pace.wanted() == START + timedelta(days=4)
    pace.pause(False)
    pace.set_speed(3600)
    clock.passed = 62.0
    assert pace.wanted() == START + timedelta(days=4, hours=2)
    assert pace.state() == {"speed": 3600, "paused": False, "over": False}


def ask(errands: Errands, what: object) -> tuple[threading.Thread, list[object]]:
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(errands.ask(what, 30.0))  # type: ignore[arg-type]
        except BaseException as error:
            answers.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, answers


def test_an_errand_is_done_by_the_thread_that_runs_them_and_answered_to_who_asked() -> None:
    errands = Errands()
    thread, answers = ask(errands, threading.get_ident)
    while not errands.run(1.0):
        pass
    thread.join()
    assert answers == [threading.get_ident()]


def test_what_an_errand_raises_goes_to_who_asked_and_not_to_the_city() -> None:
    errands = Errands()
    thread, answers = ask(errands, lambda: 1 / 0)
    while not errands.run(1.0):
        pass
    thread.join()
    assert isinstance(answers[0], ZeroDivisionError)


def test_after_the_city_has_stopped_nobody_waits_for_ever() -> None:
    errands = Errands()
    errands.close()
    with pytest.raises(Closed):
        errands.ask(lambda: 1, 30.0)


def test_an_errand_that_nobody_waits_for_any_more_is_not_done() -> None:
    errands, done = Errands(), []
    with pytest.raises(TimeoutError):
        errands.ask(lambda: done.append(1), 0.0)
    errands.run(0)
    assert done == []


def test_the_sample_city_is_shown_on_this_machine_only() -> None:
    assert address("off") is None
    assert str(address("127.0.0.1:8000")) == "http://127.0.0.1:8000"
    for wrong in ("0.0.0.0:8000", "8000", "127.0.0.1:http", "127.0.0.1:99999", "example.org:80"):
        with pytest.raises(ConfigError, match="--board"):
            address(wrong)


def test_there_is_a_person_for_every_role_that_looks_at_the_board() -> None:
    from board.access.roles import ROLES

    assert set(DEMO) == set(ROLES) - {"INTEGRATOR"}
