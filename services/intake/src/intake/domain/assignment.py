"""A unit's part of a matter: lead and supporting units, standard, limit (domain.md B6, d.2, d.9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from ground_rules.limits import Limit
from ground_rules.policy import Policy

from intake.domain.faults import Fault
from intake.domain.roles import Role
from intake.domain.sources import RULES, SourceType, default_limit


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit is asked to do, by when, and to which standard. Either `limit` or `due_at`."""

    unit: str
    role: Role
    limit: Limit | None = None
    due_at: datetime | None = None
    depends_on: tuple[str, ...] = ()


def fault_in(parts: Sequence[Part]) -> Fault | None:
    """What is wrong with the units of a matter taken together, or None."""
    leads = sum(part.role is Role.LEAD for part in parts)
    if leads != 1:
        return _fault(
            "",
            f"须有且只有一个牵头单位（LEAD），现有{leads}个",
            f"a matter has exactly one LEAD unit, this one has {leads}",
        )
    units = {part.unit for part in parts}
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if part.unit in seen:
            return _fault(
                f"/{index}/unit", f"{part.unit}重复列出；每个单位只列一次", f"{part.unit} is named twice; name each unit once"
            )
        seen.add(part.unit)
        if (fault := _fault_in_part(index, part, units)) is not None:
            return fault
    return None


def _fault_in_part(index: int, part: Part, units: Collection[str]) -> Fault | None:
    if part.limit is not None and part.due_at is not None:
        return _fault(f"/{index}/due_at", "limit 与 due_at 只能填一项", "give either `limit` or `due_at`, not both")
    for place, other in enumerate(part.depends_on):
        if other == part.unit or other not in units:
            return _fault(
                f"/{index}/depends_on/{place}",
                f"{part.unit}所依赖的{other}不是本事项的其他承办单位",
                f"{part.unit} depends on {other}, which is no other unit of this matter",
            )
    return None


def limit_of(
    part: Part, source: SourceType, policy: Policy, *, difficult: bool, index: int, urgency: str | None = None
) -> Limit | Fault | None:
    """The part's limit: its own, else the one that the source's rule gives; None with a `due_at` or standing supervision.

    A part that has neither, of a source without a rule, is a fault: the sender must say by when.
    """
    if part.limit is not None or part.due_at is not None:
        return part.limit
    limit = default_limit(source, part.role, policy, difficult=difficult, urgency=urgency)
    if limit is None and not RULES[source].standing:
        return _fault(
            f"/{index}/limit",
            f"来源{source}没有法定时限，请填写 limit 或 due_at",
            f"no rule gives a {source} a limit; add `limit` or `due_at`",
        )
    return limit


def _fault(place: str, chinese: str, english: str) -> Fault:
    return Fault("SCHEMA_INVALID", f"{chinese} / {english}", f"/data/assignments{place}")
