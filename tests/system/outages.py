"""What an outage may do to a ladder and what it may not: pure checks of two rehearsals of the same messages, calm and troubled.

domain.md d.4 and invariant 10: a service that was down issues and serves late, and what it serves then runs from the real day;
breach, ground, liability date and year are those of business time, and no slip is dated back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ground_rules.policy import Outage

Row = dict[str, Any]
Lists = dict[str, list[Row]]
Place = tuple[str, str]

FALLEN = ("WITHDRAWN", "OVERTURNED", "VACATED_BY_CASCADE")
LIABLE = ("colour", "renewal", "ground", "liability_date")
"""What of a standing slip is counted from business dates alone."""


@dataclass(frozen=True)
class Rung:
    """A limit that was served, and the standing slip that followed when it ran out."""

    place: Place
    owner: str
    served_on: str | None
    due: str | None
    breached_at: str | None
    next: Row | None


def moved(calm: Lists, troubled: Lists) -> Iterator[str]:
    """Whatever an outage moved that it must not: limits that began on the same day end in the same breach and the same slip.

    From the first limit of a ladder that was served on another day, everything above counts from that day, and is not compared;
    that day itself may only be a later one. Where no such day differs, the year's points and eligibility are the same, too.
    """
    before, after = ladders(calm), ladders(troubled)
    for place in sorted({*before, *after}):
        yield from _ladder(before.get(place, []), after.get(place, []))
    if {place: [rung.served_on for rung in found] for place, found in before.items()} == {
        place: [rung.served_on for rung in found] for place, found in after.items()
    } and years(calm) != years(troubled):
        yield f"years: {years(calm)} became {years(troubled)}"


def _ladder(before: list[Rung], after: list[Rung]) -> Iterator[str]:
    for calm, troubled in zip(before, after, strict=False):
        if calm.served_on != troubled.served_on:
            if (calm.served_on or "9999") > (troubled.served_on or "9999"):
                yield f"{calm.place} {calm.owner}: served on {troubled.served_on}, before {calm.served_on}"
            return
        for what, had, has in (("end", calm.due, troubled.due), ("breach", calm.breached_at, troubled.breached_at)):
            if had != has:
                yield f"{calm.place} {calm.owner}: {what} {had} became {has}"
        if liable(calm.next) != liable(troubled.next):
            yield f"{calm.place} {calm.owner}: {liable(calm.next)} became {liable(troubled.next)}"
            return


def years(found: Lists) -> list[tuple[str, int, str, bool]]:
    """The points and the eligibility of each unit's year that has anything."""
    rows = [(row["unit"], row["year"], row["points"], row["eligible"]) for row in found["balances"]]
    return sorted(row for row in rows if row[2:] != ("0.00", True))


def liable(slip: Row | None) -> tuple[Any, ...] | None:
    return tuple(slip[name] for name in LIABLE) if slip is not None else None


def ladders(found: Lists) -> dict[Place, list[Rung]]:
    """The rungs of each ladder, from its assignment up, without slips that have fallen."""
    standing: dict[Place, list[Row]] = {place: [] for place in map(place_of, found["deadlines"])}
    for slip in sorted(found["slips"], key=lambda slip: slip["issued_at"]):
        if slip["state"] not in FALLEN:
            standing[place_of(slip)].append(slip)
    return {place: list(_rungs(place, slips, found)) for place, slips in standing.items()}


def _rungs(place: Place, slips: list[Row], found: Lists) -> Iterator[Rung]:
    notices = [row for row in found["notices"] if place_of(row) == place and row["kind"] == "ASSIGNMENT"]
    ends = {row["owner"]: row["due_instant"] for row in found["deadlines"] if place_of(row) == place}
    breaches = {row["owner"]: row["at"] for row in found["breaches"] if place_of(row) == place}
    days = [min((row["served_at"] for row in notices if row["served_at"]), default=None), *(slip["served_on"] for slip in slips)]
    owners = ["ASSIGNMENT", *map(owner_of, slips)]
    for owner, day, above in zip(owners, days, [*slips, None], strict=True):
        yield Rung(place, owner, day, ends.get(owner), breaches.get(owner), above)


def place_of(row: Row) -> Place:
    return row["matter"], row["unit"]


def owner_of(slip: Row) -> str:
    """How the outcome names the limit of a slip."""
    return f"SLIP:{slip['colour']}" + (f":{slip['renewal']}" if slip["renewal"] else "")


def dated_back(found: Lists, outages: Iterable[Outage]) -> Iterator[str]:
    """10. Nothing that a service does is dated into a time in which it was down."""
    down: dict[str, list[Outage]] = defaultdict(list)
    for outage in outages:
        down[outage.service].append(outage)
    for slip in found["slips"]:
        at = datetime.fromisoformat(slip["issued_at"])
        if any(outage.from_ < at < outage.until for outage in down["escalation"]):
            yield f"{slip['matter']}/{slip['unit']} {slip['colour']} is dated {at}, when escalation was down"
