"""Objections: "not within our duties" (退办, domain.md d.15): how long, how often, and which one a decision answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ground_rules.limits import Deadline, Limit, deadline
from ground_rules.policy import Policy

from intake.domain.faults import Fault
from intake.domain.sources import SourceType

ACCEPTED, REFUSED = "ACCEPTED", "REFUSED"


@dataclass(slots=True)
class Objection:
    """One objection of a unit; `id` is the id of its message. Undecided while `outcome` is None."""

    id: str
    filed_at: datetime
    outcome: str | None = None
    decided_at: datetime | None = None
    new_unit: str | None = None
    decided_by: str | None = None
    reasons: str | None = None


def window(source: SourceType, policy: Policy) -> Limit:
    """How long a unit may object, from the service of its assignment: a petition has its own five workdays (信访工作条例)."""
    return policy.reply.petition_objection if source is SourceType.PETITION else policy.objection.window


def is_believed(arrived: datetime, read_until: datetime | None, end: Deadline | None, policy: Policy) -> bool:
    """Whether an objection that says that it was made before `end` is taken at its word (policy `late_report`).

    `read_until`: everything that had been sent by then has been read before it. What can have stood in the queue before the end
    is believed however late it is read; what came after that only within a window from the end, and where the policy has a
    person decide, not at all.
    """
    if end is None or arrived < end.due_instant or read_until is None or read_until < end.due_instant:
        return True
    late = policy.late_report
    return late.mode == "auto" and arrived < deadline(late.window, end.last_day, policy.calendar, policy.zone).due_instant


def fault_in(
    filed_at: datetime, earlier: Collection[Objection], bounces: int, end: Deadline | None, *, believed: bool = True
) -> Fault | None:
    """Why a unit may not object now, or None. `end` is None while its assignment is not served: nothing has begun to run."""
    if len(earlier) >= bounces:
        return Fault(
            "ASSIGNMENT_FINAL",
            f"每个单位最多提出{bounces}次异议，本单位已用完，交办为最终决定 / a unit may object {bounces} time(s), this one has: "
            "the assignment is final",
            "/data/matter",
        )
    if end is not None and filed_at >= end.due_instant:
        return Fault(
            "INADMISSIBLE_LATE",
            f"异议期已于{end.last_day}届满 / the time for an objection ended on {end.last_day}",
            "/time",
        )
    if not believed:
        return Fault(
            "INADMISSIBLE_LATE",
            "所称时间在异议期内，但到达过迟，系统不予采信，请向督查室书面说明 / "
            "it claims a time within the window but came too late to be believed by machine; write to the office",
            "/time",
        )
    return None


def answered_by(objections: Collection[Objection], decided_at: datetime, names: str | None) -> Objection | None:
    """The objection that a decision answers: the one that it names, else the last one that was undecided at its time."""
    if names is not None:
        return next((found for found in objections if found.id == names), None)
    filed = [found for found in objections if found.outcome is None and found.filed_at <= decided_at]
    return max(filed, key=lambda found: (found.filed_at, found.id), default=None)
