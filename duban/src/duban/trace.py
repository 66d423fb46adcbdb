"""`duban trace MATTER`: the whole story of a matter over all services, in order, with reasons: from published events, and where
the databases may be read also which messages about it were refused, and what persons did about those that were parked.

It follows what events say of their matter (and what was merged with it), never a correlation or a trace: those may join a matter
to one that the reader must not know of. What is not published yet, such as a covert inspection, is in no archive and in no story.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from event_contracts.trace import ids
from service_chassis.errors import ConfigError
from service_chassis.persistence.turned_away import TurnedAway

from duban.event_names import name_of_type
from duban.sample_city.units import name_of
from duban.turned_away import About
from duban.wording import line_of

Read = Callable[[], Iterable[bytes]]
"""Opens the archive; it is read twice, since what was merged is known only at its end."""

Records = Callable[[], Iterable[tuple[str, TurnedAway]]]
"""Opens what the services turned away: (service, record)."""

OFFICE = "OFFICE"
VERBS = {"refused": "退回来文 message refused", "put-back": "重新处理 put back", "discard": "作废 discarded"}
MERGED, UNMERGED = "intake.matter.merged.v1", "intake.matter.unmerged.v1"
_LINKS = (MERGED.encode(), UNMERGED.encode())
_REASONS = ("reason", "reasons", "cause", "grounds", "deficiencies", "findings", "basis", "explanation", "code")
LATE = timedelta(hours=1)
"""From so much on it is told that an event was recorded later than it happened."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the story."""

    number: int
    at: str
    recorded: str
    service: str
    type: str
    id: str
    matter: str
    unit: str
    text: str
    reason: str
    cause: str
    """The id of the event or message that led to it."""
    because: int | None
    """The step that led to it, if it is one of the story."""
    correlation: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class Story:
    """What became of a matter. `merged` are other matters that were handled together with it: id → reference."""

    matter: str
    reference: str
    merged: dict[str, str]
    steps: list[Step]


def story(read: Read, asked: str, records: Records = tuple) -> Story:
    """The story of one matter, by its id or its reference; ConfigError where there is none, or more than one."""
    matter, reference, links = _find(read(), asked)
    wanted = _joined(matter, links)
    found: dict[str, tuple[Any, int]] = {}
    for place, event in enumerate(_about(read(), wanted)):
        found.setdefault(event["id"], (event, place))
    ordered = sorted(found.values(), key=lambda pair: (datetime.fromisoformat(pair[0]["time"]), pair[1]))
    numbers = {event["id"]: number for number, (event, _) in enumerate(ordered, 1)}
    steps = [_step(event, numbers) for event, _ in ordered]
    references = {event["subject"]: _data(event).get("external_ref") or event["subject"] for event, _ in ordered}
    beside = _beside(records(), _what_is_meant(wanted, references, [event for event, _ in ordered]))
    if beside:
        steps = _numbered(steps, beside)
    return Story(matter, reference, {other: references.get(other, other) for other in sorted(wanted - {matter})}, steps)


def _find(bodies: Iterable[bytes], asked: str) -> tuple[str, str, list[tuple[str, str]]]:
    """The matter's id and reference, and every pair of matters that was ever merged."""
    needle, known, links = asked.encode(), {}, []
    for body in bodies:
        linked = any(name in body for name in _LINKS)
        if not linked and needle not in body:
            continue
        data = _data(orjson.loads(body))
        matter, reference = data.get("matter_id"), data.get("external_ref") or ""
        if linked and matter and (other := data.get("into") or data.get("out_of")):
            links.append((matter, other))
        if matter and asked in (matter, reference):
            known[matter] = reference
    if not known:
        raise ConfigError(f"没有事项 {asked} / no such matter was ever published there")
    if len(known) > 1:
        raise ConfigError(f"{asked} 不唯一，请用事项编号 / ambiguous, use one of the ids: {', '.join(sorted(known))}")
    ((matter, reference),) = known.items()
    return matter, reference, links


def _joined(matter: str, links: Sequence[tuple[str, str]]) -> set[str]:
    wanted, before = {matter}, 0
    while len(wanted) > before:
        before = len(wanted)
        wanted |= {one for pair in links if wanted & set(pair) for one in pair}
    return wanted


def _about(bodies: Iterable[bytes], wanted: set[str]) -> Iterator[Any]:
    needles = [matter.encode() for matter in wanted]
    for body in bodies:
        if any(needle in body for needle in needles):
            event = orjson.loads(body)
            if event.get("subject") in wanted or _data(event).get("matter_id") in wanted:
                yield event


def _what_is_meant(wanted: set[str], references: Mapping[str, str], events: Sequence[Any]) -> About:
    """Which messages belong to the story of these events."""
    data = [_data(event) for event in events]
    parties = {str(value) for one in data for key in ("unit", "submitted_by") if (value := one.get(key))}
    parked = {str(one["parked_id"]) for one in data if "parked_id" in one}
    return About(wanted, {references.get(matter, matter) for matter in wanted}, parties | {OFFICE}, parked)


def _beside(records: Iterable[tuple[str, TurnedAway]], meant: About) -> list[Step]:
    return [_turned_away(service, record) for service, record in records if meant.covers(record)]


def _turned_away(service: str, record: TurnedAway) -> Step:
    text = f"{VERBS.get(record.verb, record.verb)} {record.type}"
    at = record.at.isoformat()
    return Step(
        number=0,
        at=at,
        recorded=at,
        service=service,
        type=f"message.{record.verb}",
        id=record.message_id,
        matter=record.matter or "",
        unit=record.sender,
        text=f"{text} [{record.message_id}]",
        reason=f"{record.by}：{record.why}" if record.by else record.why,
        cause="",
        because=None,
        correlation="",
        trace_id="",
    )


def _numbered(steps: Sequence[Step], beside: Sequence[Step]) -> list[Step]:
    """All in order of time, events first at the same instant; a step's cause keeps pointing at the same one."""
    ordered = sorted([*steps, *beside], key=lambda step: datetime.fromisoformat(step.at))
    place = {step.number: number for number, step in enumerate(ordered, 1) if step.number}
    return [
        replace(step, number=number, because=place[step.because] if step.because is not None else None)
        for number, step in enumerate(ordered, 1)
    ]


def _data(event: Mapping[str, Any]) -> Mapping[str, Any]:
    data = event.get("data")
    return data if isinstance(data, Mapping) else {}


def _step(event: Mapping[str, Any], numbers: Mapping[str, int]) -> Step:
    data, line = _data(event), line_of(event)
    cause = str(event.get("causationid") or "")
    trace = ids(event.get("traceparent"))
    return Step(
        number=numbers[event["id"]],
        at=event["time"],
        recorded=event.get("recordedtime") or event["time"],
        service=str(event["source"]).rpartition("/")[2],
        type=event["type"],
        id=event["id"],
        matter=str(data.get("external_ref") or data.get("matter_id") or ""),
        unit=str(data.get("unit") or ""),
        text=line.text if line else _text(event["type"], data),
        reason=(line.reason if line else "") or _reason(data),
        cause=cause,
        because=numbers.get(cause),
        correlation=str(event.get("correlationid") or ""),
        trace_id=trace[0] if trace else "",
    )


def _text(type_: str, data: Mapping[str, Any]) -> str:
    """The type's name; of a limit also whose it is and its last day."""
    owner, day = (str(data.get(key) or "") for key in ("owner", "deadline"))
    return " ".join(part for part in (name_of_type(type_), owner, day and f"→ {day}") if part)


def _reason(data: Mapping[str, Any]) -> str:
    for key in _REASONS:
        value = data.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            return "；".join(value)
    return ""


# ---- for people


def as_text(told: Story, zone: ZoneInfo) -> str:
    """One line for each step: when, which service, what, to whom, why, and which step or message led to it."""
    joined = f"，并案 merged with {', '.join(told.merged.values())}" if told.merged else ""
    lines = [f"事项 matter {told.reference or told.matter} [{told.matter}]{joined}：{len(told.steps)} 步 steps", ""]
    lines += [_line(step, told, zone) for step in told.steps]
    return "\n".join(lines)


def _line(step: Step, told: Story, zone: ZoneInfo) -> str:
    at, recorded = (datetime.fromisoformat(value).astimezone(zone) for value in (step.at, step.recorded))
    parts = [f"{step.number:>4}  {at:%Y-%m-%d %H:%M}  {step.service:<10}  {step.text}"]
    if step.unit:
        parts.append(f"（{name_of(step.unit)}）")
    if step.matter not in ("", told.reference, told.matter):
        parts.append(f"〔{step.matter}〕")
    if step.reason:
        parts.append(f" — {step.reason}")
    if step.because is not None:
        parts.append(f"  ← {step.because}")
    elif step.cause:
        parts.append(f"  ← 来文 message {step.cause}")
    if recorded - at >= LATE:
        parts.append(f"  （录入 recorded {recorded:%Y-%m-%d %H:%M}）")
    return "".join(parts)


def encoded(told: Story) -> bytes:
    """As JSON for machines."""
    return orjson.dumps(asdict(told), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
