"""How units stand in a year: within their groups, with equal ranks for equal standing."""

from __future__ import annotations

import json
from typing import Any

from board.domain.ranking import ranked


def unit(code: str, cents: int, eligible: bool = True) -> dict[str, Any]:
    return {"unit": code, "cents": cents, "eligible": eligible}


def places(groups: Any) -> dict[str, list[tuple[int, str]]]:
    return {name: [(row["rank"], row["unit"]) for row in rows] for name, rows in groups}


def test_units_are_ranked_within_their_group_and_those_without_one_come_last() -> None:
    units = [unit("A", -30), unit("B", 0), unit("C", -90), unit("D", -60)]
    groups = ranked(units, {"A": "市直部门", "C": "市直部门", "D": "县市区"})
    assert places(groups) == {"县市区": [(1, "D")], "市直部门": [(1, "A"), (2, "C")], "": [(1, "B")]}
    assert [name for name, _ in groups][-1] == ""


def test_equal_standing_is_an_equal_rank_and_the_next_one_counts_them_all() -> None:
    assert places(ranked([unit("A", 0), unit("B", 0), unit("C", -30)], {})) == {"": [(1, "A"), (1, "B"), (3, "C")]}


def test_who_may_not_be_called_excellent_stands_behind_those_who_may() -> None:
    assert places(ranked([unit("A", 0, eligible=False), unit("B", -60)], {})) == {"": [(1, "B"), (2, "A")]}


def test_of_a_finalised_year_its_totals_count_and_not_the_ledger_of_today() -> None:
    totals = [
        {"unit": "A", "cents": -60, "eligible": True, "total": 9540},
        {"unit": "B", "cents": -30, "eligible": True, "total": 9270},
    ]
    ((_, rows),) = ranked([unit("A", -90, eligible=False), unit("B", 0)], {}, totals)
    assert [(row["rank"], row["unit"], row["cents"], row["eligible"]) for row in rows] == [
        (1, "A", -60, True),
        (2, "B", -30, True),
    ]


def test_a_unit_without_a_total_stands_behind_those_that_have_one() -> None:
    totals = [
        {"unit": "A", "cents": 0, "eligible": True, "total": None},
        {"unit": "B", "cents": -900, "eligible": True, "total": -10},
    ]
    assert places(ranked([unit("A", 0), unit("B", -900)], {}, totals)) == {"": [(1, "B"), (2, "A")]}


def test_the_page_shows_the_groups_of_the_published_directory(desk: Any) -> None:
    rows = [("ZJJ", "市住建局", "市直部门"), ("SLJ", "市水利局", "市直部门"), ("QDQ", "秦都区政府", "县市区")]
    units = [
        {"code": code, "name": name, "kind": "DEPARTMENT", "valid_from": "2026-01-01", "group": group}
        for code, name, group in rows
    ]
    event = {"id": "u1", "source": "/duban/intake", "type": "intake.units.published.v1", "time": "2026-01-01T00:00:00Z"}
    desk.read(json.dumps(event | {"specversion": "1.0", "data": {"revision": 1, "units": units}}).encode())
    text = desk.browser("ASSESSMENT_OFFICE").get("/assessment").get_data(as_text=True)
    county, departments = text.index("<h3>县市区"), text.index("<h3>市直部门")
    assert county < text.index("秦都区政府") < departments < text.index("市住建局")
    assert "未分组" not in text
