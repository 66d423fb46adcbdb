"""How many timers are taken at once."""

from __future__ import annotations

from service_chassis.pace import FASTER, FIRST, Pace


def test_the_first_batch_after_a_rest_is_small_and_the_next_ones_grow_to_the_most() -> None:
    pace, sizes = Pace(1000), []
    for _ in range(4):
        sizes.append(pace.size)
        pace.note(pace.size)
    assert sizes == [FIRST, FIRST * FASTER, 1000, 1000]
    pace.note(0)
    assert pace.size == FIRST


def test_no_batch_is_larger_than_the_setting_says() -> None:
    assert Pace(7).size == 7
