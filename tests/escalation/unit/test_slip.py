"""What must be on a slip, its number, its id, and the sentence that explains it."""

from __future__ import annotations

from datetime import date

import pytest
from escalation.domain import slip as slips


def test_a_slip_without_standard_or_limit_cannot_be_issued() -> None:
    assert slips.lacking("全部完成", 10) == []
    assert slips.lacking("  ", 10) == ["standard"]
    assert slips.lacking(None, None) == ["standard", "limit"]


def test_the_number_names_prefix_year_colour_and_count() -> None:
    assert slips.number_text("咸督办", 2026, "YELLOW", 3) == "咸督办〔2026〕黄字第3号"


def test_the_same_cause_makes_the_same_slip_and_a_new_attempt_another() -> None:
    first = slips.slip_id("m", "ZJJ", "YELLOW", 0, 0)
    assert slips.slip_id("m", "ZJJ", "YELLOW", 0, 0) == first
    others = {
        slips.slip_id("m", "ZJJ", "YELLOW", 0, 1),
        slips.slip_id("m", "ZJJ", "YELLOW", 1, 0),
        slips.slip_id("m", "ZJJ", "RED", 0, 0),
        slips.slip_id("m", "SLJ", "YELLOW", 0, 0),
        slips.slip_id("n", "ZJJ", "YELLOW", 0, 0),
    }
    assert len(others | {first}) == 6


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [(10, "WORKDAY", "10个工作日"), (3, "MONTH", "3个月"), (5, "DAY", "5天"), (None, None, "（随并案事项）")],
)
def test_limits_are_written_in_words(amount: int | None, unit: str | None, text: str) -> None:
    assert slips.limit_text(amount, unit) == text


LAST, LIABLE = date(2026, 3, 16), date(2026, 3, 17)


def test_the_reason_of_a_white_after_an_overdue_assignment_says_that_it_costs_nothing() -> None:
    text = slips.expiry_reason(
        before=None, limit="10个工作日", last_day=LAST, rejected_on=None, colour="WHITE", ground="OVERDUE", liability=LIABLE
    )
    assert text == (
        "交办事项期限10个工作日，至2026-03-16届满，期内未完成，也无正当理由；发白色督办单提醒，不扣分，责任日期2026-03-17。"
    )


def test_the_reason_of_a_yellow_for_poor_work_names_the_day_of_the_rejection() -> None:
    text = slips.expiry_reason(
        before="WHITE",
        limit="10个工作日",
        last_day=LAST,
        rejected_on=LIABLE,
        colour="YELLOW",
        ground="BELOW_STANDARD",
        liability=LIABLE,
    )
    assert "于2026-03-17被退回，结果达不到标准要求" in text
    assert text.startswith("白色督办单期限10个工作日，至2026-03-16届满")


@pytest.mark.parametrize(
    ("ground", "by", "colour", "said"),
    [
        ("NO_MOVEMENT", "DUBAN", "RED", "系统据实（期内无认可进展且已催办）于2026-03-17认定“屡督不动”，发红色督办单"),
        ("PERFUNCTORY_POOR", "赵明远", "RED", "赵明远于2026-03-17认定“无实质性改进、敷衍了事且质量较差”，发红色督办单"),
        (
            "SUBSTANTIVE_IMPROVEMENT",
            "赵明远",
            "YELLOW",
            "赵明远于2026-03-17认定“有实质性改进”，黄色督办单以原编号续期一次，不重复扣分",
        ),
    ],
)
def test_the_reason_after_a_yellow_names_the_finding_and_who_made_it(ground: str, by: str, colour: str, said: str) -> None:
    text = slips.finding_reason(
        limit="5个工作日", last_day=LAST, ground=ground, by=by, found_on=LIABLE, colour=colour, liability=LIABLE
    )
    assert said in text
    assert text.endswith("责任日期2026-03-17。")


def test_the_reason_of_the_offices_white_names_ground_and_approver() -> None:
    text = slips.office_reason("SLOW_PROGRESS", "李文静", "连续两月未动")
    assert text == "办公室认定该事项进展缓慢（连续两月未动），经李文静批准发白色督办单，以示提醒，不扣分。"
