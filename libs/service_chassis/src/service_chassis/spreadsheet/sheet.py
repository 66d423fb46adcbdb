"""A table for people: columns with a Chinese and an English heading, and rows; written by `files.write`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | datetime | bool | None
"""What may stand in a cell. None is an empty cell: nothing is known, which is not the same as 0."""


class Form(StrEnum):
    """How a column is shown."""

    TEXT = "TEXT"
    COUNT = "COUNT"
    POINTS = "POINTS"
    """Two places."""
    RATE = "RATE"
    """A share of one, shown as a percentage with one place."""
    INSTANT = "INSTANT"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `key` names it in JSON, the headings stand above each other."""

    key: str
    zh: str
    en: str
    form: Form = Form.TEXT
    width: int | None = None
    """In characters of half width; by its content where None."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: in JSON the list `key`, in CSV a file of its own."""

    key: str
    zh: str
    en: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]] = field(default_factory=list)


def plain(cell: str | date | datetime) -> str:
    """Text, a day as ISO 8601, an instant as RFC 3339 in its own zone."""
    if isinstance(cell, datetime):
        return instant(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def instant(value: datetime) -> str:
    """RFC 3339; UTC is written with Z."""
    text = value.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z") if value.tzinfo is UTC else text


def yes_or_no(value: bool) -> str:
    """For people."""
    return "是 yes" if value else "否 no"
