"""How units stand in a year, within the groups in which the city compares them (`group` of `units.published`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, Any]
Group = tuple[str, list[Row]]
"""Its name, and its units with `rank`. Units of no group come last, under an empty name."""


def ranked(units: Iterable[Row], groups: Mapping[str, str], totals: Iterable[Row] = ()) -> list[Group]:
    """Each group's units, the best first; equal standing is an equal rank, and the rank behind it counts them all.

    Who may not be called excellent stands behind those who may. Of a year that was finalised its `totals` count, with the
    assessment's own points where those were given; until then the ledger's sum.
    """
    final = {row["unit"]: row for row in totals}
    members: dict[str, list[Row]] = defaultdict(list)
    for unit in units:
        members[groups.get(unit["unit"], "")].append(unit | _final(final.get(unit["unit"])))
    return [(name, _placed(members[name])) for name in sorted(members, key=lambda name: (not name, name))]


def _final(total: Row | None) -> Row:
    return {"total": None} if total is None else {key: total[key] for key in ("cents", "eligible", "total")}


def _placed(rows: list[Row]) -> list[Row]:
    ordered = sorted(rows, key=lambda row: (*_standing(row), row["unit"]))
    first: dict[tuple[bool, bool, int], int] = {}
    for place, row in enumerate(ordered, 1):
        first.setdefault(_standing(row), place)
    return [row | {"rank": first[_standing(row)]} for row in ordered]


def _standing(row: Row) -> tuple[bool, bool, int]:
    """Smaller is better. A unit without a total cannot be compared with those that have one, and stands behind them."""
    return not row["eligible"], row["total"] is None, -(row["cents"] if row["total"] is None else row["total"])
