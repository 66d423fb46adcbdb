"""SIGTERM ends every role with exit code 0, in time; each was started from nothing, as operators start it."""

from __future__ import annotations

from collections.abc import Callable

from city import City


def test_all_processes_end_with_exit_code_0_on_sigterm(city: Callable[..., City]) -> None:
    running = city(from_nothing=True)
    running.await_ready()
    assert {str(place): code for place, code in running.stop().items() if code} == {}
