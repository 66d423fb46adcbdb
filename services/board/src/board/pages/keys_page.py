"""Shortcuts of the keyboard: which there are for whom, and that they can be turned off (WCAG 2.1.4)."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, make_response, redirect, request, url_for

from board.access.roles import BODIES, Person
from board.pages.serving import page, person, show, site

keys_page = Blueprint("keys", __name__)
COOKIE, OFF = "board-keys", "off"
YEAR_SECONDS = 31_536_000
PLACES = (
    ("h", "city", "/", "全市总览", "City overview"),
    ("m", "matters", "/matters?state=OPEN", "督查事项", "Matters"),
    ("d", "office", "/office", "办公室待办", "Office desk"),
    ("d", "unit", "/u/{unit}", "本单位", "My unit"),
    ("d", "referrals", "/referrals", "移送", "Referrals"),
    ("a", "assessment", "/assessment", "考核", "Assessment"),
    ("c", "conclusions", "/conclusions", "督查结论", "Conclusions"),
    ("b", "bulletins", "/bulletins", "通报", "Bulletins"),
    ("s", "system", "/system", "系统", "System"),
)
"""The letter after g, the page, its address and its words; of several desks the first that is the person's own."""


def places(who: Person) -> dict[str, tuple[str, str, str]]:
    """Letter → address and words, for the pages that this person may open."""
    found: dict[str, tuple[str, str, str]] = {}
    for letter, name, url, zh, en in PLACES:
        own = {"unit": bool(who.unit), "referrals": who.role in BODIES}.get(name, True)
        if who.may_open(name) and own:
            found.setdefault(letter, (url.format(unit=who.unit), zh, en))
    return found


def told(who: Person | None) -> str | None:
    """What the page's script is told; None where nobody is signed on or the shortcuts are off."""
    if who is None or request.cookies.get(COOKIE) == OFF:
        return None
    keys = {f"g {letter}": url for letter, (url, _, _) in places(who).items()} | {"?": url_for("keys.shown")}
    return json.dumps(keys | ({"/": "/matters?state=OPEN#search"} if who.may_open("matters") else {}))


@page(keys_page, "/keys", "account")
def shown() -> str:
    """The shortcuts, and the switch."""
    return show("keys.html", places=places(person()), off=request.cookies.get(COOKIE) == OFF)


@page(keys_page, "/keys", "account", methods=["POST"])
def switch() -> Any:
    """Off or on, kept in a cookie of this browser."""
    response = make_response(redirect(url_for("keys.shown"), 303))
    looks: dict[str, Any] = {"samesite": "Lax", "secure": site().secure_cookies, "path": "/"}
    if request.form.get("keys") == OFF:
        response.set_cookie(COOKIE, OFF, max_age=YEAR_SECONDS, **looks)
    else:
        response.delete_cookie(COOKIE, **looks)
    return response
