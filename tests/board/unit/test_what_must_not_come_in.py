"""Texts of others are text on every page and in every list that leaves; bodies that are too large and acts that come twice."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from board.errors import Unavailable
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
    answer = desk.browser("SUPERVISION_DIRECTOR").get("/matters.csv").get_data(as_text=True)
    cells = {cell for row in csv.reader(io.StringIO(answer)) for cell in row}
    assert f"'{FORMULA}" in cells and FORMULA not in cells


def test_a_body_that_is_too_large_is_not_read(desk: Any) -> None:
    browser = desk.browser("OFFICER")
    assert browser.post("/language", {"to": "x" * LARGEST}).status_code == 413
    assert browser.post("/language", {"to": "zh"}).status_code != 413


@pytest.mark.parametrize("cookie", ["", "x" * 43, "../../etc/passwd", "'; DROP TABLE session; --"])
def test_a_session_that_was_never_begun_opens_nothing(desk: Any, cookie: str) -> None:
    browser = desk.browser()
    browser.client.set_cookie("board", cookie, domain="board.test")
    assert browser.get("/").status_code == 302


def act(desk: Any, name: str = "赵主任") -> tuple[Any, str, dict[str, str]]:
    """Somebody of the office, an act that is open to them, and a filled form as it was shown."""
    desk.read(*bodies(CASE))
    browser, path = desk.browser("SUPERVISION_DIRECTOR", name=name), f"/act/urge?topic={matter()}&unit=ZJJ"
    shown = browser.get(path).get_data(as_text=True)
    found = re.search(r'name="once" value="([0-9a-f]{32})"', shown)
    assert found is not None, shown
    return browser, path, {"reason": "请抓紧", "text": "请抓紧", "once": found[1]}


def test_a_form_that_is_sent_twice_is_one_act_and_a_form_that_is_shown_again_another(desk: Any) -> None:
    browser, path, form = act(desk)
    assert [browser.post(path, form).status_code for _ in range(2)] == [200, 200]
    assert len(desk.outbox.sent) == 1
    again = re.search(r'name="once" value="([0-9a-f]{32})"', browser.get(path).get_data(as_text=True))
    assert again is not None
    browser.post(path, form | {"once": again[1]})
    assert len({message_id for _, _, message_id, _ in desk.outbox.sent}) == 2


def test_a_form_of_another_person_takes_nothing_away(desk: Any) -> None:
    browser, path, form = act(desk)
    browser.post(path, form)
    desk.browser("SUPERVISION_DIRECTOR", name="钱主任").post(path, form)
    assert len({message_id for _, _, message_id, _ in desk.outbox.sent}) == 2


def test_what_may_not_have_gone_out_goes_out_again_as_the_same_message(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, path, form = act(desk)
    send, tried = desk.outbox.send, []

    def away(*message: Any) -> None:
        tried.append(message)
        raise Unavailable("broker away")

    monkeypatch.setattr(desk.outbox, "send", away)
    assert browser.post(path, form).status_code == 503
    monkeypatch.setattr(desk.outbox, "send", send)
    desk.clock.forward(minutes=1)
    assert browser.post(path, form).status_code == 200
    assert desk.outbox.sent == tried
