"""Routing and default clocks by source (domain.md C8, a′.2, d.9)."""

from __future__ import annotations

import pytest
from event_contracts import vocabulary
from ground_rules.limits import Limit
from ground_rules.policy import load_policy
from intake.domain.roles import Role
from intake.domain.sources import RULES, SECTION_NAMES, Section, SourceType, default_limit, reply_limit

POLICY = load_policy()


@pytest.mark.parametrize(
    ("source", "section"),
    [
        ("MAJOR_DECISION", "决策督查科"),
        ("MEETING", "决策督查科"),
        ("DOCUMENT", "决策督查科"),
        ("EIGHT_RULES", "决策督查科"),
        ("LEADER_INSTRUCTION", "专项督办科"),
        ("NETIZEN_MESSAGE", "专项督办科"),
        ("NPC_SUGGESTION", "建议提案办理科"),
        ("CPPCC_PROPOSAL", "建议提案办理科"),
    ],
)
def test_each_source_goes_to_its_section(source: str, section: str) -> None:
    assert SECTION_NAMES[Section(getattr(load_policy().routing, source.lower()))] == section


@pytest.mark.parametrize(
    ("source", "ordinary", "difficult"),
    [
        ("NPC_SUGGESTION", Limit(3, "MONTH"), Limit(6, "MONTH")),
        ("CPPCC_PROPOSAL", Limit(3, "MONTH"), Limit(3, "MONTH")),
        ("NETIZEN_MESSAGE", Limit(10, "WORKDAY"), Limit(10, "WORKDAY")),
        ("LEADER_INSTRUCTION", Limit(15, "WORKDAY"), Limit(30, "WORKDAY")),
        ("PETITION", Limit(60, "DAY"), Limit(60, "DAY")),
        ("HOTLINE", Limit(13, "WORKDAY"), Limit(13, "WORKDAY")),
        ("MEETING", Limit(20, "WORKDAY"), Limit(20, "WORKDAY")),
        ("DOCUMENT", Limit(30, "WORKDAY"), Limit(30, "WORKDAY")),
    ],
)
def test_the_lead_gets_the_limit_that_the_rule_of_the_source_gives(source: str, ordinary: Limit, difficult: Limit) -> None:
    assert default_limit(SourceType(source), Role.LEAD, POLICY, difficult=False) == ordinary
    assert default_limit(SourceType(source), Role.LEAD, POLICY, difficult=True) == difficult


@pytest.mark.parametrize("source", ["MAJOR_DECISION", "EIGHT_RULES", "FIELD_NOTE", "INSPECTION"])
def test_sources_without_a_rule_give_no_limit(source: str) -> None:
    assert default_limit(SourceType(source), Role.LEAD, POLICY, difficult=True) is None
    assert default_limit(SourceType(source), Role.SUPPORTING, POLICY, difficult=False) is None


def test_a_supporting_opinion_on_a_suggestion_is_due_in_one_month_even_if_it_is_difficult() -> None:
    assert default_limit(SourceType.NPC_SUGGESTION, Role.SUPPORTING, POLICY, difficult=True) == Limit(1, "MONTH")


def test_elsewhere_a_supporting_unit_gets_half_of_the_leads_limit_and_at_least_one() -> None:
    assert default_limit(SourceType.NETIZEN_MESSAGE, Role.SUPPORTING, POLICY, difficult=False) == Limit(5, "WORKDAY")
    assert default_limit(SourceType.LEADER_INSTRUCTION, Role.SUPPORTING, POLICY, difficult=False) == Limit(7, "WORKDAY")
    assert default_limit(SourceType.CPPCC_PROPOSAL, Role.SUPPORTING, POLICY, difficult=False) == Limit(1, "MONTH")


def test_only_the_eight_rules_are_supervised_without_an_end() -> None:
    assert [source for source, rule in RULES.items() if rule.standing] == [SourceType.EIGHT_RULES]


def test_every_source_of_the_wire_has_a_rule() -> None:
    assert {source.value for source in RULES} == set(vocabulary.SOURCE_TYPES)
    assert set(SECTION_NAMES) == set(Section)


def test_the_wire_lets_a_limit_be_left_out_exactly_where_a_rule_stands_in() -> None:
    free = {source.value for source, rule in RULES.items() if rule.limit is not None or rule.standing}
    assert free == set(vocabulary.STATUTORY_CLOCK)


@pytest.mark.parametrize(
    ("source", "ordinary", "difficult"),
    [
        ("NPC_SUGGESTION", Limit(3, "MONTH"), Limit(6, "MONTH")),
        ("CPPCC_PROPOSAL", Limit(3, "MONTH"), Limit(3, "MONTH")),
        ("LEADER_INSTRUCTION", Limit(15, "WORKDAY"), Limit(30, "WORKDAY")),
        ("NETIZEN_MESSAGE", Limit(10, "WORKDAY"), Limit(10, "WORKDAY")),
        ("PETITION", Limit(60, "DAY"), Limit(60, "DAY")),
        ("HOTLINE", Limit(13, "WORKDAY"), Limit(13, "WORKDAY")),
    ],
)
def test_whoever_asked_is_answered_within_the_limit_of_the_source(source: str, ordinary: Limit, difficult: Limit) -> None:
    assert reply_limit(SourceType(source), POLICY, difficult=False) == ordinary
    assert reply_limit(SourceType(source), POLICY, difficult=True) == difficult


@pytest.mark.parametrize("source", ["MAJOR_DECISION", "MEETING", "DOCUMENT", "EIGHT_RULES", "FIELD_NOTE", "INSPECTION"])
def test_nobody_waits_for_an_answer_to_a_decision(source: str) -> None:
    assert reply_limit(SourceType(source), POLICY, difficult=False) is None


def test_a_city_sets_its_own_clocks_and_share() -> None:
    five = {"amount": 5, "unit": "WORKDAY"}
    own = load_policy({"reply": {"netizen_message": five}, "supporting": {"share": "0.25"}})
    assert reply_limit(SourceType.NETIZEN_MESSAGE, own, difficult=False) == Limit(5, "WORKDAY")
    assert default_limit(SourceType.NETIZEN_MESSAGE, Role.SUPPORTING, own, difficult=False) == Limit(1, "WORKDAY")
    assert default_limit(SourceType.CPPCC_PROPOSAL, Role.SUPPORTING, own, difficult=False) == Limit(1, "MONTH")
