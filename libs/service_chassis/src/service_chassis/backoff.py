"""How long to wait before the next try: 0.2 s at first, doubled up to 15 s (delivery.md F6)."""

from __future__ import annotations

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 15.0


class BackOff:
    """Counts failures in a row."""

    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def pause(self) -> float:
        """Seconds to wait after this failure."""
        now, self._next = self._next, min(self._next * 2, LONGEST_SECONDS)
        return now

    def reset(self) -> None:
        """It worked."""
        self._next = FIRST_SECONDS
