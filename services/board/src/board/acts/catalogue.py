"""What a person may do here: each act with its form, the power that it needs, and the inbound message that it becomes.

The message is the one of events.md section 3, in the name of the person who is signed on. A reason is asked for every time; where
the message has no field for it, it is kept with the act alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from event_contracts import inbound
from event_contracts.event import Evidence, Request, TimeLimit

from board.access.roles import Person

Form = Mapping[str, str]
Target = Mapping[str, Any]
"""What the act is about: `matter_id`, `unit`, `colour`, `key` (the filing), `body`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form."""

    name: str
    zh: str
    en: str
    kind: str = "lines"
    """lines, line, number, date, choice or file."""
    words: str = ""
    options: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent in: who, about what, with which values and which evidence."""

    person: Person
    target: Target
    form: Form
    evidence: tuple[Evidence, ...] = ()

    def about(self) -> dict[str, Any]:
        """Matter and unit, as every message about a part names them."""
        return {"matter": self.target["matter_id"], "unit": self.target["unit"]}

    def text(self, name: str = "reason") -> str:
        """A field, trimmed."""
        return self.form.get(name, "").strip()

    def lines(self, name: str) -> list[str]:
        """A field's lines that are not empty."""
        return [line.strip() for line in self.form.get(name, "").splitlines() if line.strip()]

    def whole(self, name: str) -> int:
        """A number; ValueError where it is none."""
        return int(self.text(name))


@dataclass(frozen=True, slots=True)
class Act:
    """An act by its name in addresses, the power that it needs, its words, its form and its message."""

    name: str
    power: str
    zh: str
    en: str
    build: Callable[[Filled], Request]
    fields: tuple[Field, ...] = ()
    tone: str = "plain"
    """go, stop or plain: how the button looks."""
    by_colour: bool = False
    """The power depends on the slip's colour."""

    def power_for(self, colour: str | None) -> str:
        """The power as `roles.ACTS` names it."""
        return f"{self.power}:{colour}" if self.by_colour else self.power


DAYS = Field("days", "天数", "Days", "number")
REVIEWERS = Field("reviewers", "其他复核人（每行一人）", "Other reviewers, one a line", required=False)
FILE = Field(
    "evidence", "佐证材料（只登记文件指纹，不上传存储）", "Evidence (only the file's hash is kept)", "file", required=False
)


def _slip(kind: type[inbound.AboutSlip]) -> Callable[[Filled], Request]:
    return lambda filled: kind(
        **filled.about(), colour=filled.target["colour"], by=filled.person.name, reason=filled.text() or None
    )


def _verdict(kind: type[inbound.Verdict], *, with_reason: bool) -> Callable[[Filled], Request]:
    return lambda filled: kind(
        **filled.about(),
        verified_by=filled.person.name,
        claim=filled.target["key"],
        deficiencies=[filled.text()] if with_reason else [],
    )


def _assess(accepted: bool) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ProgressAssessed(
        **filled.about(), accepted=accepted, substantive=accepted, decided_by=filled.person.name, request=filled.target["key"]
    )


def _grant_reason(filled: Filled) -> Request:
    effect = filled.text("effect")
    days = filled.text("days")
    since = filled.text("suspended_from")
    return inbound.JustificationDecided(
        **filled.about(),
        outcome="GRANTED",
        effect=effect,
        days=int(days) if effect == "EXTEND" and days else None,
        suspended_from=date.fromisoformat(since) if effect == "SUSPEND" and since else None,
        decided_by=filled.person.name,
        reasons=filled.text(),
        request=filled.target["key"],
    )


def _refuse_reason(filled: Filled) -> Request:
    return inbound.JustificationDecided(
        **filled.about(), outcome="REFUSED", decided_by=filled.person.name, reasons=filled.text(), request=filled.target["key"]
    )


def _extension(grants: bool) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ExtensionDecided(
        **filled.about(),
        granted_days=filled.whole("days") if grants else 0,
        decided_by=filled.person.name,
        reasons=filled.text(),
        request=filled.target["key"],
    )


def _objection(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ObjectionDecided(
        **filled.about(),
        outcome=outcome,
        decided_by=filled.person.name,
        new_unit=filled.text("new_unit") or None,
        reasons=filled.text(),
        request=filled.target["key"],
    )


def _review(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.ReviewDecided(
        **filled.about(),
        colour=filled.target["colour"],
        outcome=outcome,
        reviewers=[filled.person.name, *filled.lines("reviewers")],
        reasons=filled.text(),
        request=filled.target["key"],
        **(_variation(filled) if outcome == "VARIED" else {}),
    )


def _variation(filled: Filled) -> dict[str, Any]:
    """A lower colour, a longer limit, or both; what names neither is refused by the contract."""
    days = filled.text("workdays")
    limit = TimeLimit(amount=int(days), unit="WORKDAY") if days else None
    return {"new_colour": filled.text("new_colour") or None, "new_limit": limit}


def _duplicate(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.DuplicateResolved(
        matter=filled.target["matter_id"], into=filled.target["key"], outcome=outcome, reason=filled.text(), by=filled.person.name
    )


def _interview(outcome: str) -> Callable[[Filled], Request]:
    return lambda filled: inbound.InterviewDecided(
        unit=filled.target["unit"], outcome=outcome, by=filled.person.name, persons=filled.lines("persons"), reason=filled.text()
    )


def _determine(filled: Filled) -> Request:
    return inbound.DeterminationMade(
        **filled.about(),
        progress_class=filled.text("progress_class"),
        reasons=filled.text(),
        decided_by=filled.person.name,
        evidence=list(filled.evidence),
    )


def _propose(filled: Filled) -> Request:
    return inbound.SlipProposed(
        **filled.about(),
        colour="WHITE",
        by=filled.person.name,
        standard=filled.text("standard"),
        requirements=filled.lines("requirements"),
        ground=filled.text("ground"),
        reason=filled.text(),
    )


def _appeal(filled: Filled) -> Request:
    return inbound.ReviewFiled(
        **filled.about(), colour=filled.target["colour"], grounds=filled.text(), evidence=list(filled.evidence)
    )


def _report(filled: Filled) -> Request:
    return inbound.ProgressReported(
        **filled.about(), text=filled.text(), percent=filled.whole("percent"), evidence=list(filled.evidence)
    )


def _justify(filled: Filled) -> Request:
    return inbound.JustificationFiled(
        **filled.about(), category=filled.text("category"), text=filled.text(), evidence=list(filled.evidence)
    )


def _sign(filled: Filled) -> Request:
    return inbound.NoticeSigned(**filled.about(), signed_by=filled.person.name, colour=filled.target.get("colour"))


REASONS = (
    "FORCE_MAJEURE", "SUPERIOR_POLICY_CHANGE", "STATUTORY_PROCEDURE", "AWAITING_SUPERIOR_APPROVAL", "AWAITING_OTHER_UNIT",
    "TASK_CHANGED_BY_SUPERVISOR", "FUNDS_NOT_ALLOCATED", "TOLERANCE_DECIDED",
)  # fmt: skip

ACTS: tuple[Act, ...] = (
    Act("approve", "approve", "批准签发", "Approve", _slip(inbound.SlipApproved), tone="go", by_colour=True),
    Act("refuse-draft", "approve", "不予签发", "Refuse", _slip(inbound.SlipWithdrawn), tone="stop", by_colour=True),
    Act("withdraw", "withdraw", "撤销督办单", "Withdraw", _slip(inbound.SlipWithdrawn), tone="stop", by_colour=True),
    Act("verify", "verify", "核验属实", "Verified", _verdict(inbound.CompletionVerified, with_reason=False), tone="go"),
    Act("reject", "verify", "退回报结", "Reject", _verdict(inbound.CompletionRejected, with_reason=True), tone="stop"),
    Act("accept", "assess", "认可进展", "Accept", _assess(True), tone="go"),
    Act("return", "assess", "退回进展", "Return", _assess(False), tone="stop"),
    Act(
        "grant-reason",
        "decide-request",
        "准予",
        "Grant",
        _grant_reason,
        (
            Field("effect", "处理方式", "Effect", "choice", "effect", ("EXTEND", "SUSPEND", "WAIVE")),
            Field("days", "延长天数", "Days, to extend", "number", required=False),
            Field("suspended_from", "中止起始日", "Suspended from", "date", required=False),
        ),
        "go",
    ),
    Act("refuse-reason", "decide-request", "不予准许", "Refuse", _refuse_reason, tone="stop"),
    Act("grant-extension", "decide-request", "准予延期", "Grant", _extension(True), (DAYS,), "go"),
    Act("refuse-extension", "decide-request", "不予延期", "Refuse", _extension(False), tone="stop"),
    Act(
        "accept-objection",
        "decide-objection",
        "采纳退办",
        "Accept",
        _objection("ACCEPTED"),
        (Field("new_unit", "改派单位代码（可空）", "New unit's code (optional)", "line", required=False),),
        "go",
    ),
    Act("refuse-objection", "decide-objection", "不予采纳", "Refuse", _objection("REFUSED"), tone="stop"),
    Act(
        "uphold",
        "review",
        "维持",
        "Uphold",
        _review("UPHELD"),
        (REVIEWERS,),
    ),
    Act(
        "overturn",
        "review",
        "撤销原督办单",
        "Overturn",
        _review("OVERTURNED"),
        (REVIEWERS,),
        "stop",
    ),
    Act(
        "vary",
        "review",
        "变更",
        "Vary",
        _review("VARIED"),
        (
            Field("new_colour", "降为（可空）", "Down to (optional)", "choice", "colour", ("WHITE", "YELLOW"), required=False),
            Field("workdays", "新期限（工作日，可空）", "New limit (workdays, optional)", "number", required=False),
            REVIEWERS,
        ),
    ),
    Act("merge", "resolve-duplicate", "并案办理", "Merge", _duplicate("MERGE"), tone="go"),
    Act("distinct", "resolve-duplicate", "不是同一事项", "Distinct", _duplicate("DISTINCT")),
    Act(
        "summon",
        "decide-interview",
        "约谈",
        "Summon",
        _interview("SUMMON"),
        (Field("persons", "约谈对象（每行一人）", "Persons, one a line"),),
        "go",
    ),
    Act("decline", "decide-interview", "暂不约谈", "Decline", _interview("DECLINE")),
    Act(
        "determine",
        "determine",
        "作出认定",
        "Determine",
        _determine,
        (
            Field(
                "progress_class",
                "认定结论",
                "Finding",
                "choice",
                "ground",
                ("NO_MOVEMENT", "PERFUNCTORY_POOR", "SUBSTANTIVE_IMPROVEMENT"),
            ),
            FILE,
        ),
    ),
    Act(
        "propose",
        "propose",
        "提出白单",
        "Propose a white",
        _propose,
        (
            Field("ground", "事由", "Ground", "choice", "ground", ("SLOW_PROGRESS", "NO_PROGRESS")),
            Field("standard", "整改标准", "Standard"),
            Field("requirements", "具体要求（每行一项）", "Requirements, one a line", required=False),
        ),
    ),
    Act("urge", "urge", "催办", "Urge", lambda filled: inbound.UrgeSent(**filled.about(), by="OFFICE")),
    Act("sign", "sign", "签收", "Sign for", _sign, tone="go"),
    Act("report", "report", "报送进展", "Report progress", _report, (Field("percent", "完成百分比", "Percent", "number"), FILE)),
    Act(
        "claim",
        "claim",
        "报结",
        "Claim completion",
        lambda filled: inbound.CompletionClaimed(**filled.about(), text=filled.text(), evidence=list(filled.evidence)),
        (FILE,),
        "go",
    ),
    Act(
        "object",
        "object",
        "提出退办",
        "Object",
        lambda filled: inbound.ObjectionFiled(**filled.about(), grounds=filled.text(), evidence=list(filled.evidence)),
        (FILE,),
    ),
    Act(
        "justify",
        "justify",
        "申报正当理由",
        "File a reason",
        _justify,
        (
            Field("category", "理由类别", "Category", "choice", "justification", REASONS),
            Field("evidence", "佐证材料（必附；只登记文件指纹）", "Evidence (required; only its hash is kept)", "file"),
        ),
    ),
    Act(
        "extend",
        "extend",
        "申请延期",
        "Ask for more time",
        lambda filled: inbound.ExtensionRequested(**filled.about(), days=filled.whole("days"), reason=filled.text()),
        (DAYS,),
    ),
    Act("appeal", "appeal", "申请复核", "Apply for review", _appeal, (FILE,)),
    Act(
        "acknowledge",
        "answer-referral",
        "签收移送",
        "Acknowledge",
        lambda filled: inbound.ReferralAcknowledged(**filled.about(), body=filled.target["body"], by=filled.person.name),
        tone="go",
    ),
    Act(
        "conclude",
        "answer-referral",
        "反馈结果",
        "Conclude",
        lambda filled: inbound.ReferralConcluded(
            **filled.about(), body=filled.target["body"], outcome=filled.text(), by=filled.person.name
        ),
        tone="go",
    ),
)
BY_NAME: Mapping[str, Act] = {act.name: act for act in ACTS}

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "DRAFT": ("approve", "refuse-draft"),
    "CLAIM": ("verify", "reject"),
    "PROGRESS": ("accept", "return"),
    "JUSTIFICATION": ("grant-reason", "refuse-reason"),
    "EXTENSION": ("grant-extension", "refuse-extension"),
    "OBJECTION": ("accept-objection", "refuse-objection"),
    "DETERMINATION": ("determine",),
    "REVIEW": ("uphold", "vary", "overturn"),
    "DUPLICATE": ("merge", "distinct"),
    "INTERVIEW": ("summon", "decline"),
    "SIGN": ("sign",),
    "REFERRAL_CREATED": ("acknowledge",),
    "REFERRAL_ACKNOWLEDGED": ("conclude",),
}
"""What waits → the acts that answer it."""


def answers_for(todo: Mapping[str, Any], person: Person) -> tuple[list[Act], str]:
    """The acts that this person may answer with, and, where a person involved must leave it to others, the name (recusal)."""
    if todo["recused"] and person.name.strip() in todo["recused"].splitlines():
        return [], person.name
    if todo["desk"] == "UNIT" and todo["unit"] != person.unit:
        return [], ""
    if todo["desk"] not in ("OFFICE", "UNIT") and person.sender not in ("OFFICE", todo["desk"]):
        return [], ""
    found = [BY_NAME[name] for name in ANSWERS.get(todo["kind"], ())]
    return [act for act in found if person.may(act.power_for(todo["colour"]))], ""
