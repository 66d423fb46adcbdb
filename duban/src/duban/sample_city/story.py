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

from duban.sample_city import fates
from duban.sample_city.fates import FATES, Fate, Setting
from duban.sample_city.forecast import Forecast
from duban.sample_city.script import Event, Part, event
from duban.sample_city.sources import ANSWERED, KINDS, SourceKind
from duban.sample_city.topics import EIGHT_RULES, TOPICS, Topic
from duban.sample_city.units import BY_CODE, UNITS, Unit

YEAR = 2026
"""The year of the story: its holidays are published; the last ladders run into 2027, whose are not (provisional deadlines)."""

FIRST_DAY, LAST_DAY = date(YEAR, 1, 4), date(YEAR, 11, 25)
"""Matters are submitted on workdays from the first to the last of these days."""

URGENT = {"amount": 5, "unit": "WORKDAY"}
"""The limit of the matters in the opening scene."""

SUPPORTED_SHARE = 0.25
"""The share of matters in which a second unit supports the lead."""


OPENING_SCENE: tuple[tuple[str, Fate], ...] = (
    ("SLJ", fates.left_over_until_red),
    ("QDQ", fates.behind_plan_and_late),
    ("JYJ", fates.done_in_time),
    ("HBJ", fates.claimed_in_time_known_late),
    ("ZJJ", fates.behind_plan),
    ("YSX", fates.no_movement_for_ever),
    ("JTJ", fates.below_standard),
    ("ZRJ", fates.perfunctory),
    ("MZJ", fates.done_without_signing),
    ("WCQ", fates.improved_and_renewed),
    ("GXJ", fates.rejected_then_done),
    ("LQX", fates.done_under_white),
)
"""The first matters of the year, all of them urgent, so that the first half minute of a run shows every course of events."""

SCENE_PER_DAY = 4


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
    fate: Fate | None = None
    """What happens to the lead's part; drawn by its record where the plot does not say."""


def opening(policy: Policy) -> datetime:
    """The instant at which the story's clock starts: midnight of its first day."""
    return Forecast(policy).at(FIRST_DAY, "00:00")


def plots(policy: Policy) -> list[Plot]:
    """The matters of the year, in the order of their days."""
    rng, forecast = Random(f"duban/{YEAR}"), Forecast(policy)
    kinds = _kinds(rng)
    found = zip(kinds, _leads(rng, len(kinds)), _days(forecast, len(kinds)), strict=True)
    return [_plot(rng, n, kind, serial, lead, day) for n, ((kind, serial), lead, day) in enumerate(found)]


def _kinds(rng: Random) -> list[tuple[SourceKind, int]]:
    """Every source with its serial number: urgent ones for the opening scene, the others in no order."""
    kinds = [(kind, serial) for kind in KINDS for serial in range(1, kind.share + 1)]
    rng.shuffle(kinds)
    urgent = [(kind, serial) for kind, serial in kinds if kind.limit(serial) == URGENT][: len(OPENING_SCENE)]
    return urgent + [one for one in kinds if one not in urgent]


def _days(forecast: Forecast, count: int) -> list[date]:
    """The opening scene in the first days, the rest spread over the year."""
    scene = len(OPENING_SCENE)
    first = [forecast.later(FIRST_DAY, n // SCENE_PER_DAY) for n in range(scene)]
    span = (LAST_DAY - first[-1]).days
    return first + [forecast.workday(first[-1] + timedelta(days=span * n // (count - scene))) for n in range(count - scene)]


def _leads(rng: Random, count: int) -> list[Unit]:
    """The units of the opening scene, then every unit in turn, in an order that changes each round."""
    found = [BY_CODE[code] for code, _ in OPENING_SCENE]
    while len(found) < count:
        found.extend(rng.sample(UNITS, len(UNITS)))
    return found[:count]


def _plot(rng: Random, n: int, kind: SourceKind, serial: int, lead: Unit, day: date) -> Plot:
    topics = EIGHT_RULES if kind.type == "EIGHT_RULES" else TOPICS[lead.field]
    others = [unit for unit in UNITS if unit.code != lead.code]
    supporting = rng.choice(others) if rng.random() < SUPPORTED_SHARE else None
    fate = OPENING_SCENE[n][1] if n < len(OPENING_SCENE) else None
    return Plot(f"XY{YEAR}-{n + 1:03d}", kind, serial, lead, supporting, rng.choice(topics), day, fate)


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
        fate = plot.fate if plot.fate and unit is plot.lead else _drawn(rng, unit)
        fate(Setting(forecast, at, plot.day, limits[unit.code]), part)
        if unit is plot.lead and plot.kind.type in ANSWERED:
            part.answer(plot.kind.issuer)
        yield from part.events


def _drawn(rng: Random, unit: Unit) -> Fate:
    """A course of events as the unit's record makes it likely."""
    courses, weights = zip(*FATES[unit.record], strict=True)
    found: Fate = rng.choices(courses, weights)[0]
    return found


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
