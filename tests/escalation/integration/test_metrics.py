"""What operators see: counters of the process, and gauges read from the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, generate_latest

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def shown(city: Any) -> set[str]:
    registry = CollectorRegistry()
    for collector in city.service.collectors(city.database, city.clock):
        registry.register(collector)
    return {line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")}


def test_active_slips_are_counted_by_colour_and_no_running_clock_is_forgotten(city: Any) -> None:
    city.white_by_office()
    assert {'supervision_slips_active{colour="WHITE"} 1.0', "supervision_clocks_armed_without_next_action 0.0"} <= shown(city)


def test_a_running_clock_without_a_timer_shows(city: Any) -> None:
    city.white_by_office()
    with city.database.begin() as session:
        session.exec_driver_sql("DELETE FROM timer WHERE kind = 'deadline'")
    assert "supervision_clocks_armed_without_next_action 1.0" in shown(city)


def test_waiting_ladders_and_referrals_without_receipt_are_counted(city_with: Callable[..., Any]) -> None:
    city = city_with(approval={"red": "auto"}, automatic_urging=True)
    city.auto_serve = lambda issued: issued
    city.white_by_office()
    city.until(at("2026-03-25 00:00"))
    assert 'supervision_referrals_unacknowledged{body="DISCIPLINE"} 1.0' in shown(city)
    waiting = city_with()
    waiting.auto_serve = lambda issued: issued
    waiting.white_by_office()
    waiting.until(at("2026-03-25 00:00"))
    assert 'supervision_ladders_waiting{reason="AWAITING_DETERMINATION"} 1.0' in shown(waiting)


def test_the_process_counts_slips_outcomes_and_the_lag_of_breaches(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    page = generate_latest(city.service.metrics.registry).decode()
    assert 'supervision_slips_issued_total{colour="YELLOW",ground="OVERDUE"} 1.0' in page
    assert 'supervision_sweep_outcomes_total{outcome="ESCALATED"} 2.0' in page
    assert "supervision_deadline_lag_seconds_count 1.0" in page
