"""Whose an event is, type by type; what is still to be decided about a unit is not for the unit."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from event_contracts.hearing import TOLD, For, is_for, is_sealed
from event_contracts.published import FACTS

FIELDS = {name: {field.name for field in fields(cls)} for name, cls in FACTS.items()}


def test_of_every_published_type_it_is_said_whose_it_is() -> None:
    assert set(TOLD) == set(FACTS)


NAMED_IN = {
    For.UNIT: "unit",
    For.ADDRESSEE: "addressee",
    For.BODY: "body",
    For.PARTIES: "matter_id",
    For.SUBMITTER: "submitted_by",
}


def test_what_is_somebodys_names_whose_it_is() -> None:
    """A renamed field would make every event of the type nobody's."""
    assert [name for name, whose in TOLD.items() if whose in NAMED_IN and NAMED_IN[whose] not in FIELDS[name]] == []


def test_what_is_for_everybody_names_nobody() -> None:
    everybody = {name for name, told in TOLD.items() if told is For.EVERYBODY}
    assert everybody == {"escalation.calendar.published.v1", "escalation.policy.published.v1", "intake.units.published.v1"}
    assert not any({"unit", "matter_id", "persons"} & FIELDS[name] for name in everybody)


def readers(type_: str, **data: Any) -> set[str]:
    """Which of these read an event about a matter of SUB with the units LEAD and HELP."""
    units = frozenset({"LEAD", "HELP"})
    everybody = ("SUB", "LEAD", "HELP", "STRANGER", "DISCIPLINE")
    return {unit for unit in everybody if is_for(unit, type_, data, "SUB", units)}


@pytest.mark.parametrize(
    ("type_", "data", "who"),
    [
        ("escalation.slip.issued.v1", {"unit": "LEAD"}, {"LEAD", "SUB"}),
        ("escalation.slip.proposed.v1", {"unit": "LEAD"}, set()),
        ("escalation.determination.made.v1", {"unit": "LEAD"}, set()),
        ("escalation.interview.proposed.v1", {"unit": "LEAD"}, set()),
        ("escalation.referral.created.v1", {"unit": "LEAD", "body": "DISCIPLINE"}, {"DISCIPLINE"}),
        ("escalation.policy.published.v1", {}, {"SUB", "LEAD", "HELP", "STRANGER", "DISCIPLINE"}),
        ("intake.matter.closed.v1", {}, {"SUB", "LEAD", "HELP"}),
        ("intake.matter.registered.v1", {}, {"SUB"}),
        ("intake.advice.issued.v1", {"addressee": "HELP"}, {"HELP"}),
        ("intake.inspection.planned.v1", {"unit": "LEAD"}, set()),
        ("nobody.knows.it.v1", {"unit": "LEAD"}, set()),
    ],
)
def test_an_event_is_read_by_whom_it_concerns_and_by_nobody_else(type_: str, data: dict[str, Any], who: set[str]) -> None:
    assert readers(type_, **data) == who


def test_a_matter_that_the_service_does_not_know_is_nobodys_by_its_parties() -> None:
    assert not is_for("LEAD", "intake.matter.closed.v1", {}, None, frozenset())


@pytest.mark.parametrize(("data", "sealed"), [({"sealed": True}, True), ({"sealed": False}, False), ({}, False)])
def test_only_a_conclusion_that_waits_for_its_service_is_sealed(data: dict[str, Any], sealed: bool) -> None:
    assert is_sealed(data) is sealed
