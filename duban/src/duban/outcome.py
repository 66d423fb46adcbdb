"""The outcome of a rehearsal: every list of events.md section 5, sorted, the same whatever the order of the lines was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import orjson

Row = dict[str, Any]

KEYS = (
    "slips",
    "score_entries",
    "balances",
    "referrals",
    "deadlines",
    "notices",
    "refusals",
    "breaches",
    "duplicates",
    "interviews",
    "bulletins",
    "restatements",
    "burden",
    "late_decisions",
)
"""Every outcome has all of these lists, empty ones too."""

TIMES = ("at", "issued_at", "dispatched_at", "proposed_at", "month", "deadline", "liability_date", "year", "due")
"""Where an entry's time stands; the first one that it has counts."""


def gather(reports: Iterable[Mapping[str, Iterable[Row]]]) -> dict[str, list[Row]]:
    """The services' lists under their keys, each sorted by time, then matter, then unit."""
    found: dict[str, list[Row]] = {key: [] for key in KEYS}
    for report in reports:
        for key, rows in report.items():
            found.setdefault(key, []).extend(rows)
    return {key: _in_order(rows) for key, rows in found.items()}


def _in_order(rows: list[Row]) -> list[Row]:
    """Sorted; the whole content decides only between entries of one place, since as a key for all it would triple the memory."""
    rows.sort(key=_place)
    return [row for _, equals in groupby(rows, key=_place) for row in sorted(equals, key=_content)]


def _place(row: Row) -> tuple[str, str, str]:
    time = next((str(row[key]) for key in TIMES if row.get(key) is not None), "")
    return time, str(row.get("matter") or ""), str(row.get("unit") or "")


def _content(row: Row) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


def write(outcome: Mapping[str, list[Row]], out: IO[bytes]) -> None:
    """As JSON with one entry a line; piece by piece, since a year of a city makes a large file."""
    out.write(b"{")
    for number, (key, rows) in enumerate(outcome.items()):
        out.write(b",\n" if number else b"\n")
        out.write(orjson.dumps(key) + b": [")
        for place, row in enumerate(rows):
            out.write((b",\n  " if place else b"\n  ") + orjson.dumps(row))
        out.write(b"\n]" if rows else b"]")
    out.write(b"\n}\n")


def save(outcome: Mapping[str, list[Row]], folder: Path) -> None:
    """Write `outcome.json` into the folder."""
    with (folder / "outcome.json").open("wb") as out:
        write(outcome, out)


def summary(outcome: Mapping[str, list[Row]]) -> list[str]:
    """A few lines for people."""
    colours = {colour: sum(slip["colour"] == colour for slip in outcome["slips"]) for colour in ("WHITE", "YELLOW", "RED")}
    lost = sorted({row["unit"] for row in outcome["balances"] if row.get("eligible") is False})
    names = f"（{', '.join(lost[:8])}{' …' if len(lost) > 8 else ''}）" if lost else ""
    deductions = sum(row.get("kind") == "DEDUCTION" for row in outcome["score_entries"])
    notices, referrals, refusals = (len(outcome[key]) for key in ("notices", "referrals", "refusals"))
    return [
        f"督办单 slips: 白 white {colours['WHITE']}, 黄 yellow {colours['YELLOW']}, 红 red {colours['RED']}",
        f"扣分 deductions: {deductions}, 取消评优资格 eligibility revoked: {len(lost)}{names}",
        f"通知 notices: {notices}, 移送 referrals: {referrals}, 拒收 refusals: {refusals}",
    ]
