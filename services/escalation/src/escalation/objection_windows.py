"""Until when each unit may object to its assignment (退办), for the list of clocks.

Intake decides what is admissible; here the window only shows. It follows from the service of the assignment and the policy, so
it is counted when it is asked for, and costs a city with a million running limits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ground_rules.limits import Limit
from ground_rules.policy import Policy

from escalation.domain.clock import ASSIGNMENT, OBJECTION_WINDOW, RUNNING, STOPPED, Clock
from escalation.domain.standing import Ladder
from escalation.metrics import Metrics
from escalation.rulebook import Rulebook
from escalation.store.ladders import last_read, objected_to, source_types

PETITION = "PETITION"


def window_of(policy: Policy, source_type: str | None) -> Limit:
    """How long a unit may object: a petition has its own five workdays (信访工作条例)."""
    return policy.reply.petition_objection if source_type == PETITION else policy.objection.window


def windows(conn: Any, policy: Policy, clocks: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """One entry for each assignment that was served, as `report` lists clocks; `matter` is our id there.

    A window is over once it was used, or once anything is known from after its end.
    """
    rulebook = Rulebook(policy, "", Metrics())
    rulebook.refresh(conn)
    reckoning = rulebook.latest.reckoning
    sources, used = source_types(conn), objected_to(conn)
    seen = _seen(conn, clocks)
    for row in clocks:
        if row.owner == ASSIGNMENT:
            limit = window_of(rulebook.at(row.started_at).policy, sources.get((row.matter_id, row.unit)))
            end = reckoning.end(limit.amount, limit.unit, row.started_on)
            over = (row.matter_id, row.unit, row.about) in used or (seen is not None and seen >= end.due_instant)
            yield {
                "matter_id": row.matter_id,
                "unit": row.unit,
                "owner": OBJECTION_WINDOW,
                "state": STOPPED if over else RUNNING,
                "deadline": end.last_day,
                "due_instant": end.due_instant,
                "provisional": end.provisional,
                "suspended_days": 0,
            }


def window_of_ladder(session: Any, of: Ladder, rulebook: Rulebook) -> Clock | None:
    """The window of a ladder's present assignment, as a clock to explain; None before the service."""
    own = of.clocks.get(of.assignment_id or "")
    if own is None:
        return None
    limit = window_of(rulebook.at(own.started_at).policy, of.source_type)
    end = rulebook.latest.reckoning.end(limit.amount, limit.unit, own.started_on)
    used = any(made.about == own.about for made in of.objections())
    seen = _seen(session, [own])
    return replace(
        own,
        owner=OBJECTION_WINDOW,
        amount=limit.amount,
        limit_unit=limit.unit,
        fixed_due=None,
        deadline=end.last_day,
        due_instant=end.due_instant,
        provisional=end.provisional,
        suspended_days=0,
        state=STOPPED if used or (seen is not None and seen >= end.due_instant) else RUNNING,
        changed=False,
    )


def _seen(conn: Any, clocks: Sequence[Any]) -> datetime | None:
    """The latest instant that the tables know of."""
    known = [instant for row in clocks for instant in (row.started_at, row.passed_due) if instant is not None]
    read = last_read(conn)
    return max([*known, *([read] if read is not None else [])], default=None)
