"""A published event as one line of a story: what happened, by whom, and why; in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from board.domain.texts import instant
from board.words import owner_word, word

Data = Mapping[str, Any]
Name = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `tone` is a colour of slip, or the kind of mark that it gets."""

    at: str
    unit: str
    text: str
    why: str = ""
    by: str = ""
    tone: str = ""
    service: str = ""
    policy: str = ""
    evidence: int = 0


def half(text: str, english: bool) -> str:
    """One language of a text that says the same in both, Chinese first: `中文 / English`."""
    zh, mark, en = text.partition(" / ")
    return (en if english else zh) if mark else text


def line_of(event: Data, name: Name, english: bool) -> Line | None:
    """The line of an event; None for what only machines read."""
    kind, data = event["type"].rpartition(".v")[0], event["data"]
    found = TEXTS.get(kind)
    if found is None:
        return None
    text, why, by = found(data, name, english)
    colour = data.get("colour") or ""
    tone = colour if kind.startswith(("escalation.slip.", "scoring.")) else MARKS.get(kind, "")
    why = half(why, english)
    evidence = len(data.get("evidence") or ())
    at = instant(event["time"]) or ""
    by = "" if by.lower() == "duban" else by
    service = kind.partition(".")[0]
    return Line(
        at,
        name(data["unit"]) if data.get("unit") else "",
        text,
        why,
        by,
        tone,
        service,
        event.get("policyversion") or "",
        evidence,
    )


Told = tuple[str, str, str]
Teller = Callable[[Data, Name, bool], Told]

MARKS = {
    "intake.matter.closed": "done",
    "intake.completion.verified": "done",
    "escalation.deadline.breached": "late",
    "intake.completion.rejected": "late",
}


def plain(zh: str, en: str, why: str = "", by: str = "") -> Teller:
    """Fixed words; `why` and `by` name fields of the data."""

    def tell(data: Data, name: Name, english: bool) -> Told:
        return (en if english else zh), str(data.get(why) or ""), str(data.get(by) or "")

    return tell


def slip(zh: str, en: str, by: str = "") -> Teller:
    """A slip by its colour and number."""

    def tell(data: Data, name: Name, english: bool) -> Told:
        renewed = (" (renewed)" if english else "（续期）") if data.get("renewal") else ""
        verb = en if english else zh
        text = f"{word('colour', data['colour'], english)}{renewed}{' ' if english else ''}{verb}"
        number = f" {data['number']}" if data.get("number") else ""
        return text + number, str(data.get("reason") or data.get("cause") or ""), str(data.get(by) or "")

    return tell


def clock(zh: str, en: str) -> Teller:
    """A limit by its name and its last day."""

    def tell(data: Data, name: Name, english: bool) -> Told:
        limit = data.get("limit")
        length = ""
        if limit:
            length = f"{limit['amount']}{' ' if english else ''}{word('limit', limit['unit'], english)}"
        ends = data.get("deadline") or data.get("due_instant") or ""
        text = f"{owner_word(data['owner'], english)}{' ' if english else ''}{en if english else zh}"
        until = f"，{'until' if english else '至'} {ends}" if ends else ""
        why = word("stop", data.get("reason"), english)
        left = (
            f"，{data['days_left']} {'workdays left' if english else '个工作日后届满'}"
            if data.get("days_left") is not None
            else ""
        )
        return f"{text}{' ' if length else ''}{length}{until}{left}", why, ""

    return tell


def points(zh: str, en: str) -> Teller:
    """An entry with the balance of the year."""

    def tell(data: Data, name: Name, english: bool) -> Told:
        balance = f"{data['year']} balance {data['balance']}" if english else f"{data['year']}年累计 {data['balance']}"
        return (
            f"{en if english else zh} {data['amount']}，{balance}",
            str(data.get("basis") or ""),
            str(data.get("approved_by") or ""),
        )

    return tell


def _registered(data: Data, name: Name, english: bool) -> Told:
    units = "、".join(f"{name(item['unit'])}（{word('role', item['role'], english)}）" for item in data.get("assignments") or ())
    return f"{'Registered' if english else '立项'} → {units}", str(data.get("standard") or ""), ""


def _reported(data: Data, name: Name, english: bool) -> Told:
    percent = "" if data.get("percent") is None else f" {data['percent']}%"
    return f"{'Progress reported' if english else '报送进展'}{percent}", str(data.get("text") or ""), ""


def _rejected(data: Data, name: Name, english: bool) -> Told:
    return (
        "Claim rejected" if english else "报结退回",
        "；".join(data.get("deficiencies") or ()),
        str(data.get("rejected_by") or ""),
    )


def _served(data: Data, name: Name, english: bool) -> Told:
    kind, mode = word("notice", data["kind"], english), word("mode", data["mode"], english)
    colour = word("colour", data.get("colour"), english)
    return (
        f"{colour}{kind}{' ' if english else ''}{'served' if english else '送达'}（{mode}）",
        "",
        str(data.get("signed_by") or ""),
    )


def _determined(data: Data, name: Name, english: bool) -> Told:
    finding = word("ground", data["progress_class"], english)
    return f"{'Found' if english else '认定'}：{finding}", str(data.get("reasons") or ""), str(data["decided_by"])


def _referred(data: Data, name: Name, english: bool) -> Told:
    body, kind = word("body", data["body"], english), word("referral", data["kind"], english)
    state = word("referral_state", data.get("state"), english)
    return (
        f"{'Referral' if english else '移送'} → {body}：{kind}（{state}）",
        str(data.get("outcome") or ""),
        str(data.get("by") or ""),
    )


def _suspected(data: Data, name: Name, english: bool) -> Told:
    others = "、".join(f"{one['external_ref']}（{one['score']}%）" for one in data.get("candidates") or ())
    return f"{'May repeat' if english else '疑似重复'} {others}", "", ""


def _resolved(data: Data, name: Name, english: bool) -> Told:
    outcome, other = word("outcome", data["outcome"], english), str(data.get("suspected_of_ref") or "")
    text = f"{'Possible duplicate answered' if english else '疑似重复确认'}：{outcome} {other}".rstrip()
    return text, str(data.get("reason") or ""), str(data.get("by") or "")


def _merged(data: Data, name: Name, english: bool) -> Told:
    return f"{'Merged into' if english else '并入'} {data.get('into_ref') or ''}", str(data.get("reason") or ""), ""


def decided(zh: str, en: str, group: str, code: str) -> Teller:
    """A decision with its outcome."""

    def tell(data: Data, name: Name, english: bool) -> Told:
        by = data.get("decided_by") or "、".join(data.get("reviewers") or ())
        return f"{en if english else zh}：{word(group, data.get(code), english)}", str(data.get("reasons") or ""), by

    return tell


def _extension(data: Data, name: Name, english: bool) -> Told:
    text = f"{'Extension decided' if english else '延期决定'}：{data['granted_days']}/{data['days']}"
    return text, str(data.get("reasons") or ""), str(data["decided_by"])


TEXTS: Mapping[str, Teller] = {
    "intake.matter.registered": _registered,
    "intake.assignment.dispatched": plain("交办", "Assigned", "deliverable"),
    "intake.assignment.moved": plain("由继任单位承继", "Goes on under the successor"),
    "intake.progress.reported": _reported,
    "intake.progress.accepted": plain("进展认可", "Progress accepted", by="decided_by"),
    "intake.progress.returned": plain("进展退回", "Progress returned", by="decided_by"),
    "intake.completion.claimed": plain("报结", "Completion claimed", "text"),
    "intake.completion.verified": plain("核验属实", "Verified", by="verified_by"),
    "intake.completion.rejected": _rejected,
    "intake.matter.closed": plain("销号", "Closed"),
    "intake.matter.withdrawn": plain("撤回", "Withdrawn", "reason", "by"),
    "intake.matter.reopened": plain("重新办理", "Reopened", "reason", "by"),
    "intake.matter.merged": _merged,
    "intake.matter.unmerged": plain("拆案", "Unmerged", "reason"),
    "intake.duplicate.suspected": _suspected,
    "intake.duplicate.resolved": _resolved,
    "intake.reply.sent": plain("答复来源方", "Source answered", "to"),
    "intake.objection.filed": plain("提出退办", "Objection filed", "grounds"),
    "intake.objection.decided": decided("退办决定", "Objection decided", "outcome", "outcome"),
    "intake.matter.proposed": plain("提请立项", "Proposed"),
    "intake.matter.declined": plain("不予立项", "Declined"),
    "intake.matter.looked_back": plain("回头看", "Looked back"),
    "intake.matter.archived": plain("归档", "Archived"),
    "intake.reply.assessed": plain("来源方评价", "Answer assessed"),
    "intake.conclusion.issued": plain("督查结论", "Conclusion issued"),
    "escalation.conclusion.contested": plain("对结论申请复核", "Conclusion contested"),
    "escalation.conclusion.upheld": plain("结论维持", "Conclusion upheld"),
    "escalation.conclusion.varied": plain("结论变更", "Conclusion varied"),
    "escalation.conclusion.overturned": plain("结论撤销", "Conclusion overturned"),
    "escalation.clock.armed": clock("起算", "begins"),
    "escalation.clock.stopped": clock("停止", "stops"),
    "escalation.clock.resumed": clock("恢复计时", "runs again"),
    "escalation.clock.suspended": clock("中止计时", "is suspended"),
    "escalation.clock.extended": clock("延长", "is extended"),
    "escalation.clock.moved": clock("期限变更", "is moved"),
    "escalation.clock.reprojected": clock("按新日历重算", "is counted anew"),
    "escalation.deadline.approaching": clock("即将届满", "approaches"),
    "escalation.deadline.breached": clock("届满未完成", "has passed"),
    "escalation.slip.proposed": slip("待审批", "proposed", "proposed_by"),
    "escalation.slip.approved": slip("批准", "approved", "approved_by"),
    "escalation.slip.issued": slip("签发", "issued", "issued_by"),
    "escalation.slip.renewed": slip("续期", "renewed", "issued_by"),
    "escalation.slip.lifted": slip("解除", "lifted"),
    "escalation.slip.withdrawn": slip("撤销", "withdrawn"),
    "escalation.slip.overturned": slip("经复核撤销", "overturned by review"),
    "escalation.slip.vacated": slip("随前单一并撤销", "vacated by cascade"),
    "escalation.slip.reported": slip("期满仍未完成，报领导小组", "still not done, leading group told"),
    "escalation.determination.made": _determined,
    "escalation.urge.sent": plain("催办", "Urged"),
    "escalation.justification.filed": decided("申报正当理由", "Reason filed", "justification", "category"),
    "escalation.justification.granted": decided("正当理由准予", "Reason granted", "effect", "effect"),
    "escalation.justification.refused": plain("正当理由不予准许", "Reason refused", "reasons", "decided_by"),
    "escalation.extension.requested": plain("申请延期", "Extension requested", "reason"),
    "escalation.extension.decided": _extension,
    "escalation.review.filed": plain("申请复核", "Review filed"),
    "escalation.review.inadmissible": plain("复核申请不予受理", "Review inadmissible", "detail"),
    "escalation.review.decided": decided("复核决定", "Review decided", "outcome", "outcome"),
    "escalation.review.lapsed": plain("复核期满未申请", "Review window lapsed"),
    "escalation.referral.created": _referred,
    "escalation.referral.acknowledged": _referred,
    "escalation.referral.concluded": _referred,
    "escalation.referral.recalled": _referred,
    "scoring.score.deducted": points("扣分", "Points deducted"),
    "scoring.score.reversed": points("冲回", "Points reversed"),
    "scoring.score.confirmed": points("扣分生效", "Deduction confirmed"),
    "notify.notice.served": _served,
    "notify.notice.unacknowledged": plain("未签收，视为送达", "Not signed: deemed served"),
    "notify.notice.failed": plain("通知未送达", "Notice failed", "reason"),
}
"""Type without its version → its words."""

TICKER = tuple(
    f"{kind}.v1"
    for kind in (
        "intake.matter.registered", "intake.matter.closed", "intake.completion.rejected", "escalation.slip.issued",
        "escalation.slip.renewed", "escalation.slip.lifted", "escalation.slip.withdrawn", "escalation.slip.overturned",
        "escalation.slip.vacated", "escalation.determination.made", "escalation.review.decided", "scoring.score.deducted",
        "scoring.score.reversed",
    )
)  # fmt: skip
"""Types that the overview tells as news."""
