"""What the audit chain is compared with: the slips and findings as they are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from escalation.domain.standing import FINDING
from escalation.store.tables import journal, slip

_SLIPS = (
    select(
        slip.c.slip_id,
        slip.c.matter_id,
        slip.c.unit,
        slip.c.colour,
        slip.c.renewal,
        slip.c.number,
        slip.c.ground,
        slip.c.standard,
        slip.c.issued_at,
        slip.c.issued_by,
        slip.c.state,
    )
    .where(slip.c.issued_at.is_not(None))
    .order_by(slip.c.slip_id)
)
_FINDINGS = select(journal.c.id, journal.c.data).where(journal.c.kind == FINDING)


class IssuedSlip(NamedTuple):
    """A slip that took effect, as it is stored."""

    slip_id: str
    matter_id: str
    unit: str
    colour: str
    renewal: int
    number: str | None
    ground: str
    standard: str
    issued_at: datetime
    issued_by: str | None
    state: str


def issued_slips(session: Connection) -> dict[str, IssuedSlip]:
    """Every slip that took effect, by id."""
    return {row.slip_id: IssuedSlip(*row) for row in session.execute(_SLIPS)}


def findings(session: Connection) -> dict[str, dict[str, Any]]:
    """The officials' findings by the message that brought them."""
    return {row.id: row.data for row in session.execute(_FINDINGS)}
