"""A year in the sample city: which matters come, to whom, and how each of them goes.

Everything is drawn from seeded random numbers, so the same year is told each time, message by message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from ground_rules.policy import Policy

from duban.sample_city.fates import FATES, Setting
from duban.sample_city.forecast import Forecast
from duban.sample_city.script import Event, Part, event
from duban.sample_city.sources import KINDS, SourceKind
from duban.sample_city.topics import EIGHT_RULES, TOPICS, Topic
from duban.sample_city.units import UNITS, Unit

YEAR = 2026
"""The year of the story: its holidays are published; the last ladders run into 2027, whose are not (provisional deadlines)."""

FIRST_DAY, LAST_DAY = date(YEAR, 1, 4), date(YEAR, 11, 25)
"""Matters are submitted on workdays from the first to the last of these days."""

SUPPORTED_SHARE = 0.25
"""The share of matters in which a second unit supports the lead."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One matter of the year before its messages are written."""

    ref: str
    kind: SourceKind
    serial: int
    lead: Unit
    supporting: Unit | None
    topic: Topic
    day: date


def opening(policy: Policy) -> datetime:
    """The instant at which the story's clock starts: midnight of its first day."""
    return Forecast(policy).at(FIRST_DAY, "00:00")


def plots(policy: Policy) -> list[Plot]:
    """The matters of the year, in the order of their days."""
    rng, forecast = Random(f"duban/{YEAR}"), Forecast(policy)
    kinds = [(kind, serial) for kind in KINDS for serial in range(1, kind.share + 1)]
    rng.shuffle(kinds)
    span, leads = (LAST_DAY - FIRST_DAY).days, _leads(rng, len(kinds))
    days = [forecast.workday(FIRST_DAY + timedelta(days=span * n // len(kinds))) for n in range(len(kinds))]
    return [
        _plot(rng, n, kind, serial, lead, day)
        for n, ((kind, serial), lead, day) in enumerate(zip(kinds, leads, days, strict=True), 1)
    ]


def _leads(rng: Random, count: int) -> list[Unit]:
    """Every unit leads in turn, in an order that changes each round."""
    found: list[Unit] = []
    while len(found) < count:
        found.extend(rng.sample(UNITS, len(UNITS)))
    return found[:count]


def _plot(rng: Random, n: int, kind: SourceKind, serial: int, lead: Unit, day: date) -> Plot:
    topics = EIGHT_RULES if kind.type == "EIGHT_RULES" else TOPICS[lead.field]
    others = [unit for unit in UNITS if unit.code != lead.code]
    supporting = rng.choice(others) if rng.random() < SUPPORTED_SHARE else None
    return Plot(f"XY{YEAR}-{n:03d}", kind, serial, lead, supporting, rng.choice(topics), day)


def messages_of(plot: Plot, forecast: Forecast) -> Iterator[Event]:
    """Everything that is sent about one matter."""
    rng = Random(f"duban/{plot.ref}")
    at = forecast.at(plot.day, f"{rng.randint(8, 14):02d}:{rng.randrange(30, 60, 5):02d}")
    limits = {plot.lead.code: dict(plot.kind.limit(plot.serial))}
    if plot.supporting:
        limits[plot.supporting.code] = _shorter(limits[plot.lead.code])
    yield event("matter.submitted", "/office", plot.ref, at, _submission(plot, limits))
    for unit in filter(None, (plot.lead, plot.supporting)):
        part = Part(plot.ref, unit.code, plot.topic.subject, rng)
        fates, weights = zip(*FATES[unit.record], strict=True)
        rng.choices(fates, weights)[0](Setting(forecast, at, plot.day, limits[unit.code]), part)
        yield from part.events


def _shorter(limit: dict[str, Any]) -> dict[str, Any]:
    """A supporting unit's default: half of the lead's limit (domain.md d.9), four days at least."""
    if limit["unit"] == "MONTH":
        return {"amount": 15 * limit["amount"], "unit": "DAY"}
    return {"amount": max(4, limit["amount"] // 2), "unit": limit["unit"]}


def _submission(plot: Plot, limits: dict[str, dict[str, Any]]) -> Event:
    topic = plot.topic
    roles = dict(zip(limits, ("LEAD", "SUPPORTING"), strict=False))
    return {
        "external_ref": plot.ref,
        "title": f"{plot.kind.title.format(subject=topic.subject)}（{plot.lead.name}）",
        "kind": plot.kind.kind,
        "source": plot.kind.record(plot.serial, plot.day),
        "standard": topic.standard,
        "subject_terms": [topic.subject],
        "assignments": [
            {"unit": unit, "role": roles[unit], "deliverable": topic.deliverable, "standard": topic.standard, "limit": limit}
            for unit, limit in limits.items()
        ],
    }


def story(policy: Policy) -> list[Event]:
    """All messages of the year; the caller sorts them by arrival."""
    forecast = Forecast(policy)
    return [found for plot in plots(policy) for found in messages_of(plot, forecast)]
