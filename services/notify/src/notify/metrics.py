"""What notify tells about itself beside the chassis' own set (domain.md d.16), read from its tables when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Receipts(Collector):
    """`supervision_notices_unacknowledged`: deemed served, and not signed for to this day. No unit is named in a label."""

    def __init__(self, unacknowledged: Callable[[], int]) -> None:
        self._unacknowledged = unacknowledged

    def collect(self) -> Iterator[GaugeMetricFamily]:
        text = "Notices deemed served that nobody has signed for"
        yield GaugeMetricFamily("supervision_notices_unacknowledged", text, value=self._unacknowledged())

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing up front: registering must not read the database."""
        return []


class Post(Collector):
    """`supervision_notice_copies{channel, state}`: the queue of deliveries. Channels are the few that a file names."""

    def __init__(self, counts: Callable[[], list[tuple[str, str, int]]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "supervision_notice_copies", "Copies of notices by channel and where they are", labels=("channel", "state")
        )
        for channel, state, number in self._counts():
            family.add_metric((channel, state), number)
        yield family

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing up front: registering must not read the database."""
        return []
