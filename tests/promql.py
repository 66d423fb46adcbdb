"""Which metrics an expression of Prometheus asks for, and which there are: for the tests of alerts and of dashboards."""

from __future__ import annotations

import re

from duban.metrics_page import declared
from service_chassis.shown import HISTOGRAM

OTHERS = {
    "up",
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
    "rabbitmq_detailed_queue_messages_ready",
    "rabbitmq_detailed_queue_messages_unacked",
    "rabbitmq_detailed_queue_consumers",
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_memory_used_watermark",
}
"""Metrics that are not ours: Prometheus', its clients', and RabbitMQ's (seen on 3.10 with rabbitmq_prometheus)."""

WORDS = {
    *("and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset", "group_left", "group_right"),
    *("sum", "max", "min", "avg", "count", "topk", "rate", "increase", "irate", "deriv", "changes", "absent", "time"),
    *("histogram_quantile", "clamp_min", "clamp_max", "label_replace", "vector", "max_over_time", "sort_desc"),
}
"""What is no metric in an expression."""

IGNORED = re.compile(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)')
NAME = re.compile(r"\b[a-zA-Z_:][\w:]*")


def asked(expression: str) -> set[str]:
    """The metrics of an expression; a word that is no function counts as one, so that a slip of the pen is found."""
    return set(NAME.findall(IGNORED.sub(" ", expression))) - WORDS


def exported() -> set[str]:
    """Every name that may be asked for, with the parts of histograms."""
    found = set(OTHERS)
    for metrics in declared().values():
        for one in metrics:
            found |= {f"{one.name}_{part}" for part in ("bucket", "sum", "count")} if one.kind == HISTOGRAM else {one.name}
    return found
