"""The ledger (督办台账) that offices keep in spreadsheets, as messages: one row for each unit of a matter.

Rows with the same number (编号) are one matter; what is about the matter stands in its first row, later rows leave it empty or
repeat it. Nothing is decided here: the fields become a `matter.submitted`, and what is wrong with it is said at its cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from service_chassis.spreadsheet.reading import Line

SOURCES = {
    "重大决策": "MAJOR_DECISION",
    "会议议定": "MEETING",
    "文件": "DOCUMENT",
    "八项规定": "EIGHT_RULES",
    "领导批示": "LEADER_INSTRUCTION",
    "网民留言": "NETIZEN_MESSAGE",
    "人大建议": "NPC_SUGGESTION",
    "政协提案": "CPPCC_PROPOSAL",
    "信访": "PETITION",
    "热线": "HOTLINE",
    "实地记录": "FIELD_NOTE",
    "检查发现": "INSPECTION",
}
ROLES = {"主办": "LEAD", "牵头": "LEAD", "协办": "SUPPORTING", "配合": "SUPPORTING"}
UNITS_OF_TIME = {"个工作日": "WORKDAY", "工作日": "WORKDAY", "天": "DAY", "日": "DAY", "个月": "MONTH", "月": "MONTH"}
YES = {"是": True, "否": False, "yes": True, "no": False}

_LIMIT = re.compile(r"(\d{1,4})\s*(个工作日|工作日|天|日|个月|月)内?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_INSTANT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[ T]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)")
_BETWEEN = re.compile(r"[、，,;；\s]+")


class Unclear(ValueError):
    """The text of a cell cannot be understood; says what was expected."""


@dataclass(frozen=True, slots=True)
class Head:
    """One column of the ledger: where its value goes in the message, and how its text is read."""

    key: str
    zh: str
    en: str
    pointer: str
    """Below `/data`, or below one assignment (`unit`, `limit`, …)."""
    hint: str
    read: Callable[[str, ZoneInfo], Any] = lambda text, zone: text
    needed: bool = False
    of_part: bool = False
    """It may differ from row to row of one matter."""


def _word(words: Mapping[str, Any]) -> Callable[[str, ZoneInfo], Any]:
    def read(text: str, _zone: ZoneInfo) -> Any:
        found = words.get(text, words.get(text.lower()))
        if found is None and text.upper() in words.values():
            found = text.upper()
        if found is None:
            raise Unclear(f"应为 {'、'.join(words)} 之一 / one of {', '.join(dict.fromkeys(map(str, words.values())))}")
        return found

    return read


def _several(text: str, _zone: ZoneInfo) -> list[str]:
    return [word for word in _BETWEEN.split(text) if word]


def day(text: str, _zone: ZoneInfo | None = None) -> str:
    """A date as people write it, as ISO 8601; Unclear for anything else."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> str:
    raise Unclear(f"{text!r} 不是日期，请写如 2026-03-17 / not a date; write e.g. 2026-03-17")


def limit(text: str, zone: ZoneInfo) -> dict[str, Any]:
    """`10个工作日`, `30天`, `3个月`, or a last day: the fields `limit` or `due_at` (the end of that day)."""
    if found := _LIMIT.fullmatch(text):
        return {"limit": {"amount": int(found[1]), "unit": UNITS_OF_TIME[found[2]]}}
    if found := _INSTANT.fullmatch(text):
        at = datetime.combine(date.fromisoformat(day(found[1])), time.fromisoformat(found[2]), zone)
        return {"due_at": at.isoformat()}
    try:
        last = date.fromisoformat(day(text))
    except Unclear:
        zh = "应为如 10个工作日、30天、3个月，或最后一日如 2026-06-30"
        raise Unclear(f"{zh} / e.g. 10个工作日 (workdays), 30天 (days), 3个月 (months), or a last day") from None
    return {"due_at": datetime.combine(last, time(23, 59, 59), zone).isoformat()}


HEADS = (
    Head(
        "external_ref",
        "编号",
        "Number",
        "external_ref",
        "本单位对该事项的编号，不重复 / your own number of the matter",
        needed=True,
    ),
    Head("title", "督查事项", "Matter", "title", "一句话 / one sentence", needed=True),
    Head("source", "来源", "Source", "source/type", "、".join(SOURCES), _word(SOURCES), needed=True),
    Head("source_number", "文号", "Source number", "source/number", "如 咸办发〔2026〕12号 / its number"),
    Head("issuer", "来源单位", "Issuer", "source/issuer", "发文单位或批示领导 / who issued it"),
    Head("issued_on", "来源日期", "Issued on", "source/issued_on", "如 2026-03-02 / a date", day),
    Head("clause", "条款", "Clause", "source/clause", "如 第三条 / its clause"),
    Head("difficult", "疑难", "Difficult", "source/difficult", "是、否：建议提案可延长答复 / yes or no", _word(YES)),
    Head("standard", "标准要求", "Standard", "standard", "做到什么程度算完成，可核验 / what counts as done", needed=True),
    Head("subject_terms", "主题词", "Terms", "subject_terms", "以顿号分隔 / with commas between", _several),
    Head("unit", "责任单位", "Unit", "unit", "单位代码，如 ZJJ / unit code", needed=True, of_part=True),
    Head("role", "主协办", "Role", "role", "主办、协办 / LEAD, SUPPORTING", _word(ROLES), needed=True, of_part=True),
    Head("deliverable", "交办成果", "Deliverable", "deliverable", "交什么 / what is handed in", needed=True, of_part=True),
    Head("part_standard", "单位标准", "Unit's standard", "standard", "与标准要求不同时填 / if it differs", of_part=True),
    Head(
        "limit",
        "期限",
        "Limit",
        "limit",
        "10个工作日、30天、3个月，或 2026-06-30；有法定期限的可不填 / or a last day",
        limit,
        of_part=True,
    ),
    Head("depends_on", "依赖单位", "Depends on", "depends_on", "单位代码，以顿号分隔 / unit codes", _several, of_part=True),
)
TOLD = (
    ("matter_id", "事项编号", "Matter id"),
    ("submitted_by", "报送单位", "Submitted by"),
    ("submitted_at", "报送时间", "Submitted at"),
    ("state", "事项状态", "State"),
    ("part_state", "单位状态", "Unit's state"),
    ("done_at", "办结时间", "Done at"),
)
"""What an export adds for its readers. Where such a ledger is let in again these columns are passed over, since they are ours."""
_PASSED_OVER = {name.lower() for key, zh, en in TOLD for name in (key, zh, en, f"{zh} {en}")}
BY_NAME = {name.lower(): head for head in HEADS for name in (head.key, head.zh, head.en, f"{head.zh} {head.en}")}


@dataclass(frozen=True, slots=True)
class Bad:
    """What is wrong, and at which cell: `H7`, the column's heading, what stands there, what was expected."""

    row: int
    cell: str
    column: str
    value: str
    problem: str


@dataclass(slots=True)
class Matter:
    """One matter of the ledger: its `data`, and the cell that each of its fields came from."""

    reference: str
    row: int
    data: dict[str, Any]
    cells: dict[str, tuple[int, str, str, str]] = field(default_factory=dict)
    """JSON pointer below `/data` → row, cell, heading, text."""

    def at(self, pointer: str, problem: str) -> Bad:
        """A fault of the message, at the cell of that field or of the nearest one around it, else at the matter's first row."""
        path = pointer.removeprefix("/data/")
        while path and path not in self.cells:
            path = path.rpartition("/")[0]
        row, cell, heading, value = self.cells.get(path, (self.row, f"A{self.row}", HEADS[0].zh, self.reference))
        return Bad(row, cell, heading, value, problem)


def columns(heading: Line) -> tuple[dict[int, Head], list[Bad]]:
    """Column number → what it is, and what is wrong with the heading: unknown, twice, or a needed one that is not there."""
    found: dict[int, Head] = {}
    bad: list[Bad] = []
    for number, text in enumerate(heading.cells):
        name = " ".join(text.split()).lower()
        head = BY_NAME.get(name)
        if head is None and text and name not in _PASSED_OVER:
            bad.append(
                Bad(
                    heading.number,
                    heading.address(number),
                    text,
                    text,
                    "没有这一列，请对照模板 / no such column; see the template",
                )
            )
        elif head in found.values():
            bad.append(Bad(heading.number, heading.address(number), text, text, "此列出现两次 / this column stands twice"))
        elif head is not None:
            found[number] = head
    missing = [head for head in HEADS if head.needed and head not in found.values()]
    bad += [Bad(heading.number, f"A{heading.number}", head.zh, "", "缺少此列 / this column is missing") for head in missing]
    return found, bad


def matters(lines: Iterable[Line], heads: Mapping[int, Head], zone: ZoneInfo) -> Iterator[Matter | Bad]:
    """The matters in the order of their rows, each behind what of its cells cannot be understood.

    The rows of one matter must stand together (`Spool.gathered`): a ledger may be long, and only one matter is held at a time.
    """
    place = next(number for number, head in heads.items() if head is HEADS[0])
    open_: Matter | None = None
    for line in lines:
        filled = {number: line.cells[number] for number in heads if number < len(line.cells) and line.cells[number]}
        texts = {heads[number]: (number, text) for number, text in filled.items()}
        reference = texts.get(HEADS[0], (0, ""))[1]
        if not reference:
            yield Bad(line.number, line.address(place), HEADS[0].zh, "", "缺编号 / the number is missing")
            continue
        if open_ is None or open_.reference != reference:
            if open_ is not None:
                yield open_
            open_ = Matter(reference, line.number, {"assignments": []})
        yield from _add_row(open_, line, texts, zone)
    if open_ is not None:
        yield open_


def _add_row(matter: Matter, line: Line, texts: Mapping[Head, tuple[int, str]], zone: ZoneInfo) -> Iterator[Bad]:
    part: dict[str, Any] = {}
    base = f"assignments/{len(matter.data['assignments'])}"
    matter.data["assignments"].append(part)
    matter.cells[base] = (line.number, f"A{line.number}", HEADS[0].zh, matter.reference)
    for head, (number, text) in texts.items():
        place = (line.number, line.address(number), head.zh, text)
        try:
            value = head.read(text, zone)
        except Unclear as reason:
            yield Bad(*place, str(reason))
            continue
        path = f"{base}/{head.pointer}" if head.of_part else head.pointer
        if head.of_part:
            part.update(value if isinstance(value, dict) else {head.pointer: value})
            matter.cells[path] = matter.cells[path.replace("/limit", "/due_at")] = place
        elif path not in matter.cells:
            _put(matter.data, head.pointer, value)
            matter.cells[path] = place
        elif matter.cells[path][3] != text:
            yield Bad(
                *place,
                f"与同一编号的第{matter.cells[path][0]}行不同 / differs from row {matter.cells[path][0]} of the same matter",
            )


def _put(data: dict[str, Any], pointer: str, value: Any) -> None:
    outer, _, inner = pointer.partition("/")
    if inner:
        data.setdefault(outer, {})[inner] = value
    else:
        data[outer] = value
