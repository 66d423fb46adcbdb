"""What a dashboard shows is what the ledger holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

Make = Callable[..., Any]


def page(bench: Any) -> list[str]:
    registry = CollectorRegistry()
    for collector in bench.runtime.service.collectors(bench.database, bench.runtime.clock):
        registry.register(collector)
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def test_the_points_are_counted_by_kind_and_year_without_naming_a_unit(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip("y1"), slip("y2"), slip("y3", unit="HBJ"), fall("y2"), slip("r1", "RED"))
    shown = page(bench)
    assert 'supervision_score_points_total{kind="DEDUCTION",year="2026"} 0.9' in shown
    assert 'supervision_score_points_total{kind="REVERSAL",year="2026"} 0.3' in shown
    assert 'supervision_units_not_eligible{year="2026"} 1.0' in shown
    assert "ZJJ" not in "".join(shown)


def test_a_service_without_entries_shows_nothing(bench: Any) -> None:
    assert page(bench) == []
