"""Whether something that came late is believed to have been made in time (policy `late_report`; delivery.md, event time).

What counts is a message's own `time`; but its sender writes that, so a right that hangs on it could be taken by backdating.
Therefore: what stood in the queue before the end was read under the cut is believed as it is, however late it was read; what came
after that is believed within a window from the end, where the policy lets the machine believe at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ground_rules.limits import Limit

from escalation.domain.clock import End, Reckoning


@dataclass(frozen=True, slots=True)
class LateReports:
    """The policy `late_report`: `mode` is "auto" or "person", `window` is counted from the end to the arrival."""

    mode: str
    window: Limit
    reckoning: Reckoning
    by_version: dict[str, LateReports] = field(default_factory=dict, compare=False, repr=False)
    """The same of every policy, by version."""

    def under(self, version: str | None) -> LateReports:
        """What the policy says under which a slip was issued; a slip keeps it (B5)."""
        return self.by_version.get(version or "", self)

    def doubts(self, arrived: datetime, end: End) -> bool:
        """Whether the machine does not believe that what arrived then, after the cut, was made before `end`."""
        if self.mode == "person":
            return True
        believed = self.reckoning.end(self.window.amount, self.window.unit, end.last_day)
        return arrived >= believed.due_instant


def is_believed(arrived: datetime, read_until: datetime | None, end: End, late_reports: LateReports) -> bool:
    """Whether what was read at `arrived` is taken at its word that it was made before an end that has no timer of its own.

    `read_until`: everything that had been sent by then has been read before it. What can have stood in the queue before the end
    is believed however late it is read.
    """
    if arrived < end.due_instant or read_until is None or read_until < end.due_instant:
        return True
    return not late_reports.doubts(arrived, end)


def too_late(end: End, at: datetime, arrived: datetime, *, passed: bool, late_reports: LateReports) -> str | None:
    """Why a request that had to be made before `end` is too late, as a refusal says it; None where it is in time.

    `at` is its own time, `arrived` when it was read, `passed` whether the end had passed under the cut by then.
    """
    if not end.in_time(at):
        return f"期限已于 {end.last_day} 届满 / the time for this ended with {end.last_day}"
    if passed and late_reports.doubts(arrived, end):
        return (
            f"所称时间在 {end.last_day} 届满前，但到达过迟，系统不予采信，请向督查室书面说明 / "
            f"it claims a time before the end ({end.last_day}) but came too late to be believed by machine; write to the office"
        )
    return None
