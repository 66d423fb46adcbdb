"""Review decisions, referral letters, bulletins, their corrections and the year's table on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import papers
import pytest
from event_contracts import escalation, intake, notify
from event_contracts.event import TimeLimit
from notify.printing.annual import AnnualLine, annual_sheet
from notify.printing.bulletins import bulletin_sheet, correction_sheet
from notify.printing.letters import referral_sheet, review_sheet
from notify.printing.press import Press, Sheet, Unprintable
from papers import BULLETIN, LADDER, at, changed, desk_of, ended, pages_of, text_of

REVIEW: dict[str, Any] = {**papers.MATTER, "review_id": "r-1", "unit": "ZJJ"}
FILED = escalation.ReviewFiled(
    **REVIEW, slip_id="s-yellow", colour="YELLOW", filed_at=at("2026-04-10"), decide_by=date(2026, 5, 11)
)
OVERTURNED = ended(escalation.SlipOverturned, "YELLOW", review_id="r-1", overturned_at=at("2026-05-06"), revision=30)
CORRECTED = notify.BulletinCorrected(
    bulletin="咸督通报〔2026〕2号/更正",
    scope=BULLETIN.scope,
    items=BULLETIN.items,
    approved_by=BULLETIN.approved_by,
    corrects=BULLETIN.bulletin,
    slip_id="s-yellow",
    corrected_at=at("2026-05-06"),
)


def decided(outcome: str, colour: str = "YELLOW", **changes: Any) -> escalation.ReviewDecided:
    known = {"reviewers": ["市政府副秘书长 郑浩", "市司法局 何敏"], "decided_at": at("2026-05-06"), "reasons": "事实不清。"}
    about = {"slip_id": f"s-{colour.lower()}", "colour": colour, "outcome": outcome}
    return escalation.ReviewDecided(**{**REVIEW, **about, **known, **changes})


def referral(body: str, kind: str) -> escalation.ReferralCreated:
    return escalation.ReferralCreated(
        **papers.MATTER,
        referral_id=f"f-{body}",
        slip_id="s-red",
        unit="ZJJ",
        body=body,
        kind=kind,
        number="咸督办〔2026〕红字第3号",
    )


def review_text(press: Press, *facts: Any) -> str:
    desk = desk_of(*LADDER, FILED, *facts)
    return text_of(press.pdf(review_sheet(desk, desk.book.reviews["r-1"])))


# ---- reviews


def test_a_decision_that_overturns_gives_the_points_back_in_their_year(press: Press) -> None:
    text = review_text(press, decided("OVERTURNED"))
    for part in (
        "复核决定书市住建局：",
        "黄色督办单（咸督办〔2026〕黄字第3号，2026年3月17日签发）于2026年4月10日提出复核申请",
        "第十七条",
        "撤销原督办单，其效果自始无效",
        "2026年度已扣的0.30分在原年度如数冲回",
        "复核理由：事实不清。",
        "复核人员：市政府副秘书长郑浩、市司法局何敏",
        "2026年5月6日",
        "抄送：市考核办",
    ):
        assert part in text, part


def test_a_decision_that_upholds_makes_the_points_effective(press: Press) -> None:
    text = review_text(press, decided("UPHELD"))
    assert "维持原督办单" in text and "2026年度已扣的0.30分自本决定作出之日起生效" in text and "冲回" not in text


def test_a_decision_that_varies_names_what_it_varies(press: Press) -> None:
    text = review_text(press, decided("VARIED", new_colour="WHITE", new_limit=TimeLimit(amount=8, unit="WORKDAY")))
    assert "变更原督办单：改为白色督办单；完成时限改为8个工作日" in text


def test_a_red_that_was_overturned_restores_the_eligibility_and_tells_the_three_bodies(press: Press) -> None:
    text = review_text(press, decided("OVERTURNED", "RED"))
    assert "恢复2026年度目标任务考核优秀评选资格" in text and "市纪委监委、市委组织部" in text
    assert "已扣的" not in text


def test_a_review_that_is_not_decided_has_no_paper(press: Press) -> None:
    with pytest.raises(Unprintable, match="尚未作出决定"):
        review_text(press)


# ---- referrals


@pytest.mark.parametrize(
    ("body", "kind", "addressee", "task"),
    [
        ("DISCIPLINE", "EFFICACY_SUPERVISION", "市纪委监委：", "对该单位实施效能监察"),
        ("ASSESSMENT", "EXCELLENCE_REVOCATION", "市考核办：", "取消该单位2026年度目标任务考核优秀评选资格"),
        ("ORGANISATION", "ORGANISATIONAL_MEASURE", "市委组织部：", "进行组织处理"),
    ],
)
def test_each_body_gets_the_letter_with_the_whole_ladder(press: Press, body: str, kind: str, addressee: str, task: str) -> None:
    desk = desk_of(*LADDER)
    text = text_of(press.pdf(referral_sheet(desk, referral(body, kind))))
    assert "关于移送市住建局红色督办单有关情况的函" in text
    assert addressee in text and task in text
    assert "白色咸督办〔2026〕白字第3号2026年3月2日2026年3月16日期满未完成" in text
    assert "黄色咸督办〔2026〕黄字第3号2026年3月17日2026年3月24日期满未完成" in text
    assert "红色咸督办〔2026〕红字第3号2026年3月25日2026年4月1日有效" in text
    assert "认定“屡督不动”" in text and "附件：红色督办单（咸督办〔2026〕红字第3号）" in text


def test_another_matter_is_not_in_the_ladder_of_a_letter(press: Press) -> None:
    other = changed("WHITE", slip_id="s-other", matter_id="m-2", number="咸督办〔2026〕白字第9号")
    desk = desk_of(*LADDER, *other[1:])
    assert "白字第9号" not in text_of(press.pdf(referral_sheet(desk, referral("DISCIPLINE", "EFFICACY_SUPERVISION"))))


def test_what_became_of_each_slip_stands_in_the_ladder_and_what_came_later_does_not(press: Press) -> None:
    lifted = (ended(escalation.SlipLifted, colour, lifted_at=at("2026-03-30"), revision=30) for colour in ("YELLOW", "RED"))
    later = changed("WHITE", slip_id="s-later", number="咸督办〔2026〕白字第8号", issued_at=at("2026-06-01"))
    desk = desk_of(*LADDER, *lifted, *later)
    text = text_of(press.pdf(referral_sheet(desk, referral("DISCIPLINE", "EFFICACY_SUPERVISION"))))
    assert "2026年3月24日已解除" in text and "2026年4月1日有效" in text and "白字第8号" not in text


def test_a_letter_whose_red_fell_says_that_it_is_recalled(press: Press) -> None:
    made = referral("DISCIPLINE", "EFFICACY_SUPERVISION")
    recalled = escalation.ReferralRecalled(
        **papers.MATTER,
        referral_id=made.referral_id,
        slip_id="s-red",
        unit="ZJJ",
        body="DISCIPLINE",
        kind=made.kind,
        state="RECALLED",
        recalled_at=at("2026-05-06"),
    )
    text = text_of(press.pdf(referral_sheet(desk_of(*LADDER, made, recalled), made)))
    assert "已撤回" in text and "本函于2026年5月6日撤回" in text


def test_the_seal_never_stands_alone_on_a_page(press: Press) -> None:
    for count in range(1, 14):
        desk = desk_of(*changed("RED", reason="经查，该单位屡督不动，责任人未到岗履职。" * count), *LADDER[1:-2])
        made = press.pdf(referral_sheet(desk, referral("DISCIPLINE", "EFFICACY_SUPERVISION")))
        assert last_page_has_text(made), count


def last_page_has_text(pdf: bytes) -> bool:
    """Whether a sentence stands on the last page beside the seal and the imprint."""
    pages = text_of(pdf).split(f"—{pages_of(pdf) - 1}—")
    return "附件：" in pages[-1]


# ---- bulletins


def test_a_bulletin_has_its_number_scope_text_slips_and_approval(press: Press) -> None:
    text = text_of(press.pdf(bulletin_sheet(desk_of(*LADDER), BULLETIN)))
    for part in (
        "咸督通报〔2026〕2号关于三月份督办情况的通报各县市区，市直各部门：三月份，全市签发黄色督办单1张。",
        "1市住建局城区积水点整治黄色咸督办〔2026〕黄字第3号",
        "批准：市长韩立新",
        "2026年3月20日印发",
    ):
        assert part in text, part
    assert "已更正" not in text


def test_a_bulletin_without_a_title_gets_the_general_one(press: Press) -> None:
    plain = papers.replace(BULLETIN, text="第一段。\n第二段。")
    sheet = bulletin_sheet(desk_of(*LADDER), plain)
    assert (sheet.title, sheet.values["before"]) == ("督查通报", ["第一段。", "第二段。"])


def test_a_corrected_bulletin_says_so(press: Press) -> None:
    text = text_of(press.pdf(bulletin_sheet(desk_of(*LADDER, CORRECTED), BULLETIN)))
    assert "已更正" in text and "已于2026年5月6日起向同一范围更正" in text


def test_the_correction_goes_to_the_same_scope_and_names_the_slip_that_fell(press: Press) -> None:
    desk = desk_of(*LADDER, BULLETIN, OVERTURNED, CORRECTED)
    text = text_of(press.pdf(correction_sheet(desk, [CORRECTED])))
    for part in (
        "更正通报各县市区，市直各部门：",
        "2026年3月20日印发的通报（咸督通报〔2026〕2号）",
        "1市住建局城区积水点整治黄色咸督办〔2026〕黄字第3号",
        "咸督办〔2026〕黄字第3号于2026年5月6日撤销（经复核撤销）",
        "以本更正为准",
    ):
        assert part in text, part


# ---- the year


LINE = AnnualLine(
    unit="ZJJ", name=None, group="市直部门", base=Decimal("96.40"), deductions=Decimal("-0.90"), reversals=Decimal("0.30"),
    bonus=Decimal("0.50"), points=Decimal("-0.10"), total=Decimal("96.30"), rank=3, eligible=True, pending=Decimal("-0.30"),
)  # fmt: skip


def annual(**changes: Any) -> Sheet:
    lines = [LINE, papers.replace(LINE, unit="SLJ", name="市水利局", base=None, total=None, rank=None, eligible=False)]
    return annual_sheet(desk_of(), 2026, lines, changes.get("closed_at"), at("2027-01-20"))


def test_the_table_of_a_year_has_exact_figures_and_whose_eligibility_is_lost(press: Press) -> None:
    text = text_of(press.pdf(annual()))
    assert "2026年度目标任务考核督查加减分情况表" in text and "本年度尚未办结" in text and "制表日期：2027年1月20日" in text
    assert "1市直部门市住建局96.40-0.900.300.50-0.1096.303具备-0.30" in text
    assert "2市直部门市水利局—-0.900.300.50-0.10——取消-0.30" in text


def test_the_table_of_a_closed_year_says_when_it_was_closed(press: Press) -> None:
    assert "本年度已于2027年1月15日办结" in text_of(press.pdf(annual(closed_at=at("2027-01-15"))))


# ---- names of units


def test_a_unit_is_called_as_the_directory_called_it_on_the_day_of_the_paper(press: Press) -> None:
    def row(name: str, since: date, until: date | None) -> intake.PublishedUnit:
        return intake.PublishedUnit(code="ZJJ", name=name, kind="DEPARTMENT", valid_from=since, valid_to=until)

    old = intake.UnitsPublished(units=[row("旧名", date(2020, 1, 1), None)], revision=1)
    names = [row("市建设局", date(2020, 1, 1), date(2026, 3, 20)), row("市住房和城乡建设局", date(2026, 3, 21), None)]
    desk = desk_of(*LADDER, intake.UnitsPublished(units=names, revision=2), old)
    assert [desk.unit("ZJJ", day) for day in (date(2026, 3, 2), date(2026, 3, 25))] == ["市建设局", "市住房和城乡建设局"]
    assert papers.replace(desk, listed={"ZJJ": "住建局"}).unit("ZJJ", date(2026, 3, 2)) == "住建局"
