"""Schemas of the messages about matters, and about what units report and sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from event_contracts import inbound, vocabulary
from event_contracts.parts import Code, Contract, Day, Group, Instant, OneOf, Several, Text, UnitCode, Whole, YesNo
from event_contracts.schema_pieces import (
    AboutUnitContract,
    LimitContract,
    cause_field,
    colour_field,
    evidence_field,
    person_field,
    reference_field,
)


class InformantContract(Contract):
    MAKES = inbound.Informant
    name = person_field()
    contact = Text(256, required=False)


class SourceContract(Contract):
    MAKES = inbound.SubmittedSource
    type = OneOf(vocabulary.SOURCE_TYPES)
    number = Text(128, required=False)
    issuer = Text(128, required=False)
    issued_on = Day(required=False)
    clause = Text(256, required=False)
    difficult = YesNo(required=False)
    informant = Group(InformantContract, required=False)
    urgency = OneOf(vocabulary.URGENCIES, required=False)


class AuthorisationContract(Contract):
    MAKES = inbound.Authorisation
    principal = OneOf(vocabulary.PRINCIPALS)
    basis = Text(512)
    body = Text(128, required=False)
    scope = Text(512, required=False)
    until = Day(required=False)


class MilestoneContract(Contract):
    MAKES = inbound.Milestone
    due_on = Day()
    percent = Whole(0, 100)
    text = Text(512, required=False)


HAS_LIMIT: dict[str, Any] = {"properties": {"limit": {"type": "object"}}, "required": ["limit"]}
HAS_DUE_AT: dict[str, Any] = {"properties": {"due_at": {"type": "string"}}, "required": ["due_at"]}


class AssignmentContract(Contract):
    MAKES = inbound.SubmittedAssignment
    RULE: ClassVar[dict[str, Any]] = {"not": {"allOf": [HAS_LIMIT, HAS_DUE_AT]}}
    unit = UnitCode()
    role = OneOf(vocabulary.ROLES)
    deliverable = Text(2000)
    standard = Text(4000, required=False)
    limit = Group(LimitContract, required=False)
    due_at = Instant(required=False)
    milestones = Several(Group(MilestoneContract), 100)
    depends_on = Several(UnitCode(), 100)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if "limit" in values and "due_at" in values:
            return {"due_at": ["limit 与 due_at 只能有一个 / either limit or due_at, not both"]}
        return {}


class OverrideContract(Contract):
    MAKES = inbound.Override
    reason = Text(2000)
    by = person_field()


class MatterSubmittedContract(Contract):
    MAKES = inbound.MatterSubmitted
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"source": {"properties": {"type": {"enum": sorted(vocabulary.STATUTORY_CLOCK)}}}}},
        "else": {"properties": {"assignments": {"items": {"anyOf": [HAS_LIMIT, HAS_DUE_AT]}}}},
    }
    external_ref = reference_field()
    title = Text(500)
    kind = Code("[A-Z][A-Z0-9_]{1,39}", "应为大写代码 / must be a code in capitals, such as SPECIAL", required=False)
    source = Group(SourceContract)
    authorisation = Group(AuthorisationContract, required=False)
    standard = Text(4000)
    classification = OneOf(vocabulary.CLASSIFICATIONS, required=False)
    subject_terms = Several(Text(64), 50)
    assignments = Several(Group(AssignmentContract), 200, required=True)
    override = Group(OverrideContract, required=False)
    approved_by = person_field(required=False)
    plan = reference_field(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        faults: dict[int, Any] = {}
        seen: set[str] = set()
        for index, part in enumerate(values["assignments"]):
            if part.unit in seen:
                faults[index] = {"unit": [f"{part.unit} 重复 / {part.unit} appears twice"]}
            seen.add(part.unit)
            if part.limit is None and part.due_at is None and values["source"].type not in vocabulary.STATUTORY_CLOCK:
                faults.setdefault(index, {})["limit"] = ["应有 limit 或 due_at / this source needs limit or due_at"]
        return {"assignments": faults} if faults else {}


class ProgressReportedContract(AboutUnitContract):
    MAKES = inbound.ProgressReported
    text = Text(10_000)
    percent = Whole(0, 100, required=False)
    evidence = evidence_field()


class ProgressAssessedContract(AboutUnitContract):
    MAKES = inbound.ProgressAssessed
    accepted = YesNo()
    decided_by = person_field()
    substantive = YesNo(required=False)
    request = reference_field(required=False)


class CompletionClaimedContract(AboutUnitContract):
    MAKES = inbound.CompletionClaimed
    text = Text(10_000)
    colour = colour_field()
    evidence = evidence_field()


class CompletionVerifiedContract(AboutUnitContract):
    MAKES: ClassVar[type[Any]] = inbound.CompletionVerified
    verified_by = person_field()
    colour = colour_field()
    claim = reference_field(required=False)
    deficiencies = Several(Text(1000), 100)
    cause = cause_field(required=False)


class CompletionRejectedContract(CompletionVerifiedContract):
    MAKES = inbound.CompletionRejected


class NoticeSignedContract(AboutUnitContract):
    MAKES = inbound.NoticeSigned
    signed_by = person_field()
    colour = colour_field()


class ObjectionFiledContract(AboutUnitContract):
    MAKES = inbound.ObjectionFiled
    grounds = Text(10_000)
    evidence = evidence_field()


class ObjectionDecidedContract(AboutUnitContract):
    MAKES = inbound.ObjectionDecided
    outcome = OneOf(vocabulary.OBJECTION_OUTCOMES)
    decided_by = person_field()
    new_unit = UnitCode(required=False)
    reasons = Text(10_000, required=False)
    request = reference_field(required=False)


class DuplicateResolvedContract(Contract):
    MAKES = inbound.DuplicateResolved
    matter = reference_field()
    into = reference_field(required=False)
    outcome = OneOf(vocabulary.DUPLICATE_OUTCOMES)
    reason = Text(10_000)
    by = person_field(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if values.get("into") == values["matter"]:
            return {"into": ["须是另一事项 / must be another matter"]}
        return {}


class ReplySentContract(Contract):
    MAKES = inbound.ReplySent
    matter = reference_field()
    unit = UnitCode(required=False)
    to = Text(512)
    text = Text(20_000)


class MatterWithdrawnContract(Contract):
    MAKES = inbound.MatterWithdrawn
    matter = reference_field()
    reason = Text(10_000)
    by = person_field(required=False)


class MatterReopenedContract(Contract):
    MAKES = inbound.MatterReopened
    matter = reference_field()
    reason = Text(10_000)
    cause = OneOf(vocabulary.REOPENING_CAUSES, required=False)
    unit = UnitCode(required=False)
    limit = Group(LimitContract, required=False)
    by = person_field(required=False)


class ReplyAssessedContract(Contract):
    MAKES = inbound.ReplyAssessed
    matter = reference_field()
    satisfied = YesNo()
    text = Text(10_000, required=False)
    by = person_field(required=False)


class MatterDecomposedContract(Contract):
    MAKES = inbound.MatterDecomposed
    directive = Text(256)
    matters = Several(Group(MatterSubmittedContract), 100, required=True)
    approved_by = person_field(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        refs = [matter.external_ref for matter in values["matters"]]
        twice = [index for index, ref in enumerate(refs) if ref in refs[:index]]
        faults = {index: {"external_ref": [f"{refs[index]} 重复 / {refs[index]} appears twice"]} for index in twice}
        return {"matters": faults} if faults else {}
