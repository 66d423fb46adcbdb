"""What is asked of each unit, in numbers (domain.md A2, f.9; Decree 733 art. 15): matters, slips, feedback, inspections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.escalation import SlipIssued
from event_contracts.event import Message
from ground_rules.limits import local_date
from service_chassis.persistence.unit_of_work import Work

from intake.store.heads import demands, parts_given
from intake.store.inspections import shown_visits

SLIP, FEEDBACK = "SLIP", "FEEDBACK"


def note(work: Work, message: Message) -> None:
    """A slip was issued to a unit, or it was urged to report."""
    kind = SLIP if isinstance(message.data, SlipIssued) else FEEDBACK
    work.store.heads.add_asked(message.id, message.data.unit, kind, message.time)


def report(conn: Any, zone: ZoneInfo) -> list[dict[str, Any]]:
    """One entry for each unit and month in which something was asked of it. What is handled as one counts once.

    `matters` were given to it in that month, `slips` issued, `feedback` demanded by urging; `inspections` began in it, a campaign
    as one. A covert one shows once its conclusion is served.
    """
    matters = _by_month(parts_given(conn), zone)
    more = {kind: _by_month(demands(conn, kind), zone) for kind in (SLIP, FEEDBACK)}
    visits = Counter((unit, day.isoformat()[:7]) for unit, day in shown_visits(conn))
    found = sorted(set(matters).union(visits, *more.values()), key=lambda place: (place[1], place[0]))
    return [
        {
            "unit": unit,
            "month": month,
            "matters": matters[unit, month],
            "slips": more[SLIP][unit, month],
            "feedback": more[FEEDBACK][unit, month],
            "inspections": visits[unit, month],
        }
        for unit, month in found
    ]


def month_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """When the local month of an instant began."""
    first = local_date(instant, zone).replace(day=1)
    return datetime.combine(first, time.min, zone).astimezone(UTC)


def _by_month(rows: Iterable[Any], zone: ZoneInfo) -> Counter[tuple[str, str]]:
    return Counter((unit, _month(at, zone)) for unit, at in rows)


def _month(at: datetime, zone: ZoneInfo) -> str:
    return local_date(at, zone).isoformat()[:7]
