"""Who read what (谁看了什么): every list that leaves intake with business content is noted before it is handed over.

Doors and commands call `note` in the transaction in which they read, so that nothing is shown that was not noted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service_chassis.errors import ConfigError

from intake.store import reads

COMMAND, HTTP = "COMMAND", "HTTP"
"""The doors by which somebody reads."""
NO_READER = "say who reads: --by NAME, and --why for what reason"


@dataclass(frozen=True, slots=True)
class Read:
    """One reading. `reader`: a person, or a unit's account; `unit`: for which unit, `OFFICE` for the office.

    `what`: the list (`trace`, `matters`, `evidence` …); `wanted`: how it was narrowed; `why`: the reason that was given, if any.
    """

    reader: str
    what: str
    unit: str = "OFFICE"
    door: str = COMMAND
    why: str | None = None
    wanted: dict[str, Any] = field(default_factory=dict)


def note(conn: Any, read: Read, at: datetime, rows: int | None = None) -> None:
    """Note a reading in the reader's own transaction; `rows`: how many rows were shown. ConfigError without a reader."""
    if not read.reader.strip():
        raise ConfigError(NO_READER)
    reads.add(
        conn,
        {
            "read_at": at,
            "reader": read.reader.strip(),
            "unit": read.unit,
            "door": read.door,
            "what": read.what,
            "wanted": {name: value for name, value in read.wanted.items() if value is not None},
            "why": read.why,
            "rows": rows,
        },
    )


def found(
    conn: Any, *, reader: str | None = None, what: str | None = None, since: datetime | None = None
) -> list[dict[str, Any]]:
    """What was read, newest first; narrowed by reader, list or first instant."""
    return reads.listed(conn, reader, what, since)
