"""Where a matter comes from, and which clock the rules give it when the sender names none; its section is policy (`routing`).

Sources: the source document's three sections (domain.md C1–C8) and the clocks of other rules (domain.md a′.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ground_rules.limits import Limit
from ground_rules.policy import Policy

from intake.domain.roles import Role


class SourceType(StrEnum):
    """The decision sources of a matter (domain.md C2–C7, C11, C12; petitions and 12345 of a′.2)."""

    MAJOR_DECISION = "MAJOR_DECISION"
    MEETING = "MEETING"
    DOCUMENT = "DOCUMENT"
    EIGHT_RULES = "EIGHT_RULES"
    LEADER_INSTRUCTION = "LEADER_INSTRUCTION"
    NETIZEN_MESSAGE = "NETIZEN_MESSAGE"
    NPC_SUGGESTION = "NPC_SUGGESTION"
    CPPCC_PROPOSAL = "CPPCC_PROPOSAL"
    PETITION = "PETITION"
    HOTLINE = "HOTLINE"
    FIELD_NOTE = "FIELD_NOTE"
    INSPECTION = "INSPECTION"


class Urgency(StrEnum):
    """特急、急、平 (domain.md C4)."""

    EXTRA_URGENT = "EXTRA_URGENT"
    URGENT = "URGENT"
    ORDINARY = "ORDINARY"


class Section(StrEnum):
    """The three sections of the supervision office (domain.md C8)."""

    DECISION_SUPERVISION = "DECISION_SUPERVISION"
    SPECIAL_HANDLING = "SPECIAL_HANDLING"
    SUGGESTION_HANDLING = "SUGGESTION_HANDLING"


SECTION_NAMES: Mapping[Section, str] = MappingProxyType(
    {
        Section.DECISION_SUPERVISION: "决策督查科",
        Section.SPECIAL_HANDLING: "专项督办科",
        Section.SUGGESTION_HANDLING: "建议提案办理科",
    }
)


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What follows from a source type. The limits are names of the policy's section `reply`, where their provenance stands.

    `None` for a limit means: no rule gives one, the sender has to.
    """

    limit: str | None = None
    difficult: str | None = None
    """The limit of a matter marked difficult; without one, `limit` holds."""
    urgent: Mapping[Urgency, str] = field(default_factory=dict)
    """The limit of a matter marked urgent, which comes before `difficult`."""
    supporting: str | None = None
    """The limit of a supporting unit; without one, a share of the lead's (domain.md d.9, policy `supporting.share`)."""
    standing: bool = False
    """Supervision without a natural end (domain.md C3): it reports in cycles and needs no limit."""
    answered: bool = False
    """Somebody waits for an answer: the lead replies within the same limit (domain.md C4–C7, a′.2)."""


RULES: Mapping[SourceType, SourceRule] = MappingProxyType(
    {
        SourceType.MAJOR_DECISION: SourceRule(),
        # One province's rule (a′.2): minutes 20, documents 30; workdays, as for the instructions of the same rule in AC-15.
        SourceType.MEETING: SourceRule(limit="meeting"),
        SourceType.DOCUMENT: SourceRule(limit="document"),
        SourceType.EIGHT_RULES: SourceRule(standing=True),
        # Attended meetings, accompanied visits and inspections (C11, C12): what came of them is a decision to be carried out.
        SourceType.FIELD_NOTE: SourceRule(),
        SourceType.INSPECTION: SourceRule(),
        # The same rule: ordinary 15, difficult 30, urgent ones 1–5 days.
        SourceType.LEADER_INSTRUCTION: SourceRule(
            limit="leader_instruction",
            difficult="leader_instruction_difficult",
            urgent={
                Urgency.URGENT: "leader_instruction_urgent",
                Urgency.EXTRA_URGENT: "leader_instruction_extra_urgent",
            },
            answered=True,
        ),
        SourceType.NETIZEN_MESSAGE: SourceRule(limit="netizen_message", answered=True),
        SourceType.PETITION: SourceRule(limit="petition", answered=True),
        # 12345: 13 workdays for a complaint; an enquiry (3) carries its own limit.
        SourceType.HOTLINE: SourceRule(limit="hotline", answered=True),
        # 代表法 2025 art. 51: three months, six for wide or difficult ones; supporting opinion within one month.
        SourceType.NPC_SUGGESTION: SourceRule(
            limit="npc_suggestion",
            difficult="npc_suggestion_difficult",
            supporting="npc_supporting",
            answered=True,
        ),
        # Three months by common practice (a′.2, C7).
        SourceType.CPPCC_PROPOSAL: SourceRule(limit="cppcc_proposal", answered=True),
    }
)


def default_limit(source: SourceType, role: Role, policy: Policy, *, difficult: bool, urgency: str | None = None) -> Limit | None:
    """The limit that the rules give an assignment whose sender named none, or None where no rule does."""
    rule = RULES[source]
    pressing = rule.urgent.get(Urgency(urgency)) if urgency is not None else None
    lead = _named(policy, pressing or (rule.difficult if difficult else None) or rule.limit)
    if role is Role.LEAD or lead is None:
        return lead
    return _named(policy, rule.supporting) or Limit(max(1, int(lead.amount * policy.supporting.share)), lead.unit)


def reply_limit(source: SourceType, policy: Policy, *, difficult: bool, urgency: str | None = None) -> Limit | None:
    """How long the lead has to answer the source, whatever the limit of the work; None where nobody waits for an answer."""
    if not RULES[source].answered:
        return None
    return default_limit(source, Role.LEAD, policy, difficult=difficult, urgency=urgency)


def _named(policy: Policy, name: str | None) -> Limit | None:
    found: Limit | None = getattr(policy.reply, name) if name else None
    return found
