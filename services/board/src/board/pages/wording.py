"""What templates may call: words, dates, points, marks of colours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request
from markupsafe import Markup, escape

from board import telling, words
from board.charts import bars
from board.domain.days import pieces
from board.domain.texts import ZONE, last_day, local, local_day, points
from board.pages import keys_page
from board.pages.serving import site, t

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def w(group: str, code: str | None) -> str:
    """The word for a code."""
    return words.word(group, code, g.english)


def owner(code: str | None) -> str:
    """The name of a limit."""
    return words.owner_word(code, g.english) if code else ""


def light(colour: str | None, count: int | None = None) -> Markup:
    """The mark of a colour: shape, word, and perhaps a number."""
    if not colour:
        return Markup('<span class="light none"><span aria-hidden="true">·</span> {}</span>').format(t("无", "none"))
    number = "" if count is None else f" {count}"
    mark = Markup('<span class="light {}"><span aria-hidden="true">{}</span> {}{}</span>')
    return mark.format(colour.lower(), words.SHAPES[colour], words.word("colour", colour, g.english), number)


def day(text: str | None) -> str:
    """A local day with its day of the week."""
    if not text:
        return ""
    found = local_day(text)
    return f"{found.isoformat()} {(DAYS if g.english else WEEKDAYS)[found.weekday()]}"


def weekday(moment: datetime) -> str:
    """The day of the week of an instant, local."""
    return (DAYS if g.english else WEEKDAYS)[moment.astimezone(ZONE).weekday()]


def short_day(text: str | None) -> str:
    """Month and day."""
    return f"{local_day(text):%m-%d}" if text else ""


def clock_time(text: str | None) -> str:
    """A local day and time."""
    return f"{local(text):%Y-%m-%d %H:%M}" if text else ""


def left(text: str | None) -> str:
    """How many calendar days there are to a local day, in words."""
    if not text:
        return ""
    days = (date.fromisoformat(text[:10]) - site().today()).days
    if days < 0:
        return t(f"已过{-days}天", f"{-days} days ago")
    if days == 0:
        return t("今天", "today")
    return t(f"还有{days}天", f"in {days} days")


def limit(amount: int | None, unit: str | None) -> str:
    """A limit by its length."""
    return "" if not amount else f"{amount}{' ' if g.english else ''}{words.word('limit', unit, g.english)}"


def cents(value: int | None) -> str:
    """Points with two places and a real minus sign."""
    return "" if value is None else str(points(value)).replace("-", "−")


def lines(text: str | None) -> Markup:
    """A text whose line ends are kept."""
    return Markup("<br>").join(escape(line) for line in (text or "").splitlines())


def here_with(param: str, value: str | None) -> str:
    """The address of this page with one parameter changed, or left out."""
    asked = {key: kept for key, kept in request.args.items() if key != param} | ({param: value} if value else {})
    return request.path + (f"?{urlencode(asked)}" if asked else "")


def half(text: str | None) -> str:
    """The reader's half of a text that says the same in both languages."""
    return telling.half(text or "", g.english)


TONES = {"SLIP:WHITE": "white", "SLIP:YELLOW": "yellow", "SLIP:RED": "red"}


def entity_tone(of: str) -> str:
    """How a limit is drawn."""
    return TONES.get(":".join(of.split(":")[:2]), "work")


def picture(clock: dict[str, Any], axis: tuple[date, date], slips: list[dict[str, Any]]) -> Markup:
    """One limit on the time line of its ladder: from its start to its end, with its last day and today."""
    first, last = axis
    begin = date.fromisoformat(clock["started_on"])
    end = date.fromisoformat(clock["deadline"]) if clock["deadline"] else last
    marks = [("deadline", end)] if clock["deadline"] and end <= last else []
    if first <= site().today() <= last:
        marks.append(("today", site().today()))
    tone = entity_tone(clock["owner"])
    told = pieces(clock["told"]) if clock.get("told") else [("COUNTED", begin, end)]
    drawn = [({"COUNTED": tone, "LEFT": "left"}.get(sort, "off"), a, min(b, last)) for sort, a, b in told if a <= last]
    label = f"{owner(clock['owner'])} {clock['started_on']} – {clock['deadline'] or ''}"
    return bars.span(first, last, drawn, marks, label)


def cause(kind: str, of: str | None) -> str:
    """Why days are left out: the holiday's name, which the calendar gives in both languages, or the reason's category."""
    if not of:
        return ""
    if kind == "SUSPENDED":
        return w("justification", of)
    chinese, _, english = of.partition(" ")
    return english or chinese if g.english else chinese


def install(app: Flask) -> None:
    """Make these known to all templates."""
    app.jinja_env.globals.update(
        t=t, w=w, owner=owner, light=light, day=day, short_day=short_day, clock_time=clock_time, left=left, limit=limit,
        points=cents, lines=lines, half=half, bar=bars.bar, column=bars.column, SHAPES=words.SHAPES,
        picture=picture, cause=cause, here_with=here_with, last_day=last_day,
        weekday=weekday, weekdays=lambda: DAYS if g.english else WEEKDAYS, zone=lambda: ZONE,
        pad=lambda text: date.fromisoformat(text).weekday(),
    )  # fmt: skip

    @app.context_processor
    def around() -> dict[str, Any]:
        """What the frame of every page shows."""
        here = site()
        session = getattr(g, "session", None)
        return {
            "person": session.person if session else None,
            "csrf": session.csrf if session else "",
            "own_password": session is not None and session.own_password,
            "own_roles": session.roles if session else 0,
            "shortcuts": keys_page.told(session.person if session else None),
            "english": g.english,
            "board_title": here.title[g.english],
            "name": here.unit_names(),
            "now": here.now(),
            "pace": here.pace.state() if here.pace is not None else None,
            "behind": here.projector.behind,
            "version": here.projector.version,
        }
