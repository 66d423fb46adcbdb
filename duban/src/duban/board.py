"""What the live view knows: built from published events alone, as any integrator's board would be."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from duban.wording import Line, line_of

NEWEST = 200
"""Lines kept for the view."""

QUIET = frozenset({"escalation.deadline.breached.v1", "scoring.score.confirmed.v1", "escalation.urge.sent.v1"})
"""Told by the line that follows, or not worth one on a busy board."""


@dataclass(slots=True)
class Board:
    """Counts and newest lines. Applying an event again changes nothing, so a board may be rebuilt from the archive."""

    open: dict[str, str] = field(default_factory=dict)
    """Matter id → title of the matters that are not closed."""
    total: int = 0
    issued: Counter[str] = field(default_factory=Counter)
    active: dict[tuple[str, str], str] = field(default_factory=dict)
    """(matter, unit) → colour of the slip in force."""
    points: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    revoked: set[tuple[int, str]] = field(default_factory=set)
    newest: deque[Line] = field(default_factory=lambda: deque(maxlen=NEWEST))
    seen: set[str] = field(default_factory=set)

    def apply(self, event: Mapping[str, Any]) -> Line | None:
        """Take one decoded event; returns its line where people should read it."""
        if event["id"] in self.seen:
            return None
        self.seen.add(event["id"])
        name, data = event["type"], event["data"]
        self._count(name, data)
        line = None if name in QUIET else line_of(event)
        if line is not None:
            self.newest.append(line)
        return line

    def _count(self, name: str, data: Mapping[str, Any]) -> None:
        if name.startswith("escalation.slip."):
            self._slip(name, data)
        elif name.startswith("scoring.score."):
            self.points[data["year"], data["unit"]] = Decimal(data["balance"])
        elif name.startswith("scoring.eligibility."):
            (self.revoked.add if ".revoked." in name else self.revoked.discard)((data["year"], data["unit"]))
        elif name == "intake.matter.registered.v1":
            self.open[data["matter_id"]] = data["title"]
            self.total += 1
        elif name == "intake.matter.closed.v1":
            self.open.pop(data["matter_id"], None)

    def _slip(self, name: str, data: Mapping[str, Any]) -> None:
        ladder = (data["matter_id"], data["unit"])
        if name == "escalation.slip.issued.v1":
            self.issued[data["colour"]] += 1
            self.active[ladder] = data["colour"]
        elif name == "escalation.slip.renewed.v1":
            self.active[ladder] = data["colour"]
        elif name in ("escalation.slip.lifted.v1", "escalation.slip.withdrawn.v1") and self.active.get(ladder) == data["colour"]:
            del self.active[ladder]

    def in_force(self) -> Counter[str]:
        """Slips in force by colour."""
        return Counter(self.active.values())

    def worst(self, count: int) -> list[tuple[int, str, Decimal, bool]]:
        """(year, unit, points, eligible) of the units that lost most, the newest year first; who lost nothing is left out."""
        rows = [
            (year, unit, self.points.get((year, unit), Decimal("0.00")), (year, unit) not in self.revoked)
            for year, unit in {*self.points, *self.revoked}
        ]
        lost = [row for row in rows if row[2] or not row[3]]
        return sorted(lost, key=lambda row: (-row[0], row[2], row[3], row[1]))[:count]
