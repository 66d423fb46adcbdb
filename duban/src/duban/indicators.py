"""`duban indicators`: a year of the city in figures, for the province's evaluation, from published events alone.

Each figure is a count or a share with its numerator and denominator. Where no event can tell, nothing is said: never 0.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from service_chassis.errors import ConfigError

LIMITS = ("ASSIGNMENT", "SLIP:WHITE", "SLIP:YELLOW", "SLIP:RED")
REPLY = "REPLY"
KEPT = ("CLAIMED", "VERIFIED", "REPLIED")
"""Why a clock stopped when its limit was kept; any other reason replaced the limit, which then counts for nothing."""

FALLS = ("escalation.slip.withdrawn.v1", "escalation.slip.overturned.v1", "escalation.slip.vacated.v1")
COLOURS = ("WHITE", "YELLOW", "RED")
PLACES = Decimal("0.0001")


@dataclass(slots=True)
class Limit:
    """One limit that was armed for a unit: `outcome` is KEPT, MISSED, REPLACED, or None while it runs."""

    unit: str
    is_reply: bool
    last_day: date | None
    outcome: str | None = None


@dataclass(slots=True)
class Figures:
    """The counts of one unit, group or city."""

    counts: Counter[str] = field(default_factory=Counter)

    def share(self, part: str, *of: str) -> Decimal | None:
        """`part` of the sum of `of`; None where there is nothing to take a share of."""
        whole = sum(self.counts[name] for name in of)
        return None if not whole else (Decimal(self.counts[part]) / whole).quantize(PLACES, ROUND_HALF_UP)


@dataclass(slots=True)
class City:
    """What the events say, by unit."""

    zone: ZoneInfo
    year: int
    units: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    events: int = 0


def read(bodies: Iterable[bytes], year: int, zone: ZoneInfo) -> City:
    """The figures of a year. The events may come in any order and repeatedly."""
    events: dict[str, dict[str, Any]] = {}
    for number, body in enumerate(bodies, 1):
        event = _event(body, number)
        if event["type"].startswith(("escalation.", "intake.reply.")):
            events[event["id"]] = event
    city = City(zone, year, events=len(events))
    ordered = sorted(events.values(), key=lambda event: (event["source"], event.get("subject", ""), event.get("sequence", 0)))
    _count_limits(city, ordered)
    _count_slips(city, ordered)
    _count_reviews(city, ordered)
    _count_satisfaction(city, ordered)
    return city


def _event(body: bytes, number: int) -> dict[str, Any]:
    try:
        event: dict[str, Any] = orjson.loads(body)
        event["id"], event["type"], event["source"], event["data"]
    except (ValueError, TypeError, LookupError) as error:
        raise ConfigError(f"event {number} cannot be read: {error}") from error
    return event


def _day(text: str, zone: ZoneInfo) -> date:
    """The local day of an instant, or the day itself."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).astimezone(zone).date()  # noqa: PLR2004


def _count_limits(city: City, events: Iterable[Mapping[str, Any]]) -> None:
    """Limits by the year of their last day, replies apart from work."""
    found: dict[tuple[str, str, str], list[Limit]] = defaultdict(list)
    for event in events:
        data, kind = event["data"], event["type"]
        if kind.startswith(("escalation.clock.", "escalation.deadline.breached.")):
            _follow(found[data["matter_id"], data["unit"], data["owner"]], kind, data, city.zone)
    for limits in found.values():
        for limit in limits:
            if limit.last_day is not None and limit.last_day.year == city.year:
                group = "reply" if limit.is_reply else "limit"
                city.units[limit.unit].counts[f"{group}_{(limit.outcome or 'running').lower()}"] += 1


def _follow(limits: list[Limit], kind: str, data: Mapping[str, Any], zone: ZoneInfo) -> None:
    """The next thing that happened to the limits of one clock."""
    owner = data["owner"].rpartition(":")[0] if data["owner"][-1:].isdigit() else data["owner"]
    if owner not in (*LIMITS, REPLY):
        return
    day = data.get("deadline") or data.get("due_instant")
    last_day = _day(day, zone) if day else None
    if kind == "escalation.clock.armed.v1" or not limits:
        limits.append(Limit(data["unit"], owner == REPLY, last_day))
    latest = limits[-1]
    latest.last_day = last_day or latest.last_day
    if kind == "escalation.deadline.breached.v1":
        latest.outcome = "MISSED"
    elif kind == "escalation.clock.stopped.v1":
        latest.outcome = "KEPT" if data["reason"] in KEPT else "REPLACED"
    elif kind == "escalation.clock.resumed.v1":
        latest.outcome = None


def _count_slips(city: City, events: Iterable[Mapping[str, Any]]) -> None:
    """Slips by the year of their liability date; fallen ones are counted, and counted apart."""
    issued: dict[str, Mapping[str, Any]] = {}
    fallen: set[str] = set()
    for event in events:
        data, kind = event["data"], event["type"]
        if kind == "escalation.slip.issued.v1":
            issued[data["slip_id"]] = data
        elif kind == "escalation.slip.renewed.v1" and _day(data["issued_at"], city.zone).year == city.year:
            city.units[data["unit"]].counts["renewals"] += 1
        elif kind in FALLS:
            fallen.add(data["slip_id"])
    for slip_id, data in issued.items():
        if _day(data["liability_date"], city.zone).year == city.year:
            counts = city.units[data["unit"]].counts
            counts[f"{data['colour'].lower()}_issued"] += 1
            counts[f"{data['colour'].lower()}_fallen"] += slip_id in fallen


def _count_reviews(city: City, events: Iterable[Mapping[str, Any]]) -> None:
    """Reviews by the year of the decision."""
    for event in events:
        data = event["data"]
        if event["type"] == "escalation.review.decided.v1" and _day(data["decided_at"], city.zone).year == city.year:
            city.units[data["unit"]].counts[f"review_{data['outcome'].lower()}"] += 1


def _count_satisfaction(city: City, events: Iterable[Mapping[str, Any]]) -> None:
    """What sources thought of their answers, by the year in which they said so; of each matter the last word of the year."""
    last: dict[str, Mapping[str, Any]] = {}
    for event in events:
        data = event["data"]
        if event["type"] == "intake.reply.assessed.v1" and _day(data["assessed_at"], city.zone).year == city.year:
            known = last.get(data["matter_id"])
            if known is None or data["assessed_at"] >= known["assessed_at"]:
                last[data["matter_id"]] = data
    for data in last.values():
        city.units[data["unit"]].counts["satisfied" if data["satisfied"] else "not_satisfied"] += 1


def total(of: Iterable[Figures]) -> Figures:
    """The counts of several units together."""
    counts: Counter[str] = Counter()
    for figures in of:
        counts.update(figures.counts)
    return Figures(counts)
