"""The lead's shield (domain.md d.9): days on which a lead unit waited for a supporting unit that it had urged in good time.

The shield needs both: the lead urged at least so many workdays before the other's limit, and it reported the block to the office
before that limit ended. Then the other's overdue days are not counted for the lead (AWAITING_OTHER_UNIT, granted by rule).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from escalation.domain.clock import ONE_DAY, REJECTED, End, Reckoning
from escalation.domain.lateness import LateReports, is_believed
from escalation.domain.relief import LeftOut
from escalation.domain.rungs import Rung, rungs
from escalation.domain.standing import URGE, Entry, Ladder

LEAD = "LEAD"
AWAITING_OTHER_UNIT = "AWAITING_OTHER_UNIT"


def urged_by_lead(other: Ladder, lead: Ladder) -> list[Entry]:
    """The lead's own urgings of another unit of its matter."""
    return [
        entry
        for entry in other.journal
        if entry.kind == URGE and entry.data.get("by") == LEAD and lead.was(entry.data.get("sender") or "")
    ]


def waited(
    lead: Ladder, others: Sequence[Ladder], reckoning: Reckoning, late_reports: LateReports, urge_before: int
) -> list[LeftOut]:
    """The days that are not counted for a lead, for each unit that it waited for; `urge_before` in workdays."""
    if lead.role != LEAD:
        return []
    found = []
    for other in others:
        urges = urged_by_lead(other, lead) if other is not lead else []
        end = overdue_since(rungs(other, reckoning, late_reports)) if urges else None
        if end is not None and shielded(urges, end, reckoning, late_reports, urge_before):
            delivered = _delivered_at(other, end)
            last = reckoning.local_date(delivered) if delivered is not None else None
            found.append(LeftOut(end.last_day + ONE_DAY, last, AWAITING_OTHER_UNIT))
    return found


def overdue_since(found: Sequence[Rung]) -> End | None:
    """The end of the first limit that ran out against the unit; None while none did. A limit under a hold has not."""
    for rung in found:
        end = rung.course.end
        over = rung.passed and not rung.held and rung.course.status in ("RUNNING", REJECTED)
        if end is not None and over and (rung.until is None or rung.until >= end.due_instant):
            return end
    return None


def shielded(urges: Sequence[Entry], end: End, reckoning: Reckoning, late_reports: LateReports, urge_before: int) -> bool:
    """Whether the lead both urged in good time and reported the block before the other's limit ended."""
    believed = [entry for entry in urges if _is_believed(entry, end, late_reports)]
    last = reckoning.calendar.workday_before(end.last_day, urge_before)
    in_good_time = any(reckoning.local_date(entry.at) <= last for entry in believed)
    return in_good_time and any(entry.data.get("reported_block") and end.in_time(entry.at) for entry in believed)


def _is_believed(entry: Entry, end: End, late_reports: LateReports) -> bool:
    """Whether an urging is taken at its word; one that stood in the queue before the end is, however late it was read."""
    told = entry.data.get("read_until")
    return is_believed(entry.arrived, datetime.fromisoformat(told) if told else None, end, late_reports)


def _delivered_at(other: Ladder, end: End) -> datetime | None:
    """When the other unit delivered after all: its first claim after the end that was not rejected."""
    return next((claim.at for claim in other.claims() if not end.in_time(claim.at) and claim.verdict != REJECTED), None)
