"""The city at a glance, and the stream that tells browsers that something changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request

from board.domain.texts import as_text
from board.pages.serving import page, person, show, site
from board.store import city
from board.telling import TICKER, line_of

overview = Blueprint("overview", __name__)
WEEK = timedelta(days=7)
ROWS = 12
BEAT_SECONDS = 15.0
"""An empty line so often shows that the stream is alive; proxies close what is silent."""
ORDER = {"RED": 0, "YELLOW": 1, "WHITE": 2, None: 3}


@page(overview, "/", "city")
def home() -> str:
    """Matters, slips, lights, what is due, points and trends."""
    here, today = site(), site().today()
    now, last, year = as_text(here.now()), today + WEEK, today.year
    with here.database.reading() as connection:
        values: dict[str, Any] = {
            "head": city.headline(connection, now, today, last),
            "slips": city.slips_by_colour(connection, year),
            "due": city.due_soon(connection, now, today, last, ROWS),
            "lights": city.lights(connection, year),
            "sections": city.grouped(connection, "section"),
            "sources": city.grouped(connection, "source_type"),
            "months": city.months(connection, year),
            "news": city.newest(connection, TICKER, ROWS),
        }
    name = here.unit_names()
    values["news"] = [(json.loads(body)["data"], line_of(json.loads(body), name, g.english)) for body in values["news"]]
    values["lights"].sort(key=lambda row: (ORDER[row["light"]], -row["RED"], -row["YELLOW"], row["cents"], name(row["unit"])))
    values["ranked"] = sorted((row for row in values["lights"] if row["cents"]), key=lambda row: (row["cents"], row["unit"]))
    return show("city.html", year=year, today=today, last_day=last, **values)


class Streams:
    """How many browsers listen; each holds a thread, so there is a limit."""

    def __init__(self) -> None:
        self.open = 0
        self.lock = threading.Lock()

    def enter(self, most: int) -> bool:
        """One more, if there is room."""
        with self.lock:
            if self.open >= most:
                return False
            self.open += 1
            return True

    def leave(self) -> None:
        """One less."""
        with self.lock:
            self.open -= 1


STREAMS = Streams()


@page(overview, "/live", "account")
def live() -> Response:
    """Server-sent events: the model's version whenever it changed. What changed, pages ask for themselves."""
    here, seen = site(), int(request.args.get("seen") or 0)
    if not STREAMS.enter(here.live):
        abort(503)

    def told() -> Iterator[str]:
        try:
            version = seen
            yield "retry: 3000\n\n"
            while True:
                latest = here.projector.wait(version, BEAT_SECONDS)
                yield f"data: {latest}\n\n" if latest != version else ":\n\n"
                version = latest
        finally:
            STREAMS.leave()

    return Response(told(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


@page(overview, "/version", "account")
def version() -> dict[str, int]:
    """The model's version, for browsers without a stream."""
    return {"version": site().projector.version}


@page(overview, "/clock", "account")
def clock() -> dict[str, Any]:
    """The city's instant and pace."""
    pace = site().pace
    return {"now": as_text(site().now()), "pace": pace.state() if pace else None}


@page(overview, "/pace", "pace", methods=["POST"])
def pace() -> Any:
    """Pause the sample city, or let it live faster or slower; only where there is one."""
    control = site().pace
    if control is None or person().role == "INTEGRATOR":
        abort(404)
    if "speed" in request.form:
        control.set_speed(min(max(float(request.form["speed"]), 1.0), 864_000.0))
        control.pause(False)
    else:
        control.pause(request.form.get("pause") == "1")
    return redirect(request.headers.get("Referer") or "/", 303)
