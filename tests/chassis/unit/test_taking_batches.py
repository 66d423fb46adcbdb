"""How the consumer cuts batches, and how long it waits after a failure. No broker."""

from __future__ import annotations

from typing import Any

from service_chassis.backoff import BackOff
from service_chassis.messaging.batch_consumer import Batch, BatchConsumer, Lane, is_suspect, settlement
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence.outbox import Row
from service_chassis.relay import segments


def delivery(tag: int, count: int | None = None) -> Delivery:
    return Delivery(b"", "k", "x", tag, headers={} if count is None else {"x-delivery-count": count})


class Channel:
    def __init__(self) -> None:
        self.acked: list[tuple[int, bool]] = []

    def basic_ack(self, tag: int, multiple: bool) -> None:
        self.acked.append((tag, multiple))


def consumer(most: int, **lanes: list[Delivery]) -> tuple[BatchConsumer, dict[str, Channel]]:
    channels = {name: Channel() for name in lanes}
    made = BatchConsumer.__new__(BatchConsumer)
    made._most = most
    made._lanes = [Lane(name, channels[name]) for name in lanes]
    for lane in made._lanes:
        lane.arrived.extend(lanes[lane.queue])
    return made, channels


def tags(batch: Any) -> list[int]:
    return [found.tag for found in batch.deliveries]


def test_a_batch_is_what_is_there_up_to_the_limit() -> None:
    made, _ = consumer(3, inbound=[delivery(n) for n in range(1, 6)])
    assert tags(made.take()) == [1, 2, 3]
    assert tags(made.take()) == [4, 5]
    assert made.take() is None


def test_the_queues_take_turns() -> None:
    made, _ = consumer(1, inbound=[delivery(1), delivery(2)], events=[delivery(1)])
    assert [made.take().queue for _ in range(3)] == ["inbound", "events", "inbound"]


def test_a_batch_is_acknowledged_on_its_own_channel_up_to_its_last_message() -> None:
    made, channels = consumer(2, inbound=[delivery(7), delivery(8), delivery(9)], events=[delivery(3)])
    made.settle(made.take())
    assert (channels["inbound"].acked, channels["events"].acked) == ([(8, True)], [])


def test_a_message_that_came_back_twice_is_taken_alone() -> None:
    made, _ = consumer(10, inbound=[delivery(1), delivery(2, 1), delivery(3, 2), delivery(4, 5), delivery(5)])
    batches = [made.take() for _ in range(4)]
    assert [(tags(batch), batch.suspect) for batch in batches] == [([1, 2], False), ([3], True), ([4], True), ([5], False)]


def test_a_strange_delivery_count_is_no_suspicion() -> None:
    assert not is_suspect(Delivery(b"", "k", "x", headers={"x-delivery-count": "many"}))


def test_each_failure_waits_twice_as_long_up_to_a_quarter_of_a_minute() -> None:
    back_off = BackOff()
    assert [round(back_off.pause(), 1) for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15.0]
    back_off.reset()
    assert back_off.pause() == 0.2


def row(id_: int, barrier: bool = False) -> Row:
    return Row(id_, "duban.events", "k", str(id_), "t", b"", barrier)


def test_a_barrier_begins_a_new_piece() -> None:
    rows = [row(1), row(2), row(3, True), row(4), row(5, True), row(6, True)]
    assert [[found.id for found in piece] for piece in segments(rows)] == [[1, 2], [3, 4], [5], [6]]
    assert [[found.id for found in piece] for piece in segments([row(1, True), row(2)])] == [[1, 2]]
    assert list(segments([])) == []


def test_what_is_put_off_is_settled_by_itself_and_an_ack_never_names_it() -> None:
    found = Batch("scoring.events", [delivery(n) for n in range(1, 7)])
    assert settlement(found) == [(6, False)]
    found.put_off.extend(found.deliveries[index] for index in (0, 3, 5))
    assert settlement(found) == [(1, True), (3, False), (4, True), (5, False), (6, True)]
