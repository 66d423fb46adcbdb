"""How far a rehearsal is: a bar with the rehearsed date on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import time
from datetime import datetime
from typing import IO, Any, Self
from zoneinfo import ZoneInfo

PLAIN_SECONDS = 5.0
"""Real seconds between two plain lines: a rehearsal of seconds prints none, one of minutes stays readable."""

LOOK_SECONDS = 0.1


class Progress:
    """A context manager; `show` may be called as often as one likes."""

    def __init__(self, stream: IO[str], total: int, zone: ZoneInfo, label: str = "") -> None:
        """`total`: messages to deliver. `label`: said first, where there are several rehearsals."""
        self._stream, self._total, self._zone, self._label = stream, total, zone, label
        self._started = self._last = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._start_bar()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, instant: datetime, played: int) -> None:
        """The rehearsal has played everything at `instant`, `played` messages so far."""
        now = time.monotonic()
        if now - self._last < (PLAIN_SECONDS if self._bar is None else LOOK_SECONDS):
            return
        self._last = now
        day = instant.astimezone(self._zone).date().isoformat()
        if self._bar is not None:
            self._bar.update(self._task, completed=played, day=day)
        else:
            told = f"{self._label}{day}  {played:,} / {self._total:,} messages  {now - self._started:.0f} s"
            print(told, file=self._stream, flush=True)

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn(f"演练 rehearsing {self._label}[bold]{{task.fields[day]}}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("条 messages"),
            TimeElapsedColumn(),
            console=Console(file=self._stream),
            transient=True,
        )
        self._task = self._bar.add_task("", total=self._total, day="…")
        self._bar.start()
