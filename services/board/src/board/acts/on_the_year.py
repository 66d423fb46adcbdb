"""Acts of the assessment office: a bonus, and the end of a year (domain.md d.11)."""

from __future__ import annotations

from decimal import Decimal

from event_contracts import inbound
from event_contracts.event import Request

from board.acts.forms import APPROVER, CITY, PROOF, Act, Field, Filled, points_of

YEAR = Field("year", "年度", "Year", "number")


def _award(filled: Filled) -> Request:
    return inbound.BonusAwarded(
        unit=filled.text("unit"),
        year=filled.whole("year"),
        amount=filled.points("amount"),
        reason=filled.text(),
        evidence=list(filled.evidence),
        approved_by=filled.text("approved_by"),
    )


def _finalise(filled: Filled) -> Request:
    return inbound.AssessmentFinalised(year=filled.whole("year"), base_totals=totals_of(filled.lines("base_totals")))


def totals_of(lines: list[str]) -> dict[str, Decimal]:
    """`ZJJ 86.50` a line → the base totals; ValueError for a line that is none, or a unit twice."""
    found: dict[str, Decimal] = {}
    for line in lines:
        unit, points = line.replace("，", " ").replace(",", " ").split()
        if unit in found:
            raise ValueError(line)
        found[unit] = points_of(points)
    return found


ACTS: tuple[Act, ...] = (
    Act(
        "award",
        "award",
        "加分",
        "Award a bonus",
        _award,
        (
            Field("unit", "单位", "Unit", "unit"),
            YEAR,
            Field("amount", "加分分值（如 0.50）", "Points (e.g. 0.50)", "line"),
            PROOF,
            APPROVER,
        ),
        "go",
        about=CITY,
    ),
    Act(
        "finalise",
        "finalise",
        "年度定稿",
        "Close the year",
        _finalise,
        (
            YEAR,
            Field(
                "base_totals",
                "各单位基础总分（每行：单位代码 分数；可空）",
                "Base totals, one a line: unit's code and points (optional)",
                required=False,
            ),
        ),
        "stop",
        about=CITY,
    ),
)
