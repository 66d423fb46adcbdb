"""Who may see which page, and who may do which act here (domain.md d.14).

The services ask again, of what was published about persons and of what the policy says. This list decides which pages open, and
which buttons while nobody's offices were published; afterwards `powers` asks of those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NAME = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,126}\S)?")
"""A person's name, as at the HTTP door: any text of one line, full-width blanks between two characters with it (陈　立)."""
RANKS = ("OFFICER", "SECTION_HEAD", "SUPERVISION_DIRECTOR", "LEADING_GROUP_DEPUTY", "LEADING_GROUP_CHAIR")
OFFICE = frozenset(RANKS)
HEADS = frozenset(RANKS[1:])
LEADING_GROUP = frozenset(RANKS[3:])
TEAM = frozenset({"TEAM_LEADER", "TEAM_MEMBER"})
UNITS = frozenset({"UNIT_HEAD", "UNIT_LIAISON"})
BODIES: Mapping[str, str] = {"DISCIPLINE": "DISCIPLINE", "ORGANISATION": "ORGANISATION", "ASSESSMENT_OFFICE": "ASSESSMENT"}
"""Role → the body that it speaks for."""
SOURCES: Mapping[str, str] = {"NPC_LIAISON": "NPC_SUGGESTION", "CPPCC_LIAISON": "CPPCC_PROPOSAL"}
"""Role → the source whose matters it sees."""
ROLES = (
    *RANKS, "TEAM_LEADER", "TEAM_MEMBER", "LEADER", "UNIT_HEAD", "UNIT_LIAISON", "ASSESSMENT_OFFICE", "DISCIPLINE",
    "ORGANISATION", "NPC_LIAISON", "CPPCC_LIAISON", "AUDITOR", "OPERATOR", "INTEGRATOR",
)  # fmt: skip

EVERY_MATTER = OFFICE | TEAM | {"LEADER", "AUDITOR", "ASSESSMENT_OFFICE"}
"""Roles that see every matter; the others see those that they have a part in."""

PAGES: Mapping[str, frozenset[str]] = {
    "city": EVERY_MATTER | UNITS | frozenset(BODIES) | frozenset(SOURCES),
    "matters": EVERY_MATTER | UNITS | frozenset(BODIES) | frozenset(SOURCES),
    "matter": EVERY_MATTER | UNITS | frozenset(BODIES) | frozenset(SOURCES),
    "office": OFFICE | {"AUDITOR"},
    "unit": OFFICE | UNITS | {"LEADER", "AUDITOR", "ASSESSMENT_OFFICE"},
    "assessment": OFFICE | {"LEADER", "AUDITOR", "ASSESSMENT_OFFICE"},
    "rehearsal": OFFICE | {"ASSESSMENT_OFFICE"},
    "conclusions": OFFICE | TEAM | UNITS | {"LEADER", "AUDITOR"},
    "bulletins": OFFICE | {"LEADER", "AUDITOR", "ASSESSMENT_OFFICE"},
    "referrals": OFFICE | {"AUDITOR"} | frozenset(BODIES),
    "acts": HEADS | {"AUDITOR"},
    "act": OFFICE | UNITS | TEAM | frozenset(BODIES) | {"LEADER", "AUDITOR"},
    "system": frozenset({"OPERATOR", "AUDITOR"}),
    "accounts": frozenset({"OPERATOR", "AUDITOR"}),
    "administer": frozenset({"OPERATOR"}),
    "pace": frozenset(ROLES),
    "account": frozenset(ROLES),
}
"""Page → roles that may open it. An auditor may open the form of an act, since a review may be his; the act decides."""

ACTS: Mapping[str, frozenset[str]] = {
    "approve:WHITE": frozenset(RANKS[1:]),
    "approve:YELLOW": frozenset(RANKS[2:]),
    "approve:RED": frozenset(RANKS[4:]),
    "withdraw:WHITE": frozenset(RANKS[2:]),
    "withdraw:YELLOW": frozenset(RANKS[3:]),
    "withdraw:RED": frozenset(RANKS[4:]),
    "propose": OFFICE,
    "verify": OFFICE | TEAM,
    "assess": OFFICE,
    "urge": OFFICE,
    "determine": OFFICE,
    "decide-request": HEADS,
    "decide-objection": HEADS,
    "resolve-duplicate": OFFICE,
    "decide-interview": HEADS,
    "review": OFFICE | TEAM | {"LEADER", "AUDITOR"},
    "sign": UNITS,
    "report": UNITS,
    "claim": UNITS,
    "object": UNITS,
    "justify": UNITS,
    "extend": UNITS,
    "appeal": UNITS,
    "answer-referral": frozenset(BODIES) | OFFICE,
    "award": frozenset({"ASSESSMENT_OFFICE", "LEADING_GROUP_CHAIR"}),
    "finalise": frozenset({"ASSESSMENT_OFFICE"}),
    "publish-bulletin": frozenset({"LEADER", "LEADING_GROUP_CHAIR"}),
}
"""Act → roles that may do it. Approval: white section head, yellow director, red the chair; withdrawal one level above."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed on: the name under which acts go out, the role, and for units the code."""

    login: str
    name: str
    role: str
    unit: str | None = None

    @property
    def sender(self) -> str:
        """The first word of the routing key: the unit, the body, or the office."""
        return self.unit if self.role in UNITS and self.unit else BODIES.get(self.role, "OFFICE")

    def may_open(self, page: str) -> bool:
        """Whether the page opens for this role."""
        return self.role in PAGES[page]

    def sees(self, units: set[str], source_type: str | None, bodies: set[str]) -> bool:
        """Whether a matter with these units, this source and these referrals is this person's to see."""
        if self.role in EVERY_MATTER:
            return True
        if self.role in UNITS:
            return self.unit in units
        if self.role in SOURCES:
            return source_type == SOURCES[self.role]
        return BODIES.get(self.role) in bodies
