"""What escalation says when it refuses, and why a slip was issued: word for word, since people act on these texts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End
from escalation.domain.recusal import barred, participants
from escalation.domain.referral import referrals_of
from escalation.domain.review import Fault, Review, inadmissible, undecidable, unvariable, white_fault
from escalation.domain.slip import Slip, expiry_reason, finding_reason, limit_text, office_reason
from escalation.domain.standing import Entry, Ladder

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def yellow(*, stands: bool = True, **more: Any) -> Slip:
    known: dict[str, Any] = {"proposed_by": "起草", "issued_by": "批准", "signed_by": "签收"} | more
    return Slip(
        "y", "m", "ZJJ", "YELLOW", 0, 0, "OVERDUE", "SERVED", stands, "1", "s", [], 5, "WORKDAY",
        liability_date=date(2026, 3, 17), issued_at=at("2026-03-17 00:00"), reason="", previous_slip=None, **known,
    )  # fmt: skip


WINDOW = End(date(2026, 4, 16), at("2026-04-17 00:00"), provisional=False, fixed=False)
FILED = Review("r1", "y", "YELLOW", at("2026-04-10 09:00"))
DECIDED = Review("r1", "y", "YELLOW", at("2026-04-10 09:00"), "UPHELD", at("2026-04-12 09:00"))


@pytest.mark.parametrize(
    ("slip", "known", "late", "fault"),
    [
        (None, None, None, Fault("NOT_REVIEWABLE", "没有可申请复核的督办单 / there is no slip to review")),
        (
            yellow(stands=False), None, None,
            Fault("NOT_REVIEWABLE", "督办单已撤销或失效，无可复核 / the slip has fallen; nothing is left to review"),
        ),
        (yellow(), None, "申请期已过", Fault("INADMISSIBLE_LATE", "申请期已过")),
        (yellow(), FILED, None, Fault("ALREADY_USED", "已申请复核，正在复核中 / a review was applied for and is pending")),
        (
            yellow(), DECIDED, None,
            Fault("NOT_REVIEWABLE", "复核已有决定，不得再次申请 / the review was decided; the slip is effective"),
        ),
    ],
)  # fmt: skip
def test_an_application_that_is_not_looked_into(slip: Slip | None, known: Review | None, late: str | None, fault: Fault) -> None:
    found = inadmissible(slip, known, late)
    assert found == fault
    assert found is not None and found.pointer == "/data/colour"


def test_a_white_is_not_reviewed() -> None:
    until = (
        "白色督办单不适用复核，可提书面异议，书面异议期至 2026-04-16 / a white: no review, a written objection by 2026-04-16 only"
    )
    assert white_fault(WINDOW) == Fault("NOT_REVIEWABLE", until)
    never = "白色督办单不适用复核，可提书面异议 / a white: no review, a written objection only"
    assert white_fault(None) == Fault("NOT_REVIEWABLE", never)


@pytest.mark.parametrize(
    ("review", "slip", "code", "detail"),
    [
        (None, yellow(), "NOT_REVIEWABLE", "没有待决定的复核申请 / no application waits for this decision"),
        (FILED, None, "NOT_REVIEWABLE", "没有待决定的复核申请 / no application waits for this decision"),
        (DECIDED, yellow(), "ALREADY_USED", "该复核已有决定 / this review was decided"),
        (
            FILED, yellow(stands=False), "NOT_REVIEWABLE",
            "督办单已撤销或失效，复核终止 / the slip has fallen, and its review ended with it",
        ),
    ],
)  # fmt: skip
def test_a_decision_about_nothing(review: Review | None, slip: Slip | None, code: str, detail: str) -> None:
    assert undecidable(review, slip) == Fault(code, detail, "/data/outcome")


SHORT = End(date(2026, 3, 24), at("2026-03-25 00:00"), provisional=False, fixed=False)


@pytest.mark.parametrize(
    ("new_colour", "wanted", "detail", "pointer"),
    [
        ("RED", None, "变更只能降低颜色 / a review may only vary to a lower colour", "/data/new_colour"),
        (None, SHORT, "变更后的期限须晚于 2026-03-24 / the new limit must end after 2026-03-24", "/data/new_limit"),
        (None, None, "变更须降低颜色或延长期限 / VARIED needs a lower colour or a longer limit", "/data/new_colour"),
    ],
)
def test_a_variation_to_the_units_harm(new_colour: str | None, wanted: End | None, detail: str, pointer: str) -> None:
    assert unvariable("YELLOW", new_colour, SHORT, wanted) == Fault("SCHEMA_INVALID", detail, pointer)


@pytest.mark.parametrize(
    ("instant", "pending"),
    [
        ("2026-04-10 08:59", False),
        ("2026-04-10 09:00", True),
        ("2026-04-12 08:59", True),
        ("2026-04-12 09:00", False),
        ("2026-04-13 09:00", False),
    ],
)
def test_a_review_is_pending_from_its_filing_until_its_decision(instant: str, pending: bool) -> None:
    assert DECIDED.pending_at(at(instant)) is pending


def test_an_undecided_review_is_pending_for_ever() -> None:
    assert FILED.pending_at(at("2027-04-13 09:00"))
    assert not FILED.pending_at(at("2026-04-01 09:00"))


def test_each_person_is_named_with_the_first_part_taken_in_the_act() -> None:
    def entry(kind: str, id_: str, **data: Any) -> Entry:
        return Entry(kind, id_, at("2026-03-17 09:00"), at("2026-03-17 09:00"), data)

    ladder = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "t", "s", 10, "WORKDAY", None, None)
    ladder.journal = [
        entry("PROPOSAL", "p1", colour="YELLOW", by="提议"),
        entry("APPROVAL", "a1", colour="YELLOW", by="起草"),
        entry("APPROVAL", "a2", colour="YELLOW", by="审批"),
        entry("FINDING", "f1", **{"class": "NO_MOVEMENT", "by": "认定"}),
        entry("VERDICT", "v1", claim="c", verdict="REJECTED", by="核验"),
        entry("VERDICT", "v2", claim="d", verdict="REJECTED"),
    ]
    assert participants(ladder, yellow()) == {
        "起草": "起草人",
        "提议": "起草人",
        "批准": "批准人",
        "审批": "批准人",
        "认定": "认定人",
        "核验": "核验人",
        "签收": "签收人",
    }
    assert barred(ladder, yellow(), ["签收", "外人", " 认定"]) == {"签收": "签收人", "认定": "认定人"}


def test_nobody_took_part_in_what_the_machine_did_alone() -> None:
    ladder = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "t", "s", 10, "WORKDAY", None, None)
    assert participants(ladder, yellow(proposed_by="DUBAN", issued_by=None, signed_by=" ")) == {}


def test_a_referral_knows_its_slip_matter_and_unit_and_is_new() -> None:
    made = referrals_of("s", "m", "ZJJ")
    assert {(r.slip_id, r.matter_id, r.unit, r.changed, r.acknowledged_at) for r in made} == {("s", "m", "ZJJ", True, None)}


# ---- why a slip was issued


def test_the_offices_white_in_words() -> None:
    known = "办公室认定该事项进展缓慢（落后两个月），经周建国批准发白色督办单，以示提醒，不扣分。"
    assert office_reason("SLOW_PROGRESS", "周建国", "落后两个月") == known
    assert office_reason("OTHER", "周建国", None) == "办公室认定该事项OTHER，经周建国批准发白色督办单，以示提醒，不扣分。"


def test_a_yellow_after_a_white_that_ran_out_in_words() -> None:
    found = expiry_reason(
        before="WHITE", limit="10个工作日", last_day=date(2026, 3, 16), rejected_on=None, colour="YELLOW", ground="OVERDUE",
        liability=date(2026, 3, 17),
    )  # fmt: skip
    assert found == (
        "白色督办单期限10个工作日，至2026-03-16届满，期内未完成，也无正当理由；"
        "发黄色督办单警告并责令限期整改，年度目标任务考核扣分，责任日期2026-03-17。"
    )


def test_a_white_after_poor_work_on_the_assignment_in_words() -> None:
    found = expiry_reason(
        before=None, limit="3天", last_day=date(2026, 3, 16), rejected_on=date(2026, 3, 18), colour="WHITE",
        ground="BELOW_STANDARD", liability=date(2026, 3, 18),
    )  # fmt: skip
    assert found == (
        "交办事项期限3天，至2026-03-16届满，期内报结经核验于2026-03-18被退回，结果达不到标准要求；"
        "发白色督办单提醒，不扣分，责任日期2026-03-18。"
    )


RED_WORDS = "发红色督办单，取消年度优秀评选资格并移送纪检监察、考核、组织三部门"
MACHINE_FOUND = "系统据实（期内无认可进展且已催办）于2026-03-25认定“屡督不动”"
RENEWED = "赵明远于2026-03-25认定“有实质性改进”，黄色督办单以原编号续期一次，不重复扣分"


@pytest.mark.parametrize(
    ("ground", "by", "colour", "said"),
    [
        ("NO_MOVEMENT", "DUBAN", "RED", f"{MACHINE_FOUND}，{RED_WORDS}"),
        ("SUBSTANTIVE_IMPROVEMENT", "赵明远", "YELLOW", RENEWED),
    ],
)
def test_what_follows_a_yellow_in_words(ground: str, by: str, colour: str, said: str) -> None:
    found = finding_reason(
        limit="5个工作日", last_day=date(2026, 3, 24), ground=ground, by=by, found_on=date(2026, 3, 25), colour=colour,
        liability=date(2026, 3, 25),
    )  # fmt: skip
    assert found == f"黄色督办单期限5个工作日，至2026-03-24届满仍未完成；{said}，责任日期2026-03-25。"


def test_a_limit_that_lacks_a_part_is_a_fixed_instant() -> None:
    assert limit_text(5, None) == limit_text(None, "DAY") == limit_text(5, "DAY", at("2026-03-17 00:00")) == "指定时刻"
