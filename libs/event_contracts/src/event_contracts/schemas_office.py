"""Schemas of the messages about no single matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from event_contracts import inbound, vocabulary
from event_contracts.parts import (
    Contract,
    Day,
    Document,
    Group,
    Numbers,
    OneOf,
    Points,
    PointsByUnit,
    Several,
    Text,
    UnitCode,
    Whole,
)
from event_contracts.schema_pieces import EvidenceContract, colour_field, person_field, reference_field


class CalendarPublishedContract(Contract):
    MAKES = inbound.CalendarPublished
    year = Whole(1970, 2199)
    days_off = Several(Day(), 366, required=True)
    makeup_workdays = Several(Day(), 366)
    notice = Text(128)


class PolicyPublishedContract(Contract):
    MAKES = inbound.PolicyPublished
    version = reference_field()
    effective_from = Day()
    parameters = Document()
    by = person_field(required=False)


class InterviewDecidedContract(Contract):
    MAKES = inbound.InterviewDecided
    unit = UnitCode()
    outcome = OneOf(vocabulary.INTERVIEW_OUTCOMES)
    by = person_field()
    persons = Several(person_field(), 50)
    reason = Text(4000, required=False)


class InterviewHeldContract(Contract):
    MAKES = inbound.InterviewHeld
    unit = UnitCode()
    minutes = Text(20_000)
    commitments = Several(Text(2000), 100)


class CapacityContract(Contract):
    """Its fields `from` and `to` are words of Python, so it makes a plain dict."""

    MAKES = dict
    role = OneOf(vocabulary.CAPACITIES)
    locals()["from"] = Day()
    to = Day(required=False)
    deputy_for = person_field(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if "to" in values and values["to"] < values["from"]:
            return {"to": ["不得早于 from / must not be before from"]}
        return {}


class PersonContract(Contract):
    MAKES = inbound.Person
    name = person_field()
    capacities = Several(Group(CapacityContract), 50, required=True)
    unit = UnitCode(required=False)


class PersonsPublishedContract(Contract):
    MAKES = inbound.PersonsPublished
    persons = Several(Group(PersonContract), 10_000, required=True)


class UnitContract(Contract):
    MAKES = inbound.Unit
    code = UnitCode()
    name = Text(128)
    kind = Text(64)
    valid_from = Day()
    valid_to = Day(required=False)
    parent = UnitCode(required=False)
    group = Text(64, required=False)
    successor = UnitCode(required=False)
    head = person_field(required=False)
    liaison = person_field(required=False)


class UnitsPublishedContract(Contract):
    MAKES = inbound.UnitsPublished
    units = Several(Group(UnitContract), 10_000, required=True)


class BulletinItemContract(Contract):
    MAKES = inbound.BulletinItem
    matter = reference_field()
    unit = UnitCode()
    colour = colour_field()


class BulletinPublishedContract(Contract):
    MAKES = inbound.BulletinPublished
    bulletin = reference_field()
    scope = Several(Text(128), 200, required=True)
    items = Several(Group(BulletinItemContract), 500, required=True)
    text = Text(20_000)
    approved_by = person_field()


class BonusAwardedContract(Contract):
    MAKES = inbound.BonusAwarded
    unit = UnitCode()
    year = Whole(1970, 2199)
    amount = Points(positive=True)
    reason = Text(10_000)
    evidence = Several(Group(EvidenceContract), 100, required=True)
    approved_by = person_field()


class AssessmentFinalisedContract(Contract):
    MAKES = inbound.AssessmentFinalised
    year = Whole(1970, 2199)
    base_totals = PointsByUnit(required=False)


class CutMarkedContract(Contract):
    MAKES = inbound.CutMarked
    number = Whole(1, 10**15)
    answers = Numbers(required=False)
