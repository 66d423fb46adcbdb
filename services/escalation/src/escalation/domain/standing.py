"""One ladder as it is kept: its clocks, slips and journal.

The journal holds what people and other services reported and decided; rows are only added. How it folds into rungs and a standing
is in `rungs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from escalation.domain import checks, extension, justification, merging, objection, rounds
from escalation.domain.clock import Claim, Clock
from escalation.domain.determination import Finding
from escalation.domain.relief import NO_RELIEF, TRANSFERRED, LeftOut, Relief, joined
from escalation.domain.review import Review
from escalation.domain.slip import (
    Slip,
)

CLAIM, VERDICT, PROGRESS, URGE = "CLAIM", "VERDICT", "PROGRESS", "URGE"
FINDING, PROPOSAL, APPROVAL, SERVICE = "FINDING", "PROPOSAL", "APPROVAL", checks.SERVICE
WITHDRAWAL = "WITHDRAWAL"
"""Kept for who withdrew a slip and in which capacity; what fell stands on the slip itself."""
APPLICATION, DECISION = "REVIEW", "REVIEW_DECISION"
"""A review and what came of it; their ids are the slip's, so that a slip has one of each."""

_RELIEF = frozenset({justification.FILED, extension.REQUESTED, objection.FILED})

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Entry:
    """One line of a ladder's journal: what was reported or decided, when it happened and when it arrived."""

    kind: str
    id: str
    at: datetime
    arrived: datetime
    data: dict[str, Any]
    new: bool = False


@dataclass(slots=True)
class Ladder:
    """One unit's part of a matter, with everything that happened to it."""

    matter_id: str
    unit: str
    external_ref: str | None
    submitted_by: str | None
    assignment_id: str | None
    """None while only facts about it are known and its dispatch is not."""
    role: str
    title: str
    standard: str
    amount: int | None
    limit_unit: str | None
    fixed_due: datetime | None
    waiting: str | None
    """Why it does not go on although its limit has passed."""
    plan: dict[str, Any] | None = None
    """Milestones, and whether it is standing supervision without a limit; None where there is neither (`progress`)."""
    reply_amount: int | None = None
    reply_unit: str | None = None
    """How long the unit has to answer the source; None where it owes no answer."""
    source_type: str | None = None
    formerly: list[str] | None = None
    """The units that it was before, as units succeeded each other; since `moved_at` it is this one's."""
    moved_at: datetime | None = None
    urgency: str | None = None
    """Of the source (特急、急、平): what is urgent reminds at any hour."""
    changed: bool = False
    touched: bool = False
    clocks: dict[str, Clock] = field(default_factory=dict)
    windows: dict[str, Clock] = field(default_factory=dict)
    review_clocks: dict[str, Clock] = field(default_factory=dict)
    """The reviewers' limits, by the slip that is reviewed."""
    office_clocks: dict[tuple[str, str], Clock] = field(default_factory=dict)
    """The office's own limits, by owner and what they are about: a request, or a yellow that waits for its finding."""
    reply_clocks: dict[str, Clock] = field(default_factory=dict)
    """The limit of the answer to the source, by assignment."""
    slips: list[Slip] = field(default_factory=list)
    journal: list[Entry] = field(default_factory=list)
    cleared: set[str] = field(default_factory=set)
    """Limits whose issue timer has just come back under the cut."""
    waited: list[LeftOut] = field(default_factory=list)
    """Days on which this lead unit waited for another one (d.9); follows from the other ladders of the matter."""

    def all_clocks(self) -> Iterator[Clock]:
        """Every clock of the ladder, the office's too."""
        yield from self.clocks.values()
        yield from self.side_clocks()

    def side_clocks(self) -> Iterator[Clock]:
        """All but the limits of the assignment and its slips: windows, replies, and what the office owes."""
        for kept in (self.windows, self.review_clocks, self.reply_clocks):
            yield from kept.values()
        yield from self.office_clocks.values()

    def of_kind(self, kind: str) -> list[Entry]:
        """The journal's entries of a kind, by time, then id."""
        return sorted((entry for entry in self.journal if entry.kind == kind), key=lambda entry: (entry.at, entry.id))

    def was(self, unit: str) -> bool:
        """Whether it is this unit's, or was before units changed."""
        return unit == self.unit or unit in (self.formerly or ())

    def in_force(self) -> list[Slip]:
        """The slips that were issued and have not fallen, from the lowest up."""
        return sorted((slip for slip in self.slips if slip.in_force), key=lambda slip: slip.level)

    def draft(self, colour: str) -> Slip | None:
        """The draft of a colour that waits for a person, if any."""
        return next((slip for slip in self.slips if slip.colour == colour and slip.is_draft), None)

    def standing_slip(self, colour: str) -> Slip | None:
        """The lowest slip or draft of a colour that has not fallen."""
        standing = [slip for slip in self.slips if slip.colour == colour and slip.standing]
        return min(standing, key=lambda slip: slip.renewal) if standing else None

    def slip(self, slip_id: str) -> Slip | None:
        """The slip with this id, if it is this ladder's."""
        return next((slip for slip in self.slips if slip.slip_id == slip_id), None)

    def claims(self) -> list[Claim]:
        """Every claim with its last verdict, by time; a verdict whose claim has not arrived stands for it."""
        found: dict[str, Claim] = {}
        for entry in self.of_kind(CLAIM):
            found[entry.id] = Claim(entry.id, entry.at, entry.arrived)
        for entry in self.of_kind(VERDICT):
            id_ = entry.data["claim"]
            known = found.get(id_) or Claim(id_, datetime.fromisoformat(entry.data["claimed_at"]), entry.arrived)
            found[id_] = replace(known, verdict=entry.data["verdict"], decided_at=entry.at)
        return sorted(found.values(), key=lambda claim: (claim.at, claim.id))

    def reviews(self) -> list[Review]:
        """Every application for a review with its decision, by time."""
        decided = {entry.id: entry for entry in self.journal if entry.kind == DECISION}
        found = []
        for entry in self.of_kind(APPLICATION):
            made = Review(entry.data["review"], entry.id, entry.data["colour"], entry.at)
            if (end := decided.get(entry.id)) is not None:
                said = end.data
                made = replace(made, outcome=said["outcome"], decided_at=end.at, lengthened=said.get("lengthened"))
            found.append(made)
        return found

    def review_of(self, slip_id: str) -> Review | None:
        """The review of a slip, if one was applied for."""
        return next((review for review in self.reviews() if review.slip_id == slip_id), None)

    def review_is_pending(self, slip_id: str) -> bool:
        """Whether a slip's review waits for the reviewers."""
        found = self.review_of(slip_id)
        return found is not None and found.pending

    def justifications(self) -> list[justification.Justification]:
        """Every legitimate reason with its decision, by time."""
        return justification.justifications(self.journal)

    def extensions(self) -> list[extension.Extension]:
        """Every request for more time with its decision, by time."""
        return extension.extensions(self.journal)

    def objections(self) -> list[objection.Objection]:
        """Every objection with its decision, by time."""
        return objection.objections(self.journal)

    @property
    def transferred_at(self) -> datetime | None:
        """When the office accepted that the present assignment is not this unit's duty."""
        return objection.transferred_at(self.objections(), self.assignment_id)

    def relief(self, about: str | None) -> Relief:
        """What was granted, and is asked, for the limit of the assignment or slip `about`."""
        if not self.journal and not self.waited:
            return NO_RELIEF
        if not any(entry.kind in _RELIEF for entry in self.journal):
            return joined(NO_RELIEF, self.waited)
        made = [found for found in self.justifications() if found.about == about]
        more = sum(found.granted for found in self.extensions() if found.about == about)
        objected = [found for found in self.objections() if found.about == self.assignment_id]
        found = justification.relief(made, justification.resumptions(self.journal), more, [found.wait() for found in objected])
        gone = self.transferred_at
        return joined(replace(found, let_off_at=gone, let_off=TRANSFERRED) if gone is not None else found, self.waited)

    @property
    def begun_at(self) -> datetime | None:
        """When its matter was done again (重新办理): what was before belongs to an earlier round. None in the first."""
        return max((entry.at for entry in self.journal if entry.kind == rounds.REOPENED), default=None)

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the supervision of its matter ended without its being done."""
        return min((entry.at for entry in self.journal if entry.kind == rounds.MATTER_WITHDRAWN), default=None)

    def of_this_round(self) -> list[Entry]:
        """The journal's lines since the matter was last done again."""
        begun = self.begun_at
        return self.journal if begun is None else [entry for entry in self.journal if entry.at > begun]

    def merged(self) -> merging.Merged | None:
        """Where it goes on, while its matter is handled with another one; None while it goes on by itself."""
        return merging.merged(self.journal)

    def findings(self) -> list[Finding]:
        """Every determination by an official."""
        return [
            Finding(entry.data["class"], entry.at, entry.data["by"], entry.data.get("reasons", ""))
            for entry in self.of_kind(FINDING)
        ]
