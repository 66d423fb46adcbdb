"""Plans of campaigns and inspections, and what their teams find (domain.md D1–D3; Decree 733 art. 15).

Of a covert inspection nothing is announced, counted or told before its conclusion is served; refusals never repeat what a message
said. Only the office hears them.
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import CampaignPlanned as AskedCampaign
from event_contracts.inbound import Finding
from event_contracts.inbound import InspectionFound as AskedFound
from event_contracts.inbound import InspectionPlanned as AskedInspection
from event_contracts.intake import CampaignItem, CampaignPlanned, FindingItem, InspectionFound, InspectionPlanned, InspectionTeam
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake import quotas
from intake.domain import inspection as rules
from intake.domain.authority import OFFICE
from intake.domain.faults import Fault
from intake.domain.inspection import Found, Kind, Plan, Team
from intake.handlers import evidence_of, evidence_rows
from intake.people import check_power_of
from intake.store.inspections import Inspections, Reported
from intake.units import UNITS

TABLES = ("inspection_plan", "inspection_item", "inspection_visit", "inspection_finding", "conclusion")
"""What nobody reads but this service: covert inspections stand in them."""
NO_PLAN = "没有这项督查的方案 / there is no plan of this inspection (Decree 733 art. 15)"
NO_CAMPAIGN = "没有这项集中督查 / there is no such campaign"
OTHER_KIND = "该编号已用于另一项督查 / this reference belongs to another inspection"
CONCLUDED = "督查结论已作出，方案不得再变更 / the conclusion was issued, the plan cannot be changed any more"
NO_UNIT = "名录中没有该单位，或该日其已不存在 / the directory has no such unit on that day"
BEFORE_PLAN = "须先有方案后开展督查 / an inspection needs its plan first (Decree 733 art. 15)"


def subject(ref: str) -> str:
    """What is locked, and the subject of the facts about an open one: the campaign or inspection."""
    return f"INSPECTION:{ref}"


def awaited(ref: str) -> str:
    """Under what messages wait for the plan of a campaign or inspection; timers and log lines show it, so it names nothing."""
    return f"PLAN:{blake2b(ref.encode(), digest_size=16).hexdigest()}"


# ---- plans


def plan_campaign(work: Work, message: Message, policy: Policy) -> None:
    """A campaign: each unit is inspected for each task, once, however often that is said."""
    data: AskedCampaign = message.data
    for index, unit in enumerate(data.units):
        check_unit(work, message, unit, f"/data/units/{index}", policy)
    plan = Plan(
        ref=data.campaign,
        kind=Kind.CAMPAIGN,
        message=message.id,
        at=message.time,
        text=data.plan.strip(),
        team=_team(data.team),
        units=frozenset(data.units),
        tasks=frozenset(task.strip() for task in data.tasks),
        period=data.period,
        by=data.by,
        means=tuple(data.means),
    )
    _take(work, message, plan, policy)


def plan_inspection(work: Work, message: Message, policy: Policy) -> None:
    """One inspection, routine or of a campaign, open or covert."""
    data: AskedInspection = message.data
    check_unit(work, message, data.unit, "/data/unit", policy)
    if data.campaign is not None and not _belongs(work, message, data):
        return
    plan = Plan(
        ref=data.inspection,
        kind=Kind.INSPECTION,
        message=message.id,
        at=message.time,
        text=data.plan.strip(),
        team=_team(data.team),
        units=frozenset({data.unit}),
        mode=data.mode,
        place=data.place.strip(),
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        campaign=data.campaign,
        matter_id=work.matter_of(message) if data.matter is not None else None,
        by=data.by,
        means=tuple(data.means),
    )
    _take(work, message, plan, policy)


def _team(given: Any) -> Team:
    return Team(given.leader.strip(), tuple(sorted({name.strip() for name in given.members} - {given.leader.strip()})))


def _belongs(work: Work, message: Message, data: AskedInspection) -> bool:
    """Whether the campaign is known and the unit is its object; until it is known the message waits."""
    assert data.campaign is not None
    plans = rules.in_force(Inspections(work.session).plans(data.campaign))
    if not plans:
        work.wait_for(message, NO_CAMPAIGN, awaited(data.campaign))
        return False
    if plans[-1].kind is not Kind.CAMPAIGN:
        raise Refused("ALREADY_USED", OTHER_KIND, "/data/campaign")
    refuse(rules.not_its_object(plans[-1], data.unit))
    return True


def _take(work: Work, message: Message, plan: Plan, policy: Policy) -> None:
    """Keep a plan that is one, tell what it changed, and wake what waited for it."""
    work.lock([subject(plan.ref)])
    check_power_of(work, message, plan.by, Act.PLAN_INSPECTION, policy, "/data/by")
    store = Inspections(work.session)
    kept = store.plans(plan.ref)
    before = rules.in_force(kept)
    after = rules.in_force([*kept, plan])
    _refuse_no_plan(store, before, after, plan)
    quotas.check_inspections(work, message, store, plan, policy)
    store.add_plan(plan)
    for overtaken in before:
        if overtaken not in after:
            work.refuse(_again(message, overtaken), "AUTHORITY_MISSING", rules.SCOPE, "/data/plan")
    if not before or not rules.says_the_same(after[-1], before[-1]):
        _project(store, after, policy)
        if not plan.covert:
            _announce(work, after[-1])
    work.retry(awaited(plan.ref))


def _refuse_no_plan(store: Inspections, before: list[Plan], after: list[Plan], plan: Plan) -> None:
    if plan not in after:
        earlier = [kept for kept in after if (kept.at, kept.message) < (plan.at, plan.message)]
        raise Refused("AUTHORITY_MISSING", rules.lack_of_plan(earlier, plan) or rules.SCOPE, "/data/plan")
    if before and before[0].kind is not plan.kind:
        raise Refused("ALREADY_USED", OTHER_KIND, "/data/plan")
    if plan.kind is Kind.INSPECTION and store.concluded(plan.ref):
        raise Refused("ALREADY_USED", CONCLUDED, "/data/plan")


def _again(message: Message, plan: Plan) -> Message:
    """The message of a plan that an earlier one, which came later, overtook: to refuse it."""
    return Message(
        id=plan.message,
        source="/office",
        type=message.type,
        subject="",
        time=plan.at,
        data=None,
        sender=OFFICE,
    )


def _project(store: Inspections, plans: list[Plan], policy: Policy) -> None:
    """What counts for its units: a visit on its first day; a campaign on the day of its first plan, for all tasks together."""
    now = plans[-1]
    day: date = now.starts_on or local_date(plans[0].at, policy.zone)
    listed = rules.items(now) if now.kind is Kind.CAMPAIGN else []
    store.project(now.ref, listed, [(unit, day, not now.covert) for unit in sorted(now.units)])


def team_of(plan: Plan) -> InspectionTeam:
    """A team as facts tell of it."""
    return InspectionTeam(leader=plan.team.leader, members=list(plan.team.members))


def _announce(work: Work, plan: Plan) -> None:
    common: dict[str, Any] = {"plan": plan.text, "planned_at": plan.at, "team": team_of(plan), "means": list(plan.means)}
    if plan.kind is Kind.CAMPAIGN:
        listed = [CampaignItem(item=item.item, unit=item.unit, task=item.task) for item in rules.items(plan)]
        campaign = CampaignPlanned(campaign=plan.ref, period=plan.period, items=listed, by=plan.by, **common)
        work.announce(campaign, subject=subject(plan.ref), time=plan.at)
        return
    assert plan.starts_on is not None and plan.ends_on is not None
    inspection = InspectionPlanned(
        inspection=plan.ref,
        unit=next(iter(plan.units)),
        mode=plan.mode,
        place=plan.place,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        campaign=plan.campaign,
        matter_id=plan.matter_id,
        by=plan.by,
        **common,
    )
    work.announce(inspection, subject=subject(plan.ref), time=plan.at)


# ---- findings


def plans_of(work: Work, message: Message, ref: str) -> list[Plan] | None:
    """The plans under which something was found or concluded, the last one in force; None: the message waits for one."""
    plans = rules.in_force(Inspections(work.session).plans(ref))
    if not plans:
        work.wait_for(message, NO_PLAN, awaited(ref))
        return None
    refuse(rules.not_its_object(plans[-1], message.data.unit))
    if message.time < plans[0].at:
        raise Refused("AUTHORITY_MISSING", BEFORE_PLAN, "/time")
    return plans


def find(work: Work, message: Message) -> None:
    """A team reports what it found; the conclusion decides what follows."""
    data: AskedFound = message.data
    work.lock([subject(data.inspection)])
    plans = plans_of(work, message, data.inspection)
    if plans is None:
        return
    findings = findings_of(data.findings, data.unit)
    evidence = evidence_rows(data.evidence) or []
    items = [FindingItem(finding=each.finding, text=each.text, code=each.code, task=each.task) for each in findings]
    rows = [{"finding": each.finding, "text": each.text, "code": each.code, "task": each.task} for each in findings]
    made = Reported(message=message.id, ref=data.inspection, unit=data.unit, at=message.time, findings=rows, evidence=evidence)
    Inspections(work.session).add_reported(made)
    if not plans[-1].covert:
        fact = InspectionFound(
            inspection=made.ref,
            unit=made.unit,
            filing=made.message,
            found_at=made.at,
            findings=items,
            evidence=evidence_of(evidence),
        )
        work.announce(fact, subject=subject(made.ref), time=made.at)


def findings_of(given: list[Finding], unit: str) -> list[Found]:
    """Findings with their ids, each once. Refuses one about another unit, and one reference for two things."""
    found = []
    for index, each in enumerate(given):
        if each.unit not in (None, unit):
            text = "所列问题属于另一单位 / this finding is about another unit"
            raise Refused("SCHEMA_INVALID", text, f"/data/findings/{index}/unit")
        limit = each.limit
        found.append(
            Found(
                finding=rules.finding_id(each.finding, each.code, each.text, each.task),
                text=each.text,
                code=each.code,
                task=each.task,
                standard=each.standard,
                deliverable=each.deliverable,
                amount=limit.amount if limit else None,
                limit_unit=limit.unit if limit else None,
                due_at=each.due_at,
            )
        )
    if (index_ := rules.twice(found)) is not None:
        text = "同一问题编号用于不同问题 / one reference stands for two findings"
        raise Refused("SCHEMA_INVALID", text, f"/data/findings/{index_}/finding")
    return list(dict.fromkeys(found))


def check_unit(work: Work, message: Message, unit: str, pointer: str, policy: Policy) -> None:
    """Refuse a unit that does not exist on the day, without naming it."""
    directory = work.store.directory
    if directory.applies(UNITS, message.time) and directory.units().lack_of(unit, local_date(message.time, policy.zone)):
        raise Refused("UNKNOWN_UNIT", NO_UNIT, pointer)


def refuse(fault: Fault | None) -> None:
    """Refuse because of a fault; nothing happens without one."""
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)
