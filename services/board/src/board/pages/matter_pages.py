"""Lists of matters, and one matter with its story."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, g, redirect, request, url_for

from board.access.roles import BODIES, EVERY_MATTER, SOURCES, UNITS
from board.acts.catalogue import Offer, answers_for, offers
from board.domain.days import days_of
from board.domain.next_steps import next_steps
from board.domain.standing import WORK
from board.domain.texts import as_text, local_day
from board.pages.serving import offices, page, person, show, site
from board.store import acting, listing, matters, people
from board.telling import line_of

matter_pages = Blueprint("matter", __name__)
ROWS = 50
LONGEST_NAME, MOST_SAVED = 40, 30
FILTERS = ("q", "state", "colour", "section", "source_type", "unit", "late")

Row = dict[str, Any]


@page(matter_pages, "/matters", "matters")
def matter_list() -> str:
    """Matters by filter; the address says the filter, so that it can be kept and passed on."""
    asked = asked_for(request.args)
    after, before = request.args.get("after", ""), request.args.get("before", "")
    with site().database.reading() as connection:
        found = listing.listed(connection, scoped(asked), ROWS, after, before)
        saved = people.saved_of(connection, person().login)
    query = urlencode({name: value for name, value in asked.items() if value})
    return show("matters.html", asked=asked, found=found, saved=saved, query=query)


def asked_for(address: Mapping[str, str]) -> Row:
    """The filter that an address says."""
    return {name: address.get(name, "").strip() for name in FILTERS}


@page(matter_pages, "/matters/saved", "matters", methods=["POST"])
def keep_filter() -> Any:
    """Keep a filter under a name, or forget it. Only what the list understands is kept: it comes back as an address."""
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    asked = dict(parse_qsl(request.form.get("query", "")[:1000]))
    query = urlencode({key: asked[key] for key in FILTERS if asked.get(key)})
    with site().database.writing() as connection:
        if request.form.get("forget") == "1":
            people.unsave(connection, person().login, name)
        elif name and len(people.saved_of(connection, person().login)) < MOST_SAVED:
            people.save(connection, person().login, name, query)
    return redirect(f"/matters?{query}", 303)


def scoped(asked: Row) -> Row:
    """The filter within what this person may see."""
    who = person()
    if who.role in UNITS:
        return asked | {"unit": who.unit}
    if who.role in SOURCES:
        return asked | {"source_type": SOURCES[who.role]}
    if who.role not in EVERY_MATTER:
        return asked | {"referred_to": BODIES[who.role]}
    return asked


@page(matter_pages, "/m/<matter_id>", "matter")
def one(matter_id: str) -> Any:
    """A matter: its story, its ladders, its limits, its papers. Others than its parties are told that there is none."""
    with site().database.reading() as connection:
        found = matters.one(connection, matter_id)
        mine = acting.newest(connection, 10, person().login, matter_id)
        if found is None and (known := matters.id_of(connection, matter_id)) is not None:
            return redirect(url_for("matter.one", matter_id=known))
    if found is None or not may_see(found):
        abort(404)
    if found["classification"] != "NONE":
        with site().database.writing() as connection:
            people.read(connection, person().login, matter_id, as_text(site().machine.now()))
    name, rows = site().unit_names(), found["rows"]
    story = [line for event in rows["event"] if (line := line_of(event, name, g.english)) is not None]
    parts = [part_view(found, part) for part in sorted(rows["part"], key=lambda part: (part["role"] != "LEAD", part["unit"]))]
    todos = [todo | {"offers": answers_for(todo, person(), offices()), "matter_id": matter_id} for todo in rows["todo"]]
    return show("matter.html", matter=found, parts=parts, story=story, todos=todos, hidden=_own_only(found), mine=mine)


def may_see(found: Row) -> bool:
    """Whether the matter is this person's to see."""
    rows = found["rows"]
    units = {part["unit"] for part in rows["part"]}
    return person().sees(units, found["source_type"], {referral["body"] for referral in rows["referral"]})


def _own_only(found: Row) -> bool:
    """A netizen's name never gets here, but what other units are told stays with them."""
    return person().role in UNITS and len(found["rows"]["part"]) > 1


def part_view(found: Row, part: Row) -> Row:
    """One unit's ladder as it is drawn."""
    rows, unit = found["rows"], part["unit"]
    mine = {key: [row for row in rows[key] if row["unit"] == unit] for key in ("slip", "clock", "entry", "referral", "notice")}
    slips = sorted((slip for slip in mine["slip"] if slip["issued_at"]), key=lambda slip: slip["issued_at"])
    clocks = told(mine["clock"])
    return {
        "part": part,
        "slips": slips,
        "drafts": [slip for slip in mine["slip"] if not slip["issued_at"] and slip["state"] == "DRAFT"],
        "clocks": clocks,
        "axis": axis(clocks, slips),
        "entries": mine["entry"],
        "referrals": mine["referral"],
        "notices": sorted(mine["notice"], key=lambda notice: notice["dispatched_at"] or ""),
        "why": why(part, mine, rows["todo"]),
        "next": next_steps(
            part,
            slips,
            mine["notice"],
            [todo for todo in rows["todo"] if todo["unit"] == unit],
            as_text(site().now()),
            ahead_of(part, clocks),
        ),
        "offers": own_acts(found, part, slips),
    }


def told(clocks: list[Row]) -> list[Row]:
    """The limits that began, in their order, with their days as runs and one by one."""
    found = [clock | {"runs": json.loads(clock["days"] or "[]")} for clock in clocks if clock["started_on"]]
    found.sort(key=lambda clock: (clock["started_on"], clock["owner"]))
    return [clock | {"told": days_of(clock["runs"])} for clock in found]


def ahead_of(part: Row, clocks: list[Row]) -> list[Row]:
    """What is due before the end of the limit that counts for a part."""
    return next((json.loads(clock["ahead"] or "[]") for clock in clocks if clock["owner"] == part["owner"]), [])


def axis(clocks: list[Row], slips: list[Row]) -> tuple[date, date] | None:
    """First and last day of the picture; today is on it where it is near."""
    days = [date.fromisoformat(clock[key]) for clock in clocks for key in ("started_on", "deadline") if clock[key]]
    days += [local_day(slip["ended_at"]) for slip in slips if slip["ended_at"]]
    if not days:
        return None
    today, last = site().today(), max(days)
    if today < last + timedelta(days=30):
        last = max(last, today)
    return min(days), last + timedelta(days=1)


def why(part: Row, mine: Mapping[str, list[Row]], todos: list[Row]) -> str:
    """One code: why this has, or has not, escalated. What the events say; nothing is computed anew."""
    if part["state"] == "DONE":
        return "DONE_IN_TIME" if not any(slip["issued_at"] for slip in mine["slip"]) else "DONE"
    waiting = {todo["kind"] for todo in todos if todo["unit"] == part["unit"]}
    for kind, code in (
        ("CLAIM", "VERIFICATION_PENDING"),
        ("JUSTIFICATION", "JUSTIFICATION_PENDING"),
        ("DRAFT", "APPROVAL"),
        ("DETERMINATION", "DETERMINATION"),
    ):
        if kind in waiting:
            return code
    if part["clock"] is None:
        return "NOT_SERVED"
    if part["clock"] == "SUSPENDED":
        return "SUSPENDED"
    if part["clock"] == "BREACHED":
        return "LADDER_ENDED" if part["colour"] == "RED" else "LIMIT_PASSED"
    return "LIMIT_RUNNING"


def own_acts(found: Row, part: Row, slips: list[Row]) -> list[Offer]:
    """Acts that nobody waits for: the office's on any open part, a unit's on its own. With the colour that they are about."""
    who, wanted = person(), []
    if found["state"] == "OPEN" and part["state"] == "OPEN":
        wanted = [("urge", ""), *([] if slips else [("propose", "WHITE")])]
        if who.unit == part["unit"]:
            wanted = [(name, part["colour"] or "") for name in ("report", "claim", "extend", "justify", "object")]
    standing = [slip for slip in slips if slip["state"] not in ("WITHDRAWN", "OVERTURNED", "VACATED_BY_CASCADE")]
    if standing:
        wanted.append(("withdraw", standing[-1]["colour"]))
        if who.unit == part["unit"]:
            now = as_text(site().now())
            wanted += [("appeal", slip["colour"]) for slip in standing if slip["review_until"] and now < slip["review_until"]]
    return offers(wanted, who, offices())


@page(matter_pages, "/m/<matter_id>/days/<unit>", "matter")
def days(matter_id: str, unit: str) -> str:
    """Each limit of a unit day by day, as the events about it explain it."""
    with site().database.reading() as connection:
        found = matters.one(connection, matter_id)
    if found is None or not may_see(found) or unit not in {part["unit"] for part in found["rows"]["part"]}:
        abort(404)
    part = next(part for part in found["rows"]["part"] if part["unit"] == unit)
    clocks = told([clock for clock in found["rows"]["clock"] if clock["unit"] == unit])
    ordered = sorted(clocks, key=lambda clock: not clock["owner"].startswith(WORK))
    return show("days.html", matter=found, unit=unit, view=part_view(found, part), clocks=ordered, today=site().today())
