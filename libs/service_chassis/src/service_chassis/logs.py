"""Log lines are data: JSON, one a line, on standard error, each with service, role, level, time and `action`."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

QUIET = {"nameko": logging.CRITICAL, "amqp": logging.WARNING, "kombu": logging.WARNING, "waitress": logging.WARNING}
"""nameko logs every failed worker with a traceback; the consumer says the same in one line, with the cause."""


def configure(service: str, role: str, level: str = "info") -> None:
    """Set up logging for this process; called once, by its entry point."""
    least = getattr(logging, level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service, role),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)


def _named(service: str, role: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event.setdefault("service", service)
        event.setdefault("role", role)
        return event

    return add


def logger(**bound: Any) -> Any:
    """A logger; pass `action=` (a fixed word for machines) with every line."""
    return structlog.get_logger(**bound)
