"""How fast the sample city lives: paused, or so many of its seconds in one of ours. Set from a page, read by the loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any


class Pace:
    """The city's time. `reached` is how far everything has really happened: nobody is shown a later instant than that."""

    def __init__(self, start: datetime, speed: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._speed, self._paused, self._over = speed, False, False
        self._from, self._since = start, monotonic()
        self._reached = start

    def wanted(self) -> datetime:
        """The instant that should have come by now."""
        with self._lock:
            return self._from if self._paused else self._from + timedelta(seconds=(self._monotonic() - self._since) * self._speed)

    def now(self) -> datetime:
        """The instant up to which everything has happened: the board's clock."""
        return self._reached

    def reach(self, instant: datetime) -> None:
        """Everything up to here has happened."""
        self._reached = max(self._reached, instant)

    def speed(self) -> float:
        """The city's seconds in one of ours."""
        return self._speed

    def state(self) -> dict[str, Any]:
        """For the bar on the board."""
        return {"speed": self._speed, "paused": self._paused, "over": self._over}

    def pause(self, paused: bool) -> None:
        """Stand still, or go on from where everything has happened; what the city was behind is forgotten."""
        with self._lock:
            self._anew()
            self._paused = paused

    def set_speed(self, speed: float) -> None:
        """Another pace from here on."""
        with self._lock:
            self._anew()
            self._speed = speed

    def end(self) -> None:
        """The story is over; the board stays."""
        self._over = True

    def _anew(self) -> None:
        self._from, self._since = self._reached, self._monotonic()
