"""The days of a limit, from the runs of days that its events tell (`explanation`), one by one again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

ONE_DAY = timedelta(days=1)
SATURDAY = 5
COUNTING = frozenset({"COUNTED", "WORKDAYS", "MAKEUP_WORKDAY", "EXTENSION"})
"""Kinds of runs with days that count; of WORKDAYS the Mondays to Fridays do."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its number where it counts, and why it does or does not."""

    day: date
    kind: str
    counted: int | None
    cause: str | None = None
    notice: str | None = None


def days_of(runs: Iterable[Mapping[str, Any]]) -> list[Day]:
    """Every day of these runs in its order."""
    return [day for run in runs for day in _of_run(run)]


def _of_run(run: Mapping[str, Any]) -> Iterator[Day]:
    first, last = date.fromisoformat(run["first"]), date.fromisoformat(run["last"])
    whole = [first + ONE_DAY * n for n in range((last - first).days + 1)]
    counts = [_counts(run["kind"], day) for day in whole]
    number = (run.get("counted") or 0) - sum(counts)
    for day, counted in zip(whole, counts, strict=True):
        number += counted
        kind = run["kind"] if run["kind"] != "WORKDAYS" else "COUNTED" if counted else "WEEKEND"
        yield Day(day, kind, number if counted else None, run.get("cause"), run.get("notice"))


def _counts(kind: str, day: date) -> bool:
    return kind in COUNTING and (kind != "WORKDAYS" or day.weekday() < SATURDAY)


def pieces(days: Iterable[Day]) -> list[tuple[str, date, date]]:
    """The same for a picture: COUNTED, LEFT (suspended) and OFF, neighbours of one sort together."""
    found: list[tuple[str, date, date]] = []
    for day in days:
        sort = "COUNTED" if day.counted is not None else "LEFT" if day.kind == "SUSPENDED" else "OFF"
        if found and found[-1][0] == sort:
            found[-1] = (sort, found[-1][1], day.day)
        else:
            found.append((sort, day.day, day.day))
    return found
