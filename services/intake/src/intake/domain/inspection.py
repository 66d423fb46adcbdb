"""Campaigns and inspections (集中督查, 日常督查; domain.md D1–D3, Decree 733 art. 8, 15–17): plans, findings, who took part.

A plan is the approval of one object and scope (art. 15). The same plan again may narrow them and change the team; another unit, a
wider scope or other days need a new plan. Everything follows from the plans by their own time, never from the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from intake.domain.faults import Fault
from intake.domain.matter import named_uuid


class Kind(StrEnum):
    """What a plan is for."""

    CAMPAIGN = "CAMPAIGN"
    INSPECTION = "INSPECTION"


OPEN, COVERT = "OPEN", "COVERT"
ALL = "*"
"""In the place of a finding: all of them."""

MODE = "明查与暗访不得互改，请另行安排 / an open inspection cannot become a covert one or the reverse; plan another one"
OBJECT = "变更督查对象须另行批准新方案 / another object needs a new plan (Decree 733 art. 15)"
SCOPE = "扩大督查范围须另行批准新方案 / a wider scope needs a new plan (Decree 733 art. 15)"
DAYS = "变更督查时间须另行批准新方案 / other days need a new plan (Decree 733 art. 15)"
SUPERSEDED = "该方案已被新方案取代 / this plan was replaced by a later one"


@dataclass(frozen=True, slots=True)
class Team:
    """Who inspects (art. 8)."""

    leader: str
    members: tuple[str, ...]

    @property
    def everybody(self) -> frozenset[str]:
        """The leader and the members."""
        return frozenset({self.leader, *self.members})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan of a campaign or an inspection, as it came. `message` is the event id."""

    ref: str
    kind: Kind
    message: str
    at: datetime
    text: str
    team: Team
    units: frozenset[str]
    tasks: frozenset[str] = frozenset()
    period: str = ""
    mode: str = OPEN
    place: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    campaign: str | None = None
    matter_id: str | None = None
    by: str | None = None
    means: tuple[str, ...] = ()

    @property
    def covert(self) -> bool:
        """Whether nobody but its team may know of it."""
        return self.mode == COVERT


def says_the_same(one: Plan, other: Plan) -> bool:
    """Whether two plans differ in nothing but when they were sent."""
    return replace(one, message=other.message, at=other.at) == other


@dataclass(frozen=True, slots=True)
class Item:
    """One unit inspected for one task of a campaign."""

    item: str
    unit: str
    task: str


def items(plan: Plan) -> list[Item]:
    """The fan-out of a campaign: every unit for every task, with ids that are the same whenever it is planned again."""
    return [Item(_item_id(plan.ref, unit, task), unit, task) for unit in sorted(plan.units) for task in sorted(plan.tasks)]


def _item_id(campaign: str, unit: str, task: str) -> str:
    return f"{campaign}/{unit}/{blake2b(task.encode(), digest_size=4).hexdigest()}"


# ---- which plans are in force


def in_force(plans: Iterable[Plan]) -> list[Plan]:
    """The plans that took effect, by time; the last one is in force."""
    found: list[Plan] = []
    for plan in sorted(plans, key=lambda plan: (plan.at, plan.message)):
        if not found or lack_of_plan(found, plan) is None:
            found.append(plan)
    return found


def lack_of_plan(before: Sequence[Plan], plan: Plan) -> str | None:
    """Why a plan that comes after others in force is no approval of what it says, in words; None where it is one."""
    now = before[-1]
    if plan.kind is not now.kind:
        return OBJECT
    if plan.mode != now.mode:
        return MODE
    if plan.text == now.text:
        return widens(now, plan)
    return SUPERSEDED if any(plan.text == earlier.text for earlier in before) else None


def widens(now: Plan, then: Plan) -> str | None:
    """What of the same plan goes beyond what was approved."""
    if then.units - now.units or (then.campaign, then.matter_id) != (now.campaign, now.matter_id):
        return OBJECT
    if then.tasks - now.tasks or (then.period, then.place) != (now.period, now.place):
        return SCOPE
    if now.starts_on and now.ends_on and then.starts_on and then.ends_on:
        return None if now.starts_on <= then.starts_on and then.ends_on <= now.ends_on else DAYS
    return None


# ---- findings and conclusions


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding of a conclusion. With a `standard` it becomes a matter."""

    finding: str
    text: str
    code: str | None = None
    task: str | None = None
    standard: str | None = None
    deliverable: str | None = None
    amount: int | None = None
    limit_unit: str | None = None
    due_at: datetime | None = None


def finding_id(given: str | None, *parts: str | None) -> str:
    """The office's own reference; else one made of what the finding says, so that the same finding has the same id."""
    text = "\x1f".join(part or "" for part in parts)
    return given or f"F-{blake2b(text.encode(), digest_size=6).hexdigest()}"


def twice(findings: Sequence[Found]) -> int | None:
    """The first finding that says something else under a reference that was used before it."""
    seen: dict[str, Found] = {}
    for index, found in enumerate(findings):
        if seen.setdefault(found.finding, found) != found:
            return index
    return None


LONGEST_REFERENCE = 128


def matter_ref(conclusion: str, finding: str) -> str:
    """The reference of the matter that a finding becomes."""
    ref = f"{conclusion}/{finding}"
    if len(ref) <= LONGEST_REFERENCE:
        return ref
    return f"F-{blake2b(ref.encode(), digest_size=16).hexdigest()}"


def conclusion_id(ref: str) -> str:
    """Our id of the conclusion that the office calls `ref`; it stands for a matter's id."""
    return named_uuid(f"conclusion\x1f{ref}")


def not_its_object(plan: Plan, unit: str, pointer: str = "/data/unit") -> Fault | None:
    """Why nothing may be found or concluded about a unit under a plan."""
    if unit in plan.units:
        return None
    text = "该单位不是本次督查方案的对象，须另行批准新方案 / the plan is not about this unit; it needs a new plan (art. 15)"
    return Fault("AUTHORITY_MISSING", text, pointer)


def took_part(plans: Iterable[Plan], evidence: Iterable[Mapping[str, Any]], *named: str | None) -> list[str]:
    """Everybody who took part in a conclusion and may not review it (art. 17): teams, who planned, collected and concluded."""
    people = {name for plan in plans for name in (*plan.team.everybody, plan.by)}
    people |= {row.get("collector") for row in evidence} | set(named)
    return sorted({name.strip() for name in people if name and name.strip()})
