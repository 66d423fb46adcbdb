"""How many timers are taken at once: few where nothing was due just now, more while there is more."""

from __future__ import annotations


class Pace:
    """The size of the next piece of work. A storm's first piece is done soon because it is small, and each next one is larger."""

    def __init__(self, most: int, *, first: int, faster: int) -> None:
        """`first` is the size after a rest; a piece is at most `faster` times as large as what the last one held, and `most`."""
        self._most, self._first, self._faster = most, first, faster
        self._handled = 0

    @property
    def size(self) -> int:
        """What to take now at most."""
        return min(self._most, max(self._first, self._handled * self._faster))

    def note(self, handled: int) -> None:
        """The last piece held so many; 0 is a rest."""
        self._handled = handled
