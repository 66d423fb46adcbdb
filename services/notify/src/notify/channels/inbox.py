"""The inbox of this system: a table that a board shows. It disturbs nobody and cannot be full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from notify.domain.sending import DELIVERED, Copy, Outcome


@dataclass(frozen=True, slots=True)
class Inbox:
    """`put` lays a copy into the table, once for each id."""

    put: Callable[[Copy], None]
    disturbs: bool = False
    longest_seconds: float = 60.0

    def send(self, copy: Copy) -> Outcome:
        """Lay it in. A database that is away stops the whole process, so it is no fault of the channel."""
        self.put(copy)
        return DELIVERED
