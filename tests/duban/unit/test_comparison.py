"""Two outcomes side by side: what counts as different, by unit, and how the table and the chart say it."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import pytest
from duban.chart import page
from duban.comparison import compare, verdict
from duban.table import show

Row = dict[str, Any]


def slip(matter: str = "M-1", unit: str = "ZJJ", colour: str = "WHITE", **changes: Any) -> Row:
    found = {
        "matter": matter,
        "unit": unit,
        "colour": colour,
        "renewal": 0,
        "ground": "OVERDUE",
        "number": "咸督办〔2026〕白字第1号",
        "liability_date": "2026-03-17",
        "issued_at": "2026-03-16T16:00:00Z",
        "served_on": "2026-03-17",
        "deadline": "2026-03-31",
        "state": "EXPIRED",
    }
    return found | changes


def balance(unit: str, points: str, *, eligible: bool = True, year: int = 2026) -> Row:
    return {"unit": unit, "year": year, "points": points, "eligible": eligible}


def outcome(*slips: Row, balances: tuple[Row, ...] = (), referrals: tuple[Row, ...] = ()) -> dict[str, list[Row]]:
    return {"slips": list(slips), "balances": list(balances), "referrals": list(referrals)}


def unit(found: Row, code: str) -> Row:
    return next(row for row in found["units"] if row["unit"] == code)


def full(found: Row) -> Row:
    """The comparison with its two policies, as the table and the chart get it."""
    side = {"version": "duban-1", "timezone": "Asia/Shanghai"}
    parameter = {"key": "limits.white", "a": "10 WORKDAY", "b": "<5> & WORKDAY", "provenance": "PROPOSED"}
    return {"policies": {"a": side | {"file": None}, "b": side | {"file": "<b>.toml"}, "parameters": [parameter]}} | found


def printed(found: Row) -> str:
    out = io.StringIO()
    show(full(found), out)
    return out.getvalue()


# ---------------------------------------------------------------- what counts as different


def test_equal_outcomes_have_no_difference() -> None:
    one = outcome(slip(), balances=(balance("ZJJ", "0.00"),))
    found = compare(one, one)
    assert (found["slips"], found["years"]) == ([], [])
    assert not unit(found, "ZJJ")["different"]
    assert "相同" in verdict(found)


def test_a_slip_that_only_one_policy_issues_is_named_with_its_side() -> None:
    both, second = slip(), slip(colour="YELLOW", issued_at="2026-03-31T16:00:00Z")
    assert [(row["colour"], row["difference"]) for row in compare(outcome(both, second), outcome(both))["slips"]] == [
        ("YELLOW", "ONLY_A")
    ]
    assert [row["difference"] for row in compare(outcome(both), outcome(both, second))["slips"]] == ["ONLY_B"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ground", "SLOW_PROGRESS"),
        ("liability_date", "2026-03-18"),
        ("issued_at", "2026-03-17T16:00:00Z"),
        ("served_on", "2026-03-18"),
        ("deadline", "2026-04-01"),
        ("state", "LIFTED"),
        ("ended_at", "2026-03-30T02:00:00Z"),
        ("cause", "LATE_ARRIVING_TIMELY_COMPLETION"),
    ],
)
def test_a_slip_that_both_issue_differs_by_each_of_these_fields(field: str, value: str) -> None:
    (row,) = compare(outcome(slip()), outcome(slip(**{field: value})))["slips"]
    assert (row["difference"], row["changed"]) == ("CHANGED", [field])
    assert row["b"][field] == value


def test_numbers_and_reasons_are_not_compared() -> None:
    assert not compare(outcome(slip()), outcome(slip(number="咸督办〔2026〕白字第2号", reason="x")))["slips"]


def test_a_draft_that_nobody_issued_is_no_slip() -> None:
    found = compare(outcome(slip(issued_at=None)), outcome())
    assert not found["slips"]
    assert found["totals"]["a"]["slips"]["WHITE"] == 0


def test_a_slip_issued_anew_after_one_fell_is_a_second_one() -> None:
    fell, again = slip(colour="YELLOW", state="WITHDRAWN"), slip(colour="YELLOW", issued_at="2026-03-20T16:00:00Z")
    found = compare(outcome(fell, again), outcome(fell))
    assert [row["difference"] for row in found["slips"]] == ["ONLY_A"]
    assert found["totals"]["a"] | {"points": ""} == {
        "slips": {"WHITE": 0, "YELLOW": 2, "RED": 0},
        "renewals": 0,
        "fallen": 1,
        "points": "",
        "not_eligible": 0,
        "referrals": 0,
        "refused": 0,
    }


@pytest.mark.parametrize("state", ["WITHDRAWN", "OVERTURNED", "VACATED_BY_CASCADE"])
def test_a_slip_without_effect_counts_as_fallen(state: str) -> None:
    assert compare(outcome(slip(state=state)), outcome())["totals"]["a"]["fallen"] == 1


def test_a_renewal_is_counted_apart_from_the_yellow_that_it_renews() -> None:
    slips = (slip(colour="YELLOW"), slip(colour="YELLOW", renewal=1, issued_at="2026-04-01T16:00:00Z"))
    side = compare(outcome(*slips), outcome())["totals"]["a"]
    assert (side["slips"]["YELLOW"], side["renewals"]) == (1, 1)


def test_points_are_added_exactly() -> None:
    lines = tuple(balance("ZJJ", "-0.30", year=year) for year in (2024, 2025, 2026))
    found = compare(outcome(balances=lines), outcome())
    assert (unit(found, "ZJJ")["a"]["points"], unit(found, "ZJJ")["b"]["points"]) == ("-0.90", "0.00")


def test_a_year_without_entries_is_zero_and_eligible() -> None:
    same = compare(outcome(balances=(balance("ZJJ", "0.00"),)), outcome())
    assert not same["years"] and not unit(same, "ZJJ")["different"]
    (row,) = compare(outcome(balances=(balance("ZJJ", "0.00", eligible=False),)), outcome())["years"]
    assert (row["a"]["eligible"], row["b"]["eligible"]) == (False, True)


def test_units_with_a_difference_come_first_and_the_largest_of_them_on_top() -> None:
    a = outcome(slip(unit="AAA"), slip(unit="BBB", colour="YELLOW"), slip(unit="CCC"), balances=(balance("BBB", "-0.30"),))
    b = outcome(slip(unit="AAA"))
    assert [row["unit"] for row in compare(a, b)["units"]] == ["BBB", "CCC", "AAA"]


def test_a_unit_whose_slips_only_moved_in_time_is_different_too() -> None:
    found = compare(outcome(slip()), outcome(slip(deadline="2026-04-01")))
    assert unit(found, "ZJJ")["different"]


# ---------------------------------------------------------------- the table and the chart

TWO = compare(
    outcome(slip(), slip(colour="YELLOW", issued_at="2026-03-31T16:00:00Z"), balances=(balance("ZJJ", "-0.30"),)),
    outcome(slip(state="LIFTED", ended_at="2026-03-30T02:00:00Z")),
)


def test_the_table_shows_the_unit_with_both_sides_and_what_differs() -> None:
    text = printed(TWO)
    for words in ("ZJJ", "1 → 0", "-0.30 → 0.00", "limits.white", "默认政策", "<b>.toml", "仅A有", "EXPIRED → LIFTED"):
        assert words in text


def test_instants_in_the_table_are_local() -> None:
    assert "结束 ended — → 2026-03-30 10:00" in printed(TWO)


def test_the_table_names_only_some_of_many_slips_and_how_many_are_left() -> None:
    many = compare(outcome(*(slip(f"M-{number:02}") for number in range(25))), outcome())
    text = printed(many)
    assert "M-19" in text and "M-20" not in text
    assert "另有5张" in text


def test_without_a_difference_there_is_no_table_and_no_chart() -> None:
    same = compare(outcome(slip()), outcome(slip()))
    assert "┃" not in printed(same) and "相同" in printed(same)
    assert "<svg" not in page(full(same)) and "相同" in page(full(same))


class Tags(HTMLParser):
    """What a browser would see; a tag that is not closed in its place is an error."""

    EMPTY = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def bars(self) -> list[tuple[str | None, float]]:
        return [(attrs["fill"], float(attrs["width"] or 0)) for tag, attrs in self.seen if tag == "rect"]


def test_the_chart_has_a_bar_for_each_colour_of_each_side_in_proportion() -> None:
    bars = Tags(page(full(TWO))).bars()
    assert [fill for fill, _ in bars] == ["#ffffff", "#f2c230", "#ffffff"]
    assert len({width for _, width in bars}) == 1


def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    text = page(full(TWO))
    tags = Tags(text)
    assert not tags.open
    assert not {tag for tag, _ in tags.seen} & {"script", "link", "img", "iframe", "object"}
    assert not [attrs for _, attrs in tags.seen if {"src", "href"} & set(attrs)]
    assert "http" not in text and "url(" not in text


def test_whatever_a_name_contains_stays_text() -> None:
    odd = compare(outcome(slip(unit="<script>alert(1)</script>")), outcome())
    tags = Tags(page(full(odd)))
    assert "script" not in {tag for tag, _ in tags.seen}
    assert any("<script>" in text for text in tags.texts)
    assert any("<b>.toml" in text for text in tags.texts)
