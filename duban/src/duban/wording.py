"""Published events as one readable line, Chinese first; for the live view of `duban run` and for `duban watch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from duban.sample_city.units import name_of

COLOURS = {"WHITE": ("白单", "white"), "YELLOW": ("黄单", "yellow"), "RED": ("红单", "red")}
BODIES = {"DISCIPLINE": "纪检监察部门 discipline", "ASSESSMENT": "市考核办 assessment", "ORGANISATION": "组织部门 organisation"}
FINDINGS = {
    "NO_MOVEMENT": "屡督不动 no movement",
    "PERFUNCTORY_POOR": "敷衍了事且质量较差 perfunctory and poor",
    "SUBSTANTIVE_IMPROVEMENT": "有实质性改进 substantive improvement",
}
CAUSES = {"LATE_ARRIVING_TIMELY_COMPLETION": "按期报结晚到，自动撤销 / claimed in time, the report arrived late"}
"""Causes that machines write; people's reasons are texts already."""

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One event for people: when, about whom, what, and why."""

    at: datetime
    unit: str
    text: str
    reason: str = ""
    colour: str | None = None

    def plain(self, zone: ZoneInfo) -> str:
        """As one line of text."""
        unit = f"{name_of(self.unit)} " if self.unit else ""
        reason = f" — {self.reason}" if self.reason else ""
        return f"{self.at.astimezone(zone):%Y-%m-%d %H:%M} {unit}{self.text}{reason}"


def line_of(event: Data) -> Line | None:
    """The line of a decoded CloudEvent; None for events that only machines read."""
    data = event.get("data")
    found = TEXTS.get(str(event.get("type")).rpartition(".v")[0])
    if found is None or not isinstance(data, Mapping):
        return None
    text, reason = found(data)
    return Line(_instant(event), str(data.get("unit") or ""), text, reason, data.get("colour"))


def any_line(event: Data) -> Line:
    """The line of any event: without words of its own, its type and its data."""
    known = line_of(event)
    if known is not None:
        return known
    data = event.get("data")
    pairs = data.items() if isinstance(data, Mapping) else ()
    plain = " ".join(
        f"{key}={value}" for key, value in pairs if isinstance(value, str | int) and key not in ("unit", "matter_id")
    )
    return Line(_instant(event), "", f"{event.get('type')} {plain}")


def _instant(event: Data) -> datetime:
    return datetime.fromisoformat(str(event["time"]))


def _title(data: Data) -> str:
    title = data.get("title") or data.get("external_ref") or data.get("matter_id") or ""
    return f"《{title}》" if title else ""


def _slip(verb: str, english: str) -> Callable[[Data], tuple[str, str]]:
    def text(data: Data) -> tuple[str, str]:
        colour = str(data.get("colour"))
        name, word = COLOURS.get(colour, (colour, colour.lower()))
        renewed = "（续期）" if data.get("renewal") else ""
        number = f" {data['number']}" if data.get("number") else ""
        cause = str(data.get("cause") or "")
        return f"{name}{renewed}{verb} {word} {english}{number}{_title(data)}", str(
            data.get("reason") or CAUSES.get(cause, cause)
        )

    return text


def _about(words: str) -> Callable[[Data], tuple[str, str]]:
    return lambda data: (f"{words}{_title(data)}", "")


def _registered(data: Data) -> tuple[str, str]:
    units = "、".join(name_of(part["unit"]) for part in data.get("assignments") or ())
    return f"立项 registered{_title(data)} → {units}", ""


def _points(words: str) -> Callable[[Data], tuple[str, str]]:
    return lambda data: (f"{words} {data['amount']}，{data['year']}年累计 balance {data['balance']}", "")


def _referral(data: Data) -> tuple[str, str]:
    return f"移送 referred → {BODIES.get(str(data.get('body')), data.get('body'))}{_title(data)}", ""


def _finding(data: Data) -> tuple[str, str]:
    words = FINDINGS.get(str(data.get("progress_class")), data.get("progress_class"))
    return f"认定 found: {words}（{data.get('decided_by')}）", str(data.get("reasons") or "")


def _rejected(data: Data) -> tuple[str, str]:
    return f"报结退回 claim rejected{_title(data)}", "；".join(data.get("deficiencies") or ())


TEXTS: dict[str, Callable[[Data], tuple[str, str]]] = {
    "intake.matter.registered": _registered,
    "intake.matter.closed": _about("销号 closed"),
    "intake.completion.rejected": _rejected,
    "escalation.slip.proposed": _slip("待审批", "proposed"),
    "escalation.slip.issued": _slip("签发", "issued"),
    "escalation.slip.renewed": _slip("续期", "renewed"),
    "escalation.slip.lifted": _slip("解除", "lifted"),
    "escalation.slip.withdrawn": _slip("撤销", "withdrawn"),
    "escalation.determination.made": _finding,
    "escalation.referral.created": _referral,
    "escalation.urge.sent": _about("催办 urged"),
    "escalation.deadline.breached": lambda data: (f"逾期 limit passed: {data.get('owner')} {data.get('deadline') or ''}", ""),
    "scoring.score.deducted": _points("扣分 deducted"),
    "scoring.score.reversed": _points("冲回 reversed"),
    "scoring.score.confirmed": _points("扣分生效 confirmed"),
    "scoring.eligibility.revoked": lambda data: (f"取消{data['year']}年评优资格 no longer eligible for excellence", ""),
    "scoring.eligibility.restored": lambda data: (f"恢复{data['year']}年评优资格 eligible again", ""),
}
"""Type without its version → (text, reason)."""
