"""Objections to an assignment (退办; domain.md d.15, d.17) as the ladder sees them: intake decides what is admissible.

While one waits for the office nothing escalates. Accepted: the assignment was never this unit's duty, so its limit ends and its
slips are withdrawn. Refused: the limit has run all the time, and liability dates from the decision where the end has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from escalation.domain.relief import Wait

if TYPE_CHECKING:
    from escalation.domain.standing import Entry

FILED, DECIDED = "OBJECTION", "OBJECTION_DECISION"
"""Kinds of lines in the journal; the id of a decision is that of its objection."""

ACCEPTED = "ACCEPTED"
OBJECTION_PENDING = "OBJECTION_PENDING"


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection; `about` is the assignment."""

    id: str
    about: str
    filed_at: datetime
    outcome: str | None = None
    decided_at: datetime | None = None

    def wait(self) -> Wait:
        """The same as what the decision table sees of it."""
        return Wait(OBJECTION_PENDING, self.filed_at, self.decided_at)


def objections(journal: Sequence[Entry]) -> list[Objection]:
    """Every objection with its decision, by time."""
    found = {entry.id: Objection(entry.id, entry.data["about"], entry.at) for entry in journal if entry.kind == FILED}
    for entry in journal:
        if entry.kind == DECIDED and entry.id in found:
            found[entry.id] = replace(found[entry.id], outcome=entry.data["outcome"], decided_at=entry.at)
    return sorted(found.values(), key=lambda made: (made.filed_at, made.id))


def transferred_at(made: Sequence[Objection], about: str | None) -> datetime | None:
    """When the assignment was taken off this unit; None while it was not."""
    return next((found.decided_at for found in made if found.about == about and found.outcome == ACCEPTED), None)
