"""A review's decision (复核决定书) and the letters that hand a red over to the three bodies (移送函) (domain.md d.8, E9–E11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from event_contracts.escalation import ReferralCreated, ReviewDecided, SlipLifted

from notify.printing import wording
from notify.printing.casebook import ReviewCase, SlipCase
from notify.printing.desk import REGULATION, Desk
from notify.printing.press import Sheet, Unprintable
from notify.printing.slips import assessment_year, loss

TASKS = {
    "EFFICACY_SUPERVISION": ("依规依纪依法对该单位实施效能监察", "效能监察"),
    "EXCELLENCE_REVOCATION": ("取消该单位{year}年度目标任务考核优秀评选资格", "取消优秀评选资格"),
    "ORGANISATIONAL_MEASURE": ("按照干部管理权限对该单位有关人员进行组织处理", "组织处理"),
}
"""Kind of the hand-over → what the body is asked to do, and its short name."""

OUTCOMES = {
    "EXPIRED": "期满未完成",
    "LIFTED": "已解除",
    "FALLEN": "已撤销",
    "IN_FORCE": "有效",
}


def paper(desk: Desk, made_at: datetime, heading: str, **values: Any) -> Sheet:
    """A letter under the head of the office, dated by the day of what it tells."""
    known: dict[str, Any] = {
        "issuer": desk.settings.issuer,
        "head": desk.settings.issuer,
        "number": "",
        "heading": heading,
        "addressee": "",
        "before": [],
        "table": None,
        "after": [],
        "attachments": [],
        "signature": True,
        "date": desk.day(made_at),
        "mark": None,
        "imprint": [],
    }
    return Sheet("paper", heading, made_at, known | values)


# ---- the decision of a review


def review_sheet(desk: Desk, review: ReviewCase) -> Sheet:
    """The decision as the unit gets it. Unprintable before there is one."""
    decided = review.decided
    if decided is None:
        raise Unprintable("该复核尚未作出决定 / the review has not been decided yet")
    case = desk.book.slips.get(decided.slip_id)
    if case is None or case.given is None:
        raise Unprintable(f"没有该复核所涉的督办单 / the slip of this review is missing: {decided.slip_id}")
    given = case.issued
    named = f"{wording.COLOURS[decided.colour]}督办单（{wording.line(given.number)}，{desk.day(given.issued_at)}签发）"
    about = f"督办事项“{wording.line(given.title)}”的{named}"
    reviewers = "、".join(wording.line(name) for name in decided.reviewers)
    applied = f"于{desk.day(review.filed.filed_at)}" if review.filed is not None else ""
    reasons = wording.paragraphs(decided.reasons)
    return paper(
        desk,
        decided.decided_at,
        "复核决定书",
        addressee=desk.unit(decided.unit, desk.local(decided.decided_at)),
        before=[
            f"你单位对{about}{applied}提出复核申请。根据{REGULATION}第十七条，经复核，现决定如下：",
            *outcome(desk, decided, case),
            *(["复核理由：", *reasons] if reasons else []),
            f"复核人员：{reviewers}。上述人员未参与原督办单的拟办、审批、认定、核验和签发。",
        ],
        imprint=["抄送：" + "、".join([wording.BODIES["ASSESSMENT"], *_reds(decided.colour)])],
    )


def _reds(colour: str) -> list[str]:
    return [wording.LEADING_GROUP, wording.BODIES["DISCIPLINE"], wording.BODIES["ORGANISATION"]] if colour == "RED" else []


def outcome(desk: Desk, decided: ReviewDecided, case: SlipCase) -> list[str]:
    """What the decision does to the slip and to the points."""
    year, lost = assessment_year(desk, case), loss(case, desk.policy)
    booked = f"{year}年度已扣的{wording.points(lost)}分" if lost else ""
    if decided.outcome == "UPHELD":
        return ["一、维持原督办单。", *([f"二、{booked}自本决定作出之日起生效。"] if booked else [])]
    if decided.outcome == "VARIED":
        return [
            f"一、变更原督办单：{'；'.join(changes(decided)) or '见复核理由'}。",
            "二、变更前的效果与变更后不符的，依变更后的督办单更正。",
        ]
    told = ["一、撤销原督办单，其效果自始无效；以该单为依据签发的后续督办单一并撤销。"]
    if booked:
        told.append(f"二、{booked}在原年度如数冲回。")
    if decided.colour == "RED":
        told.append(f"二、恢复{year}年度目标任务考核优秀评选资格（另有有效红色督办单的除外），已移送的事项予以撤回。")
    return told


def changes(decided: ReviewDecided) -> list[str]:
    """To which colour and limit a slip was changed."""
    colour = [f"改为{wording.COLOURS[decided.new_colour]}督办单"] if decided.new_colour in wording.COLOURS else []
    return colour + ([f"完成时限改为{wording.limit(decided.new_limit)}"] if decided.new_limit else [])


# ---- the letters of a red


def referral_sheet(desk: Desk, referral: ReferralCreated) -> Sheet:
    """The letter to one of the three bodies, with the ladder that led there. Unprintable where the red itself is missing."""
    case = desk.book.slips.get(referral.slip_id)
    if case is None or case.given is None:
        raise Unprintable(f"没有所移送的红色督办单 / the red of this referral is missing: {referral.slip_id}")
    red, day = case.issued, desk.local(case.issued.issued_at)
    unit = desk.unit(referral.unit, day)
    wish, short = TASKS[referral.kind]
    task = wish.format(year=assessment_year(desk, case))
    matter = f"“{wording.line(red.title)}”（事项编号：{wording.line(red.external_ref or red.matter_id)}）"
    recalled = desk.book.recalled.get(referral.referral_id)
    return paper(
        desk,
        red.issued_at,
        f"关于移送{unit}红色督办单有关情况的函",
        number=f"关联督办单：{wording.line(red.number)}",
        addressee=wording.BODIES[referral.body],
        before=[
            f"{unit}承办的督办事项{matter}，经逐级督办仍未落实。我室于{wording.day(day)}签发红色督办单。督办经过如下：",
        ],
        table=ladder(desk, case),
        after=[
            *(f"签发理由：{told}" for told in wording.paragraphs(wording.with_days(red.reason))),
            f"根据{REGULATION}第二十一条、{desk.settings.rules}，现将有关情况移送你单位，请{task}，并将签收情况和办理结果反馈我室。",
        ],
        attachments=[f"红色督办单（{wording.line(red.number)}）"],
        mark={"text": "已撤回", "told": f"所依据的红色督办单已撤销，本函于{desk.day(recalled.recalled_at)}撤回。"}
        if recalled
        else None,
        imprint=[f"移送事由：{short}"],
    )


def ladder(desk: Desk, last: SlipCase) -> dict[str, Any]:
    """The slips of this matter and unit up to the red, in order of issue."""
    red = last.issued
    steps = [
        case
        for case in desk.book.issued()
        if (case.issued.matter_id, case.issued.unit) == (red.matter_id, red.unit) and case.issued.issued_at <= red.issued_at
    ]
    return {
        "columns": ["督办单", "文号", "签发日期", "完成时限", "结果"],
        "widths": [16, 54, 32, 32, 22],
        "rows": [step(desk, case, case is last) for case in steps],
    }


def step(desk: Desk, case: SlipCase, is_last: bool) -> list[str]:
    """One line of the ladder."""
    given = case.issued
    until = wording.day(case.served.deadline) if case.served is not None else wording.limit(given.limit)
    if case.ended is not None and not (is_last and isinstance(case.ended, SlipLifted)):
        how = "LIFTED" if isinstance(case.ended, SlipLifted) else "FALLEN"
    else:
        how = "IN_FORCE" if is_last else "EXPIRED"
    name = wording.COLOURS[given.colour] + ("（续期）" if given.renewal else "")
    return [name, wording.line(given.number), desk.day(given.issued_at), until, OUTCOMES[how]]
