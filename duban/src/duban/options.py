"""How values of options are read: what cannot be understood is said with an example."""

from __future__ import annotations

from datetime import date, datetime

import click


def local_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """A date as YYYY-MM-DD."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a local day, not an instant
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date; write e.g. 2026-12-31") from None


def seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """A length of time: `20`, `20s`, `5m`, `1h`."""
    if not value:
        return None
    unit = {"s": 1, "m": 60, "h": 3600}
    number, factor = (value[:-1], unit[value[-1]]) if value[-1] in unit else (value, 1)
    try:
        found = float(number) * factor
    except ValueError:
        found = -1.0
    if not 0 < found < 1e9:
        raise click.BadParameter(f"{value!r} is not a length of time; write e.g. 20s")
    return found
