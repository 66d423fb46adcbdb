"""Acts about duplicates, interviews and referrals: each answers something that waits."""

from __future__ import annotations

from collections.abc import Callable

from event_contracts import inbound
from event_contracts.event import Request

from board.acts.forms import Act, Field, Filled


def _duplicate(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.DuplicateResolved(
        matter=filled.target["matter_id"], into=filled.target["key"], outcome=outcome, reason=filled.text(), by=filled.person.name
    )


def _interview(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.InterviewDecided(
        unit=filled.target["unit"], outcome=outcome, by=filled.person.name, persons=filled.lines("persons"), reason=filled.text()
    )


def _acknowledge(filled: Filled) -> Request:
    return inbound.ReferralAcknowledged(**filled.about(), body=filled.target["body"], by=filled.person.name)


def _conclude(filled: Filled) -> Request:
    return inbound.ReferralConcluded(**filled.about(), body=filled.target["body"], outcome=filled.text(), by=filled.person.name)


ACTS: tuple[Act, ...] = (
    Act("merge", "resolve-duplicate", "并案办理", "Merge", _duplicate("MERGE"), tone="go"),
    Act("distinct", "resolve-duplicate", "不是同一事项", "Distinct", _duplicate("DISTINCT")),
    Act(
        "summon",
        "decide-interview",
        "约谈",
        "Summon",
        _interview("SUMMON"),
        (Field("persons", "约谈对象（每行一人）", "Persons, one a line"),),
        "go",
    ),
    Act("decline", "decide-interview", "暂不约谈", "Decline", _interview("DECLINE")),
    Act("acknowledge", "answer-referral", "签收移送", "Acknowledge", _acknowledge, tone="go"),
    Act("conclude", "answer-referral", "反馈结果", "Conclude", _conclude, tone="go"),
)
