"""Time as an object. Nobody else calls `datetime.now`; rules get instants as arguments."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from service_chassis.errors import ConfigError


class Clock(Protocol):
    """The service's only source of time."""

    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is moved: rehearsals and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Set the clock; moving backwards is an error of the caller (ValueError)."""
        if instant < self._now:
            raise ValueError(f"the clock stands at {self._now.isoformat()} and cannot go back to {instant.isoformat()}")
        self._now = instant.astimezone(UTC)


class FileClock:
    """Reads the instant from a file, so that a test can move the clock of many processes at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        try:
            instant = datetime.fromisoformat(self._path.read_text("utf-8").strip())
        except (OSError, ValueError) as error:
            raise ConfigError(f"DUBAN_CLOCK: no RFC 3339 instant in {self._path}: {error}") from error
        if instant.tzinfo is None:
            raise ConfigError(f"DUBAN_CLOCK: the instant in {self._path} has no offset; write e.g. 2026-03-02T09:00:00+08:00")
        return instant.astimezone(UTC)


def clock_from(setting: str) -> Clock:
    """`system`, or `file:PATH` for tests. Anything else is a ConfigError."""
    if setting == "system":
        return SystemClock()
    if setting.startswith("file:"):
        return FileClock(Path(setting.removeprefix("file:")))
    raise ConfigError(f"DUBAN_CLOCK is {setting!r}; use `system` or `file:PATH`")
