"""Log lines are data: JSON, one a line, on standard error, each with service, role, level, time and `action`.

What is said while a message is handled names that message and its trace.
No password that this process knows, and none of a URL, is in a line, nor in the traceback of a crash (`secrets.redact`).
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from event_contracts.inbound import CONFIDENTIAL
from event_contracts.trace import ids

from service_chassis import secrets

_ABOUT: ContextVar[Any] = ContextVar("about", default=None)

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
        traced,
    ]
    structlog.configure(
        processors=[*shared, *_WRITTEN],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_WRITTEN,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)
    sys.excepthook = _crash


def _without_secrets(_logger: Any, _method: str, line: Any) -> Any:
    return secrets.redact(line)


_WRITTEN: list[Any] = [
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
    _without_secrets,
]
"""From a line's data to its text."""


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Python's own last words, without secrets."""
    sys.stderr.write(secrets.redact("".join(traceback.format_exception(kind, error, trace))))


def _named(service: str, role: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event.setdefault("service", service)
        event.setdefault("role", role)
        return event

    return add


def confidential(what: Any) -> bool:
    """Whether what a message, or a delivery, says may be about a covert inspection: no line repeats any of it."""
    return getattr(what, "type", None) in CONFIDENTIAL or confidential_key(getattr(what, "routing_key", ""))


def confidential_key(routing_key: str) -> bool:
    """The same of an inbound message by its routing key, `<sender>.<type>`."""
    return routing_key.partition(".")[2] in CONFIDENTIAL


def fault(what: Any, error: BaseException) -> dict[str, Any]:
    """What a line says of an error that came up over a message or delivery: all of it; of a confidential one the kind and the
    place in the code, since an error's own text may repeat values."""
    if not confidential(what):
        return {"exc_info": error}
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return {"fault": type(error).__name__, "at": "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)}


def reason(what: Any, error: BaseException) -> str:
    """Why a message is parked, in words; of a confidential one only the kind of the error."""
    return type(error).__name__ if confidential(what) else f"{type(error).__name__}: {error}"


def about(what: Any) -> None:
    """From now on this thread's lines are about a message or a timer (None: about neither); they name it and its trace."""
    _ABOUT.set(what)


def traced(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Add the ids by which a line is found again: the event's, its cause's, its root's, and the W3C trace."""
    found = _ABOUT.get()
    if found is None:
        return event
    if not hasattr(found, "traceparent"):
        named: dict[str, Any] = {"timer": found.kind, "subject": found.subject}
    else:
        named = {"event_id": found.id, "event_type": found.type, "subject": None if confidential(found) else found.subject}
        named |= {"correlation": found.correlationid, "causation": found.causationid}
        named |= dict(zip(("trace_id", "span_id"), ids(found.traceparent) or (None, None), strict=True))
    return {**{key: value for key, value in named.items() if value}, **event}


def logger(**bound: Any) -> Any:
    """A logger; pass `action=` (a fixed word for machines) with every line."""
    return structlog.get_logger(**bound)
