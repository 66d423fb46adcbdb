"""When an interview (约谈) with the head of a unit is proposed (domain.md C10, policy `interview.*`); a person decides on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

PROPOSED, SUMMONED, DECLINED, HELD, RECALLED = "PROPOSED", "SUMMONED", "DECLINED", "HELD", "RECALLED"

_NAMESPACE = UUID("5b0c9b0e-7d3c-5a57-9d2f-0f6d2d6c1a13")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The instant at which the numbers were reached, and which."""

    at: datetime
    reason: str


@dataclass(slots=True)
class Interview:
    """One proposal, as it is stored, and what became of it."""

    interview_id: str
    unit: str
    year: int
    attempt: int
    proposed_at: datetime
    reason: str
    state: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    held_at: datetime | None = None
    changed: bool = field(default=False, compare=False)

    @property
    def undecided(self) -> bool:
        """Whether it still waits for a person."""
        return self.state == PROPOSED


def interview_id(unit: str, year: int, attempt: int) -> str:
    """The id of a unit's n-th proposal in a year: the same slips can only make the same one."""
    return str(uuid5(_NAMESPACE, f"{unit}\x1f{year}\x1f{attempt}"))


def proposal(reds: Sequence[datetime], yellows: Sequence[datetime], *, red_count: int, yellow_count: int) -> Proposal | None:
    """Whether enough reds were issued, or enough yellows became effective, in a year; the number reached first counts.

    `reds` are instants of issue; `yellows` those at which each became effective. Slips that have fallen are not among them.
    """
    reached: list[Proposal] = []
    if len(reds) >= red_count:
        text = f"本年度红色督办单达到{red_count}份 / red slips in the year reached {red_count}"
        reached.append(Proposal(sorted(reds)[red_count - 1], text))
    if len(yellows) >= yellow_count:
        text = f"本年度生效的黄色督办单达到{yellow_count}份 / effective yellow slips in the year reached {yellow_count}"
        reached.append(Proposal(sorted(yellows)[yellow_count - 1], text))
    return min(reached, key=lambda found: found.at, default=None)
