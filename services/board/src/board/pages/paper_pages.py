"""Conclusions and bulletins: what was issued and published, and the buttons about them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from board.access.roles import UNITS
from board.acts.catalogue import Offer, offers
from board.domain.texts import as_text
from board.pages.desk_pages import past_answers, with_acts
from board.pages.serving import offices, page, person, show, site
from board.store import acting, desks, papers

paper_pages = Blueprint("paper", __name__)
SHOWN = 100
Row = dict[str, Any]


@page(paper_pages, "/conclusions", "conclusions")
def conclusions() -> str:
    """Conclusions with what waits about them; a unit sees its own."""
    unit = person().unit if person().role in UNITS else None
    with site().database.reading() as connection:
        found = papers.conclusions(connection, SHOWN, unit, request.args.get("after", ""))
        topics = {row["conclusion_id"] for row in found.rows}
        waiting = desks.waiting_about(connection, ["UNIT" if unit else "OFFICE"], topics)
        past = past_answers(connection, waiting)
        mine = acting.newest(connection, 10, person().login)
    todos = {todo["topic"]: with_acts(todo, past) for todo in waiting}
    shown = [row | {"todo": todos.get(row["conclusion_id"]), "offers": _own(row)} for row in found.rows]
    return show("conclusions.html", found=shown, following=found.following, mine=mine)


def _own(row: Row) -> list[Offer]:
    """The unit may apply for a review from the service on, until its window ends."""
    until = row["review_until"]
    if person().unit != row["unit"] or row["state"] != "ISSUED" or (until and as_text(site().now()) >= until):
        return []
    return offers((("appeal", ""),), person(), offices()) if row["served_on"] else []


@page(paper_pages, "/bulletins", "bulletins")
def bulletins() -> str:
    """Bulletins and their corrections, the newest first."""
    with site().database.reading() as connection:
        found = papers.bulletins(connection, SHOWN, request.args.get("after", ""))
        mine = acting.newest(connection, 10, person().login)
    publish = offers((("publish-bulletin", ""),), person(), offices())
    correct = offers((("correct-bulletin", ""),), person(), offices())
    return show("bulletins.html", found=found, publish=publish, correct=correct, mine=mine)
