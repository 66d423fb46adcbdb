"""`python -m intake advice`: causes that came back with the cases behind them, and advice with its answers (domain.md D4)."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def advice(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Write the three lists; the files are named on standard output."""
    from ground_rules.limits import local_date
    from service_chassis.spreadsheet import files

    from intake import advice_report, reading

    parser = argparse.ArgumentParser(
        prog="python -m intake advice", description="反复出现的问题和督查建议 / recurring causes and advice"
    )
    parser.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="谁看 / who reads; it is noted")
    parser.add_argument("--why", metavar="TEXT", help="为何看 / why; it is noted")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    given = parser.parse_args(words)
    files.check(given.out)
    now = station.runtime.clock.now()
    with station.runtime.database.begin() as session:
        sheets = advice_report.sheets(session, local_date(now, policy.zone), policy)
        reading.note(session, reading.Read(given.by, "advice", why=given.why), now, sum(len(sheet.rows) for sheet in sheets))
    for path in files.write(given.out, sheets):
        print(path)
    return 0
