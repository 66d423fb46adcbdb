"""Who may decide what (domain.md d.14): capacities with dates, and persons who stand in for others (代理)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from intake.domain.faults import Fault

LEADING_GROUP = frozenset({"LEADING_GROUP_CHAIR", "LEADING_GROUP_DEPUTY"})
HEADS = LEADING_GROUP | {"SUPERVISION_DIRECTOR", "SECTION_HEAD"}
OFFICERS = HEADS | {"OFFICER"}
TEAM = frozenset({"TEAM_LEADER", "TEAM_MEMBER"})


class Act(StrEnum):
    """What intake lets only named persons do."""

    ASSESS = "ASSESS"
    VERIFY = "VERIFY"
    DECIDE_OBJECTION = "DECIDE_OBJECTION"
    RESOLVE_DUPLICATE = "RESOLVE_DUPLICATE"


MAY: Mapping[Act, frozenset[str]] = MappingProxyType(
    {
        Act.ASSESS: OFFICERS,
        Act.VERIFY: OFFICERS | TEAM,
        Act.DECIDE_OBJECTION: HEADS,
        Act.RESOLVE_DUPLICATE: OFFICERS,
    }
)
"""The capacities in which an act may be done."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """One office that a person holds; both days included. A deputy's row has the role of the person stood in for."""

    name: str
    role: str
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is held on this local day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def lack_of_power(name: str, act: Act, day: date, capacities: Iterable[Capacity], pointer: str) -> Fault | None:
    """Why this person may not do this on the local day, or None. Names are compared after trimming."""
    held = {found.role for found in capacities if found.name == name.strip() and found.holds_on(day)}
    if held & MAY[act]:
        return None
    wanted = ", ".join(sorted(MAY[act]))
    return Fault(
        "NOT_EMPOWERED",
        f"{name.strip()}在{day}无权作此决定，须具备以下职务之一 / holds none of the offices that may decide this: {wanted}",
        pointer,
    )
