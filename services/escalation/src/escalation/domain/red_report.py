"""An open red is reported to the leading group at the end of every limit period (domain.md d.4); nothing else follows from it.

A period is as long as the red's own limit: the first ends with the limit itself, the second after as much time again. Days that
are not counted for the limit are not counted here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from escalation.domain.clock import REJECTED, RUNNING, VERIFIED, End
from escalation.domain.rungs import Rung, term
from escalation.domain.slip import RED
from escalation.domain.standing import Ladder
from escalation.domain.steps import Rules

REPORTED = "RED_REPORT"
"""The journal's line of a report; its id is the slip and the number of the period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A limit period that ended with the work undone, from 1; it is reported at `at`."""

    number: int
    last_day: date
    at: datetime

    def id_for(self, slip_id: str) -> str:
        """The id of its line: the same period is reported once."""
        return f"{slip_id}:{self.number}"


def upcoming(ladder: Ladder, rung: Rung, rules: Rules) -> Period | None:
    """The next period to report, on the first workday after its end, at the hour of slips.

    None while the limit has not passed, is held or suspended, or a claim waits for its verdict; and for good once the work is
    done, however late, the unit was let off, or the matter goes on in another one or was withdrawn.
    """
    slip, clock = rung.slip, rung.clock
    if slip is None or slip.colour != RED or clock is None or not rung.passed or rung.held or rung.merged_at or rung.withdrawn_at:
        return None
    if rung.course.status not in (RUNNING, REJECTED) or any(claim.verdict in (None, VERIFIED) for claim in rung.claims):
        return None
    number = 1 + sum(line.kind == REPORTED and line.data["slip"] == slip.slip_id for line in ladder.journal)
    end = _end_of(number, ladder, rung, rules)
    if end is None:
        return None
    day = rules.reckoning.first_workday(rules.reckoning.local_date(end.due_instant))
    decided = (claim.decided_at for claim in rung.claims)
    held = (at for at in (rung.relief.let_go(end.due_instant), *decided) if at is not None)
    return Period(number, end.last_day, max([rules.issue_instant(day), *held]))


def _end_of(number: int, ladder: Ladder, rung: Rung, rules: Rules) -> End | None:
    limit = term(ladder, rung.slip, rung.clock, rung.relief)
    amount = limit.amount * number if limit.amount is not None else None
    return replace(limit, amount=amount).end(rules.reckoning, rung.course.spans)
