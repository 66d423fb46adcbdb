"""Where the matters of the sample city come from: one entry per kind of source that the office supervises.

The list follows the office's functions (domain.md C2–C7, C11) and its ways of supervising (D1–D3); lengths are common practice
where no law fixes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

WORKDAY, DAY, MONTH = "WORKDAY", "DAY", "MONTH"


@dataclass(frozen=True, slots=True)
class SourceKind:
    """How a source is named, numbered and timed, and what share of the year's matters it brings."""

    label: str
    type: str
    kind: str
    issuer: str
    number: str
    title: str
    limits: tuple[tuple[int, str], ...]
    share: int
    clause: str | None = None

    def record(self, serial: int, issued_on: date) -> dict[str, Any]:
        """The `source` of a `matter.submitted` message."""
        found: dict[str, Any] = {
            "type": self.type,
            "number": self.number.format(year=issued_on.year, n=serial),
            "issuer": self.issuer,
            "issued_on": issued_on.isoformat(),
        }
        if self.clause:
            found["clause"] = self.clause.format(n=serial % 18 + 1)
        return found

    def limit(self, serial: int) -> Mapping[str, Any]:
        """The limit of the lead's assignment."""
        amount, unit = self.limits[serial % len(self.limits)]
        return {"amount": amount, "unit": unit}


ANSWERED = frozenset({"LEADER_INSTRUCTION", "NETIZEN_MESSAGE", "NPC_SUGGESTION", "CPPCC_PROPOSAL"})
"""Sources that wait for an answer."""

KINDS: tuple[SourceKind, ...] = (
    SourceKind(
        "重大决策",
        "MAJOR_DECISION",
        "COMPREHENSIVE",
        "市委全会",
        "咸发〔{year}〕{n}号",
        "落实市委全会关于{subject}的决策部署",
        ((40, WORKDAY), (60, WORKDAY)),
        16,
        "第{n}条",
    ),
    SourceKind(
        "重要会议",
        "MEETING",
        "SPECIAL",
        "市政府常务会议",
        "市政府常务会议纪要〔{year}〕第{n}次",
        "落实市政府常务会议关于{subject}的议定事项",
        ((20, WORKDAY),),
        18,
        "议定事项第{n}项",
    ),
    SourceKind(
        "重要文件",
        "DOCUMENT",
        "SPECIAL",
        "市委办公室",
        "咸办发〔{year}〕{n}号",
        "落实文件关于{subject}的工作要求",
        ((30, DAY), (22, WORKDAY)),
        22,
        "第{n}条",
    ),
    SourceKind(
        "八项规定",
        "EIGHT_RULES",
        "ROUTINE",
        "市委市政府督查室",
        "咸督字〔{year}〕{n}号",
        "中央八项规定精神贯彻落实：{subject}",
        ((1, MONTH),),
        8,
    ),
    SourceKind(
        "领导批示",
        "LEADER_INSTRUCTION",
        "SPECIAL",
        "市委主要领导",
        "批示件〔{year}〕{n}号",
        "办理市委主要领导关于{subject}的批示",
        ((5, WORKDAY), (15, WORKDAY)),
        24,
    ),
    SourceKind(
        "网民留言",
        "NETIZEN_MESSAGE",
        "ROUTINE",
        "人民网领导留言板",
        "留言{year}{n:04d}",
        "办理网民反映{subject}的留言",
        ((10, WORKDAY),),
        26,
    ),
    SourceKind(
        "人大建议",
        "NPC_SUGGESTION",
        "ROUTINE",
        "市人大常委会",
        "市人大建议〔{year}〕第{n}号",
        "办理关于{subject}的人大代表建议",
        ((3, MONTH),),
        16,
    ),
    SourceKind(
        "政协提案",
        "CPPCC_PROPOSAL",
        "ROUTINE",
        "市政协提案委",
        "市政协提案〔{year}〕第{n}号",
        "办理关于{subject}的政协提案",
        ((3, MONTH),),
        14,
    ),
    SourceKind(
        "集中督查",
        "DOCUMENT",
        "COMPREHENSIVE",
        "市委市政府督查室",
        "咸督查〔{year}〕{n}号",
        "集中督查反馈问题整改：{subject}",
        ((15, WORKDAY), (20, WORKDAY)),
        14,
        "问题清单第{n}条",
    ),
    SourceKind(
        "暗访督查",
        "DOCUMENT",
        "CLUE",
        "市委市政府督查室",
        "咸督访〔{year}〕{n}号",
        "暗访发现问题核查整改：{subject}",
        ((10, WORKDAY),),
        10,
        "问题清单第{n}条",
    ),
    SourceKind(
        "随同调研",
        "MEETING",
        "ROUTINE",
        "市政府主要领导调研",
        "调研记录〔{year}〕{n}号",
        "落实市政府主要领导调研时关于{subject}的要求",
        ((15, WORKDAY),),
        8,
    ),
)
"""`share` is the number of matters of the year; together 176."""
