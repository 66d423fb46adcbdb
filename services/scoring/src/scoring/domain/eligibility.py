"""Whether a unit may be rated "excellent" (优秀) in a year: eligible ⇔ no effective red in it (domain.md E10, d.11)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from scoring.domain.slip import RED, Record


class Turn(StrEnum):
    """What happened to a unit's eligibility in a year."""

    REVOKED = "REVOKED"
    RESTORED = "RESTORED"
    UNCHANGED = "UNCHANGED"


def is_cause(record: Record) -> bool:
    """Whether this slip bars its unit from "excellent": a red that was issued and has not fallen."""
    return record.issued is not None and record.issued.colour == RED and record.fell_at is None


def causes(records: Iterable[Record]) -> frozenset[str]:
    """The effective reds among these slips, by id."""
    return frozenset(record.slip_id for record in records if is_cause(record))


def is_eligible(effective_reds: int) -> bool:
    """Eligible unless at least one red is effective."""
    return effective_reds == 0


def turn(before: int, after: int) -> Turn:
    """What to announce when the number of effective reds goes from `before` to `after`: only the first and the last count."""
    if is_eligible(before) == is_eligible(after):
        return Turn.UNCHANGED
    return Turn.REVOKED if after else Turn.RESTORED
