"""Who hears about what, and why (domain.md E4–E11, d.6): a notice goes to nobody without a reason.

The unit's two addressees sign for it; the other bodies are told for information and owe no signature.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a notice says (events.md section 5)."""

    ASSIGNMENT = "ASSIGNMENT"
    SLIP = "SLIP"
    REMINDER = "REMINDER"
    URGE = "URGE"
    UNACKNOWLEDGED = "UNACKNOWLEDGED"
    DEADLINE_CHANGED = "DEADLINE_CHANGED"
    SLIP_LIFTED = "SLIP_LIFTED"
    SLIP_WITHDRAWN = "SLIP_WITHDRAWN"
    REPORT = "REPORT"
    BULLETIN = "BULLETIN"
    BULLETIN_CORRECTED = "BULLETIN_CORRECTED"
    CONCLUSION = "CONCLUSION"
    DISCLOSURE = "DISCLOSURE"
    CONCLUSION_UPHELD = "CONCLUSION_UPHELD"
    CONCLUSION_CHANGED = "CONCLUSION_CHANGED"


class Addressee(StrEnum):
    """A seat, not a person: whoever holds it on that day."""

    LIAISON = "LIAISON"
    HEAD = "HEAD"
    ASSESSMENT = "ASSESSMENT"
    DISCIPLINE = "DISCIPLINE"
    ORGANISATION = "ORGANISATION"
    LEADING_GROUP = "LEADING_GROUP"


class Reason(StrEnum):
    """Why an addressee is told; kept with each notice."""

    HANDLES_THE_MATTER = "HANDLES_THE_MATTER"
    ANSWERS_FOR_THE_UNIT = "ANSWERS_FOR_THE_UNIT"
    BOOKS_THE_POINTS = "BOOKS_THE_POINTS"
    TAKES_OVER_THE_REFERRAL = "TAKES_OVER_THE_REFERRAL"
    ANSWERS_FOR_THE_RED = "ANSWERS_FOR_THE_RED"
    IN_THE_SCOPE_OF_THE_BULLETIN = "IN_THE_SCOPE_OF_THE_BULLETIN"


class Hearer(NamedTuple):
    """One addressee with the reason."""

    addressee: Addressee
    reason: Reason


LIAISON = Hearer(Addressee.LIAISON, Reason.HANDLES_THE_MATTER)
GROUP = Hearer(Addressee.LEADING_GROUP, Reason.ANSWERS_FOR_THE_RED)
HEAD = Hearer(Addressee.HEAD, Reason.ANSWERS_FOR_THE_UNIT)

UNIT = (LIAISON, HEAD)
YELLOW = (*UNIT, Hearer(Addressee.ASSESSMENT, Reason.BOOKS_THE_POINTS))
RED = (
    *UNIT,
    Hearer(Addressee.DISCIPLINE, Reason.TAKES_OVER_THE_REFERRAL),
    Hearer(Addressee.ASSESSMENT, Reason.TAKES_OVER_THE_REFERRAL),
    Hearer(Addressee.ORGANISATION, Reason.TAKES_OVER_THE_REFERRAL),
    GROUP,
)

BULLETIN = tuple(Hearer(seat, Reason.IN_THE_SCOPE_OF_THE_BULLETIN) for seat in (Addressee.LIAISON, Addressee.HEAD))

NEEDS_SERVICE = frozenset({Kind.ASSIGNMENT, Kind.SLIP, Kind.CONCLUSION})
"""Kinds that start a clock, so that it matters when the unit has them (domain.md d.5.9); of a conclusion that of its review."""

SIGNS = frozenset({Addressee.LIAISON, Addressee.HEAD})
"""Addressees whose receipt is the unit's."""


def audience(kind: Kind, colour: str | None = None) -> tuple[Hearer, ...]:
    """Everybody who is told. A slip that fell is taken back from all who received it (domain.md d.8); one that was
    lifted concerns the unit alone, since its effects stay. That a red is still open is for the leading group (d.4)."""
    if kind is Kind.UNACKNOWLEDGED:
        return (HEAD,)
    if kind is Kind.REPORT:
        return (GROUP,)
    if kind in (Kind.BULLETIN, Kind.BULLETIN_CORRECTED):
        return BULLETIN
    if kind not in (Kind.SLIP, Kind.SLIP_WITHDRAWN):
        return UNIT
    if colour == "RED":
        return RED
    return YELLOW if colour == "YELLOW" else UNIT
