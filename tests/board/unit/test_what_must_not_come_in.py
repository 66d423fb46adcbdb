"""Texts of others are text on every page and in every list that leaves; bodies that are too large and acts that come twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from board.web import LARGEST
from published import bodies

CASE = "ac11-yellow-overturned-with-its-red"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*191 }}"
FORMULA = "=HYPERLINK(1)"
TEXTS = frozenset({"title", "reason", "reasons", "text", "standard", "deliverable", "grounds", "requirements", "deficiencies"})


def said(text: str) -> Iterator[bytes]:
    """The events of a case in which every text of a person is this one."""
    for body in bodies(CASE):
        yield orjson.dumps(_with(orjson.loads(body), text))


def _with(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, text) if key in TEXTS else _with(inner, text) for key, inner in value.items()}
    return [_with(inner, text) for inner in value] if isinstance(value, list) else value


def _replaced(value: Any, text: str) -> Any:
    if isinstance(value, list):
        return [_replaced(inner, text) for inner in value]
    return text if isinstance(value, str) else value


def matter() -> str:
    return next(event["data"]["matter_id"] for event in map(orjson.loads, bodies(CASE)) if "matter_id" in event["data"])


def test_markup_in_a_text_is_text_on_every_page(desk: Any) -> None:
    desk.read(*said(MARKUP))
    browser = desk.browser("SUPERVISION_DIRECTOR")
    shown = {path: browser.get(path).get_data(as_text=True) for path in ("/", "/matters", "/office", f"/m/{matter()}", "/u/ZJJ")}
    assert "&lt;script&gt;alert(1)" in shown[f"/m/{matter()}"]
    for path, page in shown.items():
        assert "<script>alert" not in page and "<img src=x" not in page, path
        assert "1337" not in page, f"{path}: a text was taken for a template"


def test_a_text_that_is_a_formula_is_disarmed_in_the_list_that_leaves(desk: Any) -> None:
    desk.read(*said(FORMULA))
    answer = desk.browser("ASSESSMENT_OFFICE", "ASSESSMENT").get("/assessment.csv?year=2026")
    cells = [cell for row in csv.reader(io.StringIO(answer.get_data(as_text=True))) for cell in row]
    assert answer.status_code == 200 and cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))] == []


def test_a_body_that_is_too_large_is_not_read(desk: Any) -> None:
    browser = desk.browser("OFFICER")
    assert browser.post("/language", {"to": "x" * LARGEST}).status_code == 413
    assert browser.post("/language", {"to": "zh"}).status_code != 413


@pytest.mark.parametrize("cookie", ["", "x" * 43, "../../etc/passwd", "'; DROP TABLE session; --"])
def test_a_session_that_was_never_begun_opens_nothing(desk: Any, cookie: str) -> None:
    browser = desk.browser()
    browser.client.set_cookie("board", cookie, domain="board.test")
    assert browser.get("/").status_code == 302
