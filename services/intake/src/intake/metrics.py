"""What intake tells about itself beside the chassis' own set (domain.md d.16), read from its tables when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class OpenMatters(Collector):
    """`supervision_matters_open{section, source}`. No unit is named in a label."""

    def __init__(self, count: Callable[[], Iterable[tuple[str, str, int]]]) -> None:
        self._count = count

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("supervision_matters_open", "Matters that are not closed", labels=["section", "source"])
        for section, source, number in self._count():
            family.add_metric([section, source], number)
        yield family

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing up front: registering must not read the database."""
        return []
