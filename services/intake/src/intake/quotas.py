"""The burden guard (Decree 733 art. 15: frequency must be controlled): a unit is given no more matters in a month, and is not
inspected more often, than its quotas.

An official may override it, with a reason and by name; that is kept with the matter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from event_contracts.event import Message
from event_contracts.inbound import CONFIDENTIAL, MatterSubmitted
from ground_rules.limits import local_date, start_of_day
from ground_rules.policy import Policy
from ground_rules.powers import MAY, Act, lack_of_power
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake.domain.inspection import Plan
from intake.people import NOBODY, PERSONS
from intake.store.burdens import matters_given
from intake.store.inspections import Inspections

FULL = (
    "{unit}本月已有{count}件，达到月度限额{quota}件；确需交办的，请附 override（理由和批准人） / "
    "{unit} was given {count} matters this month, its quota is {quota}; add `override` with the reason and who decides so"
)

INSPECTED = (
    "被督查单位本月督查次数已达限额{quota}次；确需开展的，请附 override（理由和批准人） / a unit was inspected {quota} times "
    "this month, which is its quota; add `override` with the reason and who decides so"
)


def check(work: Work, message: Message, policy: Policy) -> None:
    """Refuse a matter that goes beyond a unit's quota, unless somebody with the power says why it must be."""
    data: MatterSubmitted = message.data
    if data.override is not None:
        _check_override(work, message, policy)
        return
    quota = policy.quota.matters
    if quota is None:
        return
    since, until = _month_of(message.time, policy)
    for index, part in enumerate(data.assignments):
        if part.unit == message.sender:  # its own work is no burden that others put on it
            continue
        count = matters_given(work.store, part.unit, since, until)
        if count >= quota:
            detail = FULL.format(unit=part.unit, count=count, quota=quota)
            raise Refused("RATE_LIMITED", detail, f"/data/assignments/{index}/unit")


def check_inspections(work: Work, message: Message, store: Inspections, plan: Plan, policy: Policy) -> None:
    """Refuse a plan that goes beyond a unit's quota of inspections, unless somebody with the power says why it must be.

    What is covert and not concluded is not counted: a refusal would tell of it.
    """
    if message.data.override is not None:
        _check_override(work, message, policy)
        return
    quota = policy.quota.inspections
    if quota is None:
        return
    first = (plan.starts_on or local_date(plan.at, policy.zone)).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    for unit in plan.units - store.visited(plan.ref):
        if store.visits_of(unit, first, following) >= quota:
            raise Refused("RATE_LIMITED", INSPECTED.format(quota=quota), "/data/override")


def _check_override(work: Work, message: Message, policy: Policy) -> None:
    directory = work.store.directory
    if not directory.applies(PERSONS, message.time):
        return
    day = local_date(message.time, policy.zone)
    lack = lack_of_power(message.data.override.by, MAY[Act.OVERRIDE_QUOTA], day, directory.capacities())
    if lack is not None:
        told = NOBODY.format(wanted=", ".join(sorted(MAY[Act.OVERRIDE_QUOTA]))) if message.type in CONFIDENTIAL else lack
        raise Refused("NOT_EMPOWERED", told, "/data/override/by")


def _month_of(at: datetime, policy: Policy) -> tuple[datetime, datetime]:
    first = local_date(at, policy.zone).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return start_of_day(first, policy.zone), start_of_day(following, policy.zone)
