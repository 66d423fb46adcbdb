"""A slip on paper (督办单): what the unit must read, sign and be able to check, by colour (domain.md E4–E10, d.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from event_contracts.escalation import SlipIssued, SlipLifted, SlipOverturned, SlipVacated, SlipWithdrawn
from event_contracts.intake import MatterRegistered
from ground_rules.policy import Policy

from notify.printing import wording
from notify.printing.casebook import Ended, SlipCase
from notify.printing.desk import REGULATION, Desk
from notify.printing.press import Sheet
from notify.printing.qr import svg

ORDERS = {
    "WHITE": "下列督办事项无进展或者进展缓慢，现予专项催办，以示提醒。请按整改标准在完成时限内办结，并报送结果。",
    "YELLOW": "下列督办事项在规定时限内未完成或者结果达不到标准要求，又无正当理由。现对你单位予以警告，责令限期整改。",
    "RED": "下列督办事项经督办仍未落实。现对你单位亮红灯，责令在完成时限内整改到位。",
}
NAMED_COPIES = {
    "WHITE": (),
    "YELLOW": (wording.BODIES["ASSESSMENT"],),
    "RED": (wording.LEADING_GROUP, *wording.BODIES.values()),
}


def slip_sheet(desk: Desk, case: SlipCase) -> Sheet:
    """The slip as the unit gets it; one that has ended says so across the page."""
    given, matter = case.issued, desk.book.matters.get(case.issued.matter_id)
    values = {
        "colour": given.colour,
        "heading": f"{wording.COLOURS[given.colour]}督办单",
        "renewed": f"（第{given.renewal}次续期）" if given.renewal else "",
        "issuer": desk.settings.issuer,
        "number": wording.line(given.number),
        "issued_on": desk.day(given.issued_at),
        "addressee": desk.unit(given.unit, desk.local(given.issued_at)),
        "order": ORDERS[given.colour],
        "rows": [{"label": label, "paragraphs": told} for label, told in rows(desk, case, matter).items() if told],
        "signer": wording.from_office(given.issued_by, desk.settings.issuer),
        "copies": "、".join(NAMED_COPIES[given.colour]),
        "code": svg(desk.settings.record.replace("{slip}", case.slip_id)),
        "record": case.slip_id,
        "ended": ended(desk, case.ended) if case.ended else None,
    }
    return Sheet("slip", f"{values['heading']} {values['number']}", given.issued_at, values)


def rows(desk: Desk, case: SlipCase, matter: MatterRegistered | None) -> dict[str, list[str]]:
    """The lines of the form, each a label with its paragraphs; an empty one is left out."""
    given, original = case.issued, desk.book.original(case)
    reference = f"（事项编号：{wording.line(given.external_ref or given.matter_id)}）"
    role = wording.ROLES.get(original.role, "") if original else ""
    return {
        "督办事项": [wording.line(given.title) + reference, *([f"你单位为{role}。"] if role else [])],
        "事项来源": source(matter, desk) if matter else [],
        "督办事由": [
            f"{wording.GROUNDS.get(given.ground, given.ground)}。",
            *wording.paragraphs(wording.with_days(given.reason)),
        ],
        "整改标准": wording.paragraphs(given.standard),
        "其他要求": numbered(original.requirements if original else []),
        "完成时限": term(desk, case),
        "后　　果": consequence(desk, case),
        "依　　据": basis(desk, case),
        "权利告知": rights(desk, case),
    }


def source(matter: MatterRegistered, desk: Desk) -> list[str]:
    """Where the matter comes from: no matter without a source (domain.md A1)."""
    of = matter.source
    issued_on = wording.day(of.issued_on) if of.issued_on else ""
    parts = [wording.line(of.issuer), wording.line(of.number), issued_on, wording.line(of.clause)]
    told = "，".join(part for part in parts if part)
    kind = wording.SOURCES.get(of.type, of.type)
    return [f"{kind}：{told}。" if told else f"{kind}。"]


def numbered(requirements: list[str]) -> list[str]:
    """Several requirements are numbered, a single one is not."""
    told = [wording.line(text) for text in requirements if wording.line(text)]
    return told if len(told) < 2 else [f"{count}．{text}" for count, text in enumerate(told, 1)]


def term(desk: Desk, case: SlipCase) -> list[str]:
    """The limit, and once the slip is served its last day; a day limit ends at 24:00 (domain.md d.5)."""
    told = [f"自送达次日起{wording.limit(case.issued.limit)}内办结。"]
    if case.served is not None:
        how = wording.MODES.get(case.served.mode, case.served.mode)
        until = f"{wording.day(case.served.deadline)}24时届满"
        told = [f"{told[0]}本单于{wording.day(case.served.served_on)}送达（{how}），时限至{until}。"]
    moved = desk.book.moved(case)
    if moved is not None and moved.deadline is not None and case.served and moved.deadline != case.served.deadline:
        told.append(f"时限经依规调整，现至{wording.day(moved.deadline)}24时届满。")
    return told


def consequence(desk: Desk, case: SlipCase) -> list[str]:
    """What the slip does, and what follows when its limit passes: the words of the source document."""
    given, policy = case.issued, desk.policy
    next_yellow = f"发黄色督办单予以警告，责令限期整改，并在年度目标任务考核中扣{wording.points(policy.yellow.deduction)}分。"
    next_red = "在规定时限内“屡督不动”，或者无实质性改进、工作敷衍了事且质量较差的，发红色督办单。"
    if given.colour == "WHITE":
        return ["本单以示提醒，不扣分。", f"无正当理由在规定时限内未完成，或者结果达不到标准要求的，{next_yellow}"]
    if given.colour == "YELLOW":
        return [deducted(desk, case), f"无正当理由，仍{next_red}"]
    year = assessment_year(desk, case)
    return [
        "1．由纪检监察部门对你单位实施效能监察（依法移送有权机关调查处理）；",
        f"2．由市考核办取消你单位{year}年度目标任务考核优秀评选资格；",
        "3．由组织部门进行组织处理。",
        *([deducted(desk, case)] if loss(case, policy) else []),
    ]


def loss(case: SlipCase, policy: Policy) -> Decimal:
    """Points that this slip costs: those of the policy that it was issued under; a renewal costs none (domain.md d.4)."""
    given = case.issued
    if not isinstance(given, SlipIssued):
        return Decimal(0)
    if given.deduction is not None:
        return given.deduction
    return policy.yellow.deduction if given.colour == "YELLOW" else policy.red.deduction


def deducted(desk: Desk, case: SlipCase) -> str:
    """The points in words, with their year, or why there are none."""
    lost = loss(case, desk.policy)
    if case.issued.renewal:
        return "本单系原黄色督办单以原编号续期，给予新的时限，不重复扣分。"
    if not lost:
        return "本单不扣分。"
    return f"在{assessment_year(desk, case)}年度目标任务考核中扣除{wording.points(lost)}分（复核期满前为暂扣）。"


def assessment_year(desk: Desk, case: SlipCase) -> int:
    """The year that the slip burdens, by the word of its policy that it carries (domain.md d.11); scoring books by the same."""
    given = desk.book.original(case) or case.issued
    if not isinstance(given, SlipIssued):
        return desk.local(given.issued_at).year
    chosen = given.year_attribution or desk.policy.year_attribution
    if chosen == "ISSUED":
        return desk.local(given.issued_at).year
    if chosen == "BREACHED" and given.breached_at is not None:
        return desk.local(given.breached_at).year
    return given.liability_date.year


def basis(desk: Desk, case: SlipCase) -> list[str]:
    """The regulation, the city's rules, the policy, and the slip that this one stands on."""
    told = [f"{REGULATION}、{desk.settings.rules}。"]
    before = desk.book.slips.get(case.issued.previous_slip or "")
    if before is not None and before.given is not None and not case.issued.renewal:
        told.append(f"前单：{wording.line(before.given.number)}（{desk.day(before.given.issued_at)}签发）。")
    original = desk.book.original(case)
    if original is not None:
        told.append(f"责任日期：{wording.day(original.liability_date)}。" + (f"政策版本：{case.policy}。" if case.policy else ""))
    return told


def rights(desk: Desk, case: SlipCase) -> list[str]:
    """A white is objected to in writing, a yellow and a red can be reviewed (Decree 733 art. 17)."""
    policy = desk.policy
    if case.issued.colour == "WHITE":
        return [f"有异议的，可自收到本单之日起{wording.limit(policy.white.written_objection)}内书面提出。"]
    until = ""
    if case.served is not None and case.served.review_until is not None:
        until = f"（至{wording.last_day(case.served.review_until, policy.zone)}）"
    during = "复核期间升级暂缓。" if policy.review_suspends_ladder else "复核期间不停止督办。"
    applied = f"对本单有异议的，可自收到之日起{policy.review.window}日内{until}向{desk.settings.issuer}申请复核"
    return [f"{applied}，复核决定自收到申请之日起{policy.review.decide}日内作出（条例第十七条）。{during}"]


def ended(desk: Desk, fact: Ended) -> Mapping[str, Any]:
    """The mark on a slip that is no longer in force, and the sentence that explains it."""
    if isinstance(fact, SlipLifted):
        when = desk.day(fact.lifted_at)
        return {"mark": "已解除", "told": f"本单已于{when}解除（整改完成），已产生的效果保留。", "fallen": False}
    at, why = fall(fact)
    told = f"本单已于{desk.day(at)}撤销（{why}），其效果一并撤销，已登记的扣分予以冲回。"
    return {"mark": "已撤销", "told": told, "fallen": True}


def fall(fact: SlipWithdrawn | SlipOverturned | SlipVacated) -> tuple[datetime, str]:
    """When a slip fell, and why."""
    if isinstance(fact, SlipOverturned):
        return fact.overturned_at, "经复核撤销"
    if isinstance(fact, SlipVacated):
        return fact.vacated_at, "所依据的前单已撤销"
    return fact.withdrawn_at, wording.CAUSES.get(fact.cause) or wording.line(fact.cause)
