"""W3C trace context: one trace from a department's message through every event that follows from it, a new span for each.

Nothing is sent to a tracing system; the ids are carried so that one may be added later. They are derived, never drawn: the same
event has the same ids wherever and whenever it is made again.
"""

from __future__ import annotations

import re
from hashlib import blake2b

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
VERSION, RECORDED = "00", "01"
"""The version that is written, and the flag of a trace that is kept (ours all are: the archive has every event)."""


def well_formed(value: object) -> str | None:
    """The value, if it is a `traceparent`; None for anything else, which is left out, as its specification says."""
    return value if isinstance(value, str) and _FORM.fullmatch(value) else None


def continued(before: str | None, root: str, own: str) -> str:
    """The `traceparent` of the event `own`: the trace of its cause goes on, or begins with `root` where there is none."""
    known = well_formed(before)
    trace_id, flags = (known[3:35], known[-2:]) if known else (_digits(f"trace {root}", 16), RECORDED)
    return f"{VERSION}-{trace_id}-{_digits(f'span {own}', 8)}-{flags}"


def ids(value: str | None) -> tuple[str, str] | None:
    """(trace id, span id), for log lines."""
    known = well_formed(value)
    return (known[3:35], known[36:52]) if known else None


def _digits(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()
