"""The outcome file: complete, sorted, and the same for the same content."""

from __future__ import annotations

import io
import json

from duban.outcome import KEYS, gather, summary, write

SLIP = {"matter": "M1", "unit": "ZJJ", "colour": "WHITE", "issued_at": "2026-03-02T01:00:00Z"}


def test_every_list_is_there_even_when_it_is_empty() -> None:
    assert tuple(gather([])) == KEYS
    assert not any(gather([]).values())


def test_entries_are_sorted_by_time_then_matter_then_unit() -> None:
    rows = [
        {**SLIP, "issued_at": "2026-03-03T01:00:00Z"},
        {**SLIP, "matter": "M2"},
        {**SLIP, "unit": "HBJ"},
        SLIP,
    ]
    found = gather([{"slips": rows}])["slips"]
    assert [(row["issued_at"][:10], row["matter"], row["unit"]) for row in found] == [
        ("2026-03-02", "M1", "HBJ"),
        ("2026-03-02", "M1", "ZJJ"),
        ("2026-03-02", "M2", "ZJJ"),
        ("2026-03-03", "M1", "ZJJ"),
    ]


def test_the_order_in_which_services_report_does_not_show() -> None:
    one = {"breaches": [{"matter": "M1", "unit": "A", "owner": "SLIP:WHITE", "at": "2026-01-01T00:00:00Z"}]}
    two = {"breaches": [{"matter": "M1", "unit": "A", "owner": "ASSIGNMENT", "at": "2026-01-01T00:00:00Z"}]}
    assert gather([one, two]) == gather([two, one])


def test_a_draft_without_an_issue_has_its_place_too() -> None:
    draft = {**SLIP, "issued_at": None}
    assert gather([{"slips": [SLIP, draft]}])["slips"] == [draft, SLIP]


def test_refusals_of_several_services_are_one_list() -> None:
    found = gather([{"refusals": [{"id": "b", "code": "X"}]}, {"refusals": [{"id": "a", "code": "X"}]}])
    assert [row["id"] for row in found["refusals"]] == ["a", "b"]


def test_what_is_written_is_json_with_the_same_content() -> None:
    found, out = gather([{"slips": [SLIP, {**SLIP, "matter": "督"}]}]), io.BytesIO()
    write(found, out)
    assert json.loads(out.getvalue()) == found


def test_the_summary_counts_what_a_reader_asks_for_first() -> None:
    found = gather([{"slips": [SLIP, {**SLIP, "colour": "RED"}], "balances": [{"unit": "QDQ", "year": 2026, "eligible": False}]}])
    text = "\n".join(summary(found))
    assert "白 white 1, 黄 yellow 0, 红 red 1" in text
    assert "QDQ" in text
