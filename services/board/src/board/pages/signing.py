"""Signing on and off, the first password, the language, and whether the board is alive."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, make_response, redirect, request, url_for

from board.access import passwords, sessions
from board.access.openid.flow import MINUTES
from board.access.roles import PAGES
from board.domain.texts import as_text
from board.pages.serving import ENGLISH, LANGUAGE, cookie_name, page, person, show, site, t
from board.store import accounts, people

signing = Blueprint("signing", __name__)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
YEAR_SECONDS = 31_536_000


def back() -> str:
    """Where a person wanted to go; a path of this board and nothing else."""
    wanted = request.values.get("back") or "/"
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if safe else "/"


def demo_roles() -> dict[str, str]:
    """Who can be signed on as with one click: in a demonstration, from this machine."""
    here = request.remote_addr in LOOPBACK and request.host.rpartition(":")[0].strip("[]") in LOOPBACK | {"localhost"}
    return dict(site().demo) if here else {}


@signing.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """Name and password; after some failures nobody is asked for a while."""
    if request.method == "GET":
        return form("")
    login, now = request.form.get("login", "").strip(), site().machine.now()
    who = [f"account:{login}", f"address:{request.remote_addr}"]
    with site().database.reading() as connection:
        if sessions.too_many(connection, who, now):
            return form(t("尝试次数过多，请15分钟后再试", "Too many attempts; try again in 15 minutes")), 429
        row = people.one(connection, login)
    if not passwords.fits(request.form.get("password", ""), row["password"] if row else None) or not row or row["locked"]:
        with site().database.writing() as connection:
            sessions.failed(connection, who, now)
        return form(t("账号或密码不正确", "Wrong account or password")), 403
    return signed_on(login)


@signing.post("/demo")
def demo() -> Any:
    """A demonstration's person of a role; units may be chosen."""
    role, roles = request.form.get("role", ""), demo_roles()
    if role not in roles:
        abort(404)
    unit = request.form.get("unit", "").strip() if role in ("UNIT_HEAD", "UNIT_LIAISON") else None
    if unit is not None and unit not in site().names:
        abort(400)
    login = f"demo-{role.lower()}{'-' + unit.lower() if unit else ''}"
    name = site().names[unit] + t("办公室", "") if unit else roles[role]
    with site().database.writing() as connection:
        row = {"login": login, "name": name, "role": role, "unit": unit, "password": None, "must_change": False, "locked": False}
        people.put(connection, row)
    return signed_on(login, f"/u/{unit}" if unit else "/")


def form(fault: str, notice: str = "") -> str:
    """The page of signing on, with what went wrong or what happened before."""
    units = sorted(site().names.items())
    told = {"fault": fault, "notice": notice, "elsewhere": site().sign_on is not None}
    return show("sign_in.html", demo=demo_roles(), units=units, back=back(), **told)


def signed_on(login: str, to: str | None = None, there: sessions.Elsewhere | None = None) -> Response:
    """A new session with a new token: one that somebody planted before is worth nothing."""
    with site().database.writing() as connection:
        token = sessions.begin(connection, login, site().machine.now(), there)
        row = people.one(connection, login)
    wanted = to or back()
    response = make_response(redirect(first_page(row["role"] if row else "") if wanted == "/" else wanted, 303))
    response.set_cookie(cookie_name(), token, httponly=True, secure=site().secure_cookies, samesite="Lax", path="/")
    return response


def first_page(role: str) -> str:
    """Where a role begins: the city, or what it has instead."""
    return next((path for name, path in (("city", "/"), ("system", "/system")) if role in PAGES[name]), "/keys")


@signing.post("/sign-out")
def sign_out() -> Response:
    """End the session here; who signed on elsewhere goes on to sign off there, too."""
    with site().database.writing() as connection:
        there = sessions.end(connection, request.cookies.get(cookie_name()) or "")
    g.session = None
    response = _off_there(there) if there is not None else make_response(redirect(url_for("signing.sign_in"), 303))
    response.delete_cookie(cookie_name(), secure=site().secure_cookies, httponly=True, samesite="Lax")
    return response


def _off_there(there: sessions.Elsewhere) -> Response:
    """A page that leads to the sign-on server, or says that somebody is still signed on there.

    A page and no redirect: browsers hold `form-action` against where a form's answer leads, too.
    """
    found, state = site().sign_on, secrets.token_urlsafe(24)
    way = found.way_off(there.id_token, state) if found is not None and found.settings.issuer == there.issuer else None
    if way is None:
        warning = t(
            "已退出看板。统一身份认证没有提供退出地址，或暂时不可用：您在那里仍是登录状态，请到那里退出，或关闭浏览器。",
            "Signed off here. The city's sign-on names no way off, or does not answer: you are still signed on there; "
            "sign off there, or close the browser.",
        )
        return make_response(form(warning))
    response = make_response(show("signed_off.html", way=way))
    seconds, secure = MINUTES * 60, site().secure_cookies
    response.set_cookie(off_cookie(), state, max_age=seconds, secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def off_cookie() -> str:
    """What tells the way back from signing off elsewhere from a link that somebody else made."""
    return "__Host-board-off" if site().secure_cookies else "board-off"


@page(signing, "/password", "account", methods=["GET", "POST"])
def password() -> Any:
    """A password of one's own."""
    if request.method == "GET":
        return show("password.html", fault="")
    with site().database.reading() as connection:
        row = people.one(connection, person().login)
    new = request.form.get("new", "")
    fault = _fault(row, new)
    if fault:
        return show("password.html", fault=fault), 400
    with site().database.writing() as connection:
        people.set_password(connection, person().login, passwords.hashed(new))
        accounts.note(connection, person().login, person().login, "PASSWORD", as_text(site().machine.now()))
    return signed_on(person().login)


def _fault(row: dict[str, Any] | None, new: str) -> str:
    if row is None or not passwords.fits(request.form.get("old", ""), row["password"]):
        return t("原密码不正确", "The old password is wrong")
    if len(new) < passwords.SHORTEST:
        return t(f"新密码至少{passwords.SHORTEST}个字符", f"At least {passwords.SHORTEST} characters")
    if new != request.form.get("again", ""):
        return t("两次输入不一致", "The two do not agree")
    return ""


@signing.post("/language")
def language() -> Response:
    """Chinese or English, kept in a cookie."""
    response = make_response(redirect(back(), 303))
    wanted = "zh" if g.english else ENGLISH
    response.set_cookie(LANGUAGE, wanted, max_age=YEAR_SECONDS, samesite="Lax", secure=site().secure_cookies, path="/")
    return response


@signing.get("/health")
def health() -> Response:
    """For probes: whether the model follows its source. No content of any matter."""
    return jsonify(status="ok", behind=site().projector.behind)
