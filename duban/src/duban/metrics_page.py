"""docs/metrics.md, made from what the services declare (`SHOWN` of the chassis and of each service's metrics)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from service_chassis.metrics import SHOWN
from service_chassis.shown import API, LABELS, Shown

SERVICES = ("intake", "escalation", "scoring", "notify")

HEAD = """# 指标 · Metrics

<!-- Made by `duban metrics --out docs/metrics.md` from the declarations in the code; a test compares them. Change those. -->

Every process answers `/metrics` (and `/livez`, `/readyz`) on `DUBAN_HEALTH`, the role `api` on `DUBAN_API`, the board on
`BOARD_METRICS`. Each role shows what it can know and nothing else. Names are a contract: they are changed like an event, by a
new one beside the old.
Labels are few and closed; **no matter, unit, person or event type is ever a label**, so that an unannounced inspection cannot be
seen in a metric. That is why `supervision_unit_burden` shows the most burdened unit's numbers without its name, and why notices
are not counted by kind of unit: where only one unit is of a kind, that would be its name.

Counters and histograms belong to the process: sum them over replicas. What is read from the tables is the same in every replica
of `api`: take `max`, never `sum`. `service`, `role` and `instance` are added by
[Prometheus](../deploy/prometheus/prometheus.yml); `process_*` are those of every Prometheus client.

What wakes somebody: [alerts](../deploy/prometheus/duban.rules.yml). What to do then: [runbooks](runbooks/README.md).
What it looks like: [dashboards](../deploy/grafana/README.md).
"""


SERVE = "serve"
"""The board's one role."""


def declared() -> dict[str, Sequence[Shown]]:
    """Every metric, by who shows it; the chassis' set under `every service`."""
    found: dict[str, Sequence[Shown]] = {"every service": SHOWN}
    found |= {service: import_module(f"{service}.metrics").SHOWN for service in SERVICES}
    board = [
        Shown(one.name, one.kind, one.text, one.labels, (SERVE,), one.buckets) for one in import_module("board.metrics").SHOWN
    ]
    return found | {"board": board}


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, metrics in declared().items():
        parts += [f"## {title[0].upper() + title[1:] if ' ' in title else title}\n", "\n".join(_table(metrics)), ""]
    parts += ["## Labels\n", "\n".join(_labels()), ""]
    return "\n".join(parts)


def _table(metrics: Sequence[Shown]) -> Iterator[str]:
    yield "| metric | type | labels | unit | shown by | meaning |"
    yield "|---|---|---|---|---|---|"
    for one in metrics:
        labels = ", ".join(f"`{label}`" for label in one.labels)
        by = ", ".join(f"`{role}`" for role in one.roles) or "every role"
        source = "; from the tables" if one.roles == (API,) else ""
        yield f"| `{one.name}` | {one.kind} | {labels} | {one.unit} | {by} | {one.text}{source} |"


def _labels() -> Iterator[str]:
    yield "| label | what it holds |"
    yield "|---|---|"
    for label, what in LABELS.items():
        yield f"| `{label}` | {what} |"
