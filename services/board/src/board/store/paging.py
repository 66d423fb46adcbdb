"""Pages of lists by time: each begins behind what the one before ended with, so the hundredth takes no longer than the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, tuple_

Row = dict[str, Any]
BETWEEN = "~"
"""Between the instant and the id of a place; no instant has it."""
AT_ONCE = 500
"""Rows that are read at once for a file."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their order, and the place behind which the next page begins; None on the last one."""

    rows: list[Row] = field(default_factory=list)
    following: str | None = None


def newest(connection: Connection, wanted: Select[Any], at: Any, id_: Any, many: int, after: str = "") -> Page:
    """The newest `many` rows behind a place, by these two columns of `wanted`; a place that cannot be read begins anew."""
    found = _read(connection, _behind(wanted, at, id_, after, back=True).limit(many + 1))
    return Page(found[:many], _place(found[many - 1], at, id_) if len(found) > many else None)


def every(connection: Connection, wanted: Select[Any], at: Any, id_: Any, most: int) -> Iterator[Row]:
    """All rows from the oldest on, up to so many, some at once: a file holds more than should lie in memory."""
    after, left = "", most
    while left > 0:
        found = _read(connection, _behind(wanted, at, id_, after, back=False).limit(min(AT_ONCE, left)))
        yield from found
        if len(found) < min(AT_ONCE, left):
            return
        left -= len(found)
        after = _place(found[-1], at, id_)


def _behind(wanted: Select[Any], at: Any, id_: Any, after: str, back: bool) -> Select[Any]:
    moment, between, key = after.partition(BETWEEN)
    if between:
        here = tuple_(at, id_)
        wanted = wanted.where(here < (moment, key) if back else here > (moment, key))
    return wanted.order_by(at.desc(), id_.desc()) if back else wanted.order_by(at, id_)


def _place(row: Row, at: Any, id_: Any) -> str:
    return f"{row[at.name]}{BETWEEN}{row[id_.name]}"


def _read(connection: Connection, wanted: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(wanted).mappings()]
