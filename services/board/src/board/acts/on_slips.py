"""Acts of the office about slips: propose, approve, refuse, withdraw, find, urge."""

from __future__ import annotations

from collections.abc import Callable

from event_contracts import inbound
from event_contracts.event import Request

from board.acts.forms import FILE, Act, Field, Filled


def _slip(kind: type[inbound.AboutSlip]) -> Callable[[Filled], Request]:
    return lambda filled: kind(
        **filled.about(), colour=filled.target["colour"], by=filled.person.name, reason=filled.text() or None
    )


def _determine(filled: Filled) -> Request:
    return inbound.DeterminationMade(
        **filled.about(),
        progress_class=filled.text("progress_class"),
        reasons=filled.text(),
        decided_by=filled.person.name,
        evidence=list(filled.evidence),
    )


def _propose(filled: Filled) -> Request:
    return inbound.SlipProposed(
        **filled.about(),
        colour="WHITE",
        by=filled.person.name,
        standard=filled.text("standard"),
        requirements=filled.lines("requirements"),
        ground=filled.text("ground"),
        reason=filled.text(),
    )


FINDINGS = ("NO_MOVEMENT", "PERFUNCTORY_POOR", "SUBSTANTIVE_IMPROVEMENT")

ACTS: tuple[Act, ...] = (
    Act("approve", "approve", "批准签发", "Approve", _slip(inbound.SlipApproved), tone="go", by_colour=True),
    Act("refuse-draft", "approve", "不予签发", "Refuse", _slip(inbound.SlipWithdrawn), tone="stop", by_colour=True),
    Act("withdraw", "withdraw", "撤销督办单", "Withdraw", _slip(inbound.SlipWithdrawn), tone="stop", by_colour=True),
    Act(
        "determine",
        "determine",
        "作出认定",
        "Determine",
        _determine,
        (Field("progress_class", "认定结论", "Finding", "choice", "ground", FINDINGS), FILE),
    ),
    Act(
        "propose",
        "propose",
        "提出白单",
        "Propose a white",
        _propose,
        (
            Field("ground", "事由", "Ground", "choice", "ground", ("SLOW_PROGRESS", "NO_PROGRESS")),
            Field("standard", "整改标准", "Standard"),
            Field("requirements", "具体要求（每行一项）", "Requirements, one a line", required=False),
        ),
    ),
    Act("urge", "urge", "催办", "Urge", lambda filled: inbound.UrgeSent(**filled.about(), by="OFFICE")),
)
