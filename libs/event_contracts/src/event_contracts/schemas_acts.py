"""Schemas of what the office does besides slips."""

from __future__ import annotations

from event_contracts import inbound, vocabulary
from event_contracts.parts import Code, Contract, OneOf, Several, Text, UnitCode, YesNo
from event_contracts.schema_pieces import cause_field, evidence_field, person_field, reference_field


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
