"""What scoring tells about itself beside the chassis' own set (domain.md d.16): read from the ledger when it is asked for, so
that the numbers on a dashboard are those of the ledger, whatever was restarted or rolled back in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

Totals = Iterable[tuple[str, int, Decimal]]


class Ledger(Collector):
    """`supervision_score_points_total{kind,year}`, points without their sign; `supervision_units_not_eligible{year}`."""

    def __init__(self, points: Callable[[], Totals], barred: Callable[[], Iterable[tuple[int, int]]]) -> None:
        self._points = points
        self._barred = barred

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        booked = CounterMetricFamily("supervision_score_points", "Points booked, without their sign", labels=["kind", "year"])
        for kind, year, amount in self._points():
            booked.add_metric([kind, str(year)], float(abs(amount)))
        yield booked
        barred = GaugeMetricFamily("supervision_units_not_eligible", "Units with an effective red in the year", labels=["year"])
        for year, units in self._barred():
            barred.add_metric([str(year)], units)
        yield barred

    def describe(self) -> list[CounterMetricFamily | GaugeMetricFamily]:
        """Nothing up front: registering must not read the database."""
        return []
