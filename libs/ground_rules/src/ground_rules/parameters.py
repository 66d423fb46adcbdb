"""One value of a policy: which kinds of values there are, what is accepted, and how each is written down.

A reader takes the value as TOML or JSON brought it and the parameter's own bounds, and returns the value that rules use,
or raises `Faulty` with everything that is wrong with it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from ground_rules.limits import UNITS, Limit

LONGEST: Mapping[str, int] = {"WORKDAY": 3650, "DAY": 3650, "MONTH": 120}
"""Ten years, as in inbound messages: what is longer is a slip of the pen."""

MOST_POINTS = Decimal(100)
"""The annual assessment has about a hundred points; more cannot be lost."""

_POINTS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_HOURS = re.compile(r"(\d{1,4})h", re.ASCII)
_NAME = re.compile(r"[\w.\-]{1,40}")

Bounds = Mapping[str, Any]


class Faulty(Exception):
    """A value is not accepted: pairs of the place inside the value ("" for all of it) and what it should be."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Outage:
    """A service that is down from one instant until before another (UTC); only rehearsals have them."""

    service: str
    from_: datetime
    until: datetime

    def overlaps(self, other: Outage) -> bool:
        """Whether both say of the same service, for some instant, that it is down."""
        return self.service == other.service and self.from_ < other.until and other.from_ < self.until


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as `policy.toml` declares it. `provenance` is its class and, where there is one, the place."""

    key: str
    kind: str
    default: Any
    provenance: str
    bounds: Bounds = field(default_factory=dict)

    def read(self, value: Any) -> Any:
        """The accepted value; None for "off". Raises Faulty."""
        if self.bounds.get("off") and value == "off":
            return None
        return READERS[self.kind](value, {**self.bounds, "default": self.default})


def suggestion(word: str, known: Collection[str]) -> str:
    """The word that was probably meant, as the end of a message; empty when nothing is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; 是否指 / did you mean {near[0]}?" if near else ""


# ---- readers, by kind


def _choice(value: Any, bounds: Bounds) -> str:
    choices: list[str] = bounds["choices"]
    if type(value) is not str or value not in choices:
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        raise _wrong(f"应为 / must be one of {', '.join(choices)}", value, hint)
    return value


def _flag(value: Any, bounds: Bounds) -> bool:
    if type(value) is not bool:
        raise _wrong("应为 / must be true or false", value)
    return value


def _whole(value: Any, bounds: Bounds) -> int:
    lowest, highest = bounds["min"], bounds["max"]
    if type(value) is not int or not lowest <= value <= highest:
        raise _wrong(f"应为 / must be a whole number from {lowest} to {highest}{_or_off(bounds)}", value)
    return value


def _points(value: Any, bounds: Bounds) -> Decimal:
    if type(value) is not str or not _POINTS.fullmatch(value) or Decimal(value) > MOST_POINTS:
        raise _wrong(f'应为 / must be points in quotes, from "0.00" to "{MOST_POINTS}"', value)
    return Decimal(value).quantize(Decimal("0.01"))


def _ratio(value: Any, bounds: Bounds) -> Decimal:
    if type(value) is not str or not _POINTS.fullmatch(value) or not 0 < Decimal(value) <= 1:
        raise _wrong(f'应为 / must be a part in quotes, above 0 and up to "1.00"{_or_off(bounds)}', value)
    return Decimal(value).quantize(Decimal("0.01"))


def _limit(value: Any, bounds: Bounds) -> Limit:
    units: Collection[str] = bounds.get("units", UNITS)
    if not isinstance(value, Mapping):
        raise _wrong(f'应为 / must be a table such as {{ amount = 10, unit = "WORKDAY" }}{_or_off(bounds)}', value)
    default = bounds["default"]
    merged = {**(default if isinstance(default, Mapping) else {}), **value}
    faults = _unknown(merged, ("amount", "unit"))
    unit: Any = merged.get("unit")
    amount: Any = merged.get("amount")
    if unit not in units:
        faults.append((".unit", f"应为 / must be one of {', '.join(units)}, not {unit!r}"))
    longest = LONGEST.get(unit, max(LONGEST.values())) if isinstance(unit, str) else max(LONGEST.values())
    if type(amount) is not int or not 1 <= amount <= longest:
        faults.append((".amount", f"应为 / must be a whole number from 1 to {longest}, not {amount!r}"))
    if faults:
        raise Faulty(*faults)
    return Limit(amount, unit)


def _time(value: Any, bounds: Bounds) -> time:
    if type(value) is str and _CLOCK.fullmatch(value):
        return time.fromisoformat(value)
    if isinstance(value, time) and value.tzinfo is None and not (value.second or value.microsecond):
        return value
    raise _wrong('应为 / must be a local time such as "08:30"', value)


def _window(value: Any, bounds: Bounds) -> tuple[time, time]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _wrong('应为 / must be two local times such as ["08:30", "18:00"]', value)
    opens, closes = _time(value[0], bounds), _time(value[1], bounds)
    if opens >= closes:
        raise _wrong("起始应早于结束 / must open before it closes", value)
    return opens, closes


def _days(value: Any, bounds: Bounds) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong("应为 / must be a list of numbers of days such as [3, 1]", value)
    days = {_whole(entry, bounds) for entry in value}
    if len(days) != len(value):
        raise _wrong("不得重复 / must not repeat a number", value)
    return tuple(sorted(days, reverse=True))


def _hours(value: Any, bounds: Bounds) -> timedelta:
    match = _HOURS.fullmatch(value) if type(value) is str else None
    if match is None or not bounds["min"] <= int(match[1]) <= bounds["max"]:
        raise _wrong(f'应为 / must be hours from "{bounds["min"]}h" to "{bounds["max"]}h"', value)
    return timedelta(hours=int(match[1]))


def _zone(value: Any, bounds: Bounds) -> ZoneInfo:
    if type(value) is str and value:
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # unknown, not a relative path, a folder
            pass
    hint = suggestion(value, available_timezones()) if isinstance(value, str) else ""
    raise _wrong("应为 / must be an IANA time zone such as Asia/Shanghai", value, hint)


def _name(value: Any, bounds: Bounds) -> str:
    if type(value) is not str or not _NAME.fullmatch(value):
        raise _wrong("应为 / must be 1 to 40 letters, digits, '.', '-' or '_'", value)
    return value


def _fixed(value: Any, bounds: Bounds) -> Any:
    only = bounds["default"]
    if type(value) is not type(only) or value != only:
        raise _wrong(f"不可更改 / cannot be changed from {only!r}", value)
    return tuple(only) if isinstance(only, list) else only


def _outages(value: Any, bounds: Bounds) -> tuple[Outage, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong("应为 / must be tables written as [[rehearsal.outages]]", value)
    outages: list[Outage] = []
    faults: list[tuple[str, str]] = []
    for place, entry in enumerate(value):
        try:
            outage = _outage(entry, bounds["services"])
        except Faulty as wrong:
            faults += [(f"[{place}]{inner}", text) for inner, text in wrong.faults]
            continue
        if any(outage.overlaps(known) for known in outages):
            faults.append((f"[{place}]", f"期间重叠 / overlaps another outage of {outage.service}"))
        outages.append(outage)
    if faults:
        raise Faulty(*faults)
    return tuple(sorted(outages, key=lambda outage: (outage.from_, outage.until, outage.service)))


def _outage(entry: Any, services: list[str]) -> Outage:
    if not isinstance(entry, Mapping):
        raise _wrong("应为 / must be a table with service, from and until", entry)
    faults = _unknown(entry, ("service", "from", "until"))
    service, opens, closes = entry.get("service"), _instant(entry.get("from")), _instant(entry.get("until"))
    if service not in services:
        faults.append((".service", f"应为 / must be one of {', '.join(services)}, not {service!r}"))
    for name, instant in (("from", opens), ("until", closes)):
        if instant is None:
            faults.append((f".{name}", f"应为 / must be an instant with an offset, not {entry.get(name)!r}"))
    if opens and closes and opens >= closes:
        faults.append((".until", "应晚于 from / must be later than from"))
    if faults or opens is None or closes is None:
        raise Faulty(*faults)
    return Outage(str(service), opens, closes)


def _instant(value: Any) -> datetime | None:
    """The instant in UTC, or None for whatever is none (a local time names no instant)."""
    try:
        instant = datetime.fromisoformat(value) if type(value) is str else value
        return instant.astimezone(UTC) if isinstance(instant, datetime) and instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _wrong(should: str, value: Any, hint: str = "") -> Faulty:
    return Faulty(("", f"{should}, not {_short(value)}{hint}"))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _or_off(bounds: Bounds) -> str:
    return ' or "off"' if bounds.get("off") else ""


def _unknown(entry: Mapping[str, Any], known: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(f".{key}", f"未知参数 / unknown{suggestion(str(key), known)}") for key in entry if key not in known]


READERS: Mapping[str, Callable[[Any, Bounds], Any]] = {
    "choice": _choice,
    "days": _days,
    "fixed": _fixed,
    "flag": _flag,
    "hours": _hours,
    "limit": _limit,
    "name": _name,
    "outages": _outages,
    "points": _points,
    "ratio": _ratio,
    "time": _time,
    "whole": _whole,
    "window": _window,
    "zone": _zone,
}


# ---- writing down


def written(value: Any) -> str:
    """A value as one line of text; the same text for the same value, whatever way it was given."""
    match value:
        case None:
            return "off"
        case bool():
            return "true" if value else "false"
        case time():
            return value.strftime("%H:%M")
        case timedelta():
            return f"{value // timedelta(hours=1)}h"
        case tuple():
            return ", ".join(written(entry) for entry in value)
        case Outage():
            return f"{value.service} {value.from_.isoformat()}..{value.until.isoformat()}"
        case _:
            return str(value)
