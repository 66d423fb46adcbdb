"""The application: pages on their rails. Connects to nothing; everything it needs is handed in."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from werkzeug.exceptions import HTTPException

from board.errors import Unavailable
from board.pages import measuring, serving, wording
from board.pages.account_pages import account_pages
from board.pages.act_pages import act_pages
from board.pages.burden_page import burden_page
from board.pages.desk_pages import desk_pages
from board.pages.elsewhere import elsewhere
from board.pages.files import files
from board.pages.keys_page import keys_page
from board.pages.matter_pages import matter_pages
from board.pages.overview import overview
from board.pages.paper_pages import paper_pages
from board.pages.rehearsal_page import rehearsal_page
from board.pages.signing import signing
from board.pages.system_pages import system_pages
from board.site import Site

LARGEST = 20 * 1024 * 1024
"""Bytes of one form with its files."""


def create_app(site: Site) -> Flask:
    """The WSGI application of one board."""
    app = Flask("board")
    app.extensions["board"] = site
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for blueprint in (
        signing,
        elsewhere,
        overview,
        matter_pages,
        desk_pages,
        burden_page,
        files,
        act_pages,
        paper_pages,
        account_pages,
        keys_page,
        rehearsal_page,
        system_pages,
    ):
        app.register_blueprint(blueprint)
    measuring.install(app)
    app.before_request(serving.who_asks)
    app.after_request(serving.with_headers)
    wording.install(app)
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(Unavailable, _away)
    return app


def _told(fault: HTTPException) -> Any:
    """A page that says what is wrong."""
    if not hasattr(g, "english"):
        g.english = False
    if not hasattr(g, "session"):
        g.session = None
    return serving.show("fault.html", code=fault.code or 500), fault.code or 500


def _away(fault: Unavailable) -> Any:
    return serving.show("fault.html", code=503), 503
