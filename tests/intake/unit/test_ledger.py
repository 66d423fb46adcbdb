"""The ledger's cells become the fields of a matter; what cannot be understood is said at its cell."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from intake.doors.ledger import HEADS, Bad, Matter, Unclear, columns, day, limit, matters
from service_chassis.spreadsheet.reading import Line

ZONE = ZoneInfo("Asia/Shanghai")
HEADING = ("编号", "督查事项", "来源", "标准要求", "责任单位", "主协办", "交办成果", "期限")
ROW = ("A1", "老旧小区改造", "领导批示", "全部开工", "ZJJ", "主办", "报告", "10个工作日")


def read(*rows: tuple[str, ...], heading: tuple[str, ...] = HEADING) -> tuple[list[Matter], list[Bad]]:
    heads, bad = columns(Line(1, heading))
    assert bad == []
    found = list(matters([Line(number, row) for number, row in enumerate(rows, 2)], heads, ZONE))
    return [each for each in found if isinstance(each, Matter)], [each for each in found if isinstance(each, Bad)]


def changed(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(name, text) for name, text in zip(HEADING, ROW, strict=True))


def places(bad: list[Bad]) -> list[tuple[str, str]]:
    return [(fault.cell, fault.column) for fault in bad]


def test_a_row_is_a_matter_with_one_part() -> None:
    found, bad = read(ROW)
    assert bad == []
    assert found[0].data == {
        "external_ref": "A1",
        "title": "老旧小区改造",
        "source": {"type": "LEADER_INSTRUCTION"},
        "standard": "全部开工",
        "assignments": [
            {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 10, "unit": "WORKDAY"}},
        ],
    }


def test_rows_of_one_number_are_one_matter_and_repeat_what_is_common_or_leave_it_empty() -> None:
    empty = changed(督查事项="", 来源="", 标准要求="", 责任单位="SLJ", 主协办="协办")
    found, bad = read(ROW, empty, changed(责任单位="HBJ", 主协办="配合"), changed(编号="A2"))
    assert bad == []
    assert [[part["unit"] for part in matter.data["assignments"]] for matter in found] == [["ZJJ", "SLJ", "HBJ"], ["ZJJ"]]


def test_a_row_that_says_another_thing_about_the_same_matter_is_pointed_at() -> None:
    _, bad = read(ROW, changed(督查事项="另一件", 责任单位="SLJ"))
    assert places(bad) == [("B3", "督查事项")]
    assert "第2行" in bad[0].problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10个工作日", {"limit": {"amount": 10, "unit": "WORKDAY"}}),
        ("15 工作日内", {"limit": {"amount": 15, "unit": "WORKDAY"}}),
        ("30天", {"limit": {"amount": 30, "unit": "DAY"}}),
        ("3个月", {"limit": {"amount": 3, "unit": "MONTH"}}),
        ("2026年6月30日", {"due_at": "2026-06-30T23:59:59+08:00"}),
    ],
)
def test_a_limit_as_people_write_it(text: str, found: dict[str, Any]) -> None:
    assert limit(text, ZONE) == found


@pytest.mark.parametrize("text", ["十天", "10", "尽快", "2026-02-30", "-3天"])
def test_a_limit_that_says_no_length_is_not_guessed(text: str) -> None:
    with pytest.raises(Unclear, match="10个工作日"):
        limit(text, ZONE)


@pytest.mark.parametrize("text", ["2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日"])
def test_a_day_as_people_write_it(text: str) -> None:
    assert day(text) == "2026-03-02"


@pytest.mark.parametrize("text", ["2026-13-01", "3月2日", "46083"])
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    with pytest.raises(Unclear, match="2026-03-17"):
        day(text)


def test_a_word_outside_the_list_names_the_list() -> None:
    _, bad = read(changed(来源="批示", 主协办="主要"))
    assert places(bad) == [("C2", "来源"), ("F2", "主协办")]
    assert "领导批示" in bad[0].problem


def test_english_words_and_headings_are_read_as_well() -> None:
    heading = ("number", "Matter", "来源 Source", "STANDARD", "unit", "role", "deliverable", "limit")
    found, bad = read(changed(来源="LEADER_INSTRUCTION", 主协办="lead"), heading=heading)
    assert bad == []
    assert found[0].data["assignments"][0]["role"] == "LEAD"


def test_a_row_without_its_number_belongs_to_no_matter() -> None:
    found, bad = read(changed(编号=""), ROW)
    assert (len(found), places(bad)) == (1, [("A2", "编号")])


def test_a_heading_that_is_unknown_twice_or_missing_is_named() -> None:
    _, bad = columns(Line(1, ("编号", "督查事项", "督查事项", "备注", "来源", "标准要求", "责任单位", "主协办")))
    assert places(bad) == [("C1", "督查事项"), ("D1", "备注"), ("A1", "交办成果")]


def test_a_fault_of_the_message_is_said_at_the_cell_it_came_from() -> None:
    (matter,), _ = read(ROW, changed(责任单位="slj"))[0], None
    assert matter.at("/data/assignments/1/unit", "x").cell == "E3"
    assert matter.at("/data/assignments/1/limit/amount", "x").cell == "H3"
    assert matter.at("/data/assignments/1/milestones/0", "x").cell == "A3"
    assert matter.at("/data/source/type", "x").cell == "C2"
    assert matter.at("", "x").cell == "A2"


def test_every_column_of_the_template_has_its_explanation() -> None:
    assert all(head.hint and head.zh and head.en for head in HEADS)
    assert len({head.zh for head in HEADS}) == len(HEADS)
