"""`python -m scoring table`: what the assessment office takes away. Reads the database, changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from service_chassis.cli import Command

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def table(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Write the year's table; the files are named on standard output."""
    from service_chassis.spreadsheet import files

    from scoring import assessment_table, report

    parser = argparse.ArgumentParser(
        prog="python -m scoring table", description="年度考核表 / the year's table for the assessment office"
    )
    parser.add_argument("--year", type=int, required=True, help="考核年度 / the assessment year")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    wanted = parser.parse_args(words)
    files.check(wanted.out)
    with station.runtime.database.begin() as session:
        found = report.year_of(session, wanted.year)
    for path in files.write(wanted.out, assessment_table.sheets(found, policy, station.runtime.clock.now())):
        print(path)
    return 0


COMMANDS = MappingProxyType(
    {
        "table": Command("write a year's table for the assessment office: --year 2026 --out FILE.xlsx|.csv|.json", table),
    }
)
