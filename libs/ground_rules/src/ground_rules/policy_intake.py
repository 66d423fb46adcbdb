"""The parts of a policy that say how matters come in: answers, sections, approvals, quotas, duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ground_rules.limits import Limit


@dataclass(frozen=True, slots=True)
class Reply:
    """Limits that come with the source of a matter."""

    npc_suggestion: Limit
    npc_suggestion_difficult: Limit
    npc_supporting: Limit
    cppcc_proposal: Limit
    leader_instruction: Limit
    leader_instruction_difficult: Limit
    leader_instruction_urgent: Limit
    leader_instruction_extra_urgent: Limit
    meeting: Limit
    document: Limit
    netizen_message: Limit
    hotline: Limit
    petition: Limit
    petition_extension: Limit
    petition_objection: Limit
    redo: Limit


@dataclass(frozen=True, slots=True)
class Routing:
    """Which section of the office looks after the matters of each source (domain.md C8)."""

    major_decision: str
    meeting: str
    document: str
    eight_rules: str
    leader_instruction: str
    netizen_message: str
    npc_suggestion: str
    cppcc_proposal: str
    petition: str
    hotline: str
    field_note: str
    inspection: str


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether a decision that is split, and what the office starts of its own accord, need somebody's approval by name."""

    approval: Literal["auto", "required"]


@dataclass(frozen=True, slots=True)
class Quota:
    """How much may be asked of one unit, and how often it may be inspected, in a local calendar month; None: no limit."""

    matters: int | None
    inspections: int | None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """From which likeness (whole percent), and within how many calendar days, a matter is suspected to repeat another."""

    threshold: int
    period: int
    answered: Literal["refuse", "suspect"]
    """What becomes of a matter that asks in the same words what was answered."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """From how many units or cases, within how many calendar months, a cause recurs; None: that number does not count."""

    units: int | None
    times: int | None
    months: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Whether what the office starts of its own accord must belong to the year's plan, once there is one."""

    required: Literal["off", "required"]


@dataclass(frozen=True, slots=True)
class LookBack:
    """How long after its closing a matter should have been looked at again."""

    after: Limit


@dataclass(frozen=True, slots=True)
class Retention:
    """Months after which content is erased or put away (`tidy`); None: never."""

    inbound: int | None
    announced: int | None
    parked: int | None
    informants: int | None
    reads: int | None
    archive: int | None
