"""Lists of campaigns, inspections and conclusions, as one person may see them: a covert inspection only by who takes part in it,
until its conclusion is served (domain.md d.13 no. 12, delivery.md e.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service_chassis.spreadsheet.sheet import Column, Form, Sheet

from intake.domain.inspection import Kind, Plan, in_force, items
from intake.store.inspections import Conclusion, Inspections

PLANNED = (
    Column("reference", "编号", "reference"),
    Column("kind", "类别", "kind"),
    Column("mode", "方式", "mode"),
    Column("unit", "被督查单位", "unit"),
    Column("task", "任务", "task"),
    Column("item", "分项编号", "item"),
    Column("place", "地点", "place"),
    Column("starts_on", "始于", "from"),
    Column("ends_on", "止于", "to"),
    Column("leader", "组长", "leader"),
    Column("members", "成员", "members"),
    Column("plan", "方案", "plan"),
)
CONCLUDED = (
    Column("conclusion", "结论编号", "conclusion"),
    Column("inspection", "督查编号", "inspection"),
    Column("unit", "单位", "unit"),
    Column("issued_at", "作出时间", "issued at", Form.INSTANT),
    Column("served_at", "送达时间", "served at", Form.INSTANT),
    Column("finding", "问题编号", "finding"),
    Column("code", "问题类别", "code"),
    Column("text", "问题", "text"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person may see, and how much of it is hidden from others still."""

    sheets: list[Sheet]
    hidden: int


def seen_by(conn: Any, viewer: str) -> Seen:
    """Plans in force and conclusions, as `viewer` may see them."""
    store = Inspections(conn)
    plans = _plans(store)
    made = store.all_conclusions()
    told = {(each.inspection, each.unit) for each in made if not each.hidden}
    mine = [each for each in plans.values() if _may_see(each, viewer, told)]
    shown = [each for each in made if _may_read(each, plans, viewer)]
    hidden = [plan for plan in mine if _is_hidden(plan[-1], told)]
    planned = Sheet("inspections", "督查", "Inspections", PLANNED, [row for each in mine for row in _planned(each[-1])])
    concluded = Sheet("conclusions", "督查结论", "Conclusions", CONCLUDED, [row for each in shown for row in _concluded(each)])
    return Seen([planned, concluded], len(hidden) + sum(each.hidden for each in shown))


def _plans(store: Inspections) -> dict[str, list[Plan]]:
    """Reference → the plans that took effect, by time."""
    found: dict[str, list[Plan]] = {}
    for plan in store.all_plans():
        found.setdefault(plan.ref, []).append(plan)
    return {ref: in_force(plans) for ref, plans in sorted(found.items())}


def _is_hidden(plan: Plan, told: Iterable[tuple[str | None, str]]) -> bool:
    return plan.covert and not any((plan.ref, unit) in told for unit in plan.units)


def _takes_part(plans: Iterable[Plan], viewer: str) -> bool:
    return any(viewer.strip() in (*plan.team.everybody, plan.by) for plan in plans)


def _may_see(plans: list[Plan], viewer: str, told: Iterable[tuple[str | None, str]]) -> bool:
    return not _is_hidden(plans[-1], told) or _takes_part(plans, viewer)


def _may_read(made: Conclusion, plans: dict[str, list[Plan]], viewer: str) -> bool:
    if not made.hidden:
        return True
    return viewer.strip() == made.issued_by or _takes_part(plans.get(made.inspection or "", ()), viewer)


def _planned(plan: Plan) -> list[list[Any]]:
    """One row for each item of a campaign; one for an inspection."""
    days = [day.isoformat() if day else None for day in (plan.starts_on, plan.ends_on)]
    tail = [plan.place or None, *days, plan.team.leader, "、".join(plan.team.members), plan.text]
    head = [plan.ref, plan.kind.value, plan.mode]
    if plan.kind is Kind.CAMPAIGN:
        return [[*head, item.unit, item.task, item.item, *tail] for item in items(plan)]
    return [[*head, unit, None, None, *tail] for unit in sorted(plan.units)]


def _concluded(made: Conclusion) -> list[list[Any]]:
    """One row for each finding; one where everything was in order."""
    head = [made.ref, made.inspection, made.unit, made.issued_at, made.served_at]
    return [[*head, found.finding, found.code, found.text] for found in made.findings] or [[*head, None, None, None]]
