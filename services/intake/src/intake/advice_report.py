"""The lists about recurring causes and advice: what came back, in which cases, and what became of the advice on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from ground_rules.policy import Policy
from service_chassis.spreadsheet.sheet import Cell, Column, Form, Sheet

from intake.recurring import standing
from intake.store import advices, causes

RECURRENCES = (
    Column("cause", "原因", "cause"),
    Column("since", "起", "from"),
    Column("until", "止", "until"),
    Column("count", "次数", "cases"),
    Column("units", "单位", "units"),
    Column("reason", "依据", "why it is listed"),
    Column("advice", "已提建议", "advice given"),
)
CASES = (
    Column("cause", "原因", "cause"),
    Column("found_at", "发现时间", "found at", Form.INSTANT),
    Column("matter", "事项编号", "matter"),
    Column("unit", "单位", "unit"),
)
ADVICE = (
    Column("advice", "建议编号", "advice"),
    Column("kind", "类别", "kind"),
    Column("cause", "原因", "cause"),
    Column("addressee", "对象", "addressee"),
    Column("text", "内容", "text"),
    Column("matters", "依据事项", "rests on"),
    Column("issued_at", "提出时间", "issued at", Form.INSTANT),
    Column("issued_by", "提出人", "issued by"),
    Column("state", "采纳情况", "adopted"),
    Column("answer", "反馈", "answer"),
    Column("answered_at", "反馈时间", "answered at", Form.INSTANT),
)
STATES = {None: "待反馈 open", True: "已采纳 adopted", False: "未采纳 not adopted"}


def sheets(conn: Any, day: date, policy: Policy) -> list[Sheet]:
    """Causes that came back, as on this local day; the cases behind them; all advice with the answer that counts."""
    kept = causes.every_case(conn)
    found = standing(kept, day, policy)
    given = advices.every_advice(conn)
    behind = {case.id for _, full in found for case in full.cases}
    on: dict[str, list[str]] = {}
    for row in given:
        on.setdefault(row.cause, []).append(row.advice)
    recurring: list[list[Cell]] = [
        [cause, full.since, full.until, len(full.cases), "、".join(full.units), full.reason, "、".join(on.get(cause, [])) or None]
        for cause, full in found
    ]
    cases: list[list[Cell]] = [
        [row.cause, row.found_at, row.external_ref, row.unit]
        for row in sorted(kept, key=lambda row: (row.cause, row.found_at, row.case_id))
        if row.case_id in behind
    ]
    return [
        Sheet("recurrences", "反复出现的问题", "causes that came back", RECURRENCES, recurring),
        Sheet("cases", "相关事项", "the cases behind them", CASES, cases),
        Sheet("advice", "督查建议", "advice", ADVICE, _advice(conn, given)),
    ]


def _advice(conn: Any, given: Any) -> list[list[Cell]]:
    answers, names = advices.last_answers(conn), advices.names_of(conn)
    rows: list[list[Cell]] = []
    for row in given:
        said = answers.get(row.advice)
        rests_on = "、".join(names.get(of, of) for of in row.matters)
        head = [row.advice, row.kind, row.cause, row.addressee, row.text, rests_on, row.issued_at, row.issued_by]
        rows.append([*head, STATES[said.adopted if said else None], said and said.text, said and said.answered_at])
    return rows
