"""Acts about reviews (复核; domain.md d.8) of slips and of conclusions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from event_contracts import inbound
from event_contracts.event import Request, TimeLimit

from board.acts.forms import FILE, Act, Field, Filled

REVIEWERS = Field("reviewers", "其他复核人（每行一人）", "Other reviewers, one a line", required=False)
LOWER = Field("new_colour", "降为（可空）", "Down to (optional)", "choice", "colour", ("WHITE", "YELLOW"), required=False)
LONGER = Field("workdays", "新期限（工作日，可空）", "New limit (workdays, optional)", "number", required=False)
FALLEN = Field("findings", "不予维持的问题", "Findings that do not stand", "picks")


def _review(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ReviewDecided(
        **_decision(filled, outcome),
        colour=filled.target["colour"],
        **(_variation(filled) if outcome == "VARIED" else {}),
    )


def _of_conclusion(outcome: str) -> Callable[[Filled], Request]:
    """Without a colour the review is a conclusion's; varied, it names the findings that fall."""
    return lambda filled: inbound.ReviewDecided(
        **_decision(filled, outcome), findings=list(filled.picked) if outcome == "VARIED" else []
    )


def _decision(filled: Filled, outcome: str) -> dict[str, Any]:
    return {
        **filled.about(),
        "outcome": outcome,
        "reviewers": [filled.person.name, *filled.lines("reviewers")],
        "reasons": filled.text(),
        "request": filled.target["key"],
    }


def _variation(filled: Filled) -> dict[str, Any]:
    """A lower colour, a longer limit, or both; what names neither is refused by the contract."""
    days = filled.text("workdays")
    limit = TimeLimit(amount=int(days), unit="WORKDAY") if days else None
    return {"new_colour": filled.text("new_colour") or None, "new_limit": limit}


def _appeal(filled: Filled) -> Request:
    """Of a slip by its colour; of a conclusion, which has none."""
    return inbound.ReviewFiled(
        **filled.about(), colour=filled.target["colour"], grounds=filled.text(), evidence=list(filled.evidence)
    )


ACTS: tuple[Act, ...] = (
    Act("uphold", "review", "维持", "Uphold", _review("UPHELD"), (REVIEWERS,)),
    Act("overturn", "review", "撤销原督办单", "Overturn", _review("OVERTURNED"), (REVIEWERS,), "stop"),
    Act("vary", "review", "变更", "Vary", _review("VARIED"), (LOWER, LONGER, REVIEWERS)),
    Act("uphold-conclusion", "review", "维持结论", "Uphold", _of_conclusion("UPHELD"), (REVIEWERS,)),
    Act("vary-conclusion", "review", "变更结论", "Vary", _of_conclusion("VARIED"), (FALLEN, REVIEWERS)),
    Act("overturn-conclusion", "review", "撤销结论", "Overturn", _of_conclusion("OVERTURNED"), (REVIEWERS,), "stop"),
    Act("appeal", "appeal", "申请复核", "Apply for review", _appeal, (FILE,)),
)
