"""Desks: the office's, a unit's, the bodies'; the ledger of a year; and the forms of acts."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from event_contracts.event import Evidence
from flask import Blueprint, Response, abort, g, request

from board.access.roles import BODIES, UNITS
from board.acts.catalogue import ANSWERS, BY_NAME, Act, Filled, answers_for
from board.acts.sending import outcome, send
from board.domain.ranking import ranked
from board.domain.texts import points
from board.errors import Refused, Unavailable
from board.pages.matter_pages import may_see
from board.pages.serving import page, person, show, site, t
from board.store import acting, city, desks, matters

desk_pages = Blueprint("desk", __name__)
ACTS_SHOWN = 200
SHOWN, SLIPS_SHOWN = 200, 40
"""Rows on one page; what waits longest comes first, and the whole ledger is in the CSV."""
Row = dict[str, Any]


@page(desk_pages, "/office", "office")
def office() -> str:
    """What waits for the office, what is overdue first; with the buttons of who looks at it."""
    kind = request.args.get("kind") or None
    with site().database.reading() as connection:
        counts = desks.waiting_by_kind(connection, "OFFICE")
        found = desks.waiting(connection, "OFFICE", kind=kind, most=SHOWN)
        mine = acting.newest(connection, 10, person().login)
        sent = acting.pending(connection)
    todos = [with_acts(todo, sent) for todo in found]
    return show("office.html", todos=todos, shown=SHOWN, counts=counts, kind=kind, mine=mine, today=site().today())


def with_acts(todo: Row, sent: set[tuple[str, str, str]] = frozenset()) -> Row:  # type: ignore[assignment]
    """Something that waits, with the acts of who looks at it; what was answered a moment ago says so."""
    acts, recused = answers_for(todo, person())
    answered = (todo["topic"], todo["kind"], todo["key"]) in sent
    return todo | {"acts": [] if answered else acts, "recused_here": recused, "answered": answered}


@page(desk_pages, "/u/<unit>", "unit")
def of_unit(unit: str) -> str:
    """A unit: what it has to sign and to do, its limits, slips, points and burden."""
    if person().role in UNITS and person().unit != unit:
        abort(404)
    year = site().today().year
    with site().database.reading() as connection:
        light = next((row for row in city.lights(connection, year) if row["unit"] == unit), None)
        parts = matters.of_unit(connection, unit, SHOWN)
        todos = [with_acts(todo) for todo in desks.waiting(connection, "UNIT", unit, most=SHOWN)]
        asked = desks.waiting(connection, "OFFICE", unit, most=SLIPS_SHOWN)
        slips = desks.slips_of(connection, unit, SLIPS_SHOWN)
        ledger = desks.ledger(connection, year, unit)
        mine = acting.newest(connection, 10, person().login)
    if light is None and site().unit_names()(unit) == unit and person().unit != unit:
        abort(404)
    light = light or city.no_light()
    shown = [row | {"acts": part_acts(row)} for row in parts]
    values = {"todos": todos, "asked": asked, "slips": slips, "ledger": ledger, "year": year, "mine": mine}
    return show("unit.html", unit=unit, light_row=light, parts=shown, **values)


def part_acts(row: Row) -> list[tuple[Act, str]]:
    """What the unit itself may do about an open part, with the colour that it is about."""
    if person().unit != row["unit"]:
        return []
    return [(BY_NAME[name], row["colour"] or "") for name in ("report", "claim", "extend", "justify", "object")]


@page(desk_pages, "/referrals", "referrals")
def referrals() -> str:
    """What reds handed over, for the body that got it; the office sees all three."""
    own = BODIES.get(person().role)
    bodies = [own] if own else list(BODIES.values())
    with site().database.reading() as connection:
        found = [row for body in bodies for row in desks.referrals(connection, body)]
        waiting = {todo["key"]: with_acts(todo) for body in bodies for todo in desks.waiting(connection, body)}
    return show("referrals.html", found=found, waiting=waiting)


@page(desk_pages, "/assessment", "assessment")
def assessment() -> str:
    """The ledger of a year, and how units stand within their groups."""
    year = request.args.get("year", site().today().year, type=int)
    with site().database.reading() as connection:
        values: Row = {
            "entries": desks.ledger(connection, year),
            "totals": desks.totals(connection, year),
            "years": sorted({*city.years(connection), site().today().year}),
        }
        groups = ranked(city.lights(connection, year), city.unit_groups(connection), values["totals"])
    return show("assessment.html", year=year, groups=groups, **values)


@page(desk_pages, "/assessment.csv", "assessment")
def export() -> Response:
    """The ledger of a year as a table; a text that a spreadsheet would calculate stands behind an apostrophe."""
    year = request.args.get("year", site().today().year, type=int)
    with site().database.reading() as connection:
        entries = desks.ledger(connection, year)
    out, name = io.StringIO(), site().unit_names()
    table = csv.writer(out)
    table.writerow(["时间", "单位代码", "单位", "年度", "分值", "类型", "状态", "事项", "依据", "批准人"])
    for row in entries:
        cells = [
            row["at"], row["unit"], name(row["unit"]), year, points(row["cents"]), row["kind"], row["state"],
            row["ref"] or "", row["basis"], row["approved_by"] or "",
        ]  # fmt: skip
        table.writerow([safe(cell) for cell in cells])
    headers = {"Content-Disposition": f"attachment; filename=ledger-{year}.csv"}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv; charset=utf-8", headers=headers)


def safe(cell: Any) -> Any:
    """A cell that a spreadsheet takes as a text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@page(desk_pages, "/acts", "acts")
def acts() -> str:
    """What persons did here, and what became of it."""
    with site().database.reading() as connection:
        found = acting.newest(connection, ACTS_SHOWN)
    return show("acts.html", found=found)


# ---------------------------------------------------------------- acting


@page(desk_pages, "/act/<name>", "act", methods=["GET", "POST"])
def act(name: str) -> Any:
    """The form of an act (the first click), and the act itself (the second, with its reason)."""
    chosen = BY_NAME.get(name)
    if chosen is None:
        abort(404)
    target = target_of(chosen)
    if target is None:
        return show("gone.html"), 409
    if not person().may(chosen.power_for(target.get("colour"))):
        abort(403)
    if request.method == "GET":
        return _form(chosen, target, "")
    return _do(chosen, target)


def _do(chosen: Act, target: Row) -> Any:
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _form(chosen, target, t("请写明理由", "Give a reason")), 400
    try:
        data = chosen.build(Filled(person(), target, request.form, evidence()))
    except ValueError:
        return _form(chosen, target, t("请检查数字和日期", "Check the numbers and dates")), 400
    try:
        done = send(site(), person(), data, reason, answers=_answers(target))
    except Refused as refused:
        return _form(chosen, target, refused.detail), 400
    except Unavailable:
        return _form(chosen, target, t("暂时无法送出，请稍后再试", "It cannot be sent now; try again later")), 503
    return show("done.html", act=chosen, target=target, done=done)


def _form(chosen: Act, target: Row, fault: str) -> str:
    return show("act.html", act=chosen, target=target, fault=fault, form=request.form, english=g.english)


def _answers(target: Row) -> str | None:
    return "|".join((target["topic"], target["kind"], target["key"])) if target.get("kind") else None


def target_of(chosen: Act) -> Row | None:
    """What the act is about: something that waits, or a unit's part of a matter; None where it is gone, 404 where not theirs."""
    asked = request.values
    with site().database.reading() as connection:
        if any(chosen.name in names for names in ANSWERS.values()):
            todo = desks.one_todo(connection, asked.get("topic", ""), asked.get("kind", ""), asked.get("key", ""))
            if todo is None:
                return None
            if chosen.name not in ANSWERS.get(todo["kind"], ()) or not answers_for(todo, person())[0]:
                abort(403)
            return todo | {"body": todo["desk"]}
        found = matters.one(connection, asked.get("topic", ""))
    if found is None or not may_see(found) or asked.get("unit") not in {part["unit"] for part in found["rows"]["part"]}:
        abort(404)
    if person().role in UNITS and asked.get("unit") != person().unit:
        abort(404)
    colour = asked.get("colour") or None
    if colour not in (None, "WHITE", "YELLOW", "RED"):
        abort(400)
    return {key: found[key] for key in ("topic", "matter_id", "title", "ref")} | {
        "unit": asked["unit"],
        "colour": colour,
        "key": "",
    }


def evidence() -> tuple[Evidence, ...]:
    """The hashes of files that came with a form; the files themselves are read once and kept nowhere."""
    found = []
    for file in request.files.getlist("evidence"):
        if file.filename:
            digest = hashlib.sha256()
            while piece := file.stream.read(1 << 16):
                digest.update(piece)
            kind = "PHOTO" if (file.mimetype or "").startswith("image/") else "DOCUMENT"
            found.append(Evidence(kind=kind, sha256=digest.hexdigest()))
    return tuple(found)


@page(desk_pages, "/done/<act_id>", "act")
def done(act_id: str) -> str:
    """What became of an act that was still on its way."""
    return show("done_state.html", done=outcome(site(), act_id))
