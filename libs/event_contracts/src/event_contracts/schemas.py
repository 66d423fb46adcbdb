"""One marshmallow schema for each class of `inbound.py`: names, lengths (in characters) and rules between fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from event_contracts import inbound, vocabulary
from event_contracts.event import Evidence, Request, TimeLimit, catalogue
from event_contracts.parts import (
    Code,
    Contract,
    Day,
    Document,
    Group,
    Instant,
    Numbers,
    OneOf,
    Points,
    PointsByUnit,
    Several,
    Text,
    UnitCode,
    Whole,
    YesNo,
)

REQUESTS: Mapping[str, type[Request]] = catalogue(inbound.REQUESTS)
"""Every inbound type that this release understands, and its class."""


def _reference(*, required: bool = True) -> Code:
    """Our id of something, or the sender's own reference to it."""
    hint = "应为 1 至 128 个字符的编号 / must be a reference of 1 to 128 characters, without blanks around it"
    return Code(r"[^\x00-\x20\x7f]([^\x00-\x1f\x7f]{0,126}[^\x00-\x20\x7f])?", hint, required=required)


def _person(*, required: bool = True) -> Text:
    return Text(128, required=required)


def _colour(*, required: bool = False) -> OneOf:
    return OneOf(vocabulary.COLOURS, required=required)


def _evidence() -> Several:
    return Several(Group(EvidenceContract), 100)


class LimitContract(Contract):
    MAKES = TimeLimit
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"unit": {"const": "MONTH"}}, "required": ["unit"]},
        "then": {"properties": {"amount": {"maximum": vocabulary.MOST_MONTHS}}},
    }
    amount = Whole(1, vocabulary.MOST_DAYS)
    unit = OneOf(vocabulary.LIMIT_UNITS)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if values["unit"] == "MONTH" and values["amount"] > vocabulary.MOST_MONTHS:
            return {"amount": [f"应为 1 至 {vocabulary.MOST_MONTHS} 个月 / must be 1 to {vocabulary.MOST_MONTHS} months"]}
        return {}


class EvidenceContract(Contract):
    MAKES = Evidence
    kind = OneOf(vocabulary.EVIDENCE_KINDS)
    sha256 = Code("[0-9A-Fa-f]{64}", "应为 64 位十六进制 / must be 64 hexadecimal digits")
    collected_at = Instant(required=False)
    place = Text(256, required=False)
    collector = _person(required=False)


class InformantContract(Contract):
    MAKES = inbound.Informant
    name = _person()
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


_HAS_LIMIT: dict[str, Any] = {"properties": {"limit": {"type": "object"}}, "required": ["limit"]}
_HAS_DUE_AT: dict[str, Any] = {"properties": {"due_at": {"type": "string"}}, "required": ["due_at"]}


class AssignmentContract(Contract):
    MAKES = inbound.SubmittedAssignment
    RULE: ClassVar[dict[str, Any]] = {"not": {"allOf": [_HAS_LIMIT, _HAS_DUE_AT]}}
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


class MatterSubmittedContract(Contract):
    MAKES = inbound.MatterSubmitted
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"source": {"properties": {"type": {"enum": sorted(vocabulary.STATUTORY_CLOCK)}}}}},
        "else": {"properties": {"assignments": {"items": {"anyOf": [_HAS_LIMIT, _HAS_DUE_AT]}}}},
    }
    external_ref = _reference()
    title = Text(500)
    kind = Code("[A-Z][A-Z0-9_]{1,39}", "应为大写代码 / must be a code in capitals, such as SPECIAL", required=False)
    source = Group(SourceContract)
    authorisation = Group(AuthorisationContract, required=False)
    standard = Text(4000)
    classification = OneOf(vocabulary.CLASSIFICATIONS, required=False)
    subject_terms = Several(Text(64), 50)
    assignments = Several(Group(AssignmentContract), 200, required=True)

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


class AboutUnitContract(Contract):
    """What every further message has."""

    matter = _reference()
    unit = UnitCode()


class ProgressReportedContract(AboutUnitContract):
    MAKES = inbound.ProgressReported
    text = Text(10_000)
    percent = Whole(0, 100, required=False)
    evidence = _evidence()


class ProgressAssessedContract(AboutUnitContract):
    MAKES = inbound.ProgressAssessed
    accepted = YesNo()
    decided_by = _person()
    substantive = YesNo(required=False)
    request = _reference(required=False)


class CompletionClaimedContract(AboutUnitContract):
    MAKES = inbound.CompletionClaimed
    text = Text(10_000)
    colour = _colour()
    evidence = _evidence()


class CompletionVerifiedContract(AboutUnitContract):
    MAKES: ClassVar[type[Any]] = inbound.CompletionVerified
    verified_by = _person()
    colour = _colour()
    claim = _reference(required=False)
    deficiencies = Several(Text(1000), 100)


class CompletionRejectedContract(CompletionVerifiedContract):
    MAKES = inbound.CompletionRejected


class NoticeSignedContract(AboutUnitContract):
    MAKES = inbound.NoticeSigned
    signed_by = _person()
    colour = _colour()


class UrgeSentContract(AboutUnitContract):
    MAKES = inbound.UrgeSent
    by = OneOf(vocabulary.URGERS)
    reported_block = YesNo(required=False)


class DeterminationMadeContract(AboutUnitContract):
    MAKES = inbound.DeterminationMade
    progress_class = OneOf(vocabulary.PROGRESS_CLASSES)
    reasons = Text(10_000)
    decided_by = _person()
    evidence = _evidence()


class SlipProposedContract(AboutUnitContract):
    MAKES: ClassVar[type[Any]] = inbound.SlipProposed
    colour = _colour(required=True)
    by = _person()
    standard = Text(4000, required=False)
    requirements = Several(Text(1000), 100)
    limit = Group(LimitContract, required=False)
    ground = OneOf(vocabulary.GROUNDS, required=False)
    reason = Text(4000, required=False)


class SlipApprovedContract(SlipProposedContract):
    MAKES = inbound.SlipApproved


class SlipWithdrawnContract(SlipProposedContract):
    MAKES = inbound.SlipWithdrawn


def _days(*, required: bool = True) -> Whole:
    return Whole(1, vocabulary.MOST_DAYS, required=required)


class ObjectionFiledContract(AboutUnitContract):
    MAKES = inbound.ObjectionFiled
    grounds = Text(10_000)
    evidence = _evidence()


class ObjectionDecidedContract(AboutUnitContract):
    MAKES = inbound.ObjectionDecided
    outcome = OneOf(vocabulary.OBJECTION_OUTCOMES)
    decided_by = _person()
    new_unit = UnitCode(required=False)
    reasons = Text(10_000, required=False)
    request = _reference(required=False)


class JustificationFiledContract(AboutUnitContract):
    MAKES = inbound.JustificationFiled
    category = OneOf(vocabulary.JUSTIFICATIONS)
    evidence = Several(Group(EvidenceContract), 100, required=True)
    text = Text(10_000, required=False)
    colour = _colour()


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
    decided_by = _person()
    effect = OneOf(vocabulary.EFFECTS, required=False)
    suspended_from = Day(required=False)
    days = _days(required=False)
    reasons = Text(10_000, required=False)
    request = _reference(required=False)
    colour = _colour()

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
    days = _days()
    reason = Text(10_000)
    colour = _colour()


class ExtensionDecidedContract(AboutUnitContract):
    MAKES = inbound.ExtensionDecided
    granted_days = Whole(0, vocabulary.MOST_DAYS)
    decided_by = _person()
    reasons = Text(10_000, required=False)
    request = _reference(required=False)
    colour = _colour()


class ReviewFiledContract(AboutUnitContract):
    MAKES = inbound.ReviewFiled
    colour = _colour(required=True)
    grounds = Text(10_000)
    evidence = _evidence()


class ReviewDecidedContract(AboutUnitContract):
    MAKES = inbound.ReviewDecided
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"outcome": {"const": "VARIED"}}},
        "then": {
            "anyOf": [
                {"properties": {"new_colour": {"type": "string"}}, "required": ["new_colour"]},
                {"properties": {"new_limit": {"type": "object"}}, "required": ["new_limit"]},
            ]
        },
    }
    colour = _colour(required=True)
    outcome = OneOf(vocabulary.REVIEW_OUTCOMES)
    reviewers = Several(_person(), 20, required=True)
    reasons = Text(10_000, required=False)
    new_colour = _colour()
    new_limit = Group(LimitContract, required=False)
    request = _reference(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if values["outcome"] == "VARIED" and not values.keys() & {"new_colour", "new_limit"}:
            return {"outcome": ["VARIED 应有 new_colour 或 new_limit / VARIED needs new_colour or new_limit"]}
        return {}


class ReferralAcknowledgedContract(AboutUnitContract):
    MAKES = inbound.ReferralAcknowledged
    body = OneOf(vocabulary.BODIES)
    by = _person(required=False)


class ReferralConcludedContract(AboutUnitContract):
    MAKES = inbound.ReferralConcluded
    body = OneOf(vocabulary.BODIES)
    outcome = Text(4000)
    by = _person(required=False)


class CalendarPublishedContract(Contract):
    MAKES = inbound.CalendarPublished
    year = Whole(1970, 2199)
    days_off = Several(Day(), 366, required=True)
    makeup_workdays = Several(Day(), 366)
    notice = Text(128)


class PolicyPublishedContract(Contract):
    MAKES = inbound.PolicyPublished
    version = _reference()
    effective_from = Day()
    parameters = Document()
    by = _person(required=False)


class InterviewDecidedContract(Contract):
    MAKES = inbound.InterviewDecided
    unit = UnitCode()
    outcome = OneOf(vocabulary.INTERVIEW_OUTCOMES)
    by = _person()
    persons = Several(_person(), 50)
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
    deputy_for = _person(required=False)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if "to" in values and values["to"] < values["from"]:
            return {"to": ["不得早于 from / must not be before from"]}
        return {}


class PersonContract(Contract):
    MAKES = inbound.Person
    name = _person()
    capacities = Several(Group(CapacityContract), 50, required=True)
    unit = UnitCode(required=False)


class PersonsPublishedContract(Contract):
    MAKES = inbound.PersonsPublished
    persons = Several(Group(PersonContract), 10_000, required=True)


class BonusAwardedContract(Contract):
    MAKES = inbound.BonusAwarded
    unit = UnitCode()
    year = Whole(1970, 2199)
    amount = Points(positive=True)
    reason = Text(10_000)
    evidence = Several(Group(EvidenceContract), 100, required=True)
    approved_by = _person()


class AssessmentFinalisedContract(Contract):
    MAKES = inbound.AssessmentFinalised
    year = Whole(1970, 2199)
    base_totals = PointsByUnit(required=False)


class CutMarkedContract(Contract):
    MAKES = inbound.CutMarked
    number = Whole(1, 10**15)
    answers = Numbers(required=False)


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
