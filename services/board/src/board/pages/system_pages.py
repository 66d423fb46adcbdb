"""For those who run the board: how far it has read, and who opened what is not for everybody. No content of any matter."""

from __future__ import annotations

from flask import Blueprint

from board.pages.serving import page, person, show, site
from board.store import people, writing

system_pages = Blueprint("system", __name__)


@page(system_pages, "/system", "system")
def system() -> str:
    """Place in the feed, counts, and for the auditor the readings."""
    here = site()
    with here.database.reading() as connection:
        values = {
            "place": writing.place_of(connection, here.projector.feed.name),
            "counts": writing.counts(connection),
            "readings": people.readings(connection, 100) if person().role == "AUDITOR" else [],
        }
    return show("system.html", feed=here.projector.feed.name, **values)
