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
BEAT_SECONDS = 2.0
"""An empty line so often: that a browser has left is only seen when something is written to it."""
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
    known = {row["unit"] for row in values["lights"]}
    values["lights"] += [city.no_light() | {"unit": code} for code in here.names if code not in known]
    name = here.unit_names()
    values["news"] = [(json.loads(body)["data"], line_of(json.loads(body), name, g.english)) for body in values["news"]]
    values["lights"].sort(key=lambda row: (ORDER[row["light"]], -row["RED"], -row["YELLOW"], row["cents"], name(row["unit"])))
    values["ranked"] = sorted((row for row in values["lights"] if row["cents"]), key=lambda row: (row["cents"], row["unit"]))
    return show("city.html", year=year, today=today, last_day=last, **values)


class Streams:
    """Browsers that listen. Each holds a thread, so there is a limit; a tab on its next page gives up its last place at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, threading.Event] = {}

    def enter(self, tab: str, most: int) -> threading.Event | None:
        """A place for this tab, which ends the one that it had; None where there is no room."""
        with self._lock:
            before = self._open.pop(tab, None)
            if before is not None:
                before.set()
            if len(self._open) >= most:
                return None
            over = self._open[tab] = threading.Event()
            return over

    def leave(self, tab: str, over: threading.Event) -> None:
        """Give the place back, unless the tab has a newer one."""
        with self._lock:
            if self._open.get(tab) is over:
                del self._open[tab]


STREAMS = Streams()


@page(overview, "/live", "account")
def live() -> Response:
    """Server-sent events: the model's version whenever it changed. What changed, pages ask for themselves.

    Where there is no room, 204 tells the browser to give up; it asks every few seconds instead.
    """
    here, seen, tab = site(), request.args.get("seen", 0, type=int), request.args.get("tab", "")[:40]
    over = STREAMS.enter(f"{person().login}/{tab}", here.live)
    if over is None:
        return Response("", 204)
    name = f"{person().login}/{tab}"

    def told() -> Iterator[str]:
        try:
            version = seen
            yield "retry: 3000\n\n"
            while not over.is_set() and not here.projector.stopped:
                latest = here.projector.wait(version, BEAT_SECONDS)
                yield f"data: {latest}\n\n" if latest != version else ":\n\n"
                version = latest
        finally:
            STREAMS.leave(name, over)

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
