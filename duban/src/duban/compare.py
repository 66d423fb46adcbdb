"""`duban rehearse --compare`: the same messages under two policies, and what each unit got differently (domain.md a, B5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from ground_rules.policy import Policy

from duban import chart, comparison
from duban.progress import Progress
from duban.rehearse import Rehearsal, read_policy, rehearse

SIDES = ("a", "b")
"""The folders of the two rehearsals below `--out`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compare: the messages, policy A (None: the default one), policy B, until which local day, and where it goes."""

    events: Path
    a: Path | None
    b: Path
    until: date | None = None
    out: Path | None = None
    as_lived: bool = False
    """Start from the defaults of a running city, not from those of rehearsals (slips at 00:00)."""
    shown: type[Progress] = Progress
    over_a: bool = False
    """Whether B says what differs from A, instead of what differs from the default policy."""
    for_b: Path | None = None
    """The messages under policy B, where they are not the same."""


def compare(wanted: Wanted, warn: Callable[[str], None]) -> dict[str, Any]:
    """Rehearse both; also written to `wanted.out` as `compare.json` and `compare.html`, beside what each rehearsal leaves."""
    files = dict(zip(SIDES, (wanted.a, wanted.b), strict=True))
    beneath = {"a": None, "b": wanted.a if wanted.over_a else None}
    policies = {
        side: read_policy(path, rehearsal=not wanted.as_lived, beneath=beneath[side]) for side, path in files.items()
    }  # both are read before either is played
    outcomes = []
    for side, (policy, overrides) in policies.items():
        out = wanted.out / side if wanted.out else None
        events = (wanted.for_b if side == "b" else None) or wanted.events
        one = Rehearsal(events, policy, wanted.until, out, overrides, f"政策 policy {side.upper()} ", wanted.shown)
        outcomes.append(rehearse(one, warn if side == SIDES[0] else _told_already))
    found = {"policies": described(files, policies["a"][0], policies["b"][0])} | comparison.compare(*outcomes)
    if wanted.out is not None:
        save(found, wanted.out)
    return found


def described(files: dict[str, Path | None], a: Policy, b: Policy) -> dict[str, Any]:
    """Both policies by file and version, and the parameters in which they differ, each with its provenance."""
    theirs = {row.key: row.value for row in b.rows}
    named = {side: path.name if path else None for side, path in files.items()}
    return {
        "a": {"file": named["a"], "version": a.version, "timezone": a.zone.key},
        "b": {"file": named["b"], "version": b.version, "timezone": b.zone.key},
        "parameters": [
            {"key": row.key, "a": row.value, "b": theirs[row.key], "provenance": row.provenance}
            for row in a.rows
            if theirs[row.key] != row.value
        ],
    }


def _told_already(text: str) -> None:
    """The bad lines of the file were named when it was read for policy A."""


def save(found: dict[str, Any], folder: Path) -> None:
    """`compare.json` for machines and `compare.html`, a chart that needs nothing but a browser."""
    (folder / "compare.json").write_bytes(encoded(found))
    (folder / "compare.html").write_text(chart.page(found), "utf-8")


def encoded(found: dict[str, Any]) -> bytes:
    """As JSON for machines and people."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
