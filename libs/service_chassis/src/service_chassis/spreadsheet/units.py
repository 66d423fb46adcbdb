"""The city's list of units (单位名录): code, name and the group that a unit is compared within (考核组别)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from service_chassis.errors import ConfigError

COLUMNS = ("code", "name", "group")


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """One unit of the list."""

    code: str
    name: str | None = None
    group: str | None = None


def read_units(path: Path | None) -> dict[str, NamedUnit]:
    """The units of a CSV file with the heading `code,name,group`, by code; none without a file.

    A file that cannot be read, another heading, or a code that comes twice is a ConfigError.
    """
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            if lines.fieldnames is None or not set(COLUMNS) <= set(lines.fieldnames):
                raise ConfigError(f"{path}: the first line must name the columns {', '.join(COLUMNS)}")
            return _by_code(path, [NamedUnit(*((line[name] or "").strip() or None for name in COLUMNS)) for line in lines])  # type: ignore[arg-type]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _by_code(path: Path, units: list[NamedUnit]) -> dict[str, NamedUnit]:
    found: dict[str, NamedUnit] = {}
    for unit in units:
        if not unit.code or unit.code in found:
            raise ConfigError(f"{path}: the code {unit.code!r} is missing or comes twice")
        found[unit.code] = unit
    return found
