"""How many notices nobody has signed for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, generate_latest

Make = Callable[..., Any]
THURSDAY = datetime(2026, 3, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def shown(bench: Any) -> str:
    registry = CollectorRegistry()
    for collector in bench.runtime.service.collectors(bench.database, bench.runtime.clock):
        registry.register(collector)
    lines = generate_latest(registry).decode().splitlines()
    return next(line for line in lines if line.startswith("supervision_notices_unacknowledged "))


def test_unacknowledged_notices_are_counted_until_they_are_signed_for(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip("w1"), slip("y1", "YELLOW"))
    bench.move_to(THURSDAY)
    assert shown(bench) == "supervision_notices_unacknowledged 2.0"
    bench.sign(THURSDAY, "YELLOW")
    assert shown(bench) == "supervision_notices_unacknowledged 1.0"
