"""Many messages as one: all of them are handled, or none. For doors at which somebody waits for the answer, such as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from service_chassis.delivery import Read, Runtime, Tally, decode, in_line
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import refusals
from service_chassis.persistence.database import allow_pauses

PIECE = 500
"""Messages that a door handles at a time within its one transaction."""

PAUSE_SECONDS = 300
"""Longest work on one piece; a process that freezes holds the line no longer."""

ENOUGH = 100
"""Refusals after which a door that takes all or none looks no further."""


class _Undone(Exception):
    """Raised to roll a transaction back; nothing is wrong."""


def all_or_none(
    runtime: Runtime, queue: str, deliveries: Iterable[Delivery], choose: Callable[[Any, list[Delivery]], list[Delivery]]
) -> list[refusals.Refused]:
    """Handle all of these in one transaction, or none: returns what would be refused, and then nothing was done.

    For doors at which somebody waits for the answer, such as a file. They are taken piece by piece as they come, so memory stays
    flat; the line stands still until the end. `choose` (session, piece) says which of a piece are handled at all. `Retry` for a
    passing fault; any other exception is the caller's to report, and nothing was done either.
    """
    now = runtime.clock.now()
    tallies: list[Tally] = []
    found: list[refusals.Refused] = []
    try:
        with in_line(runtime, queue, now) as place:
            allow_pauses(place.session, PAUSE_SECONDS)
            for piece in _pieces(deliveries):
                before = refusals.newest(place.session)
                reads = [decode(queue, delivery, now) for delivery in choose(place.session, piece)]
                tallies.append(Tally())
                place.handle(reads, tallies[-1])
                found += refusals.since(place.session, before, _ids(reads))
                if len(found) >= ENOUGH:
                    break
            if found:
                raise _Undone
    except _Undone:
        return found
    for tally in tallies:
        runtime.on_batch(queue, tally)
    return []


def _pieces(deliveries: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    coming = iter(deliveries)
    while piece := list(islice(coming, PIECE)):
        yield piece


def _ids(reads: Sequence[Read]) -> set[str]:
    """The ids of messages, also of those that cannot be read, as far as they have one."""
    return {(read.message.id if read.message else read.unreadable and read.unreadable.id) or "" for read in reads}
