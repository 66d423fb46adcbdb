"""Instants, days and points of events as the read model keeps them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""The city's local days (domain.md d.5.2)."""


def instant(value: Any) -> str | None:
    """An RFC 3339 instant as UTC text with whole seconds; None stays None."""
    if value is None:
        return None
    return as_text(datetime.fromisoformat(str(value)))


def as_text(moment: datetime) -> str:
    """An aware instant as UTC text, which sorts as the instants do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The aware instant of a text that `as_text` made."""
    return datetime.fromisoformat(text)


def local(text: str) -> datetime:
    """A kept instant in the city's time."""
    return moment(text).astimezone(ZONE)


def local_day(text: str) -> date:
    """The local day of a kept instant, or the day itself."""
    return date.fromisoformat(text) if len(text) == 10 else local(text).date()  # noqa: PLR2004 - YYYY-MM-DD


def last_day(text: str) -> date:
    """The local day that ends at a kept instant, or in which it lies: an end that is exclusive is told by its last day."""
    return (local(text) - timedelta(seconds=1)).date()


def cents(value: Any) -> int:
    """Points in whole hundredths."""
    return int((Decimal(str(value)) * 100).to_integral_value())


def points(value: int) -> Decimal:
    """Hundredths as points with two places."""
    return (Decimal(value) / 100).quantize(Decimal("0.01"))
