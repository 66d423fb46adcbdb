"""How many timers are taken at once."""

from __future__ import annotations

from service_chassis.pace import Pace


def test_the_first_piece_after_a_rest_is_small_and_the_next_ones_grow_to_the_most() -> None:
    pace, sizes = Pace(1000, first=100, faster=4), []
    for _ in range(4):
        sizes.append(pace.size)
        pace.note(pace.size)
    assert sizes == [100, 400, 1000, 1000]
    pace.note(0)
    assert pace.size == 100


def test_no_piece_is_larger_than_the_most() -> None:
    assert Pace(7, first=100, faster=4).size == 7
