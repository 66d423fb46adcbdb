"""Matters handled as one (并案办理, domain.md d.10), as a ladder's journal tells it.

The merged ladder (lines MERGED, UNMERGED) stands still. The leading one (lines JOINED, JOINED_TERM, SPLIT) counts to the
earliest end: a limit that had passed before the merge does not count, and one that had not passed when they were parted again
counts no more. What ran out while they were one stays: the unit was bound by it then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

MERGED, UNMERGED = "MERGED", "UNMERGED"
JOINED, JOINED_TERM, SPLIT = "JOINED", "JOINED_TERM", "SPLIT"
KINDS = frozenset({MERGED, UNMERGED, JOINED, JOINED_TERM, SPLIT})


class Line(Protocol):
    """A line of the journal."""

    kind: str
    id: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """Which matter a ladder goes on in, since when, and the id of its line there; as which unit's, where units became one."""

    into: str
    since: datetime
    id: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """The limit of another source that binds the same unit, while both are one: from `since` to before `until`."""

    amount: int | None
    unit: str | None
    fixed_due: datetime | None
    start: date
    since: datetime
    until: datetime | None


def merged(journal: Iterable[Line]) -> Merged | None:
    """Where a ladder goes on, by the line of the highest revision; None for one that goes on by itself."""
    last = max((line for line in journal if line.kind in (MERGED, UNMERGED)), key=_revision, default=None)
    if last is None or last.kind == UNMERGED:
        return None
    return Merged(last.data["into"], last.at, last.data["joined"], last.data.get("unit"))


def is_joined(journal: Iterable[Line]) -> bool:
    """Whether a ladder is handled as one with others: it goes on in another one, or another one goes on in it."""
    lines = list(journal)
    parted = {line.id for line in lines if line.kind == SPLIT}
    return merged(lines) is not None or any(line.kind == JOINED and line.id not in parted for line in lines)


def _revision(line: Line) -> int:
    return int(line.data["revision"])


def others(journal: Iterable[Line]) -> tuple[Other, ...]:
    """The limits of the other sources, as far as they have begun to run."""
    lines = [line for line in journal if line.kind in (JOINED, JOINED_TERM, SPLIT)]
    if not lines:
        return ()
    began = {line.id: line.data for line in lines if line.kind == JOINED_TERM}
    parted = {line.id: line.at for line in lines if line.kind == SPLIT}
    found = [_other(line, began[line.id], parted.get(line.id)) for line in lines if line.kind == JOINED and line.id in began]
    return tuple(sorted(found, key=lambda other: (other.since, other.start, str(other.amount))))


def _other(line: Line, term: dict[str, Any], until: datetime | None) -> Other:
    fixed = term["fixed_due"]
    due = datetime.fromisoformat(fixed) if fixed else None
    return Other(term["amount"], term["unit"], due, date.fromisoformat(term["started_on"]), line.at, until)


def apart(journal: Iterable[Line]) -> tuple[tuple[date, date], ...]:
    """The local days on which a ladder was merged and then was not any more, both ends included."""
    lines = sorted((line for line in journal if line.kind in (MERGED, UNMERGED)), key=_revision)
    found: list[tuple[date, date]] = []
    first: date | None = None
    for line in lines:
        day = date.fromisoformat(line.data["on"])
        if line.kind == MERGED:
            first = first or day
        elif first is not None:
            found.append((first, max(first, day)))
            first = None
    return tuple(found)
