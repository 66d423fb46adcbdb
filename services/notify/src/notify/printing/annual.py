"""The year's table on paper (年度考核加减分情况表), for the assessment office; the figures are scoring's (domain.md d.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from notify.printing import wording
from notify.printing.desk import Desk
from notify.printing.press import Sheet

COLUMNS = (
    "序号",
    "组别",
    "单位",
    "基础总分",
    "扣分",
    "冲回",
    "加分",
    "加减分合计",
    "总分",
    "组内名次",
    "优秀评选资格",
    "其中暂扣",
)


@dataclass(frozen=True, slots=True)
class AnnualLine:
    """One unit of the year. Points are None where the assessment office gave no base total."""

    unit: str
    name: str | None
    group: str | None
    base: Decimal | None
    deductions: Decimal
    reversals: Decimal
    bonus: Decimal
    points: Decimal
    total: Decimal | None
    rank: int | None
    eligible: bool
    pending: Decimal


def annual_sheet(desk: Desk, year: int, lines: Sequence[AnnualLine], closed_at: datetime | None, made_at: datetime) -> Sheet:
    """The table; it says whether the year is closed, and as of when it was made."""
    state = f"本年度已于{desk.day(closed_at)}办结" if closed_at else "本年度尚未办结，数据为暂定"
    values = {
        "issuer": desk.settings.issuer,
        "heading": f"{year}年度目标任务考核督查加减分情况表",
        "state": f"{state}；制表日期：{desk.day(made_at)}。分值精确到0.01；复核期未满的扣分为暂扣，已计入合计。",
        "columns": list(COLUMNS),
        "rows": [cells(desk, count, found, made_at) for count, found in enumerate(lines, 1)],
        "date": desk.day(made_at),
    }
    return Sheet("annual", f"{year}年度目标任务考核督查加减分情况表", made_at, values)


def cells(desk: Desk, count: int, of: AnnualLine, made_at: datetime) -> list[str]:
    """The cells of one unit."""
    return [
        str(count),
        wording.line(of.group) or "—",
        wording.line(of.name) if of.name else desk.unit(of.unit, desk.local(made_at)),
        *(signed(value) for value in (of.base, of.deductions, of.reversals, of.bonus, of.points, of.total)),
        str(of.rank) if of.rank is not None else "—",
        "具备" if of.eligible else "取消",
        signed(of.pending),
    ]


def signed(value: Decimal | None) -> str:
    """A figure with its sign and two places; — where there is none."""
    return "—" if value is None else f"{value:.2f}"
