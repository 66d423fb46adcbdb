"""A merged ladder tells the leading one its limit, as soon as that has begun to run."""

from __future__ import annotations

from escalation.desk import Desk
from escalation.domain.merging import JOINED_TERM
from escalation.domain.standing import Ladder


def tell(desk: Desk, ladder: Ladder) -> None:
    """The limit of a merged assignment runs since its own service, whenever that became known."""
    merged = ladder.merged()
    clock = ladder.clocks.get(ladder.assignment_id or "")
    if merged is None or clock is None:
        return
    leading = desk.store.ladder_or_new(merged.into, merged.unit or ladder.unit)
    details = {
        "amount": clock.amount,
        "unit": clock.limit_unit,
        "fixed_due": clock.fixed_due.isoformat() if clock.fixed_due else None,
        "started_on": clock.started_on.isoformat(),
    }
    desk.write(leading, JOINED_TERM, merged.id, clock.started_at, desk.now, details)
