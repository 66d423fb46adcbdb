"""One marshmallow schema for each class of `inbound.py`: names, lengths (in characters) and rules between fields.

Those about matters stand in `schemas_matters`, about inspections in `schemas_inspections`, about no single matter in
`schemas_office`, the ladder's here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from event_contracts import (
    inbound,
    schemas_acts,  # noqa: F401
    schemas_inspections,  # noqa: F401 - `_contracts` finds their classes
    schemas_matters,  # noqa: F401
    schemas_office,  # noqa: F401
    vocabulary,
)
from event_contracts.event import Request, catalogue
from event_contracts.parts import Contract, Day, Group, OneOf, Several, Text, Whole, YesNo
from event_contracts.schema_pieces import (
    AboutUnitContract,
    EvidenceContract,
    LimitContract,
    colour_field,
    days_field,
    evidence_field,
    owner_field,
    person_field,
    reference_field,
)

REQUESTS: Mapping[str, type[Request]] = catalogue(inbound.REQUESTS)
"""Every inbound type that this release understands, and its class."""


class UrgeSentContract(AboutUnitContract):
    MAKES = inbound.UrgeSent
    by = OneOf(vocabulary.URGERS)
    reported_block = YesNo(required=False)


class DeterminationMadeContract(AboutUnitContract):
    MAKES = inbound.DeterminationMade
    progress_class = OneOf(vocabulary.PROGRESS_CLASSES)
    reasons = Text(10_000)
    decided_by = person_field()
    evidence = evidence_field()


class SlipProposedContract(AboutUnitContract):
    MAKES: ClassVar[type[Any]] = inbound.SlipProposed
    colour = colour_field(required=True)
    by = person_field()
    standard = Text(4000, required=False)
    requirements = Several(Text(1000), 100)
    limit = Group(LimitContract, required=False)
    ground = OneOf(vocabulary.GROUNDS, required=False)
    reason = Text(4000, required=False)


class SlipApprovedContract(SlipProposedContract):
    MAKES = inbound.SlipApproved


class SlipWithdrawnContract(SlipProposedContract):
    MAKES = inbound.SlipWithdrawn


class JustificationFiledContract(AboutUnitContract):
    MAKES = inbound.JustificationFiled
    category = OneOf(vocabulary.JUSTIFICATIONS)
    evidence = Several(Group(EvidenceContract), 100, required=True)
    text = Text(10_000, required=False)
    colour = colour_field()


class JustificationDecidedContract(AboutUnitContract):
    MAKES = inbound.JustificationDecided
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"outcome": {"const": "GRANTED"}}},
        "then": {"properties": {"effect": {"type": "string"}}, "required": ["effect"]},
        "allOf": [
            {
                "if": {"properties": {"effect": {"const": effect}}, "required": ["effect"]},
                "then": {"properties": {field: {"type": kind}}, "required": [field]},
            }
            for effect, field, kind in (("EXTEND", "days", "integer"), ("SUSPEND", "suspended_from", "string"))
        ],
    }
    outcome = OneOf(vocabulary.DECISION_OUTCOMES)
    decided_by = person_field()
    effect = OneOf(vocabulary.EFFECTS, required=False)
    suspended_from = Day(required=False)
    days = days_field(required=False)
    reasons = Text(10_000, required=False)
    request = reference_field(required=False)
    colour = colour_field()

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        effect = values.get("effect")
        if values["outcome"] == "GRANTED" and effect is None:
            return {"effect": ["准予时应写明 effect / a grant needs an effect: EXTEND, SUSPEND or WAIVE"]}
        if effect == "EXTEND" and "days" not in values:
            return {"days": ["EXTEND 应写明 days / EXTEND needs days"]}
        if effect == "SUSPEND" and "suspended_from" not in values:
            return {"suspended_from": ["SUSPEND 应写明 suspended_from / SUSPEND needs suspended_from"]}
        return {}


class ClockResumedContract(AboutUnitContract):
    MAKES = inbound.ClockResumed
    on = Day()
    reason = Text(4000, required=False)


class ExtensionRequestedContract(AboutUnitContract):
    MAKES = inbound.ExtensionRequested
    days = days_field()
    reason = Text(10_000)
    colour = colour_field()
    owner = owner_field()


class ExtensionDecidedContract(AboutUnitContract):
    MAKES = inbound.ExtensionDecided
    granted_days = Whole(0, vocabulary.MOST_DAYS)
    decided_by = person_field()
    reasons = Text(10_000, required=False)
    request = reference_field(required=False)
    colour = colour_field()
    owner = owner_field()


class ReviewFiledContract(AboutUnitContract):
    MAKES = inbound.ReviewFiled
    colour = colour_field()
    grounds = Text(10_000)
    evidence = evidence_field()


class ReviewDecidedContract(AboutUnitContract):
    MAKES = inbound.ReviewDecided
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"outcome": {"const": "VARIED"}}},
        "then": {
            "anyOf": [
                {"properties": {"new_colour": {"type": "string"}}, "required": ["new_colour"]},
                {"properties": {"new_limit": {"type": "object"}}, "required": ["new_limit"]},
                {"properties": {"findings": {"type": "array", "minItems": 1}}, "required": ["findings"]},
            ]
        },
    }
    colour = colour_field()
    outcome = OneOf(vocabulary.REVIEW_OUTCOMES)
    reviewers = Several(person_field(), 20, required=True)
    reasons = Text(10_000, required=False)
    new_colour = colour_field()
    new_limit = Group(LimitContract, required=False)
    request = reference_field(required=False)
    findings = Several(reference_field(), 200)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        varied = values.keys() & {"new_colour", "new_limit"} or values.get("findings")
        if values["outcome"] == "VARIED" and not varied:
            what = "new_colour、new_limit 或 findings（不予维持的问题）"
            return {"outcome": [f"VARIED 应有 {what} / VARIED needs new_colour, new_limit, or the findings that fall"]}
        return {}


class ReferralAcknowledgedContract(AboutUnitContract):
    MAKES = inbound.ReferralAcknowledged
    body = OneOf(vocabulary.BODIES)
    by = person_field(required=False)


class ReferralConcludedContract(AboutUnitContract):
    MAKES = inbound.ReferralConcluded
    body = OneOf(vocabulary.BODIES)
    outcome = Text(4000)
    by = person_field(required=False)


def _contracts() -> Mapping[str, Contract]:
    """One schema object for each inbound type; a class without a schema would be a fault of ours (LookupError)."""
    waiting, found = [Contract], {}
    while waiting:
        contract = waiting.pop()
        waiting.extend(contract.__subclasses__())
        found[getattr(contract, "MAKES", None)] = contract
    return {name: found[cls]() for name, cls in REQUESTS.items()}


CONTRACTS: Mapping[str, Contract] = _contracts()
"""The schema of each inbound type."""
