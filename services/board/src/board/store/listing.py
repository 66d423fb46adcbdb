"""Lists of matters in their order (the worst colour first, then the limit that ends first), a page at a time.

A page begins behind the matter that the one before ended with, so the thousandth takes no longer than the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, func, select, tuple_

from board.domain.grams import runs, stands_in
from board.store import searching, tallies
from board.store.tables import matter, part, referral

Row = dict[str, Any]
Place = tuple[str, str]
"""Rank and id of a matter."""
FILTERS = ("unit", "state", "colour", "section", "source_type", "late", "referred_to")
COUNTED = 1_000
"""Matters that are counted one by one; of more it is said that there are more."""
AT_ONCE = 500
"""Matters that are read at once for a file."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list."""

    rows: list[Row] = field(default_factory=list)
    total: int = 0
    """How many fit in all; at least so many where `more_than`."""
    more_than: bool = False
    following: str | None = None
    """The matter behind which the next page begins; None on the last one."""
    preceding: str | None = None
    """The matter before which the page before ends; None on the first one."""


def listed(connection: Connection, asked: Row, many: int, after: str = "", before: str = "") -> Listed:
    """Matters that fit a filter, `many` from behind `after`, or up to `before`. A matter that is gone begins the list anew."""
    place = _place(connection, after or before)
    back = bool(before) and place is not None
    if not asked.get("q"):
        found = _read(connection, _ordered(_filtered(connection, asked), asked, place, back).limit(many + 1))
        return _page(found, many, *_counted(connection, asked), back, place is not None)
    if not runs(asked["q"]):
        return Listed()
    walked = _walked(connection, asked, many, place, back)
    if walked is None:
        found = _searched(connection, asked, many, place, back)
        return _page(found, many, *_counted(connection, asked), back, place is not None)
    more = len(walked) > many
    whole = (len(walked), more) if more or place is None else _counted(connection, asked)
    return _page(walked, many, *whole, back, place is not None)


def _page(found: list[Row], many: int, total: int, more_than: bool, back: bool, inside: bool) -> Listed:
    """Put a page that was read backwards in order, and say what lies on either side of it."""
    more, rows = len(found) > many, found[:many]
    if back:
        rows = rows[::-1]
    on, behind = (True, more) if back else (more, inside)
    following = rows[-1]["topic"] if rows and on else None
    return Listed(rows, total, more_than, following, rows[0]["topic"] if rows and behind else None)


def every(connection: Connection, asked: Row, most: int) -> Iterator[Row]:
    """All matters that fit, up to so many, for a file."""
    after, left = "", most
    while left > 0:
        found = listed(connection, asked, min(AT_ONCE, left), after)
        yield from found.rows
        left -= len(found.rows)
        if found.following is None:
            return
        after = found.following


def _place(connection: Connection, topic: str) -> Place | None:
    if not topic:
        return None
    rank = connection.execute(select(matter.c.rank).where(matter.c.topic == topic)).scalar()
    return None if rank is None else (rank, topic)


def _read(connection: Connection, wanted: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _walked(connection: Connection, asked: Row, many: int, place: Place | None, back: bool) -> list[Row] | None:
    """A page of a search by walking along the list; None where that does not fill one, and there is more to walk."""
    walk = _ordered(_filtered(connection, asked | {"q": ""}), asked, place, back).limit(searching.WALKED).subquery("walk")
    rank, topic = walk.c.rank, walk.c.topic
    wanted = select(walk).where(searching.perhaps(walk.c, asked["q"]))
    wanted = wanted.order_by(*((rank.desc(), topic.desc()) if back else (rank, topic)))
    if not any(run.isascii() for run in runs(asked["q"])):  # of Chinese the condition tells for certain
        wanted = wanted.limit(many + 1)
    found = [row for row in _read(connection, wanted) if stands_in(asked["q"], *(row[name] for name in searching.TEXTS))]
    if len(found) > many:
        return found[: many + 1]
    seen = connection.execute(select(func.count()).select_from(walk)).scalar_one()
    return found if seen < searching.WALKED else None


def _searched(connection: Connection, asked: Row, many: int, place: Place | None, back: bool) -> list[Row]:
    """A page of a search by the index."""
    near = None if any(asked.get(name) for name in FILTERS) else searching.alone(connection.dialect.name, asked["q"])
    if near is None:
        return _read(connection, _ordered(_filtered(connection, asked), asked, place, back).limit(many + 1))
    page = _behind(select(near.c.topic), near.c.rank, near.c.topic, place, back).limit(many + 1).subquery("page")
    wanted = select(matter).join(page, page.c.topic == matter.c.topic)
    return _read(connection, _behind(wanted, matter.c.rank, matter.c.topic, None, back))


def _ordered(wanted: Select[Any], asked: Row, place: Place | None, back: bool) -> Select[Any]:
    """In the order of the list, from a place on; a unit's matters are read from the index of its parts."""
    table = part if asked.get("unit") else matter
    return _behind(wanted, table.c.rank, table.c.topic, place, back)


def _behind(wanted: Select[Any], rank: Any, topic: Any, place: Place | None, back: bool) -> Select[Any]:
    if place is not None:
        key = tuple_(rank, topic)
        wanted = wanted.where(key < place if back else key > place)
    return wanted.order_by(rank.desc(), topic.desc()) if back else wanted.order_by(rank, topic)


def _filtered(connection: Connection, asked: Row, *columns: Any) -> Select[Any]:
    wanted = select(*(columns or (matter,)))
    if asked.get("unit"):
        wanted = wanted.join(part, part.c.topic == matter.c.topic).where(part.c.unit == asked["unit"])
    for name in ("state", "colour", "section", "source_type"):
        if asked.get(name):
            wanted = wanted.where(matter.c[name] == asked[name])
    if asked.get("late"):
        wanted = wanted.where(matter.c.late)
    if asked.get("referred_to"):
        wanted = wanted.where(matter.c.topic.in_(select(referral.c.topic).where(referral.c.body == asked["referred_to"])))
    if asked.get("q"):
        found = searching.matching(connection.dialect.name, asked["q"])
        assert found is not None
        wanted = wanted.where(found)
    return wanted


def _counted(connection: Connection, asked: Row) -> tuple[int, bool]:
    """How many fit: from the figures that are kept, else counted up to a limit."""
    if not any(asked.get(name) for name in ("q", "unit", "referred_to")):
        return tallies.matters(connection, asked), False
    alone = asked.get("q") and not any(asked.get(name) for name in FILTERS)
    near = searching.alone(connection.dialect.name, asked["q"]) if alone else None
    wanted = _filtered(connection, asked, matter.c.topic) if near is None else select(near.c.topic)
    found = connection.execute(select(func.count()).select_from(wanted.limit(COUNTED + 1).subquery())).scalar_one()
    return min(found, COUNTED), found > COUNTED
