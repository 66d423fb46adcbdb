"""The rails that every page runs on: who asks, whether he may, in which language, and with which headers."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for

from board.access import sessions
from board.access.powers import Offices, offices_on
from board.access.roles import PAGES, Person
from board.site import Site
from board.store import desks

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LANGUAGE, ENGLISH = "board-language", "en"
FROM_SERVERS = frozenset({"elsewhere.departed"})
"""Endpoints that no browser asks: what comes there carries a signature of its own, and no cookie counts."""
OPEN_TO_ALL = FROM_SERVERS | {
    "static", "signing.sign_in", "signing.demo", "signing.language", "signing.health", "elsewhere.start", "elsewhere.came_back",
    "elsewhere.off",
}  # fmt: skip
"""Endpoints that need no session."""


def site() -> Site:
    """The board that this application shows."""
    found: Site = current_app.extensions["board"]
    return found


def person() -> Person:
    """Who is signed on; there is always somebody where this is asked."""
    found: Person = g.session.person
    return found


def offices() -> Offices:
    """Who holds which office today; read once for a request."""
    if "offices" not in g:
        with site().database.reading() as connection:
            published = (desks.capacities(connection), desks.policies(connection), desks.ending_units(connection))
        g.offices = offices_on(site().today(), *published, site().approver)
    found: Offices = g.offices
    return found


def t(zh: str, en: str) -> str:
    """The words in the reader's language."""
    return en if g.english else zh


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https."""
    return "__Host-board" if site().secure_cookies else "board"


def who_asks() -> Response | None:
    """Before every request: language, session, forged requests."""
    g.english = request.cookies.get(LANGUAGE) == ENGLISH
    g.session = _session()
    if request.method not in ("GET", "HEAD") and request.endpoint not in FROM_SERVERS:
        _refuse_forged()
    endpoint = request.endpoint or ""
    if g.session is None and endpoint not in OPEN_TO_ALL and endpoint:
        return _sign_in_first()
    if g.session is not None and g.session.must_change and endpoint not in OPEN_TO_ALL | {"signing.password", "signing.sign_out"}:
        return make_response(redirect(url_for("signing.password")))
    return None


def _session() -> sessions.Session | None:
    token = request.cookies.get(cookie_name())
    if not token:
        return None
    now = site().machine.now()
    with site().database.reading() as connection:
        found = sessions.find(connection, token, now)
    if found is None:
        return None
    if found[1]:
        with site().database.writing() as connection:
            sessions.touch(connection, token, now)
    return found[0]


def _refuse_forged() -> None:
    """A changing request comes from our own pages: by its origin, and once somebody is signed on by the session's token."""
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    if origin and urlsplit(origin).netloc != request.host:
        abort(403)
    if g.session is not None:
        token = request.form.get("csrf") or request.headers.get("X-CSRF-Token") or ""
        if not hmac.compare_digest(token.encode(), g.session.csrf.encode()):
            abort(403)
    elif not origin:
        abort(403)


def _sign_in_first() -> Response:
    if request.headers.get("HX-Request"):
        return Response("", 401, {"HX-Redirect": url_for("signing.sign_in")})
    back = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return make_response(redirect(url_for("signing.sign_in", back=back)))


def with_headers(response: Response) -> Response:
    """After every request. Pages are for one person: nothing in between keeps them."""
    for key, value in HEADERS.items():
        response.headers.setdefault(key, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "Cookie")
    if site().secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def page(blueprint: Blueprint, rule: str, name: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a page that opens for the roles of `PAGES[name]` alone; the others are told that it is not theirs."""
    if name not in PAGES:
        raise LookupError(f"no roles are named for the page {name!r}: board.access.roles.PAGES")

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        @blueprint.route(rule, **options)
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not person().may_open(name):
                abort(403)
            return view(*args, **kwargs)

        guarded.page_name = name  # type: ignore[attr-defined]
        return guarded

    return register


def show(template: str, **values: Any) -> str:
    """A page, or only its middle where a script asks for what changed."""
    return render_template(template, bare=bool(request.headers.get("HX-Request")), **values)
