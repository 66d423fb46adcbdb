"""Desks: the office's, a unit's, the bodies'; and the ledger of a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request

from board.access.roles import BODIES, UNITS
from board.acts.catalogue import Offer, answers_for, offers
from board.domain.ranking import ranked
from board.pages.serving import offices, page, person, show, site
from board.store import acting, city, desks, matters

desk_pages = Blueprint("desk", __name__)
SHOWN, SLIPS_SHOWN, ENTRIES_SHOWN, REFERRALS_SHOWN = 200, 40, 300, 100
"""Rows on one page; what waits longest comes first, and the whole ledger is in the CSV."""
HANDED_OVER = {"REFERRAL_CREATED": "CREATED", "REFERRAL_ACKNOWLEDGED": "ACKNOWLEDGED"}
"""What waits for a body → the state of its referral."""
OF_A_PART = ("report", "claim", "extend", "justify", "object")
"""What a unit does about its open part."""
Row = dict[str, Any]


@page(desk_pages, "/office", "office")
def office() -> str:
    """What waits for the office, what is overdue first; with the buttons of who looks at it."""
    kind = request.args.get("kind") or None
    with site().database.reading() as connection:
        counts = desks.waiting_by_kind(connection, "OFFICE")
        found = desks.waiting(connection, "OFFICE", SHOWN, kind=kind)
        mine = acting.newest(connection, 10, person().login)
        past = past_answers(connection, found)
    todos = [with_acts(todo, past) for todo in found]
    return show("office.html", todos=todos, shown=SHOWN, counts=counts, kind=kind, mine=mine, today=site().today())


@dataclass(frozen=True, slots=True)
class Past:
    """What was answered from here already: by topic, kind and key."""

    sent: set[acting.Key]
    refused: dict[acting.Key, tuple[str, str]]
    """Mine that a service did not take: its code and its words."""


def past_answers(connection: Any, todos: list[Row]) -> Past:
    """Which of these were answered from here, as far as who looks at them needs to know."""
    keys = [key_of(todo) for todo in todos]
    return Past(acting.pending(connection, keys), acting.refusals(connection, person().login, keys))


def key_of(todo: Row) -> acting.Key:
    """What waits, as an act names it."""
    return todo["topic"], todo["kind"], todo["key"]


def with_acts(todo: Row, past: Past) -> Row:
    """Something that waits, with the buttons of who looks at it; what was answered a moment ago, or in vain, says so."""
    key = key_of(todo)
    found = [] if key in past.sent else answers_for(todo, person(), offices())
    return todo | {"offers": found, "answered": key in past.sent, "refused": past.refused.get(key)}


@page(desk_pages, "/u/<unit>", "unit")
def of_unit(unit: str) -> str:
    """A unit: what it has to sign and to do, its limits, slips, points and burden."""
    if person().role in UNITS and person().unit != unit:
        abort(404)
    year = site().today().year
    with site().database.reading() as connection:
        light = next((row for row in city.lights(connection, year) if row["unit"] == unit), None)
        parts = matters.of_unit(connection, unit, SHOWN + 1)
        waiting = desks.waiting(connection, "UNIT", SHOWN + 1, unit)
        past = past_answers(connection, waiting)
        asked = desks.waiting(connection, "OFFICE", SLIPS_SHOWN + 1, unit)
        slips = desks.slips_of(connection, unit, SLIPS_SHOWN, request.args.get("slips", ""))
        ledger = desks.ledger(connection, year, SLIPS_SHOWN, request.args.get("ledger", ""), unit)
        mine = acting.newest(connection, 10, person().login)
    if light is None and site().unit_names()(unit) == unit and person().unit != unit:
        abort(404)
    light = light or city.no_light()
    todos = [with_acts(todo, past) for todo in waiting]
    shown = [row | {"offers": part_offers(row)} for row in parts]
    values: Row = {"todos": todos, "asked": asked, "slips": slips, "ledger": ledger, "year": year, "mine": mine}
    values |= {"most": SHOWN, "most_asked": SLIPS_SHOWN}
    return show("unit.html", unit=unit, light_row=light, parts=shown, **values)


def part_offers(row: Row) -> list[Offer]:
    """What the unit itself may do about an open part."""
    if person().unit != row["unit"]:
        return []
    return offers(((name, row["colour"] or "") for name in OF_A_PART), person(), offices())


@page(desk_pages, "/referrals", "referrals")
def referrals() -> str:
    """What reds handed over, for the body that got it; the office sees all three."""
    own, kind = BODIES.get(person().role), request.args.get("kind", "")
    bodies = [own] if own else list(BODIES.values())
    with site().database.reading() as connection:
        counts = desks.referrals_by_state(connection, bodies)
        after, state = request.args.get("after", ""), HANDED_OVER.get(kind)
        found = desks.referrals(connection, bodies, REFERRALS_SHOWN, after, state)
        todos = desks.waiting_about(connection, bodies, {row["topic"] for row in found.rows})
        past = past_answers(connection, todos)
        mine = acting.newest(connection, 10, person().login)
    waiting = {todo["key"]: with_acts(todo, past) for todo in todos}
    kinds = {kind: counts.get(state, 0) for kind, state in HANDED_OVER.items()}
    return show("referrals.html", found=found, waiting=waiting, kind=kind, kinds=kinds, total=sum(counts.values()), mine=mine)


@page(desk_pages, "/assessment", "assessment")
def assessment() -> str:
    """The ledger of a year, and how units stand within their groups."""
    year = request.args.get("year", site().today().year, type=int)
    with site().database.reading() as connection:
        values: Row = {
            "entries": desks.ledger(connection, year, ENTRIES_SHOWN, request.args.get("after", "")),
            "number": desks.entries(connection, year),
            "totals": desks.totals(connection, year),
            "years": sorted({*city.years(connection), site().today().year}),
        }
        groups = ranked(city.lights(connection, year), city.unit_groups(connection), values["totals"])
        mine = acting.newest(connection, 10, person().login)
    own = offers((("award", ""), ("finalise", "")), person(), offices())
    return show("assessment.html", year=year, groups=groups, offers=own, mine=mine, **values)
