"""How many timers are taken at once: few where nothing was due just now, more while there is more."""

from __future__ import annotations

FIRST, FASTER = 100, 4


class Pace:
    """The size of the next batch. A storm's first slips are out as soon as a small batch is, and the next ones are larger."""

    def __init__(self, most: int) -> None:
        """`most`: timers in one transaction at most."""
        self._most = most
        self._handled = 0

    @property
    def size(self) -> int:
        """Timers to take now at most."""
        return min(self._most, max(FIRST, self._handled * FASTER))

    def note(self, handled: int) -> None:
        """So many were taken last."""
        self._handled = handled
