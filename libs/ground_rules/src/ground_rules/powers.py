"""Who may decide what (domain.md d.14): capacities with dates, persons who stand in for others (代理), and ranks.

A capacity is an office that a person holds between two days. Who stands in for somebody holds the same role for these days, so
delegation needs no rule of its own. Names are compared after trimming.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

RANKS = ("OFFICER", "SECTION_HEAD", "SUPERVISION_DIRECTOR", "LEADING_GROUP_DEPUTY", "LEADING_GROUP_CHAIR")
"""The offices of the supervision side, from the lowest up: who may approve may also approve what a lower one may."""

TEAM = frozenset({"TEAM_LEADER", "TEAM_MEMBER"})
OF_UNITS = frozenset({"UNIT_HEAD", "UNIT_LIAISON", "OPERATOR", "INTEGRATOR"})
"""Roles of those who are supervised, and of the machines; none of them decides about a slip."""


def at_least(role: str) -> frozenset[str]:
    """A rank and everything above it."""
    return frozenset(RANKS[RANKS.index(role) :])


def above(role: str) -> frozenset[str]:
    """Everything above a rank: "one level above" (d.8). Nobody is above the highest, so it answers for itself."""
    return at_least(RANKS[min(RANKS.index(role) + 1, len(RANKS) - 1)])


OFFICERS, HEADS = at_least("OFFICER"), at_least("SECTION_HEAD")
LEADING_GROUP = at_least("LEADING_GROUP_DEPUTY")


class Act(StrEnum):
    """What only named persons do. Approving and withdrawing a slip depend on its colour and its issuer, so they are not here."""

    ASSESS = "ASSESS"
    VERIFY = "VERIFY"
    DECIDE_OBJECTION = "DECIDE_OBJECTION"
    RESOLVE_DUPLICATE = "RESOLVE_DUPLICATE"
    END_OR_REOPEN = "END_OR_REOPEN"
    APPROVE_REGISTRATION = "APPROVE_REGISTRATION"
    OVERRIDE_QUOTA = "OVERRIDE_QUOTA"
    RECORD = "RECORD"
    DISPOSE = "DISPOSE"
    NOTE = "NOTE"
    ADVISE = "ADVISE"
    PROPOSE = "PROPOSE"
    DETERMINE = "DETERMINE"
    DECIDE_REQUEST = "DECIDE_REQUEST"
    REVIEW = "REVIEW"
    RENEW_AGAIN = "RENEW_AGAIN"
    START_DIRECTLY = "START_DIRECTLY"
    DECIDE_INTERVIEW = "DECIDE_INTERVIEW"
    PUBLISH_POLICY = "PUBLISH_POLICY"
    APPROVE_BULLETIN = "APPROVE_BULLETIN"
    PLAN_INSPECTION = "PLAN_INSPECTION"
    CONCLUDE = "CONCLUDE"


MAY: Mapping[Act, frozenset[str]] = MappingProxyType(
    {
        Act.ASSESS: OFFICERS,
        Act.VERIFY: OFFICERS | TEAM,
        Act.DECIDE_OBJECTION: HEADS,
        Act.RESOLVE_DUPLICATE: OFFICERS,
        Act.END_OR_REOPEN: HEADS | {"LEADER"},
        Act.APPROVE_REGISTRATION: at_least("SUPERVISION_DIRECTOR") | {"LEADER"},
        Act.OVERRIDE_QUOTA: at_least("SUPERVISION_DIRECTOR") | {"LEADER"},
        Act.RECORD: OFFICERS | TEAM,
        Act.DISPOSE: HEADS | {"LEADER"},
        Act.NOTE: OFFICERS | TEAM | {"LEADER"},
        Act.ADVISE: HEADS,
        Act.PROPOSE: OFFICERS,
        Act.DETERMINE: OFFICERS,
        Act.DECIDE_REQUEST: HEADS,
        Act.REVIEW: OFFICERS | TEAM | {"LEADER", "AUDITOR"},
        Act.RENEW_AGAIN: LEADING_GROUP,
        Act.START_DIRECTLY: LEADING_GROUP,
        Act.DECIDE_INTERVIEW: HEADS,
        Act.PUBLISH_POLICY: LEADING_GROUP,
        Act.APPROVE_BULLETIN: frozenset({"LEADER", "LEADING_GROUP_CHAIR"}),  # Decree 733 art. 21: the government's head
        Act.PLAN_INSPECTION: at_least("SUPERVISION_DIRECTOR") | {"LEADER"},  # art. 11: by decision or approved proposal
        Act.CONCLUDE: at_least("SUPERVISION_DIRECTOR") | {"LEADER"},
    }
)
"""The capacities in which an act may be done (d.14; B1 for what the leading group does)."""


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


def capacity_for(name: str, roles: Iterable[str], day: date, capacities: Iterable[Capacity]) -> str | None:
    """In which of these roles the person may act on the local day: the lowest that suffices; None where none does."""
    held = {found.role for found in capacities if found.name == name.strip() and found.holds_on(day)}
    fitting = sorted(held & set(roles), key=lambda role: (RANKS.index(role) if role in RANKS else -1, role))
    return fitting[0] if fitting else None


def lack_of_power(name: str, roles: Iterable[str], day: date, capacities: Iterable[Capacity]) -> str | None:
    """Why this person may not act on the local day, in words; None where he or she may."""
    if capacity_for(name, roles, day, capacities) is not None:
        return None
    wanted = ", ".join(sorted(roles))
    return f"{name.strip()}在{day}无权作此决定，须具备以下职务之一 / holds none of the offices that may decide this: {wanted}"


@dataclass(frozen=True, slots=True)
class Named:
    """A field of an inbound message that names who decides, and the act for which that person needs an office.

    `when` narrows it to messages whose fields have these values.
    """

    type: str
    field: str
    act: Act
    when: Mapping[str, str]


def _named(type_: str, field: str, act: Act, **when: str) -> Named:
    return Named(f"{type_}.v1", field, act, MappingProxyType(when))


NAMED: tuple[Named, ...] = (
    _named("progress.assessed", "decided_by", Act.ASSESS),
    _named("completion.verified", "verified_by", Act.VERIFY),
    _named("completion.rejected", "verified_by", Act.VERIFY),
    _named("objection.decided", "decided_by", Act.DECIDE_OBJECTION),
    _named("duplicate.resolved", "by", Act.RESOLVE_DUPLICATE),
    _named("matter.withdrawn", "by", Act.END_OR_REOPEN),
    _named("matter.reopened", "by", Act.END_OR_REOPEN),
    _named("reply.assessed", "by", Act.ASSESS),
    _named("matter.submitted", "approved_by", Act.APPROVE_REGISTRATION),
    _named("matter.submitted", "override.by", Act.OVERRIDE_QUOTA),
    _named("matter.decomposed", "approved_by", Act.APPROVE_REGISTRATION),
    _named("registration.decided", "by", Act.APPROVE_REGISTRATION),
    _named("plan.published", "approved_by", Act.APPROVE_REGISTRATION),
    _named("look_back.recorded", "by", Act.VERIFY),
    _named("action.recorded", "by", Act.RECORD, kind="COORDINATION"),
    _named("action.recorded", "by", Act.RECORD, kind="INVESTIGATION"),
    _named("action.recorded", "by", Act.DISPOSE, kind="DISPOSITION"),
    _named("field_note.recorded", "by", Act.NOTE),
    _named("advice.issued", "by", Act.ADVISE),
)
"""Whom intake asks for an office, once persons are published. A test tries every role in every one of these fields."""
