"""A comparison of two policies as a table in the terminal: Chinese first, only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from duban.comparison import cell, name_of, verdict
from duban.wording import COLOURS as COLOUR_NAMES

MANY = 20
"""Slips that are listed; `compare.json` has all of them."""

PLAIN_WIDTH = 120
"""Columns where the output is no terminal."""

HEADINGS = {
    "WHITE": "白单\nwhite",
    "YELLOW": "黄单\nyellow",
    "RED": "红单\nred",
    "renewals": "续期\nrenewed",
    "fallen": "撤销\nfallen",
    "points": "得分\npoints",
    "not_eligible": "丧失评优资格年数\nyears not eligible",
}

DIFFERENCES = {"ONLY_A": "仅A有 only A", "ONLY_B": "仅B有 only B", "CHANGED": "不同 changed"}

FIELDS = {
    "ground": "事由 ground",
    "liability_date": "责任日期 liability date",
    "issued_at": "签发 issued",
    "served_on": "送达 served",
    "deadline": "期限 deadline",
    "state": "状态 state",
    "ended_at": "结束 ended",
    "cause": "原因 cause",
}

INSTANTS = ("issued_at", "ended_at")


def show(found: Mapping[str, Any], out: IO[str]) -> None:
    """The policies, the units that fare differently, and the first of the slips that are not the same."""
    console = Console(file=out, width=None if out.isatty() else PLAIN_WIDTH, highlight=False)
    for line in policy_lines(found):
        console.print(Text(line), soft_wrap=True)
    if any(row["different"] for row in found["units"]):
        console.print(units_table(found))
    console.print(Text(verdict(found)), soft_wrap=True)
    zones = {side: ZoneInfo(found["policies"][side]["timezone"]) for side in ("a", "b")}
    for row in found["slips"][:MANY]:
        console.print(Text(slip_line(row, zones)), soft_wrap=True)
    if len(found["slips"]) > MANY:
        left = len(found["slips"]) - MANY
        console.print(
            Text(f"… 另有{left}张，全部见 compare.json（--out） / {left} more, all of them in compare.json"), soft_wrap=True
        )


def policy_lines(found: Mapping[str, Any]) -> list[str]:
    """Which two policies, and the parameters in which they differ."""
    policies = found["policies"]
    named = [f"{side.upper()}：{name_of(found, side)}（{policies[side]['version']}）" for side in ("a", "b")]
    return named + [f"  {row['key']}: {row['a']} → {row['b']}" for row in policies["parameters"]]


def units_table(found: Mapping[str, Any]) -> Table:
    """One line for each unit that fares differently: A → B where the two are not equal."""
    table = Table(title="按单位比较 by unit：A → B")
    table.add_column("单位\nunit")
    for heading in HEADINGS.values():
        table.add_column(heading, justify="right")
    for row in found["units"]:
        if row["different"]:
            table.add_row(row["unit"], *cells(row["a"], row["b"]))
    table.add_section()
    table.add_row("合计 all", *cells(found["totals"]["a"], found["totals"]["b"]))
    return table


def cells(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Text]:
    """The columns of one line."""
    flat = [{**side["slips"], **side} for side in (a, b)]
    pairs = [(flat[0][key], flat[1][key]) for key in HEADINGS]
    return [Text(cell(*pair), style="bold" if pair[0] != pair[1] else "dim") for pair in pairs]


def slip_line(row: Mapping[str, Any], zones: Mapping[str, ZoneInfo]) -> str:
    """One slip that is not the same: whose, which, and how."""
    name, english = COLOUR_NAMES[row["colour"]]
    renewed = f"（第{row['renewal']}次续期 renewal）" if row["renewal"] else ""
    told = f"{row['matter']} {row['unit']} {name}{renewed} {english}：{DIFFERENCES[row['difference']]}"
    if row["difference"] != "CHANGED":
        slip = row["a"] or row["b"]
        return f"{told}，责任日期 liability date {slip['liability_date']}，{slip['state']}"
    changes = (f"{FIELDS[key]} {shown(row, 'a', key, zones)} → {shown(row, 'b', key, zones)}" for key in row["changed"])
    return f"{told}；{'；'.join(changes)}"


def shown(row: Mapping[str, Any], side: str, key: str, zones: Mapping[str, ZoneInfo]) -> str:
    """A field of one side's slip; instants in that policy's local time."""
    value = row[side].get(key)
    if value is None:
        return "—"
    if key in INSTANTS:
        return datetime.fromisoformat(value).astimezone(zones[side]).strftime("%Y-%m-%d %H:%M")
    return str(value)
