"""The finding at the end of a yellow (认定): what an official may find, and what the machine may find by itself (d.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

NO_MOVEMENT, PERFUNCTORY_POOR, SUBSTANTIVE = "NO_MOVEMENT", "PERFUNCTORY_POOR", "SUBSTANTIVE_IMPROVEMENT"
NEED_EVIDENCE = frozenset({PERFUNCTORY_POOR, SUBSTANTIVE})
"""Classes that need a named official with reasons and evidence."""

MACHINE = "DUBAN"


@dataclass(frozen=True, slots=True)
class Finding:
    """A determination, with the class that was found."""

    progress_class: str
    at: datetime
    by: str
    reasons: str = ""


NO_MOVEMENT_REASONS = "期内无认可进展，且已催办，依规则自动认定屡督不动"


def found_by_machine(
    *,
    scheduled: datetime,
    served_at: datetime,
    issued_at: datetime,
    due: datetime,
    urges: Sequence[datetime],
    progress: Sequence[datetime],
    claimed: bool,
) -> Finding | None:
    """NO_MOVEMENT by machine: an urging in the term, no accepted progress that happened in it, and no claim in time.

    The term is counted in the unit's favour: urging from the service on, progress from the issue on.
    """
    if claimed or not any(served_at <= at < due for at in urges):
        return None
    if any(issued_at <= at < due for at in progress):
        return None
    return Finding(NO_MOVEMENT, scheduled, MACHINE, NO_MOVEMENT_REASONS)


def bars_red(findings: Sequence[Finding], until: datetime) -> bool:
    """Whether the last finding up to `until` is SUBSTANTIVE_IMPROVEMENT: then no red may be issued (E7, invariant 3)."""
    made = [finding for finding in findings if finding.at <= until]
    return bool(made) and max(made, key=lambda finding: finding.at).progress_class == SUBSTANTIVE
