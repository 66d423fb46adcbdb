"""Acts about the work itself: a unit signs, reports and claims; the office verifies and assesses."""

from __future__ import annotations

from collections.abc import Callable

from event_contracts import inbound
from event_contracts.event import Request

from board.acts.forms import FILE, Act, Field, Filled


def _verdict(kind: type[inbound.Verdict], *, with_reason: bool) -> Callable[[Filled], Request]:
    return lambda filled: kind(
        **filled.about(),
        verified_by=filled.person.name,
        claim=filled.target["key"],
        deficiencies=[filled.text()] if with_reason else [],
    )


def _assess(accepted: bool) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ProgressAssessed(
        **filled.about(), accepted=accepted, substantive=accepted, decided_by=filled.person.name, request=filled.target["key"]
    )


def _report(filled: Filled) -> Request:
    return inbound.ProgressReported(
        **filled.about(), text=filled.text(), percent=filled.whole("percent"), evidence=list(filled.evidence)
    )


def _claim(filled: Filled) -> Request:
    return inbound.CompletionClaimed(**filled.about(), text=filled.text(), evidence=list(filled.evidence))


def _sign(filled: Filled) -> Request:
    return inbound.NoticeSigned(**filled.about(), signed_by=filled.person.name, colour=filled.target.get("colour"))


ACTS: tuple[Act, ...] = (
    Act("verify", "verify", "核验属实", "Verified", _verdict(inbound.CompletionVerified, with_reason=False), tone="go"),
    Act("reject", "verify", "退回报结", "Reject", _verdict(inbound.CompletionRejected, with_reason=True), tone="stop"),
    Act("accept", "assess", "认可进展", "Accept", _assess(True), tone="go"),
    Act("return", "assess", "退回进展", "Return", _assess(False), tone="stop"),
    Act("sign", "sign", "签收", "Sign for", _sign, tone="go"),
    Act("report", "report", "报送进展", "Report progress", _report, (Field("percent", "完成百分比", "Percent", "number"), FILE)),
    Act("claim", "claim", "报结", "Claim completion", _claim, (FILE,), "go"),
)
