"""Reasons, extensions and suspended clocks → the facts that other services read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from event_contracts import inbound
from event_contracts.escalation import (
    ClockSuspended,
    ExtensionDecided,
    ExtensionRequested,
    JustificationFiled,
    JustificationGranted,
    JustificationRefused,
)

from escalation.announcements import about, about_clock
from escalation.domain.clock import Clock
from escalation.domain.extension import Extension
from escalation.domain.justification import Justification
from escalation.domain.standing import Ladder


def _request(of: Ladder, owner: str, request: str) -> dict[str, Any]:
    return about(of) | {"request": request, "owner": owner}


def clock_suspended(of: Ladder, clock: Clock, first: date, reason: str, remaining: int | None) -> ClockSuspended:
    """Time is not counted from `first` on; the deadline is the one that stood before."""
    return ClockSuspended(
        **about_clock(of, clock),
        suspended_from=first,
        reason=reason,
        remaining=remaining,
    )


def justification_filed(of: Ladder, owner: str, filed: Justification, decide_by: date) -> JustificationFiled:
    """A unit filed a reason; the ladder waits for the office."""
    which = _request(of, owner, filed.request)
    return JustificationFiled(**which, category=filed.category, filed_at=filed.filed_at, decide_by=decide_by)


def justification_granted(
    of: Ladder, owner: str, filed: Justification, said: inbound.JustificationDecided, at: datetime
) -> JustificationGranted:
    """The office found the reason legitimate."""
    return JustificationGranted(
        **_request(of, owner, filed.request),
        category=filed.category,
        effect=said.effect or "",
        decided_by=said.decided_by,
        decided_at=at,
        suspended_from=said.suspended_from,
        days=said.days,
    )


def justification_refused(
    of: Ladder, owner: str, filed: Justification, said: inbound.JustificationDecided, at: datetime
) -> JustificationRefused:
    """The office found the reason wanting."""
    which = _request(of, owner, filed.request)
    reasons = said.reasons or ""
    return JustificationRefused(**which, category=filed.category, decided_by=said.decided_by, decided_at=at, reasons=reasons)


def extension_requested(of: Ladder, owner: str, asked: Extension, reason: str, decide_by: date) -> ExtensionRequested:
    """A unit asked for more time."""
    which = _request(of, owner, asked.request)
    return ExtensionRequested(**which, days=asked.days, requested_at=asked.asked_at, decide_by=decide_by, reason=reason)


def extension_decided(of: Ladder, owner: str, asked: Extension, said: inbound.ExtensionDecided, at: datetime) -> ExtensionDecided:
    """The office granted all, a part, or nothing."""
    return ExtensionDecided(
        **_request(of, owner, asked.request),
        days=asked.days,
        granted_days=said.granted_days,
        decided_by=said.decided_by,
        decided_at=at,
        reasons=said.reasons or "",
    )
