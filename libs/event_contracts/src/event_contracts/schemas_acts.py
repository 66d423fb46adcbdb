"""Schemas of what the office does besides slips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from event_contracts import inbound, vocabulary
from event_contracts.parts import Code, Contract, Group, OneOf, Several, Text, UnitCode, Whole, YesNo
from event_contracts.schema_pieces import LimitContract, cause_field, evidence_field, person_field, reference_field


class ActionRecordedContract(Contract):
    MAKES = inbound.ActionRecorded
    kind = OneOf(vocabulary.ACTION_KINDS)
    parties = Several(Text(128), 100, required=True)
    outcome = Text(20_000)
    by = person_field()
    matter = reference_field(required=False)
    unit = UnitCode(required=False)
    evidence = evidence_field()


class FieldNoteRecordedContract(Contract):
    MAKES = inbound.FieldNoteRecorded
    occasion = Text(512)
    text = Text(20_000)
    by = person_field()
    kind = OneOf(vocabulary.FIELD_NOTE_KINDS, required=False)


class AdviceIssuedContract(Contract):
    MAKES = inbound.AdviceIssued
    advice = reference_field()
    cause: Code = cause_field()
    matters = Several(reference_field(), 500, required=True)
    addressee = Text(128)
    text = Text(20_000)
    by = person_field()
    kind = OneOf(vocabulary.ADVICE_KINDS, required=False)


class AdviceAnsweredContract(Contract):
    MAKES = inbound.AdviceAnswered
    advice = reference_field()
    adopted = YesNo()
    text = Text(20_000)


class LookBackRecordedContract(Contract):
    MAKES = inbound.LookBackRecorded
    matter = reference_field()
    passed = YesNo()
    text = Text(20_000)
    by = person_field()
    unit = UnitCode(required=False)
    evidence = evidence_field()
    limit = Group(LimitContract, required=False)


class RegistrationDecidedContract(Contract):
    MAKES = inbound.RegistrationDecided
    matter = reference_field()
    outcome = OneOf(vocabulary.REGISTRATION_OUTCOMES)
    by = person_field()
    reason = Text(10_000, required=False)


class PlanItemContract(Contract):
    MAKES = inbound.PlanItem
    item = reference_field()
    units = Several(UnitCode(), 1000, required=True)
    content = Text(2000)
    scope = Text(2000)
    most = Whole(1, 1000, required=False)


class PlanPublishedContract(Contract):
    MAKES = inbound.PlanPublished
    plan = reference_field()
    year = Whole(1970, 2199)
    items = Several(Group(PlanItemContract), 2000, required=True)
    approved_by = person_field()

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        names = [item.item for item in values["items"]]
        twice = [index for index, name in enumerate(names) if name in names[:index]]
        faults = {index: {"item": [f"{names[index]} 重复 / {names[index]} appears twice"]} for index in twice}
        return {"items": faults} if faults else {}
