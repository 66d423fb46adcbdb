"""Chinese is found by any two characters that stand side by side, words and numbers by how they begin."""

from __future__ import annotations

from typing import Any

import pytest
from board.domain.grams import grams, wanted
from board.store import listing
from published import everything


@pytest.fixture
def found(desk: Any) -> Any:
    desk.read(*everything())

    def search(text: str) -> list[str]:
        with desk.site.database.reading() as connection:
            found = listing.listed(connection, {"q": text}, 50)
        assert (found.total, found.more_than) == (len(found.rows), False)
        return sorted(row["title"] for row in found.rows)

    return search


def test_a_text_becomes_pairs_and_words() -> None:
    assert grams("老旧小区 2026年") == "老旧 旧小 小区 区 2026 年 ."
    assert wanted("小区2026") == [["小区"], ["2026"]]
    assert wanted("老旧小区") == [["老旧", "旧小", "小区"]]
    assert wanted("“”，%_") == []


@pytest.mark.parametrize("text", ["小区", "老旧小区改造", "改", "老旧 改造"])
def test_what_stands_side_by_side_in_a_title_is_found(found: Any, text: str) -> None:
    assert any("老旧小区改造" in title for title in found(text))


@pytest.mark.parametrize("text", ["小旧", "区老", "不存在的词", "'; DROP TABLE matter; --", '"*', "OR"])
def test_what_stands_nowhere_is_not_found(found: Any, text: str) -> None:
    assert found(text) == []


def test_a_reference_is_found_by_its_beginning(found: Any) -> None:
    assert found("DC2026") != []
    assert found("c2026") == []


def test_a_query_without_anything_to_look_for_finds_nothing(found: Any) -> None:
    assert found("，。") == []


def test_a_title_that_changed_is_found_by_the_new_one_alone(desk: Any) -> None:
    import json

    bodies = everything()
    desk.read(*bodies)
    event = next(one for one in map(json.loads, bodies) if one["type"] == "intake.matter.registered.v1")
    again = event | {"id": "another", "sequence": 999, "data": event["data"] | {"title": "城区内涝治理"}}
    desk.read(json.dumps(again).encode())
    with desk.site.database.reading() as connection:
        assert [row["matter_id"] for row in listing.listed(connection, {"q": "内涝"}, 9).rows] == [event["data"]["matter_id"]]
        old = listing.listed(connection, {"q": event["data"]["title"]}, 9).rows
        assert event["data"]["matter_id"] not in [row["matter_id"] for row in old]


def test_a_filter_is_kept_under_a_name_for_its_owner_and_can_be_forgotten(desk: Any) -> None:
    mine, other = desk.browser("OFFICER"), desk.browser("SECTION_HEAD")
    kept = mine.post("/matters/saved", {"name": "逾期红单", "query": "state=OPEN&colour=RED&late=1&evil=javascript:x"})
    assert kept.headers["Location"] == "/matters?state=OPEN&colour=RED&late=1"
    assert "逾期红单" in mine.get("/matters").get_data(as_text=True)
    assert "逾期红单" not in other.get("/matters").get_data(as_text=True)
    mine.post("/matters/saved", {"name": "逾期红单", "query": "", "forget": "1"})
    assert "逾期红单" not in mine.get("/matters").get_data(as_text=True)
