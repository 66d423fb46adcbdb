#!/usr/bin/env python3
"""Compares the outcome of the Boston rehearsal with the city's own labels.

    check.py OUTCOME.json [CSV] [--days 14] [--sample 500 --seed 1] [--until 2016-01-12]

The oracle is written apart from the product: it knows the labels, the target and closing times of the file, and the policy of
this folder (10, 5 and 5 days, every day a workday), and nothing of the services. Exit code 1 on any difference.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")

SNAPSHOT = date(2016, 1, 12)
"""The day of the file: what was still open then has no later history."""

WHITE_DAYS, YELLOW_DAYS = 10, 5
"""The limits of policy.toml; the day of service is not counted."""

Row = dict[str, str]


@dataclass
class Expected:
    """The cases that deserve each colour, and where the city's label disagrees with its own times."""

    white: set[str] = field(default_factory=set)
    yellow: set[str] = field(default_factory=set)
    red: set[str] = field(default_factory=set)
    unlabelled: set[str] = field(default_factory=set)
    contradictions: list[str] = field(default_factory=list)


def sibling(name: str) -> ModuleType:
    """The script beside this one, however this one was started."""
    spec = importlib.util.spec_from_file_location(f"boston311_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start_of(day: date) -> datetime:
    """Local midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def expected(rows: list[Row], until: date) -> Expected:
    """What the file and the policy say, for everything before the end of the day `until`."""
    end, out = start_of(until + timedelta(days=1)), Expected()
    for row in rows:
        target = datetime.fromisoformat(row["target_at"]).replace(tzinfo=ZONE)
        closed = datetime.fromisoformat(row["closed_at"]).replace(tzinfo=ZONE) if row["closed_at"] else None
        late = target < end and (closed is None or closed > target)
        if late != (row["on_time"] == "OVERDUE"):
            if row["on_time"] or not late:
                out.contradictions.append(row["case_id"])
            else:
                out.unlabelled.add(row["case_id"])
        if late:
            climb(out, row["case_id"], target.date(), closed, end)
    return out


def climb(out: Expected, case: str, white_day: date, closed: datetime | None, end: datetime) -> None:
    """White on the day of the target; yellow when its 10 days, red when the yellow's 5 days passed without a closing."""
    out.white.add(case)
    yellow_day = white_day + timedelta(days=WHITE_DAYS + 1)
    if start_of(yellow_day) >= end or (closed is not None and closed < start_of(yellow_day)):
        return
    out.yellow.add(case)
    red_day = yellow_day + timedelta(days=YELLOW_DAYS + 1)
    if start_of(red_day) < end and (closed is None or closed >= start_of(red_day)):
        out.red.add(case)


def differences(outcome: dict[str, Any], want: Expected) -> list[str]:
    """One line per kind of difference; empty when every case has exactly the slips it deserves."""
    found = []
    for colour, cases in (("WHITE", want.white), ("YELLOW", want.yellow), ("RED", want.red)):
        got = Counter(slip["matter"] for slip in outcome["slips"] if slip["colour"] == colour)
        for label, wrong in (
            ("missing", cases - set(got)),
            ("undeserved", set(got) - cases),
            ("twice", {c for c, n in got.items() if n > 1}),
        ):
            if wrong:
                found.append(f"{colour}: {len(wrong)} {label}, e.g. {', '.join(sorted(wrong)[:3])}")
    if outcome["refusals"]:
        found.append(f"{len(outcome['refusals'])} messages refused, e.g. {json.dumps(outcome['refusals'][0])}")
    return found + consequences(outcome)


def consequences(outcome: dict[str, Any]) -> list[str]:
    """Points and referrals follow from the slips: −0.30 per yellow, three referrals per red."""
    found, colours = [], Counter(slip["colour"] for slip in outcome["slips"])
    deductions = [entry for entry in outcome["score_entries"] if entry["kind"] == "DEDUCTION"]
    if len(deductions) != colours["YELLOW"] or any(entry["amount"] != "-0.30" for entry in deductions):
        found.append(f"{len(deductions)} deductions of -0.30 for {colours['YELLOW']} yellow slips")
    if len(outcome["referrals"]) != 3 * colours["RED"]:
        found.append(f"{len(outcome['referrals'])} referrals for {colours['RED']} red slips")
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outcome", type=Path)
    parser.add_argument("csv", nargs="?", type=Path)
    parser.add_argument("--days", type=int)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=date.fromisoformat, default=SNAPSHOT)
    return parser.parse_args()


def main() -> int:
    options, convert = arguments(), sibling("convert")
    try:
        rows = convert.cases(options.csv or convert.default_csv(), days=options.days, sample=options.sample, seed=options.seed)
        outcome = json.loads(options.outcome.read_text("utf-8"))
    except (OSError, ValueError) as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    want = expected(rows, options.until)
    print(
        f"{len(rows)} cases: {len(want.white)} late ({len(want.unlabelled)} of them without a label), "
        f"{len(want.yellow)} of them for more than 10 days, {len(want.red)} for another 5"
    )
    found = differences(outcome, want)
    if want.contradictions and options.until >= SNAPSHOT:
        found.append(f"{len(want.contradictions)} labels contradict the file's own times, e.g. {want.contradictions[0]}")
    for line in found:
        print(f"DIFFERENT {line}")
    print("FAIL" if found else "ok: exactly one slip of each colour for every case that deserves it, none for any other")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
