"""Lists a page at a time, forwards and backwards, and the figures that are kept instead of counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from board.domain.grams import stands_in
from board.domain.tallying import figures
from board.store import city, listing, searching, tables, tallies, writing
from board.store.database import Database
from published import bodies, everything, under_another_name
from sqlalchemy import Connection, func, select

ROUNDS = 4


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('full') / 'board.sqlite'}")
    database.prepare()
    with database.writing() as connection:
        writing.keep(connection, "test", "1", [under_another_name(body, n) for n in range(ROUNDS) for body in everything()])
        while writing.fold_some(connection, 7):
            pass
    yield database
    database.close()


@pytest.fixture
def full(filled: Database) -> Iterator[Connection]:
    with filled.reading() as connection:
        yield connection


def all_topics(connection: Any, **asked: Any) -> list[str]:
    return [row["topic"] for row in listing.listed(connection, asked, 1_000).rows]


@pytest.mark.parametrize("asked", [{}, {"state": "OPEN"}, {"unit": "ZJJ"}, {"q": "改造"}, {"q": "改造", "unit": "ZJJ"}])
@pytest.mark.parametrize("walked", [0, 2_000])
def test_page_after_page_shows_every_matter_once_in_order_and_back_again(
    full: Any, asked: dict[str, str], walked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "WALKED", walked)
    wanted, found, after = all_topics(full, **asked), [], ""
    assert len(wanted) >= ROUNDS
    while page := listing.listed(full, asked, 4, after):
        found.append([row["topic"] for row in page.rows])
        assert (page.preceding is None) == (len(found) == 1)
        if page.following is None:
            break
        after = page.following
    assert [topic for rows in found for topic in rows] == wanted
    for earlier, later in zip(found[::-1][1:], found[::-1], strict=False):
        page = listing.listed(full, asked, 4, before=later[0])
        assert [row["topic"] for row in page.rows] == earlier and page.following == earlier[-1]


def test_a_place_that_is_gone_begins_the_list_anew(full: Any) -> None:
    assert [row["topic"] for row in listing.listed(full, {}, 3, after="nobody").rows] == all_topics(full)[:3]


def test_a_search_that_fills_its_page_says_that_there_are_more(full: Any) -> None:
    found = listing.listed(full, {"q": "改造"}, 2)
    assert (len(found.rows), found.total, found.more_than) == (2, 3, True)
    assert listing.listed(full, {"q": "不存在的词"}, 2) == listing.Listed()


def test_what_is_counted_one_by_one_is_counted_up_to_a_limit(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(all_topics(full, unit="ZJJ"))
    assert (listing.listed(full, {"unit": "ZJJ"}, 2).total, whole > 3) == (whole, True)
    monkeypatch.setattr(listing, "COUNTED", 3)
    found = listing.listed(full, {"unit": "ZJJ"}, 2)
    assert (found.total, found.more_than) == (3, True)


@pytest.mark.parametrize("text", ["改", "小区", "老旧小区", "老旧 改造", "DC2026", "C2026", "小旧"])
def test_the_walk_and_the_index_find_the_same(full: Any, text: str) -> None:
    by_index = full.execute(select(tables.matter.c.topic).where(searching.matching(full.dialect.name, text))).scalars()
    rows = full.execute(select(tables.matter).where(searching.perhaps(tables.matter.c, text))).mappings()
    walked = [row["topic"] for row in rows if stands_in(text, *(row[name] for name in searching.TEXTS))]
    assert sorted(by_index) == sorted(walked)


def test_a_file_holds_what_the_list_holds_up_to_its_most(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "AT_ONCE", 3)
    assert [row["topic"] for row in listing.every(full, {"state": "OPEN"}, 10_000)] == all_topics(full, state="OPEN")
    assert [row["topic"] for row in listing.every(full, {}, 7)] == all_topics(full)[:7]


def test_figures_are_what_counting_all_rows_gives(full: Any) -> None:
    rows = {name: full.execute(select(tables.FOLDED[name])).mappings().all() for name in tallies.COLUMNS}
    for table, counted in zip((tables.cube, tables.burden), figures(rows), strict=True):
        keys = [column.name for column in table.primary_key]
        kept = {tuple(row[key] for key in keys): row["number"] for row in full.execute(select(table)).mappings()}
        assert kept == {cell: number for cell, number in counted.items() if number}
    assert tallies.matters(full, {}) == full.execute(select(func.count()).select_from(tables.matter)).scalar_one()


def test_a_matter_that_changes_moves_from_figure_to_figure(desk: Any) -> None:
    story = bodies("ac11-yellow-overturned-with-its-red")
    seen: Counter[tuple[int, int]] = Counter()
    ends = [n for n, body in enumerate(story, 1) if b"escalation.slip." in body]
    for begin, end in pairwise([0, *ends, len(story)]):
        desk.read(*story[begin:end])
        with desk.site.database.reading() as connection:
            slips = city.slips_by_colour(connection, 2026)
            lights = city.lights(connection, 2026)
        seen[slips["YELLOW"]["force"], slips["YELLOW"]["fallen"]] += 1
    assert {(0, 0), (1, 0), (0, 1)} <= set(seen)
    assert sum(row["cents"] for row in lights) == 0


def test_months_tell_what_came_and_went(full: Any) -> None:
    months = {row["month"]: row for row in city.months(full, 2026)}
    assert sum(row["opened"] for row in months.values()) == city.headline(full, "", date(2026, 6, 10), date(2026, 6, 10))["total"]
    assert sum(row["YELLOW"] for row in months.values()) == city.slips_by_colour(full, 2026)["YELLOW"]["issued"] > 0
