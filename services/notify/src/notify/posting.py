"""What the cause of a letter tells its reader, as words: taken from the fact, since the letter keeps only what is decided on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.event import TimeLimit
from event_contracts.intake import FindingItem

from notify.domain import telling
from notify.domain.serving import Letter


def told(letter: Letter, data: Any, zone: ZoneInfo) -> tuple[str, str]:
    """Title and text of a letter; `data` is the fact that caused it, or None."""
    return telling.title(letter), telling.text(letter, details(data, zone))


def details(data: Any, zone: ZoneInfo) -> Mapping[str, str]:
    """Those fields of a fact that a reader wants, in words."""
    found = {key: getattr(data, key, None) for key, _, _ in telling.LINES}
    return {key: _words(value, zone) for key, value in found.items() if value not in (None, "", [])}


def _words(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, TimeLimit):
        return f"{value.amount} {telling.UNITS.get(value.unit, value.unit)}"
    if isinstance(value, list):
        return "；".join(_words(item, zone) for item in value)
    return f"{value.finding} {value.text}" if isinstance(value, FindingItem) else str(value)
