"""The words of official papers: dates, limits, points, and what a slip says by its colour (domain.md E4–E11, d.8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from event_contracts.event import TimeLimit
from ground_rules.limits import Limit

COLOURS = {"WHITE": "白色", "YELLOW": "黄色", "RED": "红色"}
ROLES = {"LEAD": "牵头（主办）单位", "SUPPORTING": "配合（协办）单位"}
UNITS = {"WORKDAY": "个工作日", "DAY": "天", "MONTH": "个月"}
GROUNDS = {
    "NO_PROGRESS": "无进展",
    "SLOW_PROGRESS": "进展缓慢",
    "OVERDUE": "逾期未完成",
    "BELOW_STANDARD": "结果达不到标准要求",
    "NO_MOVEMENT": "屡督不动",
    "PERFUNCTORY_POOR": "无实质性改进、工作敷衍了事且质量较差",
}
SOURCES = {
    "MAJOR_DECISION": "重大决策部署",
    "MEETING": "会议议定事项",
    "DOCUMENT": "文件部署",
    "EIGHT_RULES": "中央八项规定贯彻落实",
    "LEADER_INSTRUCTION": "领导批示件",
    "NETIZEN_MESSAGE": "网民留言",
    "NPC_SUGGESTION": "人大代表建议",
    "CPPCC_PROPOSAL": "政协提案",
    "PETITION": "信访事项",
    "HOTLINE": "12345热线",
    "FIELD_NOTE": "调研（列席）发现",
    "INSPECTION": "督查发现",
}
MODES = {"SIGNED": "签收", "DEEMED": "视为送达", "IMMEDIATE": "即时送达"}
BODIES = {"DISCIPLINE": "市纪委监委", "ASSESSMENT": "市考核办", "ORGANISATION": "市委组织部"}
LEADING_GROUP = "市抓落实工作领导小组"
CAUSES = {
    "LATE_ARRIVING_TIMELY_COMPLETION": "按期报结，报告晚到",
    "LATE_ARRIVING_TIMELY_REPORT": "按期报送进展，报告晚到",
    "LEGITIMATE_REASON": "有正当理由",
    "OBJECTION_ACCEPTED": "职责异议成立",
    "CONCLUSION_FELL": "所依据的督查结论不予维持",
    "WITHDRAWN_BY_OFFICE": "督查室决定撤销",
    "OVERTURNED_BY_REVIEW": "经复核撤销",
    "VARIED_BY_REVIEW": "经复核变更",
}

LONGEST_RUN = 16
"""Letters without a space that fit into a narrow column; longer runs may be broken there."""
BREAK = "\u200b"
_RUN = re.compile(rf"[!-~]{{{LONGEST_RUN + 1},}}")
_ISO = re.compile(r"(?<![0-9-])([12][0-9]{3})-([01][0-9])-([0-3][0-9])(?![0-9-])")


def line(text: str | None) -> str:
    """A text of other people's as one line: no control or direction characters, no line breaks; long words can be broken."""
    return _breakable(" ".join(_printable(text or "").split()))


def paragraphs(text: str | None) -> list[str]:
    """The same, one entry for each line that says something."""
    return [found for found in (line(part) for part in (text or "").splitlines()) if found]


def _printable(text: str) -> str:
    """Without what would not be seen or would turn the order of what is seen (Unicode categories C and separators)."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(" " if letter.isspace() else letter for letter in normal if letter.isspace() or _is_seen(letter))


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


def _breakable(text: str) -> str:
    def broken(found: re.Match[str]) -> str:
        run = found.group()
        return BREAK.join(run[start : start + LONGEST_RUN] for start in range(0, len(run), LONGEST_RUN))

    return _RUN.sub(broken, text)


def day(value: date) -> str:
    """A date as GB/T 9704-2012 7.3.5.4 writes it: 2026年3月17日."""
    return f"{value.year}年{value.month}月{value.day}日"


def last_day(end: datetime, zone: ZoneInfo) -> str:
    """The last day of a term that ends (exclusively) at an instant."""
    return day((end - timedelta(microseconds=1)).astimezone(zone).date())


def with_days(text: str) -> str:
    """A sentence of ours in which dates stand as 2026-03-17, with dates as papers write them."""

    def written(found: re.Match[str]) -> str:
        try:
            return day(date(*(int(part) for part in found.groups())))
        except ValueError:
            return found.group()

    return _ISO.sub(written, text)


def limit(value: TimeLimit | Limit) -> str:
    """A limit in words: 5个工作日."""
    return f"{value.amount}{UNITS.get(value.unit, value.unit)}"


def points(value: Decimal) -> str:
    """Points as the ledger has them, without their sign: 0.30."""
    return f"{abs(value):.2f}"


def from_office(by: str, issuer: str) -> str:
    """Who signed; a slip that the policy issues without a person is the office's."""
    return issuer if by in ("", "DUBAN") else line(by)


Named = Callable[[str], str]
"""What a unit is called, by its code."""
