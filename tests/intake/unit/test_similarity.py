"""How alike two matters are, and under which keys they are found (domain.md d.10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from intake.domain.similarity import Fingerprint, clause_key, fingerprint, framed, keys, likeness, pairs, plain, related, sought

TYPES = ("NPC_SUGGESTION", "LEADER_INSTRUCTION", "NETIZEN_MESSAGE", "DOCUMENT")
YEAR = timedelta(days=366)
TITLE = "关于文林路雨水管网积水整治的督查事项"


def matter(id_: str, **changes: Any) -> Fingerprint:
    plain: dict[str, Any] = {
        "units": ["ZJJ"],
        "terms": ["雨水管网", "文林路"],
        "clause": None,
        "number": None,
        "source_type": "NPC_SUGGESTION",
        "title": TITLE,
        "submitted_at": datetime(2026, 3, 10, tzinfo=UTC),
    }
    return fingerprint(id_, **plain | changes)


def found(one: Fingerprint, other: Fingerprint) -> bool:
    return bool(set(sought(one, TYPES)) & set(keys(other)))


def test_the_same_matter_from_another_head_is_wholly_alike() -> None:
    one, other = matter("a"), matter("b", source_type="LEADER_INSTRUCTION")
    assert related(one, other, YEAR) and found(one, other) and found(other, one)
    assert likeness(one, other) == 100


def test_the_same_subject_in_other_words_is_alike_enough_to_ask() -> None:
    other = matter(
        "b", title="文林路逢雨必涝，请尽快整治雨水管网", terms=["雨水管网", "文林路", "积水"], source_type="NETIZEN_MESSAGE"
    )
    assert found(matter("a"), other) and 50 <= likeness(matter("a"), other) < 100


def test_other_work_of_the_same_unit_is_not_alike() -> None:
    other = matter("b", title="关于老旧小区改造项目开工的督查事项", terms=["老旧小区"])
    assert not related(matter("a"), other, YEAR)
    assert likeness(matter("a"), other) < 50


def test_without_a_unit_in_common_nothing_is_found() -> None:
    other = matter("b", units=["SLJ", "HBJ"], source_type="LEADER_INSTRUCTION")
    assert not related(matter("a"), other, YEAR) and not found(matter("a"), other)


def test_one_unit_in_common_is_enough() -> None:
    other = matter("b", units=["SLJ", "ZJJ"], source_type="LEADER_INSTRUCTION")
    assert related(matter("a"), other, YEAR) and found(matter("a"), other)


def test_matters_too_far_apart_are_not_compared() -> None:
    later = matter("b", submitted_at=datetime(2027, 3, 12, tzinfo=UTC))
    assert not related(matter("a"), later, YEAR) and related(matter("a"), later, timedelta(days=367))


def test_a_matter_does_not_repeat_itself() -> None:
    assert not related(matter("a"), matter("a"), YEAR)


def test_a_text_alone_says_something_between_sources_of_different_types_only() -> None:
    bare: dict[str, Any] = {"terms": []}
    document = matter("a", source_type="DOCUMENT", **bare)
    assert not related(document, matter("b", source_type="DOCUMENT", **bare), YEAR)
    assert not found(document, matter("b", source_type="DOCUMENT", **bare))
    voice = matter("c", source_type="NETIZEN_MESSAGE", **bare)
    assert related(document, voice, YEAR) and found(document, voice)
    assert likeness(document, voice) == 100


def test_a_short_text_alone_says_nothing() -> None:
    one, other = matter("a", title="积水", terms=[]), matter("b", title="积水", terms=[], source_type="NETIZEN_MESSAGE")
    assert not related(one, other, YEAR) and not found(one, other)


def test_a_text_that_differs_much_says_nothing() -> None:
    one = matter("a", terms=[])
    other = matter("b", terms=[], title="关于秦都区学校周边交通秩序整治的督查事项", source_type="NETIZEN_MESSAGE")
    assert not related(one, other, YEAR)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("第三条", "咸办发〔2026〕12号"), ("第三条", "咸办发〔2026〕12号"), True),
        (("第三条", "咸办发〔2026〕12号"), ("第三条", "咸办发〔2026〕13号"), False),
        (("文林路", "批示1号"), ("文林路", "留言7号"), True),
        (("问题清单第12条", "甲"), ("问题清单第12条", "乙"), True),
    ],
)
def test_an_ordinal_means_something_only_with_its_document(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    assert (clause_key(*one) == clause_key(*other)) is same


def test_an_ordinal_without_its_document_means_nothing() -> None:
    assert clause_key("第三条", None) is None
    assert clause_key(None, "12号") is None


def test_the_same_clause_is_a_reason_to_compare() -> None:
    one = matter("a", terms=[], clause="文林路", source_type="DOCUMENT")
    other = matter("b", terms=[], clause=" 文林路 ", source_type="DOCUMENT")
    assert related(one, other, YEAR) and found(one, other) and likeness(one, other) == 100


def test_width_case_blanks_and_punctuation_do_not_matter() -> None:
    assert plain("文林路（ＡＢＣ）， 12 号！") == plain("文林路ABC12号") == "文林路abc12号"


def test_what_every_title_has_is_left_out() -> None:
    assert framed("关于进一步文林路整治的督查事项") == "文林路整治"
    assert framed("督查事项") == "督查事项"


@pytest.mark.parametrize(("text", "count"), [("", 0), ("水", 1), ("积水", 1), ("积水点", 2)])
def test_texts_are_compared_by_neighbouring_characters(text: str, count: int) -> None:
    assert len(pairs(text)) == count


def test_similar_texts_are_mostly_found_by_their_bands() -> None:
    titles = [
        f"关于{place}雨水管网积水点整治和道路修复的督查事项"
        for place in ("文林路", "玉泉路", "渭阳路", "乐育路", "抗战路", "西兰路")
    ]
    hits = 0
    for number, title in enumerate(titles):
        one = matter(f"a{number}", terms=[], title=title)
        other = matter(f"b{number}", terms=[], title=title.replace("整治和", "整改及"), source_type="NETIZEN_MESSAGE")
        hits += found(one, other)
    assert hits >= 4
