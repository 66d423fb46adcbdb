"""Schemas of the messages about inspections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from event_contracts import inbound, vocabulary
from event_contracts.parts import Code, Contract, Day, Group, GroupOrText, Instant, OneOf, Several, Text, UnitCode
from event_contracts.schema_pieces import EvidenceContract, LimitContract, person_field, reference_field
from event_contracts.schemas_matters import HAS_DUE_AT, HAS_LIMIT, OverrideContract


class TeamContract(Contract):
    MAKES = inbound.Team
    leader = person_field()
    members = Several(person_field(), 100)


_HAS_STANDARD: dict[str, Any] = {"properties": {"standard": {"type": "string"}}, "required": ["standard"]}


class FindingContract(Contract):
    MAKES = inbound.Finding
    RULE: ClassVar[dict[str, Any]] = {
        "not": {"allOf": [HAS_LIMIT, HAS_DUE_AT]},
        "if": _HAS_STANDARD,
        "then": {"anyOf": [HAS_LIMIT, HAS_DUE_AT]},
        "else": {"not": {"anyOf": [HAS_LIMIT, HAS_DUE_AT]}},
    }
    text = Text(10_000)
    code = Code("[A-Z][A-Z0-9_]{1,39}", "应为大写代码 / must be a code in capitals, such as FALSE_REPORT", required=False)
    finding = reference_field(required=False)
    unit = UnitCode(required=False)
    task = Text(500, required=False)
    standard = Text(4000, required=False)
    deliverable = Text(2000, required=False)
    limit = Group(LimitContract, required=False)
    due_at = Instant(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if "limit" in values and "due_at" in values:
            return {"due_at": ["limit 与 due_at 只能有一个 / either limit or due_at, not both"]}
        limited = "limit" in values or "due_at" in values
        if "standard" in values and not limited:
            return {"limit": ["有整改标准即须有期限 / a standard needs limit or due_at"]}
        if limited and "standard" not in values:
            return {"standard": ["有期限即须有整改标准 / a limit needs the standard that is to be met"]}
        return {}


class CampaignPlannedContract(Contract):
    MAKES = inbound.CampaignPlanned
    campaign = reference_field()
    period = Text(64)
    units = Several(UnitCode(), 500, required=True)
    tasks = Several(Text(500), 200, required=True)
    team = Group(TeamContract)
    plan = Text(20_000)
    means = Several(OneOf(vocabulary.MEANS), 20)
    by = person_field(required=False)
    override = Group(OverrideContract, required=False)


class InspectionPlannedContract(Contract):
    MAKES = inbound.InspectionPlanned
    inspection = reference_field()
    mode = OneOf(vocabulary.INSPECTION_MODES)
    unit = UnitCode()
    place = Text(512)
    locals()["from"] = Day()
    to = Day()
    team = Group(TeamContract)
    plan = Text(20_000)
    campaign = reference_field(required=False)
    matter = reference_field(required=False)
    means = Several(OneOf(vocabulary.MEANS), 20)
    by = person_field(required=False)
    override = Group(OverrideContract, required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if values["to"] < values["from"]:
            return {"to": ["不得早于 from / must not be before from"]}
        return {}


class InspectionFoundContract(Contract):
    MAKES = inbound.InspectionFound
    inspection = reference_field()
    unit = UnitCode()
    findings = Several(GroupOrText(FindingContract), 200, required=True)
    evidence = Several(Group(EvidenceContract), 200, required=True)


class ConclusionIssuedContract(Contract):
    MAKES = inbound.ConclusionIssued
    RULE: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"properties": {"inspection": {"type": "string"}}, "required": ["inspection"]},
            {"properties": {"matter": {"type": "string"}}, "required": ["matter"]},
        ]
    }
    conclusion = reference_field()
    unit = UnitCode()
    findings = Several(GroupOrText(FindingContract), 200, required=True, least=0)
    """None: everything was in order."""
    evidence = Several(Group(EvidenceContract), 200, required=True)
    issued_by = person_field()
    inspection = reference_field(required=False)
    matter = reference_field(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if not values.keys() & {"inspection", "matter"}:
            return {"inspection": ["结论应写明所依据的督查或事项 / a conclusion names the inspection or matter it is about"]}
        return {}
