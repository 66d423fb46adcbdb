"""Messages about a covert inspection with unmistakable words for place, team, unit and days."""

from __future__ import annotations

from typing import Any

from acceptance import said

PLACE, LEADER, MEMBER, COLLECTOR, UNIT = "暗访地点甲乙丙楼", "暗访组长某甲", "暗访组员某乙", "取证人某丙", "ANFANGQU"
PLAN, TEXT, FINDING, CODE = "暗访方案丁字第九号", "暗访所见问题戊", "WTANFANG9", "ANFANG_YUANYIN"
DAYS = ("2026-07-06", "2026-07-10", "2026-07-08", "2026-07-07")
SECRET = (PLACE, LEADER, MEMBER, COLLECTOR, PLAN, TEXT, FINDING, CODE, *DAYS)
"""What nobody hears before the conclusion is served; the unit, besides, before the conclusion is issued to it."""

EVIDENCE = [
    {"kind": "PHOTO", "sha256": "ab" * 32, "collected_at": "2026-07-08T10:20:00+08:00", "place": PLACE, "collector": COLLECTOR}
]
SPAN = {"from": "2026-07-06", "to": "2026-07-10"}
TERMS = {"standard": "如实更正", "limit": {"amount": 20, "unit": "WORKDAY"}}
FINDINGS = [{"text": TEXT, "finding": FINDING, "code": CODE} | TERMS]


def plan(at: str, **changes: Any) -> str:
    told = {"inspection": "AF-9", "mode": "COVERT", "unit": UNIT, "place": PLACE, "plan": PLAN, **SPAN}
    told |= {"team": {"leader": LEADER, "members": [MEMBER]}, "by": LEADER}
    return said("inspection.planned", "OFFICE", at, **(told | changes))


def found(at: str, **changes: Any) -> str:
    told = {"inspection": "AF-9", "unit": UNIT, "findings": FINDINGS, "evidence": EVIDENCE}
    return said("inspection.found", "OFFICE", at, **(told | changes))


def concluded(at: str, **changes: Any) -> str:
    told = {"conclusion": "JL-9", "inspection": "AF-9", "unit": UNIT, "issued_by": LEADER, "evidence": EVIDENCE}
    told["findings"] = FINDINGS
    return said("conclusion.issued", "OFFICE", at, **(told | changes))


def unannounced() -> str:
    """A covert inspection that is planned and reported, and two plans that contradict it."""
    lines = [plan("2026-07-01 09:00"), plan("2026-07-02 09:00", unit="ANFANGQV")]
    lines += [plan("2026-07-02 09:02", mode="OPEN"), found("2026-07-14 18:00")]
    return "".join(f"{line}\n" for line in lines)
