"""Metrics tell the truth and betray nobody: registries show what is declared, labels are allowed ones, the page is made anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import escalation.metrics as escalation
import notify.metrics as notify
import pytest
from duban.metrics_page import declared, page
from prometheus_client import CollectorRegistry, Metric
from service_chassis import shown
from service_chassis.metrics import SHOWN, Metrics, backlog
from service_chassis.persistence.backlog import Backlog
from service_chassis.shown import COUNTER, GAUGE, HISTOGRAM, FromTables, Shown
from source_tree import ROOT

NOW = datetime(2026, 3, 2, tzinfo=UTC)
NAME = re.compile(r"(duban|supervision)(_[a-z]+)+")
OTHER_UNITS = re.compile(r"_(ms|millis|milliseconds|minutes|hours|days|kb|mb|percent)(_|$)")


def everything() -> list[Shown]:
    return [one for metrics in declared().values() for one in metrics]


def faults(metrics: Sequence[Shown]) -> list[str]:
    """What is wrong with declarations: a name, a unit, a label that may betray somebody, a name that is used twice."""
    found = []
    for one in metrics:
        if not NAME.fullmatch(one.name) or OTHER_UNITS.search(one.name):
            found.append(f"{one.name}: not named as Prometheus wants it")
        if (one.kind == COUNTER) != one.name.endswith("_total"):
            found.append(f"{one.name}: counters end in _total, and nothing else does")
        if one.kind == HISTOGRAM and not one.buckets:
            found.append(f"{one.name}: a histogram needs buckets")
        found += [f"{one.name}: label {label} is not allowed" for label in one.labels if label not in shown.LABELS]
    names = [one.name for one in metrics]
    return found + [f"{name}: declared twice" for name in sorted({name for name in names if names.count(name) > 1})]


def told(collected: Iterable[Metric]) -> dict[str, str]:
    """Metric → type, as a registry says; without what every Prometheus client shows of its process."""
    found = {metric.name + "_total" * (metric.type == "counter"): metric.type for metric in collected}
    return {name: kind for name, kind in found.items() if not name.startswith("process_")}


def of_role(role: str | None) -> dict[str, str]:
    return {one.name: one.kind for one in SHOWN if one.shows_in(role)}


def test_every_declaration_is_well_named_and_has_only_labels_that_betray_nobody() -> None:
    assert len(everything()) > 40
    assert faults(everything()) == []


@pytest.mark.parametrize("role", ["consume", "tick", "relay", "api"])
def test_a_role_shows_what_it_is_declared_to_show_and_no_zeros_of_others(role: str) -> None:
    made = Metrics("any", role)
    if role == "api":
        empty = Backlog(0, None, 0, {}, None, 0)
        made.watch([FromTables(lambda: list(backlog(empty, NOW)))])
    assert told(made.registry.collect()) == of_role(role)


def test_what_the_services_count_themselves_is_declared() -> None:
    own = {one.name: one.kind for one in (*escalation.SHOWN, *notify.SHOWN) if one.roles != (shown.API,)}
    registries = (escalation.Metrics().registry, notify.Metrics().registry)
    assert {name: kind for registry in registries for name, kind in told(registry.collect()).items()} == own


def test_the_gauges_of_the_ladder_are_declared() -> None:
    read = escalation.board(escalation.Figures({}, {}, {}, 0, {}, 0), 4, NOW)
    of_tables = {one.name: one.kind for one in escalation.SHOWN if one.roles == (shown.API,)}
    assert told(FromTables(lambda: list(read)).collect()) == of_tables


def test_where_every_day_is_a_workday_no_calendar_can_be_missing() -> None:
    read = escalation.board(escalation.Figures({}, {}, {}, 0, {}, 0), 0, None)
    assert not any("calendar" in name for name in told(FromTables(lambda: list(read)).collect()))


def test_the_page_of_metrics_is_made_from_the_declarations() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == page(), "run: duban metrics --out docs/metrics.md"


def test_a_metric_in_other_units_or_with_a_unit_as_label_is_found() -> None:
    bad = [
        Shown("supervision_wait_ms", GAUGE, "in milliseconds"),
        Shown("supervision_slips", COUNTER, "without _total"),
        Shown("supervision_burden_rows", GAUGE, "by unit", ("unit",)),
        Shown("supervision_burden_rows", GAUGE, "again", ("matter",)),
    ]
    assert [fault.split(": ")[1] for fault in faults(bad)] == [
        "not named as Prometheus wants it",
        "counters end in _total, and nothing else does",
        "label unit is not allowed",
        "label matter is not allowed",
        "declared twice",
    ]


def test_a_metric_that_nobody_declared_is_found() -> None:
    registry = CollectorRegistry()
    Shown("duban_secret_total", COUNTER, "undeclared").on(registry)
    assert told(registry.collect()) == {"duban_secret_total": "counter"}
