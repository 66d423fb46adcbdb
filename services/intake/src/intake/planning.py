"""The plan of a year's supervision (督查计划, Decree 733 art. 15): what is supervised, of whom, within which scope, how often.

Once a plan of a year is published, a matter that names an item keeps to it, and where the policy wants it (`plan.required`) every
matter that the office starts of its own accord names one. Beyond the plan only with a reason and a name (`override`).
"""

from __future__ import annotations

from event_contracts.event import Message
from event_contracts.inbound import MatterSubmitted
from event_contracts.inbound import PlanPublished as Published
from event_contracts.intake import PlanPublished
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake.domain.sources import RULES, SourceType
from intake.people import check_power
from intake.store import plans as rows
from intake.units import check_unit

PLANS = "PLANS"
"""What is locked while a plan is stored, and the subject of the fact."""
OVERRIDE = "；确需督查的，请附 override（理由和批准人） / {english}; add `override` with the reason and who decides so"
MISSING = "{year}年已有督查计划，请在 plan 填写所属计划项目" + OVERRIDE
UNKNOWN = "{year}年督查计划中没有“{item}”" + OVERRIDE
NOT_COVERED = "{unit}不在计划项目“{item}”的督查对象中" + OVERRIDE
FULL = "计划项目“{item}”对{unit}本年度最多{most}次，已满" + OVERRIDE
TAKEN = "计划项目“{item}”已在另一计划中 / the item {item} stands in another plan of that year"


def publish(work: Work, message: Message, policy: Policy) -> None:
    """The office publishes a plan, complete each time; an older one that comes later changes nothing."""
    data: Published = message.data
    check_power(work, message, data.approved_by, Act.APPROVE_REGISTRATION, policy, "/data/approved_by")
    others = rows.items_of_others(work.session, data.plan, data.year)
    for index, item in enumerate(data.items):
        if item.item in others:
            raise Refused("ALREADY_USED", TAKEN.format(item=item.item), f"/data/items/{index}/item")
        for place, unit in enumerate(item.units):
            check_unit(work, message, unit, f"/data/items/{index}/units/{place}", policy)
    if not rows.publish(work.session, data, message.time):
        return
    fact = PlanPublished(
        plan=data.plan,
        year=data.year,
        items=[item.item for item in data.items],
        approved_by=data.approved_by,
        published_at=message.time,
    )
    work.announce(fact, subject=PLANS, time=message.time)


def check(work: Work, message: Message, policy: Policy) -> None:
    """Refuse a matter that the plan of its year does not cover, unless it is overridden."""
    data: MatterSubmitted = message.data
    if data.override is not None:  # who may, quotas.check asks
        return
    year = local_date(message.time, policy.zone).year
    if data.plan is None:
        wanted = policy.plan.required == "required" and not RULES[SourceType(data.source.type)].answered
        if wanted and rows.applies(work.session, year, message.time):
            raise Refused("AUTHORITY_MISSING", MISSING.format(year=year, english="name the item of the plan"), "/data/plan")
        return
    if not rows.applies(work.session, year, message.time):
        return
    item = rows.item(work.session, data.plan, year)
    if item is None:
        detail = UNKNOWN.format(year=year, item=data.plan, english=f"the plan of {year} has no such item")
        raise Refused("AUTHORITY_MISSING", detail, "/data/plan")
    _check_units(work, message, item)


def _check_units(work: Work, message: Message, item: rows.Item) -> None:
    for index, part in enumerate(message.data.assignments):
        if part.unit == message.sender:
            continue
        pointer = f"/data/assignments/{index}/unit"
        if part.unit not in item.units:
            english = f"{part.unit} is not among those whom the item covers"
            raise Refused("AUTHORITY_MISSING", NOT_COVERED.format(unit=part.unit, item=item.item, english=english), pointer)
        if item.most is not None and rows.times(work.store, item, part.unit) >= item.most:
            english = f"{part.unit} has had as many matters under this item as the plan allows"
            raise Refused("RATE_LIMITED", FULL.format(unit=part.unit, item=item.item, most=item.most, english=english), pointer)
