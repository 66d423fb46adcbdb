"""Administration of the board's accounts: an operator changes them, an auditor looks at what was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for

from board import telling
from board.access.accounts import Register
from board.access.roles import BODIES, ROLES, SOURCES, UNITS
from board.errors import Refused
from board.pages.serving import offices, page, person, show, site
from board.store import accounts, people

account_pages = Blueprint("account", __name__)
LINES, SHOWN = 100, 200
"""Newest lines of the record, and accounts on one page."""
MACHINES = frozenset({"OPERATOR", "INTEGRATOR"})
Row = dict[str, Any]


@page(account_pages, "/accounts", "accounts")
def listed() -> str:
    """All accounts, and what was done about them."""
    return _list("")


def _list(fault: str) -> str:
    with site().database.reading() as connection:
        found, done = accounts.listed(connection, SHOWN, request.args.get("after", "")), accounts.newest(connection, LINES)
        number = accounts.number(connection)
    values: Row = {"found": [row | {"unpublished": _unpublished(row)} for row in found.rows], "following": found.following}
    return show("accounts.html", number=number, done=done, lines=LINES, roles=ROLES, fault=fault, form=request.form, **values)


def _unpublished(row: Row) -> bool:
    """Whether decisions in this name would be refused: offices were published, and none for it."""
    asked = row["role"] not in UNITS | MACHINES | frozenset(BODIES) | frozenset(SOURCES)
    return asked and offices().known and row["name"] not in offices().held


@page(account_pages, "/accounts", "administer", methods=["POST"])
def create() -> Any:
    """A new account; its first password is shown this once."""
    asked = [request.form.get(key, "").strip() for key in ("login", "name", "role", "unit")]
    try:
        with _register() as register:
            password = register.create(*asked)
    except Refused as refused:
        return _list(telling.half(refused.detail, g.english)), 400
    return show("account_password.html", login=asked[0], password=password)


@page(account_pages, "/accounts/<path:login>", "administer")
def one(login: str) -> str:
    """One account with what can be done about it."""
    return _one(login, "")


def _one(login: str, fault: str) -> str:
    with site().database.reading() as connection:
        row = people.one(connection, login)
    if row is None:
        abort(404)
    shown = {key: row[key] for key in ("login", "name", "role", "unit", "locked")} | {"own_password": row["password"] is not None}
    return show("account.html", account=shown, roles=ROLES, fault=fault)


@page(account_pages, "/accounts/<path:login>", "administer", methods=["POST"])
def change(login: str) -> Any:
    """One change of an account."""
    what, form = request.form.get("what", ""), request.form
    password = None
    try:
        with _register() as register:
            if what == "reset":
                password = register.reset(login)
            elif what == "change":
                register.change(login, form.get("name", ""), form.get("role", ""), form.get("unit"))
            elif what in ("close", "open", "sign_out"):
                getattr(register, what)(login)
            else:
                abort(400)
    except Refused as refused:
        return _one(login, telling.half(refused.detail, g.english)), 400
    if password is not None:
        return show("account_password.html", login=login, password=password)
    return redirect(url_for("account.listed"), 303)


@contextmanager
def _register() -> Iterator[Register]:
    """The accounts in one transaction, in the name of who is signed on."""
    with site().database.writing() as connection:
        yield Register(connection, person().login, site().machine.now())
