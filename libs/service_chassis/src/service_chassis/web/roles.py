"""What a person's role lets that person send and see (domain.md d.14), before anybody looks at the matter itself.

This is the outer ring, the same at every door where persons sign on. Inside it stand `wire.may_send` (what the unit may say), the
powers of the named person on that day (`ground_rules.powers`), and whether the unit is a party of the matter at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from event_contracts import inbound
from event_contracts.vocabulary import CAPACITIES
from ground_rules.powers import RANKS, TEAM, at_least


class Sight(StrEnum):
    """Whose matters may be looked at."""

    ALL = "ALL"
    OWN = "OWN"
    """Those that the unit submitted, or has a part in."""
    NONE = "NONE"


OF_A_UNIT = frozenset({"UNIT_HEAD", "UNIT_LIAISON"})
OF_A_BODY = frozenset({"ASSESSMENT_OFFICE", "DISCIPLINE", "ORGANISATION"})
OF_DEPUTIES = frozenset({"NPC_LIAISON", "CPPCC_LIAISON"})
SEES_ALL = frozenset({*RANKS, *TEAM, "LEADER", "AUDITOR"})

LEAST_RANK: Mapping[str, str] = {
    **dict.fromkeys(
        (
            inbound.MatterWithdrawn.TYPE,
            inbound.MatterReopened.TYPE,
            inbound.ObjectionDecided.TYPE,
            inbound.JustificationDecided.TYPE,
            inbound.ExtensionDecided.TYPE,
            inbound.ClockResumed.TYPE,
            inbound.InterviewDecided.TYPE,
            inbound.SlipApproved.TYPE,
            inbound.SlipWithdrawn.TYPE,
        ),
        "SECTION_HEAD",
    ),
    **dict.fromkeys(
        (
            inbound.MatterDecomposed.TYPE,
            inbound.UnitsPublished.TYPE,
            inbound.PersonsPublished.TYPE,
            inbound.CalendarPublished.TYPE,
        ),
        "SUPERVISION_DIRECTOR",
    ),
    inbound.PolicyPublished.TYPE: "LEADING_GROUP_DEPUTY",
    inbound.BulletinPublished.TYPE: "LEADING_GROUP_CHAIR",
}
"""The lowest rank of the office that may send a type; OFFICER where none is named (see ground_rules.powers.MAY)."""

APPROVER = {"WHITE": "SECTION_HEAD", "YELLOW": "SUPERVISION_DIRECTOR", "RED": "LEADING_GROUP_DEPUTY"}
"""Who may approve a slip of which colour (d.14); the leading group's chair or its deputy for red."""

_NOT_OF_UNITS = inbound.BY_THE_OFFICE | inbound.BY_A_BODY | inbound.BY_THE_ASSESSMENT_OFFICE | {inbound.CutMarked.TYPE}
_OTHERS: Mapping[str, frozenset[str]] = {
    "LEADER": frozenset(
        {
            inbound.MatterSubmitted.TYPE,
            inbound.MatterDecomposed.TYPE,
            inbound.MatterWithdrawn.TYPE,
            inbound.MatterReopened.TYPE,
            inbound.BulletinPublished.TYPE,
        }
    ),
    **dict.fromkeys(
        TEAM, frozenset({inbound.CompletionVerified.TYPE, inbound.CompletionRejected.TYPE, inbound.InspectionFound.TYPE})
    ),
    "ASSESSMENT_OFFICE": inbound.BY_THE_ASSESSMENT_OFFICE | inbound.BY_A_BODY,
    **dict.fromkeys(("DISCIPLINE", "ORGANISATION"), inbound.BY_A_BODY),
    **dict.fromkeys(OF_DEPUTIES, frozenset({inbound.ReplyAssessed.TYPE})),
}


_BODY = {"ASSESSMENT_OFFICE": "ASSESSMENT", "DISCIPLINE": "DISCIPLINE", "ORGANISATION": "ORGANISATION"}


def counts(role: str, unit: str) -> bool:
    """Whether a role means anything in this unit: an officer of the supervision office is none elsewhere, a body's is of that
    body, and inspection teams are made of people from many units, who see all only if they are the office's own."""
    if role in RANKS or role in TEAM or role in OF_DEPUTIES:
        return unit == "OFFICE"
    if role in OF_A_UNIT:
        return unit != "OFFICE"
    return _BODY.get(role, unit) == unit


def may_write(role: str, type_: str) -> bool:
    """Whether somebody in this role may send this type at all. AUDITOR, OPERATOR and INTEGRATOR send nothing."""
    if type_ == inbound.CutMarked.TYPE:
        return False
    if role in RANKS:
        return type_ not in inbound.BY_THE_UNIT and role in at_least(LEAST_RANK.get(type_, "OFFICER"))
    if role in OF_A_UNIT:
        return type_ not in _NOT_OF_UNITS
    return type_ in _OTHERS.get(role, frozenset())


def may_decide(roles: Iterable[str], type_: str, data: Mapping[str, Any]) -> bool:
    """The same, where it depends on what is decided: a slip's colour."""
    wanted = APPROVER.get(str(data.get("colour"))) if type_ == inbound.SlipApproved.TYPE else None
    return wanted is None or bool(frozenset(roles) & at_least(wanted))


def sight(role: str) -> Sight:
    """Whose matters somebody in this role may look at. An OPERATOR sees no business content at all."""
    if role in SEES_ALL:
        return Sight.ALL
    return Sight.NONE if role == "OPERATOR" or role not in CAPACITIES else Sight.OWN


PERSON_FIELDS = frozenset({"by", "decided_by", "verified_by", "approved_by", "signed_by", "issued_by"})
"""Fields that name who acts. Where a person has signed on it is that person, or the message is refused."""
NOT_A_PERSON = frozenset({(inbound.UrgeSent.TYPE, "by")})
"""Where such a name holds something else."""
