"""What is locked while a message is handled that is about no known matter (yet)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from event_contracts.escalation import CalendarPublished, PolicyPublished
from event_contracts.event import Message
from event_contracts.inbound import (
    ActionRecorded,
    AdviceAnswered,
    AdviceIssued,
    CampaignPlanned,
    ConclusionIssued,
    FieldNoteRecorded,
    InspectionFound,
    InspectionPlanned,
    MatterDecomposed,
    MatterSubmitted,
    PersonsPublished,
    PlanPublished,
    RegistrationDecided,
    UnitsPublished,
)
from service_chassis.rulebook import RULES

from intake import acts, advising, approving, concluding, decomposing, inspecting, people, planning, units
from intake.domain.matter import matter_id

SUBJECTS: Mapping[type, Callable[[Message], list[str]]] = MappingProxyType(
    {
        MatterSubmitted: lambda message: matters_made(message),
        MatterDecomposed: lambda message: [decomposing.subject(message.data.directive), *matters_made(message)],
        RegistrationDecided: approving.subjects,
        PersonsPublished: lambda _: [people.PERSONS],
        UnitsPublished: lambda _: [units.UNITS],
        PlanPublished: lambda _: [planning.PLANS],
        CalendarPublished: lambda _: [RULES],
        PolicyPublished: lambda _: [RULES],
        ActionRecorded: lambda message: [acts.subject(message.data)],
        FieldNoteRecorded: lambda _: [acts.NOTES],
        AdviceIssued: lambda message: [advising.subject(message.data.advice)],
        AdviceAnswered: lambda message: [advising.subject(message.data.advice)],
        CampaignPlanned: lambda message: [inspecting.subject(message.data.campaign)],
        InspectionPlanned: lambda message: [inspecting.subject(message.data.inspection)],
        InspectionFound: lambda message: [inspecting.subject(message.data.inspection)],
        ConclusionIssued: lambda message: concluding.subjects(message.data),
    }
)
"""Contract → the subjects of a message. A submission locks the id that its matter will have, so that two of the same reference
cannot meet."""


def subjects(message: Message) -> list[str] | None:
    """The subjects of a message; None for one that is about a matter or a unit as usual."""
    found = SUBJECTS.get(type(message.data))
    return None if found is None else found(message)


def matters_made(message: Message) -> list[str]:
    """The ids of the matters that a message brings into being."""
    if isinstance(message.data, RegistrationDecided):
        return approving.subjects(message)
    if not isinstance(message.data, MatterSubmitted | MatterDecomposed):
        return []
    found = [message.data] if isinstance(message.data, MatterSubmitted) else message.data.matters
    return [matter_id(message.sender, each.external_ref) for each in found]
