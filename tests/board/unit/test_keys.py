"""Shortcuts: for the pages that open, off where somebody turned them off, and told on a page of their own."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from board.access.roles import ROLES, UNITS, Person
from board.pages.keys_page import places


def listed(browser: Any) -> dict[str, str] | None:
    """What the script of a page is told."""
    _, found, rest = browser.get("/keys").get_data(as_text=True).partition(' data-keys="')
    keys: dict[str, str] | None = json.loads(unescape(rest.partition('"')[0])) if found else None
    return keys


@pytest.mark.parametrize("role", ROLES)
def test_no_shortcut_leads_to_a_page_that_does_not_open(role: str) -> None:
    person = Person("p", "某", role, "ZJJ" if role in UNITS else None)
    found = places(person)
    assert ("h" in found) == person.may_open("city")
    assert ("a" in found) == person.may_open("assessment")
    assert ("s" in found) == person.may_open("system")
    if person.may_open("office") or role in UNITS:
        assert found["d"][0] == ("/u/ZJJ" if role in UNITS else "/office")


def test_a_body_goes_to_what_was_handed_over() -> None:
    assert places(Person("p", "某", "DISCIPLINE"))["d"][0] == "/referrals"


def test_shortcuts_are_turned_off_and_on_again(desk: Any) -> None:
    browser = desk.browser("UNIT_HEAD", "ZJJ")
    keys = listed(browser)
    assert keys is not None
    assert (keys["g d"], keys["?"], keys["/"]) == ("/u/ZJJ", "/keys", "/matters?state=OPEN#search")
    assert browser.post("/keys", {"keys": "off"}).status_code == 303
    assert listed(browser) is None
    browser.post("/keys", {"keys": "on"})
    assert listed(browser) == keys


def test_who_may_not_search_has_no_key_for_it(desk: Any) -> None:
    keys = listed(desk.browser("OPERATOR"))
    assert keys is not None
    assert "/" not in keys
    assert keys["g s"] == "/system"
