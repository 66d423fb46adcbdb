"""Who stands where in a year, within each group of units (分组考核): like is compared with like.

A group is ranked by the totals after weighting as soon as one of its units has one; a unit whose base total is missing then has
no rank. Before that it is ranked by the points alone. Equal results share a rank, and the next one is skipped (1, 2, 2, 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.domain.assessment import YearResult


class By(StrEnum):
    """What a rank rests on."""

    TOTAL = "TOTAL"
    POINTS = "POINTS"
    NOTHING = "NOTHING"
    """The group is ranked by totals, and this unit's base total is missing."""


@dataclass(frozen=True, slots=True)
class Rank:
    """A unit's place in its group; 1 is best, None where it cannot be said."""

    place: int | None
    of: int
    """Units of the group that have a place."""
    by: By


def ranking(results: Iterable[YearResult], groups: Mapping[str, str]) -> dict[str, Rank]:
    """The rank of each unit among those of its group; units without a group are compared with each other."""
    members: dict[str, list[YearResult]] = {}
    for found in results:
        members.setdefault(groups.get(found.unit, ""), []).append(found)
    return {unit: rank for group in members.values() for unit, rank in _of_group(group).items()}


def _of_group(group: list[YearResult]) -> dict[str, Rank]:
    by = By.TOTAL if any(found.total is not None for found in group) else By.POINTS
    marks = {found.unit: found.total if by is By.TOTAL else found.points for found in group}
    ranked = sorted((mark for mark in marks.values() if mark is not None), reverse=True)
    return {unit: _rank(mark, ranked, by) for unit, mark in marks.items()}


def _rank(mark: Decimal | None, ranked: list[Decimal], by: By) -> Rank:
    """`ranked` is in descending order; the first place with this mark counts for all that have it."""
    if mark is None:
        return Rank(None, len(ranked), By.NOTHING)
    return Rank(ranked.index(mark) + 1, len(ranked), by)
