"""Who may read a published event by its id (`GET /v1/events/<id>`): for each type, whose it is. The office and auditors read all.

On the broker an administrator decides who hears what; here the event itself says whom it concerns. What is still to be decided
about a unit (a slip proposed, a determination, an interview proposed), and what bodies are told about it, is not for the unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class For(StrEnum):
    """Whose an event is."""

    EVERYBODY = "EVERYBODY"
    """Rules and directories that hold for all."""
    UNIT = "UNIT"
    """The unit that it names, and who submitted the matter."""
    PARTIES = "PARTIES"
    """Every unit of the matter, and who submitted it."""
    SUBMITTER = "SUBMITTER"
    ADDRESSEE = "ADDRESSEE"
    BODY = "BODY"
    """The body that a red slip was handed over to."""
    OFFICE = "OFFICE"
    """Nobody but those who see all."""


_WORDS: Mapping[str, Mapping[For, str]] = {
    "intake": {
        For.EVERYBODY: "units.published",
        For.UNIT: """assignment.dispatched assignment.moved completion.claimed completion.rejected completion.verified
            conclusion.disclosed conclusion.issued objection.decided objection.filed progress.accepted progress.reported
            progress.returned reply.assessed reply.sent""",
        For.PARTIES: "matter.archived matter.closed matter.looked_back matter.reopened matter.withdrawn",
        For.SUBMITTER: "matter.declined matter.decomposed matter.proposed matter.registered",
        For.ADDRESSEE: "advice.answered advice.issued",
        For.OFFICE: """action.recorded campaign.planned cut.passed duplicate.resolved duplicate.suspected field_note.recorded
            inbound.parked inbound.released inspection.found inspection.planned matter.merged matter.unmerged persons.published
            plan.published recurrence.detected""",
    },
    "escalation": {
        For.EVERYBODY: "calendar.published policy.published",
        For.UNIT: """clock.armed clock.extended clock.moved clock.reprojected clock.resumed clock.stopped clock.suspended
            conclusion.confirmed conclusion.contest_refused conclusion.contested conclusion.overturned conclusion.upheld
            conclusion.varied deadline.approaching deadline.breached extension.decided extension.requested interview.held
            interview.recalled interview.summoned justification.filed justification.granted justification.refused
            review.decided review.filed review.inadmissible review.lapsed slip.issued slip.lifted slip.overturned slip.renewed
            slip.served slip.vacated slip.withdrawn urge.sent""",
        For.BODY: "referral.acknowledged referral.concluded referral.created referral.recalled",
        For.OFFICE: """determination.made inbound.parked inbound.released interview.declined interview.proposed slip.approved
            slip.proposed slip.reported""",
    },
    "scoring": {
        For.UNIT: """assessment.restated eligibility.restored eligibility.revoked score.bonus_awarded score.confirmed
            score.deducted score.reversed""",
        For.OFFICE: "assessment.finalised inbound.parked inbound.released",
    },
    "notify": {
        For.UNIT: "notice.dispatched notice.served notice.unacknowledged",
        For.OFFICE: "bulletin.corrected bulletin.published cut.passed cut.wanted inbound.parked inbound.released notice.failed",
    },
}

TOLD: Mapping[str, For] = {
    f"{service}.{name}.v1": whose for service, told in _WORDS.items() for whose, names in told.items() for name in names.split()
}
"""Type → whose its events are."""

_NAMED_IN = {For.UNIT: "unit", For.ADDRESSEE: "addressee", For.BODY: "body"}


def is_for(unit: str, type_: str, data: Mapping[str, Any], submitted_by: str | None, units: frozenset[str]) -> bool:
    """Whether an event is this unit's to read; `submitted_by` and `units` are those of the matter, if it is about one."""
    whose = TOLD.get(type_, For.OFFICE)
    if whose in (For.EVERYBODY, For.OFFICE):
        return whose is For.EVERYBODY
    submitted = unit in (submitted_by, data.get("submitted_by"))
    if whose is For.UNIT:
        return data.get("unit") == unit or submitted
    if whose is For.PARTIES:
        return submitted or unit in units
    return submitted if whose is For.SUBMITTER else data.get(_NAMED_IN[whose]) == unit


def is_sealed(data: Mapping[str, Any]) -> bool:
    """The conclusion of a covert inspection before it was served: what it says comes with `conclusion.disclosed`."""
    return data.get("sealed") is True
