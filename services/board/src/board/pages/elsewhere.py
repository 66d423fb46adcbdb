"""Signing on at the city's sign-on server (OpenID Connect), and choosing among the roles that it gives."""

from __future__ import annotations

import hmac
import json
import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, make_response, redirect, request

from board import telling
from board.access import sessions
from board.access.openid import flow
from board.access.openid.tokens import OLDEST_DEPARTURE, Member
from board.access.roles import RANKS, ROLES, UNITS
from board.domain.texts import as_text
from board.errors import Refused, Unavailable
from board.pages.serving import cookie_name, page, person, show, site, t
from board.pages.signing import back, form, off_cookie, signed_on
from board.store import accounts, people
from board.store import elsewhere as there

elsewhere = Blueprint("elsewhere", __name__)
LOG = logging.getLogger("board.signing")
PREFERRED = (*reversed(RANKS), *(role for role in ROLES if role not in RANKS))
"""Who has several roles begins with the highest of the office."""
SERVER = "统一身份认证 / sign-on server"
"""Who ended a session, in the record of accounts."""
Row = dict[str, Any]


def attempt_cookie() -> str:
    """`__Host-` binds it to this host and to https."""
    return "__Host-board-sso" if site().secure_cookies else "board-sso"


def sign_on() -> flow.SignOn:
    """The way to the sign-on server; 404 where none is configured."""
    found = site().sign_on
    if found is None:
        abort(404)
    return found


@elsewhere.get("/sso/start")
def start() -> Any:
    """Off to the sign-on server."""
    begun = flow.attempt(back())
    try:
        there = sign_on().way_there(begun)
    except Unavailable as error:
        return _away(error)
    response = make_response(redirect(there))
    seconds = flow.MINUTES * 60
    looks: Row = {"max_age": seconds, "httponly": True, "secure": site().secure_cookies, "samesite": "Lax", "path": "/"}
    response.set_cookie(attempt_cookie(), begun.kept(), **looks)
    return response


@elsewhere.get("/sso/back")
def came_back() -> Any:
    """Back from there: who it is, and a session; or what is wrong, in words. The attempt is over either way."""
    begun = flow.read(request.cookies.get(attempt_cookie(), ""))
    try:
        found, token = sign_on().came_back(begun, request.args, site().machine.now())
        login = _admit(found)
    except Refused as refused:
        _log("sign-on refused", code=refused.code, why=refused.detail)
        response = make_response(form(telling.half(refused.detail, g.english)), 403)
    except Unavailable as error:
        response = make_response(*_away(error))
    else:
        session = sessions.Elsewhere(sign_on().settings.issuer, found.session, token)
        response = signed_on(login, begun.back if begun is not None else "/", session)
    response.delete_cookie(attempt_cookie(), secure=site().secure_cookies, httponly=True, samesite="Lax")
    return response


def _away(error: Unavailable) -> tuple[str, int]:
    _log("sign-on server away", why=str(error))
    return form(t("统一身份认证暂时不可用，请稍后再试", "The sign-on server cannot be used now; try again later")), 503


def _log(action: str, **told: Any) -> None:
    LOG.warning("%s", json.dumps({"action": action} | told, ensure_ascii=False))


@elsewhere.get("/sso/off")
def off() -> Any:
    """Back from signing off there. Only who was sent from here is told that it is done."""
    if g.session is not None:
        return redirect("/")
    state, asked = request.cookies.get(off_cookie(), ""), request.args.get("state", "")
    done = bool(state) and hmac.compare_digest(state.encode(), asked.encode())
    response = make_response(form("", t("已退出看板和统一身份认证", "Signed off here and at the city's sign-on") if done else ""))
    response.delete_cookie(off_cookie(), secure=site().secure_cookies, httponly=True, samesite="Lax")
    return response


@elsewhere.post("/sso/backchannel")
def departed() -> Any:
    """The sign-on server says by itself whose sessions are over (OpenID Connect Back-Channel Logout); its signature counts."""
    told, now = sign_on(), site().machine.now()
    issuer = told.settings.issuer
    try:
        found = told.departed(request.form.get("logout_token", ""), now)
        login = login_of(found.subject, issuer) if found.subject else None
        with site().database.writing() as connection:
            kept_from = as_text(now - 2 * OLDEST_DEPARTURE)
            if not there.is_new(connection, issuer, found.id, as_text(now), kept_from):
                raise Refused("TOKEN_REFUSED", "该凭证已用过 / this token came before (jti)")
            for account, number in there.end(connection, issuer, login, found.session).items():
                accounts.note(connection, SERVER, account, "SIGNED_OFF_THERE", as_text(now), str(number))
    except Refused as refused:
        _log("logout token refused", code=refused.code, why=refused.detail)
        return {"error": "invalid_request", "error_description": telling.half(refused.detail, True)}, 400
    except Unavailable as error:
        _log("logout token not looked at", why=str(error))
        return {"error": "temporarily_unavailable"}, 503
    return "", 200


def login_of(subject: str, issuer: str) -> str:
    """The account's name: local ones have no colon, and another server's people are others."""
    return f"oidc:{subject}@{urlsplit(issuer).hostname}"


def _admit(found: Member) -> str:
    """The account as the sign-on server says it now. Refused where it was closed here."""
    login = login_of(found.subject, sign_on().settings.issuer)
    roles = {role: found.unit if role in UNITS else None for role in found.roles}
    with site().database.writing() as connection:
        before = people.one(connection, login)
        if before is not None and (before["locked"] or before["password"] is not None):
            raise Refused("ACCOUNT_CLOSED", "账号已停用，请联系管理员 / the account is closed; ask the administrator")
        role = before["role"] if before and before["role"] in roles else next(one for one in PREFERRED if one in roles)
        row = {"login": login, "name": found.name, "role": role, "unit": roles[role]}
        people.put(connection, row | {"password": None, "must_change": False, "locked": False})
        accounts.grant(connection, login, roles)
    return login


@page(elsewhere, "/role", "account", methods=["GET", "POST"])
def role() -> Any:
    """Go on in another of one's roles; a new session, as after every change of what somebody may."""
    login = person().login
    with site().database.reading() as connection:
        roles = accounts.granted_to(connection, login)
    if request.method == "GET":
        return show("role.html", roles=roles)
    wanted = request.form.get("role", "")
    if wanted not in roles:
        abort(403)
    with site().database.writing() as connection:
        began = sessions.begun_elsewhere(connection, request.cookies.get(cookie_name()) or "")
        accounts.change(connection, login, role=wanted, unit=roles[wanted])
        accounts.note(connection, login, login, "ROLE", as_text(site().machine.now()), wanted)
    response: Response = signed_on(login, "/", began)
    return response
