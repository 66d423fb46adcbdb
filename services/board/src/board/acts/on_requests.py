"""Acts about what a unit asks for: reasons, more time, objections; the unit's side and the office's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from event_contracts import inbound
from event_contracts.event import Request

from board.acts.forms import DAYS, FILE, PROOF, Act, Field, Filled


def _grant_reason(filled: Filled) -> Request:
    effect = filled.text("effect")
    days = filled.text("days")
    since = filled.text("suspended_from")
    return inbound.JustificationDecided(
        **filled.about(),
        outcome="GRANTED",
        effect=effect,
        days=int(days) if effect == "EXTEND" and days else None,
        suspended_from=date.fromisoformat(since) if effect == "SUSPEND" and since else None,
        decided_by=filled.person.name,
        reasons=filled.text(),
        request=filled.target["key"],
    )


def _refuse_reason(filled: Filled) -> Request:
    return inbound.JustificationDecided(
        **filled.about(), outcome="REFUSED", decided_by=filled.person.name, reasons=filled.text(), request=filled.target["key"]
    )


def _extension(grants: bool) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ExtensionDecided(
        **filled.about(),
        granted_days=filled.whole("days") if grants else 0,
        decided_by=filled.person.name,
        reasons=filled.text(),
        request=filled.target["key"],
    )


def _objection(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ObjectionDecided(
        **filled.about(),
        outcome=outcome,
        decided_by=filled.person.name,
        new_unit=filled.text("new_unit") or None,
        reasons=filled.text(),
        request=filled.target["key"],
    )


def _object(filled: Filled) -> Request:
    return inbound.ObjectionFiled(**filled.about(), grounds=filled.text(), evidence=list(filled.evidence))


def _justify(filled: Filled) -> Request:
    return inbound.JustificationFiled(
        **filled.about(), category=filled.text("category"), text=filled.text(), evidence=list(filled.evidence)
    )


def _extend(filled: Filled) -> Request:
    return inbound.ExtensionRequested(**filled.about(), days=filled.whole("days"), reason=filled.text())


REASONS = (
    "FORCE_MAJEURE", "SUPERIOR_POLICY_CHANGE", "STATUTORY_PROCEDURE", "AWAITING_SUPERIOR_APPROVAL", "AWAITING_OTHER_UNIT",
    "TASK_CHANGED_BY_SUPERVISOR", "FUNDS_NOT_ALLOCATED", "TOLERANCE_DECIDED",
)  # fmt: skip

ACTS: tuple[Act, ...] = (
    Act(
        "grant-reason",
        "decide-request",
        "准予",
        "Grant",
        _grant_reason,
        (
            Field("effect", "处理方式", "Effect", "choice", "effect", ("EXTEND", "SUSPEND", "WAIVE")),
            Field("days", "延长天数", "Days, to extend", "number", required=False),
            Field("suspended_from", "中止起始日", "Suspended from", "date", required=False),
        ),
        "go",
    ),
    Act("refuse-reason", "decide-request", "不予准许", "Refuse", _refuse_reason, tone="stop"),
    Act("grant-extension", "decide-request", "准予延期", "Grant", _extension(True), (DAYS,), "go"),
    Act("refuse-extension", "decide-request", "不予延期", "Refuse", _extension(False), tone="stop"),
    Act(
        "accept-objection",
        "decide-objection",
        "采纳退办",
        "Accept",
        _objection("ACCEPTED"),
        (Field("new_unit", "改派单位代码（可空）", "New unit's code (optional)", "line", required=False),),
        "go",
    ),
    Act("refuse-objection", "decide-objection", "不予采纳", "Refuse", _objection("REFUSED"), tone="stop"),
    Act("object", "object", "提出退办", "Object", _object, (FILE,)),
    Act(
        "justify",
        "justify",
        "申报正当理由",
        "File a reason",
        _justify,
        (Field("category", "理由类别", "Category", "choice", "justification", REASONS), PROOF),
    ),
    Act("extend", "extend", "申请延期", "Ask for more time", _extend, (DAYS,)),
)
