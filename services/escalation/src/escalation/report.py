"""Read-only lists for outcomes, the live view and exports: slips, referrals, deadlines, breaches, interviews (events.md 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection, select

from escalation.domain.clock import BREACHED, DECISION_DETERMINATION, OFFICE, owner_of
from escalation.objection_windows import windows
from escalation.store.tables import clock, interview, ladder, referral, slip

Lists = dict[str, list[dict[str, Any]]]

_REFS = select(ladder.c.matter_id, ladder.c.external_ref).distinct()
_SLIPS = select(slip).where(slip.c.issued_at.is_not(None))
_CLOCKS = select(clock)
_INTERVIEWS = select(interview)
_REFERRALS = select(referral, slip.c.issued_at).join(slip, slip.c.slip_id == referral.c.slip_id)


def report(conn: Connection, policy: Policy) -> Lists:
    """All its lists, each sorted by time, then matter, then unit. Drafts are not slips yet and are left out.

    The owners in `deadlines` are a closed list (events.md section 5) without the limit of a finding, which is only in
    `late_decisions` when it is missed.
    """
    refs = {row.matter_id: row.external_ref or row.matter_id for row in conn.execute(_REFS)}
    clocks = conn.execute(_CLOCKS).all()
    by_slip = {(row.about, row.owner): row for row in clocks}
    return {
        "slips": _sorted([_slip(row, refs, by_slip) for row in conn.execute(_SLIPS)], "issued_at"),
        "referrals": _sorted([_referral(row, refs) for row in conn.execute(_REFERRALS)], "created_at"),
        "deadlines": _deadlines(conn, policy, clocks, refs),
        "interviews": _interviews(conn),
        "late_decisions": _sorted([_late(row, refs) for row in clocks if row.state == BREACHED and row.owner in OFFICE], "due"),
        "breaches": _sorted([_breach(row, refs) for row in clocks if _breached(row)], "at"),
    }


def _interviews(conn: Connection) -> list[dict[str, Any]]:
    rows = sorted(conn.execute(_INTERVIEWS), key=lambda row: (row.proposed_at, row.unit, row.year, row.attempt))
    return [
        {
            "unit": row.unit,
            "proposed_at": instant(row.proposed_at),
            "reason": row.reason,
            "state": row.state,
            "year": row.year,
        }
        for row in rows
    ]


def _sorted(rows: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row[by] or "", row["matter"], row["unit"], str(row)))


def instant(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, or None."""
    if value is None:
        return None
    text = value.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def _day(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


def _slip(row: Any, refs: dict[str, str], clocks: dict[tuple[str, str], Any]) -> dict[str, Any]:
    its = clocks.get((row.slip_id, owner_of(row.colour, row.renewal)))
    entry = {
        "matter": refs[row.matter_id],
        "unit": row.unit,
        "colour": row.colour,
        "renewal": row.renewal,
        "ground": row.ground,
        "number": row.number,
        "liability_date": _day(row.liability_date),
        "issued_at": instant(row.issued_at),
        "served_at": instant(row.served_at),
        "served_on": _day(row.served_on),
        "deadline": _day(its.deadline) if its else None,
        "due_instant": instant(its.due_instant) if its else None,
        "state": row.state,
        "reason": row.reason,
    }
    ended = {"ended_at": instant(row.ended_at), "cause": row.cause, "vacated_by": row.vacated_by}
    return entry | {key: value for key, value in ended.items() if value is not None}


def _referral(row: Any, refs: dict[str, str]) -> dict[str, Any]:
    entry = {
        "matter": refs[row.matter_id],
        "unit": row.unit,
        "body": row.body,
        "kind": row.kind,
        "state": row.state,
        "created_at": instant(row.issued_at),
    }
    later = {name: instant(getattr(row, name)) for name in ("acknowledged_at", "concluded_at", "recalled_at")}
    return entry | {key: value for key, value in (later | {"outcome": row.outcome}).items() if value is not None}


def _deadline(row: Mapping[str, Any], refs: dict[str, str]) -> dict[str, Any]:
    return {
        "matter": refs[row["matter_id"]],
        "unit": row["unit"],
        "owner": row["owner"],
        "state": row["state"],
        "deadline": _day(row["deadline"]),
        "due_instant": instant(row["due_instant"]),
        "provisional": row["provisional"],
        "suspended_days": row["suspended_days"],
    }


def _deadlines(conn: Connection, policy: Policy, clocks: Sequence[Any], refs: dict[str, str]) -> list[dict[str, Any]]:
    """Every clock, with the windows of objections; the office's time for a finding has no name on the wire."""
    shown = [_deadline(dict(row._mapping), refs) for row in clocks if row.owner != DECISION_DETERMINATION]
    return _sorted(shown + [_deadline(row, refs) for row in windows(conn, policy, clocks)], "due_instant")


def _late(row: Any, refs: dict[str, str]) -> dict[str, Any]:
    """What the office decided too late, or still owes (domain.md f.4)."""
    return {
        "matter": refs[row.matter_id],
        "unit": row.unit,
        "owner": row.owner,
        "due": instant(row.due_instant),
        "decided_at": instant(row.ended_at),
    }


def _breached(row: Any) -> bool:
    """A unit's limit that ran out; the office's own stand in a list of their own."""
    return row.state == BREACHED and row.owner not in OFFICE


def _breach(row: Any, refs: dict[str, str]) -> dict[str, Any]:
    return {"matter": refs[row.matter_id], "unit": row.unit, "owner": row.owner, "at": instant(row.due_instant)}
