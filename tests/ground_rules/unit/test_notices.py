"""Notices that contradict themselves say in full what is wrong; sound ones keep all that they were made of."""

from __future__ import annotations

from datetime import date

import pytest
from ground_rules.notices import Holiday, YearNotice, built_in, contradictions, notice_from

NEW_YEAR, SATURDAY, SUNDAY, MONDAY = date(2031, 1, 1), date(2031, 1, 4), date(2031, 1, 5), date(2031, 1, 6)
STRAY = "2031 年的通知不能规定 / the notice for 2031 cannot fix"
BOTH = "既放假又上班 / both a day off and a workday:"
NEEDLESS = "这些调休日本就是工作日 / a make-up workday on a weekday that is worked anyway:"


@pytest.mark.parametrize(
    ("off", "worked", "said"),
    [
        ([NEW_YEAR], [SATURDAY, SUNDAY], []),
        ([date(2030, 12, 31)], [], []),
        ([NEW_YEAR, SATURDAY], [SATURDAY], [f"{BOTH} 2031-01-04"]),
        ([NEW_YEAR, MONDAY], [NEW_YEAR, MONDAY], [f"{BOTH} 2031-01-01, 2031-01-06"]),
        ([date(2032, 1, 1), date(2030, 11, 30)], [], [f"{STRAY} 2030-11-30, 2032-01-01"]),
        ([], [date(2032, 1, 3)], [f"{STRAY} 2032-01-03"]),
        ([], [date(2031, 1, 7), MONDAY], [f"{NEEDLESS} 2031-01-06, 2031-01-07"]),
        ([], [date(2031, 1, 10)], [f"{NEEDLESS} 2031-01-10"]),
        (
            [date(2032, 1, 1), SATURDAY],
            [SATURDAY, MONDAY],
            [f"{STRAY} 2032-01-01", f"{BOTH} 2031-01-04", f"{NEEDLESS} 2031-01-06"],
        ),
        ([date(2032, 1, 1)], [date(2032, 1, 1)], [f"{STRAY} 2032-01-01"]),
    ],
)
def test_everything_that_contradicts_itself_is_told(off: list[date], worked: list[date], said: list[str]) -> None:
    assert contradictions(2031, off, worked) == said


def test_a_calendar_file_keeps_number_and_title_and_each_paragraph() -> None:
    content = {
        "year": 2031,
        "number": "国办〔2030〕9号",
        "title": "放假安排",
        "holiday": [
            {"name": "元旦", "english": "New Year's Day", "from": NEW_YEAR, "to": date(2031, 1, 2), "makeup": [SATURDAY]}
        ],
    }
    holiday = Holiday("元旦 New Year's Day", "国办〔2030〕9号", frozenset({NEW_YEAR, date(2031, 1, 2)}), frozenset({SATURDAY}))
    assert notice_from(content) == YearNotice(2031, "国办〔2030〕9号", (holiday,), "放假安排")
    assert str(holiday) == "元旦 New Year's Day (国办〔2030〕9号)"


def test_the_built_in_notices_are_in_the_order_of_their_years() -> None:
    assert list(built_in()) == sorted(built_in())
    assert all(notice.year == year and notice.number and notice.title for year, notice in built_in().items())
