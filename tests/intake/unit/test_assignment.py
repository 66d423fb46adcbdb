"""Lead and supporting units taken together (domain.md B6, d.9)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ground_rules.limits import Limit
from ground_rules.policy import load_policy
from intake.domain.assignment import Part, fault_in, limit_of
from intake.domain.faults import Fault
from intake.domain.roles import Role
from intake.domain.sources import SourceType

POLICY = load_policy()
TEN = Limit(10, "WORKDAY")
LEAD = Part("ZJJ", Role.LEAD, TEN)
HELP = Part("SLJ", Role.SUPPORTING, TEN)


def test_one_lead_with_supporting_units_is_good() -> None:
    assert fault_in([LEAD, HELP, Part("HBJ", Role.SUPPORTING, TEN, depends_on=("SLJ",))]) is None


@pytest.mark.parametrize("parts", [[], [HELP], [LEAD, Part("HBJ", Role.LEAD, TEN)]], ids=["nobody", "none", "two"])
def test_there_is_exactly_one_lead(parts: list[Part]) -> None:
    fault = fault_in(parts)
    assert fault is not None
    assert (fault.code, fault.pointer) == ("SCHEMA_INVALID", "/data/assignments")


def test_a_unit_is_named_once() -> None:
    fault = fault_in([LEAD, Part("ZJJ", Role.SUPPORTING, TEN)])
    assert fault is not None
    assert fault.pointer == "/data/assignments/1/unit"


def test_a_limit_and_a_fixed_instant_exclude_each_other() -> None:
    fault = fault_in([Part("ZJJ", Role.LEAD, TEN, datetime(2026, 3, 2, tzinfo=UTC))])
    assert fault is not None
    assert fault.pointer == "/data/assignments/0/due_at"


@pytest.mark.parametrize("other", ["HBJ", "ZJJ"], ids=["a stranger", "itself"])
def test_a_unit_depends_on_other_units_of_the_same_matter_only(other: str) -> None:
    fault = fault_in([Part("ZJJ", Role.LEAD, TEN, depends_on=("SLJ", other)), HELP])
    assert fault is not None
    assert fault.pointer == "/data/assignments/0/depends_on/1"


def test_the_limit_of_the_sender_goes_before_the_rule_of_the_source() -> None:
    assert limit_of(LEAD, SourceType.NPC_SUGGESTION, POLICY, difficult=True, index=0) == TEN


def test_a_fixed_instant_leaves_no_limit() -> None:
    part = Part("ZJJ", Role.LEAD, due_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert limit_of(part, SourceType.NPC_SUGGESTION, POLICY, difficult=False, index=0) is None


def test_a_limit_left_out_is_the_one_of_the_source() -> None:
    part = Part("ZJJ", Role.LEAD)
    assert limit_of(part, SourceType.NPC_SUGGESTION, POLICY, difficult=True, index=0) == Limit(6, "MONTH")


def test_standing_supervision_needs_no_limit() -> None:
    assert limit_of(Part("ZJJ", Role.LEAD), SourceType.EIGHT_RULES, POLICY, difficult=False, index=0) is None


def test_without_a_limit_and_without_a_rule_the_sender_has_to_name_one() -> None:
    fault = limit_of(Part("ZJJ", Role.LEAD), SourceType.MAJOR_DECISION, POLICY, difficult=False, index=2)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.pointer) == ("SCHEMA_INVALID", "/data/assignments/2/limit")
