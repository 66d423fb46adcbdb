"""What a notice says, in Chinese first and then in English, from the letter and what its cause tells."""

from __future__ import annotations

from collections.abc import Mapping

from notify.domain.audience import Kind
from notify.domain.bulletin import Bulletin, Correction, Entry
from notify.domain.serving import Letter

COLOURS = {"WHITE": ("白色", "white"), "YELLOW": ("黄色", "yellow"), "RED": ("红色", "red")}
NAMES = {
    Kind.ASSIGNMENT: ("交办通知", "assignment"),
    Kind.SLIP: ("督办单", "slip"),
    Kind.REMINDER: ("到期提醒", "deadline near"),
    Kind.URGE: ("催办通知", "urging"),
    Kind.UNACKNOWLEDGED: ("未签收告知", "not signed for"),
    Kind.DEADLINE_CHANGED: ("期限变更通知", "limit changed"),
    Kind.SLIP_LIFTED: ("督办单解除通知", "slip lifted"),
    Kind.SLIP_WITHDRAWN: ("督办单撤销通知", "slip withdrawn"),
    Kind.CONCLUSION: ("督查结论送达通知", "conclusion of an inspection"),
    Kind.DISCLOSURE: ("督查结论内容", "what the conclusion says"),
    Kind.CONCLUSION_UPHELD: ("督查结论经复核维持告知", "conclusion upheld in its review"),
    Kind.CONCLUSION_CHANGED: ("督查结论经复核撤销或变更告知", "conclusion overturned or varied in its review"),
    Kind.REPORT: ("红色督办单未办结报告", "red slip still open"),
    Kind.BULLETIN: ("情况通报", "bulletin"),
    Kind.BULLETIN_CORRECTED: ("情况通报更正", "bulletin corrected"),
}
LINES = (
    ("number", "文号", "Number"),
    ("title", "事项", "Matter"),
    ("deliverable", "交办内容", "Deliverable"),
    ("standard", "办理标准", "Standard"),
    ("requirements", "要求", "Requirements"),
    ("limit", "办理期限", "Limit"),
    ("deadline", "截止", "Deadline"),
    ("days_left", "剩余工作日", "Workdays left"),
    ("reason", "事由", "Reason"),
    ("reasons", "理由", "Reasons"),
    ("findings", "问题", "Findings"),
    ("place", "督查地点", "Place"),
    ("starts_on", "督查始于", "From"),
    ("ends_on", "督查止于", "To"),
)
"""What a cause may tell beside the letter, in the order of reading."""
UNITS = {"WORKDAY": "个工作日 / workdays", "DAY": "天 / days", "MONTH": "个月 / months"}
LONGEST_TITLE = 120
"""Characters; mail programs and telephones cut longer ones."""


def one_line(text: str) -> str:
    """Without line breaks and control characters, which would reach into a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def title(letter: Letter) -> str:
    """One line: what it is, to which unit, about which matter."""
    chinese, english = NAMES[letter.kind]
    if letter.colour and letter.kind in (Kind.SLIP, Kind.SLIP_LIFTED, Kind.SLIP_WITHDRAWN):
        chinese, english = COLOURS[letter.colour][0] + chinese, f"{COLOURS[letter.colour][1]} {english}"
    found = one_line(f"【督办】{chinese}：{letter.external_ref or letter.matter_id}（{letter.unit}）/ {english}")
    return found if len(found) <= LONGEST_TITLE else found[: LONGEST_TITLE - 1] + "…"


def text(letter: Letter, details: Mapping[str, str]) -> str:
    """The whole notice as plain text."""
    lines = [title(letter), "", f"单位 / Unit: {one_line(letter.unit)}"]
    lines.append(f"编号 / Reference: {one_line(letter.external_ref or letter.matter_id)}")
    lines += [f"{cn} / {en}: {details[key].strip()}" for key, cn, en in LINES if details.get(key, "").strip()]
    if letter.deemed_on is not None:
        lines += ["", f"请签收；{letter.deemed_on} 终了视为送达。/ Please sign; deemed served at the end of {letter.deemed_on}."]
    return "\n".join(lines) + "\n"


def bulletin_text(letter: Letter, bulletin: Bulletin) -> str:
    """A bulletin as its audience reads it."""
    number = f"文号 / Number: {one_line(bulletin.bulletin)}"
    approved = f"批准 / Approved by: {one_line(bulletin.approved_by)}"
    head = [title(letter), "", number, approved]
    return "\n".join([*head, "", bulletin.text.strip(), "", *map(_entry, bulletin.entries)]).rstrip() + "\n"


def correction_text(letter: Letter, made: Correction) -> str:
    """What of a bulletin no longer holds."""
    chinese = "下列督办单或督查结论已被撤销或变更，原通报的相应内容以本更正为准："
    english = "The slip or conclusion below fell or was varied; what the bulletin said of it no longer holds:"
    number = f"更正的通报 / Corrects: {one_line(made.bulletin.bulletin)}"
    return "\n".join([title(letter), "", number, chinese, english, _entry(made.entry)]) + "\n"


def _entry(entry: Entry) -> str:
    colour = entry.colour
    chinese, english = ("督查结论", "conclusion") if colour is None else COLOURS.get(colour, (colour, colour))
    return f"· {one_line(entry.matter)}（{one_line(entry.unit)}）{chinese} / {english}"
