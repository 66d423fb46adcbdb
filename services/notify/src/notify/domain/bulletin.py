"""Which bulletins a fallen slip or conclusion makes wrong, and since when (domain.md d.8: corrected to the same audience).

A bulletin tells what stood when it was published. Whether the fall or the bulletin arrives first makes no difference: a
bulletin published after the fall was wrong from its first hour, and is corrected with that hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One slip that a bulletin names; `matter` is our id or the office's reference, as it stands in the bulletin. Without a
    colour it is a conclusion."""

    matter: str
    unit: str
    colour: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A published bulletin (通报)."""

    bulletin: str
    scope: tuple[str, ...]
    entries: tuple[Entry, ...]
    text: str
    approved_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A slip that was withdrawn, overturned or vacated; or, without a colour, a conclusion that a review took away or changed."""

    slip_id: str
    matter_id: str
    external_ref: str | None
    unit: str
    colour: str | None
    renewal: int
    issued_at: datetime | None
    """When the slip went to the unit; None if it never did."""
    fell_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the bulletin's audience has to be told."""

    bulletin: Bulletin
    entry: Entry
    slip_id: str
    corrected_at: datetime

    @property
    def number(self) -> str:
        """The same whatever was read first, unlike a running number."""
        named = " ".join(filter(None, (self.entry.matter, self.entry.unit, self.entry.colour)))
        return f"{self.bulletin.bulletin}（更正：{named}）"


def correction(bulletin: Bulletin, fall: Fall) -> Correction | None:
    """What has to be corrected in `bulletin`, if anything.

    A renewal belongs to its yellow: the yellow stands while only a renewal falls, so what the bulletin says stays true. A slip
    issued after the bulletin cannot be the one that it names.
    """
    if fall.renewal or (fall.issued_at is not None and fall.issued_at > bulletin.published_at):
        return None
    for entry in bulletin.entries:
        if entry.matter in (fall.matter_id, fall.external_ref) and (entry.unit, entry.colour) == (fall.unit, fall.colour):
            at = max(fall.fell_at, bulletin.published_at)
            return Correction(bulletin=bulletin, entry=entry, slip_id=fall.slip_id, corrected_at=at)
    return None
