"""The order of what happens at one instant, and which instant comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from duban.arrivals import DECISION, SUBMISSION, Arrival
from duban.player import Player
from service_chassis.clock import VirtualClock
from service_chassis.messaging.envelope import Outgoing

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(hours: float, id_: str = "m", rank: int = SUBMISSION) -> Arrival:
    instant = START + timedelta(hours=hours)
    return Arrival(instant, rank, instant, id_, b"{}", "OFFICE", "matter.submitted.v1")


class RecordingDriver:
    """Writes down what it is told; its timers are given in advance."""

    def __init__(self, clock: VirtualClock, due: Iterable[float] = ()) -> None:
        self.clock, self.due = clock, [START + timedelta(hours=hours) for hours in due]
        self.told: list[str] = []

    def deliver(self, messages: Iterable[Outgoing]) -> None:
        self.told.append("deliver " + ",".join(str(message.message_id) for message in messages))

    def settle(self) -> int:
        self.told.append("settle")
        return 0

    def tick(self) -> int:
        self.told.append("tick")
        self.due = [due for due in self.due if due > self.clock.now()]
        return 0

    def next_due(self) -> datetime | None:
        return min(self.due, default=None)


def player(arrivals: list[Arrival], due: Iterable[float] = (), changes: Iterable[float] = ()) -> tuple[Player, RecordingDriver]:
    clock = VirtualClock(START)
    driver = RecordingDriver(clock, due)
    return Player(driver, clock, arrivals, [START + timedelta(hours=hours) for hours in changes]), driver


def test_each_kind_of_message_is_settled_before_the_next_and_the_clocks_come_last() -> None:
    play, driver = player([at(1, "a"), at(1, "b"), at(1, "c", DECISION)])
    play.play(START + timedelta(hours=1))
    assert driver.told == ["deliver a,b", "settle", "deliver c", "settle", "settle", "tick"]
    assert play.played == 3


def test_the_next_instant_is_the_earlier_of_a_message_and_a_timer() -> None:
    play, driver = player([at(1), at(5)], due=[3])
    instants = []
    while (instant := play.next_instant()) is not None:
        instants.append((instant - START) / timedelta(hours=1))
        play.play(instant)
    assert instants == [1, 3, 5]


def test_a_message_and_a_timer_of_one_instant_are_played_together_message_first() -> None:
    play, driver = player([at(2, "a")], due=[2])
    play.play(START + timedelta(hours=2))
    assert driver.told[0] == "deliver a" and driver.told[-1] == "tick"
    assert play.next_instant() is None


def test_the_end_of_an_outage_is_an_instant_of_its_own() -> None:
    play, _ = player([], changes=[4])
    assert play.next_instant() == START + timedelta(hours=4)
    play.play(START + timedelta(hours=4))
    assert play.next_instant() is None


def test_time_never_goes_back_for_a_timer_that_is_overdue() -> None:
    play, driver = player([at(6)], due=[1])
    play.play(START + timedelta(hours=6))
    driver.due = [START + timedelta(hours=2)]
    assert play.next_instant() == START + timedelta(hours=6)


def test_nothing_left_means_no_next_instant() -> None:
    play, _ = player([])
    assert play.next_instant() is None
