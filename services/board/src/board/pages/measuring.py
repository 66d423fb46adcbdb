"""What is counted of the pages: how many were served, how long they took, and who was not let in."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from board.pages.serving import site

UNCOUNTED = frozenset({"static", "signing.health"})
DOORS = frozenset({"signing.sign_in", "elsewhere.came_back"})
"""Endpoints at which somebody signs on, here or by the city's sign-on server."""
NOT_LET_IN = frozenset({400, 401, 403, 429})


def install(app: Flask) -> None:
    """Count every request of this application."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.monotonic()


def _end(response: Response) -> Response:
    metrics = site().metrics
    if request.endpoint not in UNCOUNTED:
        metrics.served(response.status_code, time.monotonic() - g.began)
    if request.endpoint in DOORS and response.status_code in NOT_LET_IN:
        metrics.not_signed_on()
    return response
