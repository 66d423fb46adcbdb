"""What escalation announces about limits, and about the requests that change them; and notify about notices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from board.domain.case import Case, Clock, Filing, Notice
from board.domain.texts import instant

Data = Mapping[str, Any]

STATES = {
    "escalation.clock.armed": "RUNNING",
    "escalation.clock.resumed": "RUNNING",
    "escalation.clock.stopped": "STOPPED",
    "escalation.clock.suspended": "SUSPENDED",
    "escalation.deadline.breached": "BREACHED",
}
"""What each event makes of a clock; those not named leave its state as it is."""


def changed(case: Case, data: Data, event: Data) -> None:
    """A limit began, stopped, was moved, or passed."""
    key = (data["unit"], data["owner"])
    name = event["type"].rpartition(".v")[0]
    clock = case.clocks.get(key)
    if clock is None or name == "escalation.clock.armed":
        clock = case.clocks[key] = Clock(data["unit"], data["owner"], "RUNNING")
    clock.state = STATES.get(name, clock.state)
    clock.deadline = data.get("deadline") or clock.deadline
    clock.due = instant(data.get("due_instant")) or clock.due
    clock.provisional = bool(data.get("provisional"))
    clock.reason = data.get("reason") or ""
    clock.policy = event.get("policyversion") or clock.policy
    if data.get("explanation"):
        clock.days = json.dumps(data["explanation"], ensure_ascii=False, separators=(",", ":"))
    if name.startswith("escalation.clock."):
        clock.ahead = json.dumps(data["ahead"], separators=(",", ":")) if data.get("ahead") else ""
    if name == "escalation.clock.armed":
        limit = data.get("limit") or {}
        clock.started_on, clock.amount, clock.limit_unit = data["started_on"], limit.get("amount"), limit.get("unit")


def filed(case: Case, data: Data, event: Data) -> None:
    """A request that the office must answer by a day of its own."""
    name = event["type"].split(".")[1]
    at = data.get("filed_at") or data.get("requested_at")
    detail = data["category"] if name == "justification" else f"{data['days']} · {data.get('reason') or ''}"
    colour = data["owner"].split(":")[1] if data["owner"].startswith("SLIP:") else None
    filing = Filing(name.upper(), data["unit"], data["request"], instant(at) or "", str(data["decide_by"]), colour, detail)
    case.filings.setdefault(data["request"], filing)


def decided(case: Case, data: Data, event: Data) -> None:
    """The office answered."""
    if data["request"] in case.filings:
        case.filings[data["request"]].open = False


def dispatched(case: Case, data: Data, event: Data) -> None:
    """A notice left."""
    notice = _notice(case, data)
    notice.dispatched_at, notice.deemed_at = instant(data["dispatched_at"]), instant(data.get("deemed_at"))


def served(case: Case, data: Data, event: Data) -> None:
    """The unit has it."""
    notice = _notice(case, data)
    notice.state, notice.served_at, notice.mode = "SERVED", instant(data["served_at"]), data["mode"]
    notice.signed_by = data.get("signed_by") or notice.signed_by
    if data.get("signed_by") and data["kind"] == "SLIP":
        case.people.setdefault(data["about"], set()).add(data["signed_by"].strip())


def failed(case: Case, data: Data, event: Data) -> None:
    """A copy could not be delivered: a person must act."""
    _notice(case, data).state = "FAILED"


def _notice(case: Case, data: Data) -> Notice:
    found = case.notices.get(data["notice_id"])
    if found is None:
        made = Notice(data["notice_id"], data["unit"], data["kind"], data["about"], "DISPATCHED", data.get("colour"))
        made.renewal = data.get("renewal") or 0
        found = case.notices[data["notice_id"]] = made
    return found


HANDLERS = {
    **dict.fromkeys(STATES, changed),
    "escalation.clock.extended": changed,
    "escalation.clock.moved": changed,
    "escalation.clock.reprojected": changed,
    "escalation.justification.filed": filed,
    "escalation.justification.granted": decided,
    "escalation.justification.refused": decided,
    "escalation.extension.requested": filed,
    "escalation.extension.decided": decided,
    "notify.notice.dispatched": dispatched,
    "notify.notice.served": served,
    "notify.notice.failed": failed,
}
