"""Notices events that came in the wrong order. Handlers do not depend on it, but the pipeline promises it (delivery.md I4)."""

from __future__ import annotations

from collections.abc import Iterable

from event_contracts.event import Message

MOST = 50_000
"""Subjects that are remembered; beyond that all are forgotten, and a fault of the order is seen a little later."""


class Order:
    """The number of the last event of each subject and producer, as far as this process has seen them."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] = {}

    def behind(self, messages: Iterable[Message]) -> int:
        """How many of these new events came after a later one of the same producer about the same subject."""
        if len(self._last) > MOST:
            self._last.clear()
        count, last = 0, self._last
        for message in messages:
            if message.sequence is None or message.subject is None:
                continue
            key = message.source, message.subject
            before = last.get(key, 0)
            if message.sequence < before:
                count += 1
            else:
                last[key] = message.sequence
        return count
